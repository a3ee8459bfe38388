"""The whole way from files to a store, with an extractor that is simple enough to foresee."""

import gzip
import json
import os
import re
import signal
import subprocess
import sys
import textwrap
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from itertools import pairwise
from pathlib import Path

import pytest

import kgraph.building
from kgraph.building import BuildReport, add, build, remove
from kgraph.errors import BadInput, StoreError, UnknownName
from kgraph.extraction import Extractor
from kgraph.lexicon import Lexicon, read_lexicon
from kgraph.records import Extraction, Mention, Paper, Statement
from kgraph.sources import read_papers
from kgraph.store import Store

SEEDS = Path(__file__).parents[2] / "shared" / "seeds"

Row = dict[str, object]

LORA: Row = {
    "id": "x1",
    "arxiv_id": "2106.09685",
    "title": "LoRA: Low-Rank Adaptation",
    "abstract": "We present LoRA. It beats GPT-3 on GLUE.",
    "date": "2021-06-17",
}
QLORA: Row = {
    "id": "x2",
    "title": "QLoRA",
    "abstract": "We present QLoRA. QLoRA extends LoRA.",
    "date": "2023",
    "references": ["https://arxiv.org/abs/2106.09685v2", "doi:10.1/absent"],
}
GLUE: Row = {"id": "None", "title": "GLUE and GPT-3", "abstract": "", "date": "2024-01"}
NOTHING: Row = {"id": "None", "title": "A title without names", "abstract": ""}
AGAIN: Row = {"title": "LoRA: low-rank adaptation", "abstract": "We present LoRA."}
ALL = [LORA, QLORA, GLUE, NOTHING]
LINES = "".join(json.dumps(row) + "\n" for row in ALL).encode()

NAME = re.compile(r"\b\w*[A-Z]\w*[A-Z0-9-]\w*\b")


def find_names(papers: Iterable[Paper], extractor: Extractor, jobs: int = 1) -> Iterator[Extraction]:
    """Find every word with two capitals; what is presented is introduced."""
    for paper in papers:
        mentions = []
        for found in NAME.finditer(paper.text):
            role = "introduces" if paper.text[: found.start()].endswith("present ") else "mentions"
            span = found.span()
            mentions.append(
                Mention(paper.id, *span, found[0], found[0], "method", role, 900, "test", 0, len(paper.text))
            )
        pairs = [
            Statement(paper.id, (a.start, a.end), "extends", (b.start, b.end), 900)
            for a, b in pairwise(mentions)
            if paper.text[a.end : b.start] == " extends "
        ]
        yield Extraction(paper.id, tuple(mentions), tuple(pairs))


def load_names(nlp: str | None = None, lexicon: Sequence[Path] = ()) -> Extractor:
    """Make an extractor whose fingerprint is what it was given, and that knows no name."""
    if lexicon:
        read_lexicon(lexicon)  # raises what a bad one raises
    made = object.__new__(Extractor)
    object.__setattr__(made, "lexicon", Lexicon())
    object.__setattr__(made, "fingerprint", repr((nlp, [path.read_text("utf-8") for path in lexicon])))
    return made


@pytest.fixture
def simple(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kgraph.building, "find_mentions", find_names)
    monkeypatch.setattr(kgraph.building, "load_extractor", load_names)


def write(path: Path, records: Iterable[Row]) -> Path:
    path.write_text("".join(json.dumps(record) + "\n" for record in records), "utf-8")
    return path


def dump(db: Path) -> dict[str, list[tuple[object, ...]]]:
    """Return all rows of all tables, but for where records were read and what was rejected."""
    with Store(db) as store:
        names = store.connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name")
        tables = {
            name: sorted(store.connection.execute(f"SELECT * FROM {name}"), key=repr)  # noqa: S608
            for (name,) in names.fetchall()
        }
    tables["records"] = [(digest, paper, content) for digest, paper, _, content in tables["records"]]
    tables["meta"] = [row for row in tables["meta"] if row[0] == "extractor"]
    return tables


