"""Files to papers: which are read, as what, and what is said about those that cannot be."""

import bz2
import gzip
import io
import json
import os
import sys
import tracemalloc
from collections.abc import Iterator
from pathlib import Path

import pytest

from kgraph.errors import BadInput
from kgraph.records import Paper, Reject
from kgraph.sources import find_files, read_papers

GOOD = '{"title": "A Title", "abstract": "Text."}\n'
SHARED = Path(__file__).parents[2] / "shared"
EXAMPLE = Path(__file__).parents[1] / "kgraph" / "data" / "example" / "papers.jsonl"


def shown(found: Iterator[Paper | Reject]) -> list[str]:
    """Return the titles of papers and the reasons of rejects, each with its position in the file."""
    return [
        f"{one.source.rpartition(':')[2]} {one.title if isinstance(one, Paper) else 'REJECT ' + one.reason}"
        for one in found
    ]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "file"


def bad(path: Path, **options: int) -> str:
    """Return what is said about a bad file, without its folder."""
    with pytest.raises(BadInput) as caught:
        list(read_papers([path], **options))  # type: ignore[arg-type]
    return str(caught.value).removeprefix(f"{path.parent}{path.anchor[-1:]}")


def wrapped(**around: object) -> str:
    return json.dumps(around, indent=1)


A, B = {"title": "A Title"}, {"title": "B Title", "references": [{"title": "C Title"}]}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param(GOOD + "\n" + GOOD, ["1 A Title", "3 A Title"], id="JSON lines"),
        pytest.param(json.dumps(A), ["1 A Title"], id="one line without its end"),
        pytest.param("\ufeff" + GOOD, ["1 A Title"], id="byte order mark"),
        pytest.param(
            "PAR1 of Yeast\n\nThe abstract of it.\n", ["1 PAR1 of Yeast"], id="PAR1 that is no Parquet"
        ),
        pytest.param(GOOD.replace("\n", "\r\n") * 2, ["1 A Title", "2 A Title"], id="Windows line ends"),
        pytest.param(json.dumps([A, B]), ["record 1 A Title", "record 2 B Title"], id="list"),
        pytest.param(
            json.dumps([A, B], indent=2), ["record 1 A Title", "record 2 B Title"], id="list over lines"
        ),
        pytest.param("[]", [], id="empty list"),
        pytest.param(json.dumps({"results": [A, B]}), ["record 1 A Title", "record 2 B Title"], id="wrapped"),
        pytest.param(wrapped(meta={"n": 1}, papers=[A]), ["record 1 A Title"], id="wrapped over lines"),
        pytest.param(wrapped(mine=[A]), ["record 1 A Title"], id="wrapped under any name"),
        pytest.param(wrapped(status="ok", message={"items": [A]}), ["record 1 A Title"], id="wrapped twice"),
        pytest.param(wrapped(results=[]), [], id="no results"),
        pytest.param(
            wrapped(x=A, y=B), ["record 1 A Title", "record 2 B Title"], id="object from id to paper"
        ),
        pytest.param(json.dumps(B, indent=2), ["record 1 B Title"], id="lone paper over lines"),
        pytest.param(
            json.dumps(A, indent=1) * 2, ["record 1 A Title", "record 2 A Title"], id="one after another"
        ),
        pytest.param("title,abstract\nA Title,Text\n", ["2 A Title"], id="CSV"),
        pytest.param("ID\tPaper Title\n1\tA Title", ["2 A Title"], id="TSV"),
        pytest.param("\n\nid;Title\n1;A Title\n", ["4 A Title"], id="semicolons below blank lines"),
        pytest.param('title,abstract\n"A\nTitle",x\nB,y\n', ["2 A Title", "4 B"], id="cell over lines"),
        pytest.param('title\tid\n"Why?": A Story\t1\n', ['2 "Why?": A Story'], id="quotes that are none"),
        pytest.param("title,abstract\n", [], id="header only"),
        pytest.param(
            "title,shelf\nA Title,3\n", ["2 A Title"], id="table of a title and what we do not know"
        ),
        pytest.param(
            "Title, as such\n\nThe abstract of it.\n", ["1 Title, as such"], id="a title that is no header"
        ),
        pytest.param("A Title\n\nThe abstract of it.\n", ["1 A Title"], id="page"),
    ],
)
def test_formats_are_told_by_content(file: Path, text: str, expected: list[str]) -> None:
    file.write_text(text, encoding="utf-8", newline="")
    assert shown(read_papers([file])) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param(
            GOOD + '{"title": oops}\n' + GOOD,
            ["1 A Title", "2 REJECT is not JSON (Expecting value)", "3 A Title"],
            id="line",
        ),
        pytest.param(
            "{bad}\n" + GOOD,
            ["1 REJECT is not JSON (Expecting property name enclosed in double quotes)", "2 A Title"],
            id="first line",
        ),
        pytest.param(
            GOOD + "{bad}",
            ["1 A Title", "2 REJECT is not JSON (Expecting property name enclosed in double quotes)"],
            id="last line",
        ),
        pytest.param(GOOD + "[1]\n", ["1 A Title", "2 REJECT is no JSON object"], id="no object"),
        pytest.param(GOOD + '{"abstract": "x"}\n', ["1 A Title", "2 REJECT has no title"], id="no title"),
        pytest.param(
            '[{"title": "A Title"}, 7, {"title": ""}, null, {"title": "B Title"}]',
            [
                "record 1 A Title",
                "record 2 REJECT is no JSON object",
                "record 3 REJECT has no title",
                "record 4 REJECT is no JSON object",
                "record 5 B Title",
            ],
            id="items of a list",
        ),
        pytest.param(GOOD + "{}", ["1 A Title", "2 REJECT has no title"], id="empty object"),
        pytest.param(
            GOOD + "[" * 100_000 + "]" * 100_000 + "\n" + GOOD,
            ["1 A Title", "2 REJECT is not JSON (it is nested too deep)", "3 A Title"],
            id="deep",
        ),
        pytest.param(
            GOOD + '{"title": ' + "9" * 300_000 + "}\n",
            ["1 A Title", "2 REJECT is not JSON (a number in it is too long)"],
            id="300,000 digits",
        ),
        pytest.param(
            "title,id\nA Title,1\n ,2\nB,3,4\n,,\n",
            ["2 A Title", "3 REJECT has no title", "4 REJECT has 3 columns where the header has 2"],
            id="rows",
        ),
        pytest.param(
            'title,id\n"A" b,"1",2\nB,3\n',
            ["2 REJECT is no row of this table (',' expected after '\"')", "3 B"],
            id="quotes",
        ),
    ],
)
def test_a_bad_record_is_rejected_and_the_rest_goes_on(file: Path, text: str, expected: list[str]) -> None:
    file.write_text(text, encoding="utf-8")
    assert shown(read_papers([file])) == expected


