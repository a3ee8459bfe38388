"""XML as a stream of records: no document is held whole, nothing outside the file is ever opened.

The parser loads no DTD and expands no entity. Named entities of HTML (`&uuml;`, as DBLP has them) become the
characters that they stand for; a file that declares entities of its own is refused.
"""

import re
from collections.abc import Container, Iterator
from html.entities import name2codepoint
from typing import TYPE_CHECKING

from kgraph.errors import BadInput
from kgraph.sources.files import InputFile

if TYPE_CHECKING:
    from lxml.etree import _Element

_NAMED = re.compile(rb"&([A-Za-z][A-Za-z0-9]{1,8});")
_OF_XML = frozenset({b"amp", b"lt", b"gt", b"quot", b"apos"})
_LONGEST_NAME = 10  # bytes from & up to ;
_ENTITIES = "declares entities of its own, which are not read; take its DOCTYPE out"
_CUT_OFF = "the XML is cut off, so the file is not whole; fetch it again"


def root_name(file: InputFile) -> str:
    """Return the name of the first element without its namespace; raises BadInput if there is none."""
    for event, element in _events(file, size=4096):
        if event == "start":
            return local_name(element)
    raise BadInput(file.name, "holds no XML element")


def local_name(element: "_Element") -> str:
    """Return the name of an element without its namespace."""
    return str(element.tag).rpartition("}")[2]


def find_elements(
    file: InputFile, names: Container[str], *, depth: int | None = None
) -> Iterator["_Element"]:
    """Yield the elements of some names, whole, each freed when the next is asked for.

    With a depth only those that lie so deep: 1 is right below the root.
    """
    level = -1
    last: _Element | None = None
    for event, element in _events(file):
        if event == "start":
            level += 1
            continue
        if (depth is None or level == depth) and local_name(element) in names:
            if last is not None and (parent := last.getparent()) is not None:
                parent.remove(last)
            yield element
            last = element
        level -= 1


def text_of(element: "_Element | None") -> str:
    """Return all the text in an element, "" for none."""
    return "" if element is None else "".join(map(str, element.itertext())).strip()


def inner_markup(element: "_Element | None") -> str:
    """Return the text in an element with its tags, for `texts` to take out; "" for none.

    Attributes are left out: some hold addresses, and nobody reads them.
    """
    return "" if element is None else "".join(_markup(element)).strip()


def _markup(element: "_Element") -> Iterator[str]:
    yield _escaped(element.text)
    for child in element:
        if isinstance(child.tag, str):
            name = local_name(child)
            yield f"<{name}>"
            yield from _markup(child)
            yield f"</{name}>"
        else:  # an entity that nobody has declared
            yield _escaped(child.text)
        yield _escaped(child.tail)


def _escaped(text: str | None) -> str:
    return (text or "").replace("&", "&amp;").replace("<", "&lt;")


def _events(file: InputFile, size: int = 64 * 1024) -> Iterator[tuple[str, "_Element"]]:
    from lxml import etree

    parser = etree.XMLPullParser(
        events=("start", "end"),
        **{"resolve_entities": False, "load_dtd": False, "no_network": True, "huge_tree": False},
        **{"remove_comments": True, "remove_pis": True, "encoding": file.encoding},
    )
    is_first = True
    try:
        for chunk in _without_names(file.chunks(size)):
            parser.feed(chunk)
            for event, element in parser.read_events():
                if is_first:
                    _refuse_entities(file, element)
                    is_first = False
                yield event, element
    except etree.XMLSyntaxError as error:
        raise _bad(file, error) from None
    try:
        parser.close()
    except etree.XMLSyntaxError as error:
        raise BadInput(f"{file.name}:{error.lineno}", _CUT_OFF) from None
    yield from parser.read_events()


def _refuse_entities(file: InputFile, root: "_Element") -> None:
    dtd = root.getroottree().docinfo.internalDTD
    if dtd is not None and any(True for _ in dtd.iterentities()):
        raise BadInput(file.name, _ENTITIES)


def _bad(file: InputFile, error: SyntaxError) -> BadInput:
    message = str(error.msg or error).partition(", line ")[0]
    source = f"{file.name}:{error.lineno}" if error.lineno else file.name
    if re.search("amplification|entity reference loop", message):
        return BadInput(file.name, _ENTITIES)
    return BadInput(source, f"is not well-formed XML ({message}); the records before it are whole")


def _without_names(chunks: Iterator[bytes]) -> Iterator[bytes]:
    """Spell the named entities of HTML as numbers, also where two chunks share one."""
    rest = b""
    for chunk in chunks:
        chunk = rest + chunk
        at = chunk.rfind(b"&", -_LONGEST_NAME)
        cut = at if at >= 0 and b";" not in chunk[at:] else len(chunk)
        chunk, rest = chunk[:cut], chunk[cut:]
        yield _NAMED.sub(_numbered, chunk) if b"&" in chunk else chunk
    yield rest


def _numbered(match: re.Match[bytes]) -> bytes:
    code = None if match[1] in _OF_XML else name2codepoint.get(match[1].decode("ascii"))
    return match[0] if code is None else b"&#%d;" % code
