"""What stands between a file's bytes and its text: zstd, and text in wide letters or with old line ends."""

import codecs
import io
import zlib
from typing import IO, Any


class _Unfolded(io.RawIOBase):
    """A stream made piece by piece of another; it can go back to its start, the only way back asked for."""

    piece_bytes: int

    def __init__(self, raw: IO[bytes]) -> None:
        self._raw = raw
        self._begin()

    def _begin(self) -> None:
        self._ready, self._position = memoryview(b""), 0

    def _unfold(self) -> bool:
        """Make `_ready` of the next piece, and tell whether there was one."""
        raise NotImplementedError

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, position: int, whence: int = 0) -> int:
        """Tell the position, or go back to the start."""
        if position or whence not in (io.SEEK_SET, io.SEEK_CUR):
            raise io.UnsupportedOperation("seek")
        if whence == io.SEEK_SET:
            self._raw.seek(0)
            self._begin()
        return self._position

    def readinto(self, buffer: Any) -> int:
        while not self._ready and self._unfold():
            pass
        count = min(len(buffer), len(self._ready))
        buffer[:count] = self._ready[:count]
        self._ready = self._ready[count:]
        self._position += count
        return count


class Zstd(_Unfolded):
    """A zstd file, decompressed frame by frame; a cut one is noticed, as zstandard's own reader does not."""

    piece_bytes = 2048  # what a bomb of so many may unfold to still fits into memory

    def _begin(self) -> None:
        super()._begin()
        self._frame: Any = None  # None between frames
        self._rest = b""

    def _unfold(self) -> bool:
        import zstandard

        piece = self._rest or self._raw.read(self.piece_bytes)
        if not piece:
            if self._frame is not None:
                raise EOFError
            return False
        if self._frame is None:
            self._frame = zstandard.ZstdDecompressor().decompressobj()
        try:
            self._ready = memoryview(self._frame.decompress(piece))
        except zstandard.ZstdError as error:
            raise zlib.error(str(error)) from None
        self._rest = b""
        if self._frame.eof:
            self._rest, self._frame = self._frame.unused_data, None
        return True


class Recoded(_Unfolded):
    """A text of any encoding, and with the line ends of old Macs, as UTF-8 with the usual ones."""

    piece_bytes = 64 * 1024

    def __init__(self, raw: IO[bytes], encoding: str) -> None:
        self._encoding = encoding
        super().__init__(raw)

    def _begin(self) -> None:
        super()._begin()
        text = codecs.getincrementaldecoder(self._encoding)(
            "surrogateescape" if self._encoding == "utf-8" else "strict"
        )
        self._decoder = io.IncrementalNewlineDecoder(text, translate=True)

    def _unfold(self) -> bool:
        piece = self._raw.read(self.piece_bytes)
        text = self._decoder.decode(piece, final=not piece)
        self._ready = memoryview(text.encode("utf-8", "surrogateescape"))
        return bool(piece)