@pytest.mark.parametrize(
    ("name", "content", "expected"),
    [
        pytest.param("a.csv", b"title\nA Title\n", ["2 A Title"], id="only titles"),
        pytest.param("a.TSV", b"title\nTea, coffee; cocoa\n", ["2 Tea, coffee; cocoa"], id="the same as TSV"),
        pytest.param(
            "a.csv", b"Title,My note\nA Title,good\n", ["2 A Title"], id="with a column of the user's"
        ),
        pytest.param(
            "a.csv.gz", gzip.compress(b"Title;My note\nA Title;good\n"), ["2 A Title"], id="compressed"
        ),
        pytest.param(
            "a.csv", b"\xff\xfe" + "title\r\nA Title\r\n".encode("utf-16-le"), ["2 A Title"], id="UTF-16"
        ),
    ],
)
def test_a_file_named_as_a_table_needs_no_column_but_the_title(
    tmp_path: Path, name: str, content: bytes, expected: list[str]
) -> None:
    (tmp_path / name).write_bytes(content)
    assert shown(read_papers([tmp_path / name])) == expected


@pytest.mark.parametrize(
    ("name", "content"),
    [
        pytest.param("a.txt", "title\nA Title\n", id="by name no table"),
        pytest.param("a.csv", "A sentence about a title\nAnother\n", id="no header"),
    ],
)
def test_other_lines_of_words_are_no_header(tmp_path: Path, name: str, content: str) -> None:
    (tmp_path / name).write_text(content, "utf-8")
    assert "is of no known format" in bad(tmp_path / name)


