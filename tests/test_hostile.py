"""Files that mean harm or are broken: a message or a reject, no hang, no file opened but the one given."""

import bz2
import gzip
import io
import json
import lzma
import socket
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import zstandard

from kgraph.errors import BadInput
from kgraph.records import Paper, Reject
from kgraph.sources import find_files, read_papers

GOOD = '{"title": "A Title", "abstract": "Text."}\n'
ATOM = '<feed xmlns="http://www.w3.org/2005/Atom">{}</feed>'
ENTRY = "<entry><id>http://arxiv.org/abs/2101.1140{}</id><title>{}</title><summary>x</summary></entry>"
CUT = "the compressed file is cut off; fetch it again"
CUT_XML = "the XML is cut off, so the file is not whole; fetch it again"


@pytest.fixture(autouse=True)
def _no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("a reader has opened a connection")

    monkeypatch.setattr(socket, "socket", refuse)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "file"


def papers(path: Path) -> list[Paper | Reject]:
    return list(read_papers([path]))


def said(path: Path) -> str:
    """Return what is said about a bad file, without its folder."""
    with pytest.raises(BadInput) as caught:
        papers(path)
    return str(caught.value).removeprefix(f"{path.parent}/")


def titles(found: list[Paper | Reject]) -> list[str]:
    return [one.title for one in found if isinstance(one, Paper)]


# ---------------------------------------------------------------------------------------- compressed files

COMPRESSIONS = {
    "gz": gzip.compress,
    "bz2": bz2.compress,
    "xz": lzma.compress,
    "zst": zstandard.ZstdCompressor().compress,
}
compressions = pytest.mark.parametrize("compress", list(COMPRESSIONS.values()), ids=list(COMPRESSIONS))
MANY = "".join(f'{{"title": "Title {number * 7919 % 100_003}"}}\n' for number in range(20_000)).encode()


@compressions
class TestCompressed:
    def test_all_is_read(self, file: Path, compress: Callable[[bytes], bytes]) -> None:
        file.write_bytes(compress(MANY))
        reported: list[int] = []
        assert len(list(read_papers([file], on_bytes=reported.append))) == 20_000
        assert sum(reported) == find_files([file]).total_bytes

    def test_one_after_another_in_a_file(self, file: Path, compress: Callable[[bytes], bytes]) -> None:
        file.write_bytes(compress(GOOD.encode()) + compress(GOOD.encode()))
        assert titles(papers(file)) == ["A Title", "A Title"]

    @pytest.mark.parametrize("share", [0.3, 0.999], ids=["early", "late"])
    def test_a_cut_one(self, file: Path, compress: Callable[[bytes], bytes], share: float) -> None:
        whole = compress(MANY)
        file.write_bytes(whole[: int(share * len(whole))])
        assert said(file) == f"file: {CUT}"

    def test_a_damaged_one(self, file: Path, compress: Callable[[bytes], bytes]) -> None:
        whole = bytearray(compress(MANY))
        for at in range(len(whole) // 2, len(whole) // 2 + 64):
            whole[at] ^= 0xFF
        file.write_bytes(bytes(whole))
        assert said(file).startswith("file")

    def test_from_standard_input(
        self, compress: Callable[[bytes], bytes], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(compress(GOOD.encode()))))
        assert titles(list(read_papers(["-"]))) == ["A Title"]


def test_strings_of_strings_do_not_grow_without_bound(file: Path) -> None:
    """A billion laughs in BibTeX: ten lines that would make a title of gigabytes."""
    strings = "".join(
        f"@string{{a{level} = {' # '.join([f'a{level - 1}'] * 10)}}}\n" for level in range(1, 10)
    )
    entry = "@article{%s, title = {One}, journal = a%d}\n"
    file.write_text('@string{a0 = "lol"}\n' + strings + "@article{x, title = a9}\n" + entry % ("y", 9)
                    + entry % ("z", 1))  # fmt: skip
    rejected, venue_of_laughs, paper = read_papers([file])
    assert isinstance(rejected, Reject) and "characters, more than 400,000" in rejected.reason
    assert isinstance(venue_of_laughs, Paper) and len(venue_of_laughs.venue or "") < 1_000_000
    assert isinstance(paper, Paper) and paper.venue == "lol" * 10


def test_a_bomb_is_read_in_pieces(file: Path) -> None:
    file.write_bytes(zstandard.ZstdCompressor(level=19).compress(b" " * 200_000_000))
    assert said(file).startswith("file:1: this line is longer than 64 MB")


# --------------------------------------------------------------------------------------------------- XML