def only_files(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


@pytest.mark.usefixtures("simple")
class TestReport:
    def test_build(self, tmp_path: Path) -> None:
        source = write(tmp_path / "a.jsonl", [*ALL, AGAIN, LORA, {"id": "9"}])
        report = build([source], tmp_path / "k.db")
        assert report == BuildReport(
            read=6,
            new=4,
            duplicates=2,
            removed=0,
            rejected=1,
            left_out=0,
            without_abstract=2,
            not_english=0,
            rejects=report.rejects,
            re_extracted=False,
            papers=4,
            mentions=11,
            entities={"method": 5},
            edges=report.edges,
            seconds=report.seconds,
        )
        assert report.rejects[0].source.endswith("a.jsonl:7")
        assert report.edges == {
            "appears_with": 7,
            "builds_on": 1,
            "cites": 1,
            "extends": 1,
            "introduces": 2,
            "mentions": 6,
        }
        assert only_files(tmp_path) == ["a.jsonl", "k.db"]

    def test_add(self, tmp_path: Path) -> None:
        build([write(tmp_path / "a.jsonl", [LORA])], tmp_path / "k.db")
        report = add([write(tmp_path / "b.jsonl", [LORA, AGAIN, QLORA])], tmp_path / "k.db")
        assert (report.read, report.new, report.duplicates, report.papers) == (3, 1, 2, 2)

    def test_remove(self, tmp_path: Path) -> None:
        build([write(tmp_path / "a.jsonl", ALL)], tmp_path / "k.db")
        report = remove(["https://arxiv.org/abs/2106.09685v1", "QLoRA"], tmp_path / "k.db")
        assert (report.read, report.removed, report.papers) == (0, 2, 2)

    def test_progress(self, tmp_path: Path) -> None:
        source = write(tmp_path / "a.jsonl", ALL)
        told: list[tuple[str, int, int | None]] = []
        build([source], tmp_path / "k.db", progress=lambda *stage: told.append(stage))
        assert list(dict.fromkeys(stage for stage, *_ in told)) == ["read", "extract", "resolve", "relate"]
        assert ("read", source.stat().st_size, source.stat().st_size) in told
        assert ("extract", 4, 4) in told


@pytest.mark.usefixtures("simple")
class TestSameAsRebuilt:
    @pytest.fixture
    def whole(self, tmp_path: Path) -> Path:
        build([write(tmp_path / "all.jsonl", [*ALL, AGAIN])], tmp_path / "whole.db")
        return tmp_path / "whole.db"

    def test_another_order(self, tmp_path: Path, whole: Path) -> None:
        build([write(tmp_path / "a.jsonl", reversed([*ALL, AGAIN]))], tmp_path / "k.db")
        assert dump(tmp_path / "k.db") == dump(whole)

    @pytest.mark.parametrize("first", range(5))
    def test_in_two_steps(self, first: int, tmp_path: Path, whole: Path) -> None:
        records = [*ALL, AGAIN]
        db = tmp_path / "k.db"
        build([write(tmp_path / "a.jsonl", records[first : first + 1])], db)
        add([write(tmp_path / "b.jsonl", records[:first] + records[first + 1 :])], db)
        assert dump(db) == dump(whole)

    def test_added_and_removed(self, tmp_path: Path) -> None:
        db = tmp_path / "k.db"
        build([write(tmp_path / "a.jsonl", [LORA, GLUE])], db)
        before = dump(db)
        add([write(tmp_path / "b.jsonl", [QLORA, NOTHING])], db)
        assert dump(db) != before
        remove(["x2", "A title without names"], db)
        assert dump(db) == before

    def test_built_over_another(self, tmp_path: Path, whole: Path) -> None:
        db = tmp_path / "k.db"
        build([write(tmp_path / "a.jsonl", [NOTHING])], db)
        build([tmp_path / "all.jsonl"], db)
        assert dump(db) == dump(whole)

    def test_an_id_that_turns_out_to_be_none(self, tmp_path: Path) -> None:
        """A second title under an own id takes the id from the paper that had it."""
        db = tmp_path / "k.db"
        build([write(tmp_path / "a.jsonl", [QLORA])], db)
        add([write(tmp_path / "b.jsonl", [{**GLUE, "id": "x2"}])], db)
        with Store(db) as store:
            assert all(paper.id.startswith("title:") for paper in store.papers())
            assert store.counts()["papers"] == 2


@pytest.mark.usefixtures("simple")
class TestExtractor:
    LEXICON = "#\nlora\tmodel\tLoRA\n"

    def test_the_lexicon_is_remembered(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        (tmp_path / "mine.tsv").write_text(self.LEXICON)
        source = write(tmp_path / "a.jsonl", [LORA])
        monkeypatch.chdir(tmp_path)
        build([source], "k.db", lexicon=["mine.tsv"])
        (tmp_path / "sub").mkdir()
        monkeypatch.chdir(tmp_path / "sub")
        report = add([write(tmp_path / "b.jsonl", [QLORA])], "../k.db")
        assert not report.re_extracted
        build([source, tmp_path / "b.jsonl"], tmp_path / "whole.db", lexicon=[tmp_path / "mine.tsv"])
        assert dump(tmp_path / "k.db") == dump(tmp_path / "whole.db")

    def test_another_lexicon_reads_all_texts_again(self, tmp_path: Path) -> None:
        db, mine = tmp_path / "k.db", tmp_path / "mine.tsv"
        mine.write_text(self.LEXICON)
        build([write(tmp_path / "a.jsonl", [LORA])], db)
        report = add([write(tmp_path / "b.jsonl", [QLORA])], db, lexicon=[mine])
        assert report.re_extracted
        build([tmp_path / "a.jsonl", tmp_path / "b.jsonl"], tmp_path / "whole.db", lexicon=[mine])
        assert dump(db) == dump(tmp_path / "whole.db")
        mine.write_text(self.LEXICON.replace("model", "dataset"))
        assert remove(["x2"], db).re_extracted

    def test_a_missing_lexicon(self, tmp_path: Path) -> None:
        with pytest.raises(BadInput, match="absent"):
            build([write(tmp_path / "a.jsonl", [LORA])], tmp_path / "k.db", lexicon=["absent.tsv"])
        assert only_files(tmp_path) == ["a.jsonl"]


@pytest.mark.usefixtures("simple")
class TestFailures:
    BAD = b'{"title": "A", "abstract": "cut o\xff'

    @pytest.fixture
    def db(self, tmp_path: Path) -> Path:
        build([write(tmp_path / "a.jsonl", [LORA])], tmp_path / "k.db")
        return tmp_path / "k.db"

    @pytest.mark.parametrize("command", [build, add])
    def test_a_bad_file(self, command: Callable[..., BuildReport], tmp_path: Path, db: Path) -> None:
        (tmp_path / "bad.jsonl").write_bytes(self.BAD)
        before = db.read_bytes()
        with pytest.raises(BadInput, match=r"bad\.jsonl"):
            command([tmp_path / "a.jsonl", tmp_path / "bad.jsonl"], db)
        assert db.read_bytes() == before
        assert only_files(tmp_path) == ["a.jsonl", "bad.jsonl", "k.db"]

    @pytest.mark.parametrize("command", [build, add])
    @pytest.mark.parametrize(
        ("content", "said"),
        [
            pytest.param(gzip.compress(LINES)[:-20], "the compressed file is cut off", id="gzip, cut off"),
            pytest.param(LINES[:-30], "the last record is cut off", id="JSON Lines, cut off"),
            pytest.param(
                b"[" + LINES.replace(b"\n", b",")[:-30], "the last record is cut off", id="JSON, cut off"
            ),
            pytest.param(bytes(range(256)) * 9, "holds NUL bytes", id="binary"),
            pytest.param(b"\x89PNG\r\n\x1a\n\0\0", "not text|NUL bytes", id="a picture"),
            pytest.param(b"", "is empty", id="empty"),
            pytest.param(LINES + "Café".encode("latin1"), "0xe9 is not UTF-8", id="Latin-1"),
            pytest.param(
                LINES + b'{"title": "' + b"a" * 9000, "longer than 0.0078125 MB", id="too long a line"
            ),
            pytest.param(b"hello\nworld\n", "is of no known format", id="something else"),
        ],
    )
    def test_what_is_no_file_of_papers(
        self,
        command: Callable[..., BuildReport],
        content: bytes,
        said: str,
        tmp_path: Path,
        db: Path,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        monkeypatch.setattr(kgraph.building, "read_papers", partial(read_papers, max_line_bytes=8192))
        (tmp_path / "bad").write_bytes(content)
        before = db.read_bytes()
        with pytest.raises(BadInput, match=said) as raised:
            command([tmp_path / "a.jsonl", tmp_path / "bad"], db)
        assert "\n" not in str(raised.value)
        assert db.read_bytes() == before
        assert only_files(tmp_path) == ["a.jsonl", "bad", "k.db"]

    def test_a_bad_file_is_skipped(self, tmp_path: Path, db: Path) -> None:
        (tmp_path / "bad.jsonl").write_bytes(self.BAD)
        report = add([tmp_path / "bad.jsonl", write(tmp_path / "b.jsonl", [QLORA])], db, skip_bad_files=True)
        assert (report.new, report.rejected) == (1, 1)
        with Store(db) as store:
            assert store.meta("rejected") == 1
            assert "bad.jsonl" in store.meta("rejects")[0][0]

    def test_a_source_that_is_not_there(self, tmp_path: Path) -> None:
        with pytest.raises(BadInput, match="absent"):
            build([tmp_path / "absent.jsonl"], tmp_path / "k.db")
        assert only_files(tmp_path) == []

    def test_nothing_to_add_to(self, tmp_path: Path) -> None:
        with pytest.raises(StoreError, match="kgraph build"):
            add([write(tmp_path / "a.jsonl", [LORA])], tmp_path / "k.db")

    def test_remove_what_is_not_there(self, db: Path) -> None:
        before = db.read_bytes()
        with pytest.raises(UnknownName):
            remove(["x1", "absent"], db)
        assert db.read_bytes() == before


KILLED = """
    import os, signal, sys
    from pathlib import Path
    import kgraph.building as building
    from test_building import find_names, load_names

    def find_and_die(papers, extractor, jobs=1):
        for count, found in enumerate(find_names(papers, extractor)):
            if count == int(sys.argv[1]):
                os.kill(os.getpid(), signal.SIGKILL)
            yield found

    building._BATCH = 2
    building.load_extractor = load_names
    building.find_mentions = find_and_die
    getattr(building, sys.argv[2])(sys.argv[3:4], sys.argv[4])
"""


def killed(after: int, command: str, source: Path, db: Path) -> None:
    """Run a command that is killed after so many papers."""
    code = [sys.executable, "-c", textwrap.dedent(KILLED), str(after), command, str(source), str(db)]
    path = os.pathsep.join([str(Path(__file__).parent), *sys.path])
    done = subprocess.run(code, env={**os.environ, "PYTHONPATH": path}, capture_output=True)
    assert done.returncode == -signal.SIGKILL, done.stderr.decode()


@pytest.mark.skipif(sys.platform == "win32", reason="there is no kill -9")
@pytest.mark.usefixtures("simple")
class TestKilled:
    def test_build(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        source = write(tmp_path / "a.jsonl", [*ALL, AGAIN])
        build([source], tmp_path / "whole.db")
        db = tmp_path / "k.db"
        killed(3, "build", source, db)
        assert not db.exists()
        read: list[str] = []

        def find(papers: Iterable[Paper], extractor: Extractor, jobs: int = 1) -> Iterator[Extraction]:
            for found in find_names(papers, extractor):
                read.append(found.paper)
                yield found

        monkeypatch.setattr(kgraph.building, "find_mentions", find)
        report = build([source], db)
        assert len(read) == 2  # the other two had been stored
        assert report.new == 4
        assert dump(db) == dump(tmp_path / "whole.db")
        assert only_files(tmp_path) == ["a.jsonl", "k.db", "whole.db"]

    def test_build_of_other_sources_or_by_another_extractor(self, tmp_path: Path) -> None:
        mine = tmp_path / "mine.tsv"
        mine.write_text(TestExtractor.LEXICON)
        other = write(tmp_path / "b.jsonl", [LORA, GLUE])
        build([other], tmp_path / "whole.db", lexicon=[mine])
        db = tmp_path / "k.db"
        killed(3, "build", write(tmp_path / "a.jsonl", ALL), db)
        build([other], db, lexicon=[mine])
        assert dump(db) == dump(tmp_path / "whole.db")

    @pytest.mark.parametrize("after", [0, 1])
    def test_add(self, after: int, tmp_path: Path) -> None:
        db = tmp_path / "k.db"
        build([write(tmp_path / "a.jsonl", [LORA])], db)
        before = db.read_bytes()
        rest = write(tmp_path / "b.jsonl", ALL)
        killed(after, "add", rest, db)
        assert db.read_bytes() == before
        add([rest], db)
        build([rest], tmp_path / "whole.db")
        assert dump(db) == dump(tmp_path / "whole.db")
        assert only_files(tmp_path) == ["a.jsonl", "b.jsonl", "k.db", "whole.db"]


@pytest.fixture(scope="module")
def real_pages(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The path of a store of the real pages."""
    if not SEEDS.exists():
        pytest.skip("the real pages are not beside this checkout")
    db = tmp_path_factory.mktemp("real") / "k.db"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(kgraph.building, "find_mentions", find_names)
        patch.setattr(kgraph.building, "load_extractor", load_names)
        report = build(sorted(SEEDS.glob("*.txt")), db)
    assert (report.read, report.new, report.duplicates, report.rejected) == (506, 454, 52, 0)
    return db


@pytest.mark.skipif(sys.platform == "win32", reason="there is no kill -9")
@pytest.mark.usefixtures("simple")
@pytest.mark.parametrize("after", [0, 101, 453])
def test_a_killed_build_of_the_real_pages(after: int, real_pages: Path, tmp_path: Path) -> None:
    killed(after, "build", SEEDS, tmp_path / "k.db")
    build([SEEDS], tmp_path / "k.db")
    assert dump(tmp_path / "k.db") == dump(real_pages)
    assert only_files(tmp_path) == ["k.db"]


@pytest.mark.usefixtures("simple")
def test_the_real_pages(real_pages: Path, tmp_path: Path) -> None:
    pages = sorted(SEEDS.glob("*.txt"))
    build(pages[::-1][:2], tmp_path / "other.db")
    add(pages[:3], tmp_path / "other.db")
    assert dump(tmp_path / "other.db") == dump(real_pages)


@pytest.mark.parametrize("name", ["k.db", "store"])
def test_a_store_among_the_papers_is_none_of_them(tmp_path: Path, name: str) -> None:
    """`kgraph build .` in a folder of papers, where the store is being written meanwhile; and once more."""
    (tmp_path / "papers.jsonl").write_text('{"title": "A paper"}\n', "utf-8")
    for rejects in ([], [name]):
        report = build([tmp_path], tmp_path / name)
        assert report.read == 1
        assert [Path(reject.source).name for reject in report.rejects] == rejects
    assert add([tmp_path], tmp_path / name).duplicates == 1
    assert only_files(tmp_path) == sorted([name, "papers.jsonl"])