def test_rejects_show_how_the_record_begins(file: Path) -> None:
    file.write_text(GOOD + '{"title": oops,\t"abstract": "' + "x" * 100 + '"}\n', encoding="utf-8")
    _, reject = read_papers([file])
    beginning = '{"title": oops, "abstract": "' + "x" * 51
    assert reject == Reject(f"{file}:2", "is not JSON (Expecting value)", beginning)


CUT = "the last record is cut off, so the file is not whole; fetch it again"
UTF8 = "is not UTF-8 text; save the file as UTF-8, or convert it: iconv -f latin1 -t utf-8"
NUL = "holds NUL bytes: is it binary, or UTF-16? Save it as UTF-8"
KNOWN = (
    "papers are read from JSON, JSON Lines, CSV and TSV (with a header line that names a column `title`),"
    " BibTeX, RIS, PubMed's nbib, the XML of arXiv, of the ACL Anthology and of DBLP, and from pages of"
    " papers saved as text"
)
WIDE = "begins as UTF-16 or UTF-32, but is not (illegal UTF-16 surrogate); save it as UTF-8"
COMPRESSED = gzip.compress(GOOD.encode() * 500)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        pytest.param(b"", "file: is empty", id="empty"),
        pytest.param(b" \n\n", "file: is empty", id="blank"),
        pytest.param(gzip.compress(b""), "file: is empty", id="empty and compressed"),
        pytest.param(GOOD.encode() * 2 + b"\0", f"file:3: {NUL}", id="NUL"),
        pytest.param(GOOD.encode("utf-16-le"), f"file:1: {NUL}", id="UTF-16 without its mark"),
        pytest.param(b"\xff\xfe" + b"\0\xd8" * 2, f"file: {WIDE}", id="no UTF-16 behind its mark"),
        pytest.param(b"\x89PNG\r\n", "file: is a picture, not text", id="picture"),
        pytest.param(b"PAR1\x15\x04\x15\x0c", "file: is a Parquet file, not text", id="Parquet"),
        pytest.param(b"{\\rtf1 ", "file: is RTF, not text", id="RTF"),
        pytest.param(
            b"a" * 257 + b"ustar", "file: is a tar archive; unpack it, and give the folder", id="tar"
        ),
        pytest.param(
            GOOD.encode() + b'{"title": "\xe9"}\n', f"file:2: byte 0xe9 {UTF8}", id="Latin-1 JSON lines"
        ),
        pytest.param(b'[{"title": "A"},\n{"title": "\xe9"}]', f"file:2: byte 0xe9 {UTF8}", id="Latin-1 JSON"),
        pytest.param(b"A Title\n\nCaf\xe9s are abstract.\n", f"file:3: byte 0xe9 {UTF8}", id="Latin-1 page"),
        pytest.param(b"title,x\nCaf\xe9,1\n", f"file:2: byte 0xe9 {UTF8}", id="Latin-1 table"),
        pytest.param(GOOD.encode() + b'{"title": "cut of', f"file:2: {CUT}", id="cut-off line"),
        pytest.param(
            GOOD.encode() + b'{"title": "x", "a": {"b": 1}', f"file:2: {CUT}", id="line cut off late"
        ),
        pytest.param(b'[{"title": "A"}, {"title": "cut of', f"file:record 2: {CUT}", id="cut-off JSON"),
        pytest.param(b'[{"title": "A"}, ', f"file:record 2: {CUT}", id="JSON cut off between records"),
        pytest.param(b'[{"title": "A"}', f"file:record 2: {CUT}", id="JSON without its end"),
        pytest.param(
            b'{"results": [\n{"title": "A"}, {"title": "B"', f"file:record 2: {CUT}", id="cut-off wrapper"
        ),
        pytest.param(
            b'[{"title": "A"}] x',
            "file:record 2: is not JSON (Expecting value); the records before it are whole",
            id="something behind",
        ),
        pytest.param(
            b'[{"title": "A"},' + b"[" * 100_000 + b"]" * 100_000 + b"]",
            "file:record 2: is not JSON (it is nested too deep); the records before it are whole",
            id="deep JSON",
        ),
        pytest.param(
            b'[{"title": ' + b"9" * 300_000 + b"}]",
            "file:record 1: is not JSON (a number in it is too long); the records before it are whole",
            id="300,000 digits",
        ),
        pytest.param(
            b'title,id\nA,1\n"B,2\nC,3\n',
            "file:3: a quote opened here is never closed; is the file cut off?",
            id="quote never closed",
        ),
        pytest.param(
            COMPRESSED[:-20], "file: the compressed file is cut off; fetch it again", id="cut-off gzip"
        ),
        pytest.param(b"%PDF-1.7 \xff", "file: is a PDF, not text", id="PDF"),
        pytest.param(b"PK\x03\x04 \xff", "file: is a zip archive or an Office file, not text", id="zip"),
        pytest.param(b"<!DOCTYPE html>", f"file: is HTML (save the page as text); {KNOWN}", id="HTML"),
        pytest.param(
            b"<rss><item/></rss>",
            "file: is XML of <rss>, of which nothing is read;"
            " of XML: arXiv API, OAI-PMH of arXiv, ACL Anthology, DBLP",
            id="XML",
        ),
        pytest.param(
            b"Titel;Jahr;Text\nA;2020;x\n",
            "file: looks like a table without a column for the title (Titel, Jahr, Text);"
            " name it: --map title=COLUMN",
            id="table in German",
        ),
        pytest.param(b"Only a line of prose.\n", f"file: is of no known format; {KNOWN}", id="prose"),
    ],
)
def test_a_bad_file_is_an_error_that_says_what_to_do(file: Path, content: bytes, said: str) -> None:
    file.write_bytes(content)
    assert bad(file) == said