LAUGHS = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
ENTITIES = "declares entities of its own, which are not read; take its DOCTYPE out"


class TestXml:
    @pytest.mark.parametrize(
        "declarations",
        [
            pytest.param(f'<!ENTITY l0 "lol">{LAUGHS}', id="billion laughs"),
            pytest.param('<!ENTITY l9 SYSTEM "SECRET">', id="external file"),
            pytest.param('<!ENTITY l9 SYSTEM "http://127.0.0.1:9/x">', id="external address"),
            pytest.param('<!ENTITY % p SYSTEM "SECRET"> %p;', id="parameter entity"),
        ],
    )
    def test_entities_are_refused(self, file: Path, declarations: str) -> None:
        secret = file.with_name("secret")
        secret.write_text("never read", encoding="utf-8")
        declarations = declarations.replace("SECRET", secret.as_uri())
        entry = ENTRY.format(1, "&l9;")
        file.write_text(f"<!DOCTYPE feed [{declarations}]>{ATOM.format(entry)}", encoding="utf-8")
        assert said(file) == f"file: {ENTITIES}"

    def test_an_external_dtd_is_not_looked_for(self, file: Path) -> None:
        file.write_text(
            '<!DOCTYPE dblp SYSTEM "http://127.0.0.1:9/dblp.dtd"><dblp><article key="a/b/c">'
            "<title>M&uuml;sli &amp; &unknown; T&eacute;a.</title></article></dblp>",
            encoding="utf-8",
        )
        assert titles(papers(file)) == ["Müsli & &unknown; Téa"]

    def test_entities_across_the_pieces_that_are_read(self, file: Path) -> None:
        articles = (f"<article><title>{'x' * n}&uuml;</title></article>" for n in range(1, 700))
        file.write_text(f"<dblp>{''.join(articles)}</dblp>", encoding="utf-8")
        assert titles(papers(file)) == [f"{'x' * n}ü" for n in range(1, 700)]

    def test_xinclude_is_text(self, file: Path) -> None:
        include = '<xi:include xmlns:xi="http://www.w3.org/2001/XInclude" href="/etc/passwd" parse="text"/>'
        file.write_text(ATOM.format(ENTRY.format(1, f"A{include}B")), encoding="utf-8")
        assert titles(papers(file)) == ["AB"]

    def test_deep_nesting(self, file: Path) -> None:
        file.write_text(ATOM.format("<a>" * 100_000 + "</a>" * 100_000), encoding="utf-8")
        assert "nested too deep" in said(file) or "depth" in said(file).lower()

    def test_a_cut_file(self, file: Path) -> None:
        whole = ATOM.format(ENTRY.format(1, "One") + ENTRY.format(2, "Two"))
        file.write_text(whole[:-40], encoding="utf-8")
        assert said(file) == f"file:1: {CUT_XML}"

    def test_broken_tags(self, file: Path) -> None:
        file.write_text(ATOM.format(f"\n{ENTRY.format(1, 'One')}\n<entry></feed>"), encoding="utf-8")
        assert said(file).startswith("file:3: is not well-formed XML")

    def test_undeclared_bytes(self, file: Path) -> None:
        file.write_bytes(ATOM.format(ENTRY.format(1, "Caf\xe9")).encode("latin-1"))
        assert "is not well-formed XML" in said(file)

    def test_memory_does_not_grow(self, file: Path) -> None:
        import tracemalloc

        def peak(count: int) -> int:
            entries = (ENTRY.format(number % 10, "Tea " * 50) for number in range(count))
            file.write_text(ATOM.format("".join(entries)), encoding="utf-8")
            tracemalloc.start()
            assert sum(1 for _ in read_papers([file])) == count
            most = tracemalloc.get_traced_memory()[1]
            tracemalloc.stop()
            return most

        few, many = peak(1_000), peak(4_000)
        assert many < 1.3 * few