@pytest.mark.parametrize(
    ("content", "place"),
    [
        pytest.param(
            GOOD * 2 + '{"title": "' + "x" * 5000 + '"}\n', "file:3: this line is longer", id="line"
        ),
        pytest.param("x" * 5000, "file:1: this line is longer", id="no line at all"),
        pytest.param("Title Here\n\n" + "x" * 5000, "file:3: this line is longer", id="page"),
        pytest.param(
            '[{"title": "' + "x" * 5000 + '"}]', "file:record 1: this record is longer", id="record"
        ),
    ],
)
def test_a_line_over_the_limit_is_a_bad_file(file: Path, content: str, place: str) -> None:
    file.write_text(content, encoding="utf-8")
    assert bad(file, max_line_bytes=4096).startswith(place)


def test_a_list_on_one_line_may_be_longer_than_the_limit(file: Path) -> None:
    file.write_text(json.dumps([A] * 1000), encoding="utf-8")
    assert len(list(read_papers([file], max_line_bytes=4096))) == 1000


@pytest.mark.parametrize("compress", [gzip.compress, bz2.compress])
def test_compressed_files(file: Path, compress: type) -> None:
    file.write_bytes(compress(GOOD.encode() * 3))
    assert shown(read_papers([file])) == ["1 A Title", "2 A Title", "3 A Title"]


def test_bad_files_can_be_skipped(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text(GOOD + '{"title', encoding="utf-8")
    (tmp_path / "b.jsonl").write_text(GOOD, encoding="utf-8")
    found = list(read_papers([tmp_path], skip_bad_files=True))
    assert shown(iter(found)) == ["1 A Title", f"2 REJECT skipped from here on: {CUT}", "1 A Title"]


class TestFinding:
    @pytest.fixture
    def folder(self, tmp_path: Path) -> Path:
        for name in (
            "b.jsonl",
            "a.txt",
            "inner/c.csv",
            "inner/d.json.gz",
            ".hidden/e.jsonl",
            ".f.jsonl",
            "g.png",
        ):
            (tmp_path / name).parent.mkdir(exist_ok=True)
            (tmp_path / name).write_text(GOOD, encoding="utf-8")
        return tmp_path

    def test_folders_are_searched_in_order_without_hidden_and_foreign_files(self, folder: Path) -> None:
        found = find_files([folder])
        names = [path.relative_to(folder).as_posix() for path in found.paths]
        assert names == ["a.txt", "b.jsonl", "inner/c.csv", "inner/d.json.gz"]
        assert [path.name for path in found.passed_over] == ["g.png"]
        assert found.total_bytes == 4 * len(GOOD)

    def test_a_file_that_is_named_is_read_whatever_its_name(self, folder: Path) -> None:
        assert shown(read_papers([folder / "g.png", folder / ".f.jsonl"])) == ["1 A Title", "1 A Title"]
        assert find_files([folder, folder / "g.png"]).passed_over == ()

    def test_globs(self, folder: Path) -> None:
        assert [path.name for path in find_files([str(folder / "*.*")]).paths] == [
            "a.txt",
            "b.jsonl",
            "g.png",
        ]
        assert [path.name for path in find_files([str(folder / "**" / "*.csv")]).paths] == ["c.csv"]

    def test_each_file_is_read_once(self, folder: Path) -> None:
        assert len(find_files([folder, folder / "b.jsonl", folder / "inner" / ".." / "b.jsonl"]).paths) == 4

    def test_a_name_with_brackets_is_a_name_first(self, tmp_path: Path) -> None:
        path = tmp_path / "papers [1].jsonl"
        path.write_text(GOOD, encoding="utf-8")
        assert find_files([str(path)]).paths == (path,)

    @pytest.mark.parametrize(
        ("name", "reason"),
        [
            pytest.param("none.txt", "there is no such file or folder", id="file"),
            pytest.param("*.none", "matches no file", id="glob"),
            pytest.param(".hidden/nothing", "there is no such file or folder", id="in a hidden folder"),
        ],
    )
    def test_what_is_not_there_is_said_at_once(self, folder: Path, name: str, reason: str) -> None:
        with pytest.raises(BadInput) as caught:
            read_papers([folder / name])
        assert caught.value.reason == reason

    @pytest.mark.parametrize(
        ("source", "said"),
        [
            pytest.param("", '"": there is no such file or folder', id="nothing"),
            pytest.param(
                "https://arxiv.org/abs/1706.03762",
                "https://arxiv.org/abs/1706.03762: is an address, and only files are read;"
                " save it, and give the file",
                id="address",
            ),
        ],
    )
    def test_what_is_no_name_of_a_file(self, source: str, said: str) -> None:
        with pytest.raises(BadInput) as caught:
            read_papers([source])
        assert str(caught.value) == said

    def test_in_folders_what_is_no_file_is_passed_over(self, tmp_path: Path) -> None:
        """Nobody writes into the pipe: to open it would wait for ever."""
        os.mkfifo(tmp_path / "pipe")
        (tmp_path / "loop").symlink_to(tmp_path / "loop")
        (tmp_path / "gone").symlink_to(tmp_path / "nowhere")
        (tmp_path / "up").symlink_to(tmp_path)
        (tmp_path / "papers.jsonl").write_text(GOOD, "utf-8")
        rejects = [one for one in read_papers([tmp_path]) if isinstance(one, Reject)]
        assert [(Path(one.source).name, one.reason) for one in rejects] == [
            (name, "was passed over, since it is no file") for name in ("gone", "loop", "pipe")
        ]

    @pytest.mark.parametrize(
        "name",
        [
            "ml-journal/b.jsonl",
            "old.partial/b.jsonl",
            "the-journal",
            "b.jsonl.partial",
            "-wal",
            "k.db-journal/b",
        ],
    )
    def test_papers_in_names_like_those_of_journals_are_read(self, tmp_path: Path, name: str) -> None:
        (tmp_path / "k.db").write_bytes(b"SQLite format 3\0")
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(GOOD, "utf-8")
        assert find_files([tmp_path]).paths == (tmp_path / name,)

    @pytest.mark.parametrize(
        ("name", "content"),
        [
            pytest.param("store-journal", b"any", id="journal"),
            pytest.param("store-shm", b"any", id="shared memory"),
            pytest.param("other.partial", b"SQLite format 3\0", id="store being written"),
            pytest.param(
                "other.partial-journal", b"\xd9\xd5\x05\xf9\x20\xa1\x63\xd7", id="journal of none yet"
            ),
        ],
    )
    def test_what_a_store_is_written_in_is_passed_over(
        self, tmp_path: Path, name: str, content: bytes
    ) -> None:
        (tmp_path / "b.jsonl").write_text(GOOD, "utf-8")
        (tmp_path / "store").write_bytes(b"SQLite format 3\0")
        (tmp_path / name).write_bytes(content)
        found = find_files([tmp_path, tmp_path / "store"])
        assert [path.name for path in found.passed_over] == [name]

    def test_a_link_to_itself(self, tmp_path: Path) -> None:
        (tmp_path / "loop").symlink_to(tmp_path / "loop")
        with pytest.raises(BadInput, match="Too many levels of symbolic links"):
            list(read_papers([tmp_path / "loop"]))

    def test_an_empty_folder(self, tmp_path: Path) -> None:
        with pytest.raises(BadInput, match="holds no files"):
            find_files([tmp_path])

    def test_files_in_a_folder_that_hold_no_papers_are_listed(self, folder: Path) -> None:
        (folder / "inner" / "README").write_text("Only a line of prose.\n", encoding="utf-8")
        rejects = [one for one in read_papers([folder]) if isinstance(one, Reject)]
        assert [(Path(one.source).name, one.reason) for one in rejects] == [
            ("g.png", "was passed over, since files of this kind hold no papers"),
            ("README", "was passed over: is of no known format"),
        ]

    def test_a_broken_file_in_a_folder_is_an_error(self, folder: Path) -> None:
        (folder / "inner" / "latin1.jsonl").write_bytes(b'{"title": "\xe9"}\n')
        with pytest.raises(BadInput, match="UTF-8"):
            list(read_papers([folder]))


def test_standard_input(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(COMPRESSED)))
    found = list(read_papers(["-"]))
    assert len(found) == 500
    assert found[0].source == "<stdin>:1"
    assert find_files(["-"]).total_bytes is None


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(GOOD.encode() * 2000, id="lines"),
        pytest.param(COMPRESSED, id="compressed"),
        pytest.param(json.dumps([A] * 5000).encode(), id="list"),
        pytest.param(b"A Title\n\nThe abstract of it.\n\n" * 2000, id="page"),
        pytest.param(b"@article{a, title={A Title}}\n" * 2000, id="BibTeX"),
        pytest.param(b"<dblp>" + b"<article><title>A</title></article>\n" * 2000 + b"</dblp>", id="XML"),
    ],
)
def test_every_byte_is_reported_once(file: Path, content: bytes) -> None:
    file.write_bytes(content)
    reported: list[int] = []
    list(read_papers([file], on_bytes=reported.append))
    assert sum(reported) == find_files([file]).total_bytes == len(content)