# ---------------------------------------------------------------------------------------- other formats


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        pytest.param(b"@article{a, title={One}}\n@article{a, title={Two}}\n", ["One", "Two"], id="one key"),
        pytest.param(b"@article{a, title={One}, month=jun, year=2020}\n", ["One"], id="bare month"),
        pytest.param(b"@article{a, title={One}\n@article{b, title={Two}}\n@article{c, title={Three}}\n",
                     ["Two", "Three"], id="missing brace"),
        pytest.param(b"TY  - JOUR\nTI  - One\nTY  - JOUR\nTI  - Two\nER  -\n", ["One", "Two"], id="no ER"),
        pytest.param(b"TY  - JOUR\n stray\nER  -\nTY  - JOUR\nTI  - Two\nER  -\n", ["Two"], id="stray"),
        pytest.param(b"PMID- 1\nTI  - One\nPMID- 2\nTI  - Two\n", ["One", "Two"], id="no blank line"),
        pytest.param((GOOD + '{"title": ' + "[" * 90_000 + "]" * 90_000 + "}\n").encode(), ["A Title"],
                     id="deep"),
        pytest.param((GOOD + '{"title": "B", "year": ' + "9" * 300_000 + "}\n").encode(), ["A Title"],
                     id="300,000 digits"),
        pytest.param((GOOD + '{"title": "B", "x": NaN, "y": "\\ud800"}\n').encode(), ["A Title", "B"],
                     id="no strict JSON"),
    ],
)  # fmt: skip
def test_the_rest_is_read(file: Path, content: bytes, expected: list[str]) -> None:
    file.write_bytes(content)
    assert titles(papers(file)) == expected


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(b"@article{a, title={Caf\xe9}}\n", id="Latin-1 BibTeX"),
        pytest.param(b"TY  - JOUR\nTI  - Caf\xe9\nER  -\n", id="Latin-1 RIS"),
        pytest.param(b"PMID- 1\nTI  - Caf\xe9\n", id="Latin-1 nbib"),
        pytest.param(b"@article{a,\n title={NUL \0}}\n", id="NUL in BibTeX"),
        pytest.param("@article{a, title={Tea}}\n".encode("utf-16-le"), id="UTF-16 BibTeX"),
    ],
)
def test_what_is_no_utf8_is_said_with_its_line(file: Path, content: bytes) -> None:
    file.write_bytes(content)
    message = said(file)
    assert message.startswith(("file:1: ", "file:2: "))
    assert "UTF-8" in message


FEED = '<?xml version="1.0" encoding="{}"?>' + ATOM.format(ENTRY.format(1, "Tea"))
BIB = "@article{a, title={One}}\n@article{b, title={Two}}\n"


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        pytest.param(
            "title\tid\r\nOne \u2013 B\u00e9\t1\r\n".encode("utf-16"), ["One – Bé"], id="Excel's text"
        ),
        pytest.param((GOOD * 2).encode("utf-32"), ["A Title"] * 2, id="UTF-32"),
        pytest.param(FEED.format("UTF-16").encode("utf-16"), ["Tea"], id="UTF-16 XML"),
        pytest.param(
            FEED.format("ISO-8859-1").replace("Tea", "Thé").encode("latin-1"), ["Thé"], id="Latin-1 XML"
        ),
        pytest.param(
            FEED.format("ISO-8859-1").replace("Tea", "Thé").replace("><", ">\r<").encode("latin-1"),
            ["Thé"],
            id="Latin-1 XML with the line ends of old Macs",
        ),
        pytest.param(
            FEED.format("UTF-8").replace("Tea", "Thé").replace("><", ">\r<").encode(),
            ["Thé"],
            id="UTF-8 XML with the line ends of old Macs",
        ),
        pytest.param(BIB.replace("\n", "\r").encode(), ["One", "Two"], id="line ends of old Macs"),
        pytest.param(b"title,id\rOne,1\rTwo,2\r", ["One", "Two"], id="the same in a table"),
        pytest.param(
            gzip.compress(BIB.replace("\n", "\r").encode()), ["One", "Two"], id="the same, compressed"
        ),
    ],
)
def test_text_in_wide_letters_and_with_other_line_ends(
    file: Path, content: bytes, expected: list[str]
) -> None:
    file.write_bytes(content)
    assert titles(papers(file)) == expected


def test_old_line_ends_do_not_hide_a_wrong_encoding(file: Path) -> None:
    file.write_bytes(b"title,id\rOne,1\rCaf\xe9,2\r")
    assert said(file).startswith("file:3: byte 0xe9 is not UTF-8 text")


@pytest.mark.parametrize("form", [
    pytest.param('{"title": "Long", "abstract": "%s"}\n' + GOOD, id="JSON Lines"),
    pytest.param('{"authorships": [], "title": "Long", "abstract": "%s"}\n' + GOOD, id="OpenAlex"),
    pytest.param("@article{a, title={Long}, abstract={%s}}\n@misc{b, title={A Title}}\n", id="BibTeX"),
    pytest.param("A Title\n\nThe abstract of it.\n\nLong\n\n%s.\n", id="page"),
])  # fmt: skip
@pytest.mark.parametrize(("words", "is_read"), [(9_900, True), (10_100, False), (100_000, False)])
def test_a_whole_paper_is_no_abstract(file: Path, form: str, words: int, is_read: bool) -> None:
    file.write_text(form % ("word " * words), "utf-8")
    found = papers(file)
    assert sorted(titles(found)) == ["A Title", "Long"][: 1 + is_read]
    reasons = [one.reason for one in found if isinstance(one, Reject)]
    assert all(reason.startswith("has a title and abstract of ") for reason in reasons)
    assert len(reasons) == (not is_read)