@pytest.mark.parametrize(
    ("begin", "record", "between", "end"),
    [
        pytest.param("", GOOD.strip(), "\n", "\n", id="lines"),
        pytest.param("[", GOOD.strip(), ",", "]", id="list"),
        pytest.param('{"n": 1,\n"results": [', GOOD.strip(), ",", "]}", id="wrapped"),
        pytest.param("title,abstract\n", "A Title,Text.", "\n", "\n", id="table"),
        pytest.param("", "A Title\n\nThe Text.\n\n·\nMar 3\n", "\n", "", id="page"),
    ],
)
def test_memory_does_not_grow_with_the_input(
    file: Path, begin: str, record: str, between: str, end: str
) -> None:
    def peak(records: int) -> int:
        long = record.replace("Text", "Text and more " * 40)
        file.write_text(begin + between.join([long] * records) + end, encoding="utf-8")
        tracemalloc.start()
        count = sum(1 for _ in read_papers([file]))
        _, most = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        assert count == records
        return most

    few, many = peak(2_000), peak(4_000)
    assert many < 1.2 * few


def test_the_bundled_example() -> None:
    found = list(read_papers([EXAMPLE]))
    assert all(isinstance(one, Paper) and one.ids and one.date and one.authors for one in found)


@pytest.mark.skipif(not SHARED.is_dir(), reason="the customer's files are not here")
def test_annotated_papers_are_papers() -> None:
    found = list(read_papers([SHARED / "gold" / "dev.jsonl"]))
    assert found
    assert all(isinstance(one, Paper) and one.id and one.abstract for one in found)


@pytest.mark.parametrize("as_of", ["yesterday", "2025-13-01"])
def test_a_day_that_is_none(file: Path, as_of: str) -> None:
    file.write_text(GOOD, encoding="utf-8")
    with pytest.raises(BadInput, match="write it as 2025-12-31"):
        read_papers([file], as_of=as_of)