def _long() -> Iterator[tuple[str, str]]:
    yield "one entry never closed", "@article{a, title={" + "x{" * 200_000
    yield "many opened", "@article{a,\n" * 20_000
    yield "quotes", '@article{a, title="' + '"#"' * 50_000 + "}\n"
    yield "fields", "@article{a, title={Tea}," + "x={y}," * 50_000 + "}\n"
    for name, piece in (
        ("ties", "~"),
        ("citations", "\\cite["),
        ("accents", "\\'{e}"),
        ("cut words", "wor-\nd "),
    ):
        yield name, json.dumps({"title": "Tea", "abstract": piece * (300_000 // len(piece))}) + "\n"
    yield "references", "@article{a, title={Tea}, crossref={a}}\n" * 3_000
    yield "RIS lines", "TY  - JOUR\nTI  - Tea\n" + "AU  - A\n" * 50_000 + "ER  -\n"
    yield "nbib lines", "PMID- 1\nTI  - Tea\n" + "      more\n" * 20_000
    yield "authors", json.dumps({"title": "Tea", "authors": "A, " * 100_000}) + "\n"
    yield (
        "positions",
        '{"title": "Tea", "abstract_inverted_index": {"x": [1000000000, -5, 1e300]}}\n',
    )


@pytest.mark.parametrize(("_", "content"), [pytest.param(*one, id=one[0]) for one in _long()])
def test_long_files_do_not_hang(file: Path, _: str, content: str) -> None:
    file.write_text(content, encoding="utf-8")
    try:
        papers(file)
    except BadInput as error:
        assert str(error)  # either is an answer


# --------------------------------------------------------------------------------- more than half rejected


@pytest.mark.parametrize(
    ("content", "message"),
    [
        pytest.param(
            '{"Titel": "A", "Jahr": "2020"}\n{"Titel": "B", "Jahr": "2021"}\n',
            "file: 2 of 2 records cannot be read (line 1 has no title); it looks like JSON Lines with the"
            " fields Titel, Jahr; say which is the title: --map title=FIELD",
            id="other names",
        ),
        pytest.param(
            GOOD + "a\nb\n",
            "file: 2 of 3 records cannot be read (line 2 is not JSON (Expecting value));"
            " it looks like JSON Lines",
            id="no JSON",
        ),
        pytest.param(
            '[{"title": "A"}, 1, 2]',
            "file: 2 of 3 records cannot be read (record 2 is no JSON object); it looks like JSON",
            id="no objects",
        ),
        pytest.param(
            "@article{a, title={A}\n@article{b, title={B}}\n@book{c, title={C}\n",
            "file: 2 of 3 records cannot be read (line 1 is no BibTeX entry (a brace, a quote or a comma is"
            " missing)); it looks like BibTeX, BibLaTeX",
            id="BibTeX",
        ),
    ],
)
def test_a_file_of_which_more_than_half_is_rejected_is_an_error(
    file: Path, content: str, message: str
) -> None:
    file.write_text(content, encoding="utf-8")
    assert said(file) == message


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(GOOD + "a\n", id="half"),
        pytest.param('title,id\n,1\n,2\nA,3\n', id="rows without a title"),
        pytest.param("@article{a, doi={10.1000/x}}\n@article{b, doi={10.1000/y}}\n", id="entries"),
    ],
)  # fmt: skip
def test_half_is_not_more_and_a_missing_title_is_no_wrong_format(file: Path, content: str) -> None:
    file.write_text(content, encoding="utf-8")
    assert any(isinstance(one, Reject) for one in papers(file))


def test_a_hopeless_file_is_given_up_early(file: Path) -> None:
    file.write_text('{"name": "x"}\n' * 5_000, encoding="utf-8")
    assert said(file).startswith("file: 1000 of 1000 records cannot be read")


def test_such_a_file_can_be_skipped(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text("a\nb\n" + GOOD, encoding="utf-8")
    (tmp_path / "b.jsonl").write_text(GOOD, encoding="utf-8")
    (tmp_path / "a.jsonl").write_text('{"Titel": "A"}\n', encoding="utf-8")
    found = list(read_papers([tmp_path], skip_bad_files=True))
    assert titles(found) == ["A Title"]
