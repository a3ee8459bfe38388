"""Which papers are taken, how fields may be named, and the file of rejects."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner

from kgraph.cli import main
from kgraph.errors import BadInput
from kgraph.records import Paper
from kgraph.sources import read_papers
from kgraph.sources.choice import choose
from kgraph.sources.reading import read_names

ROWS: list[dict[str, object]] = [
    {
        **{"title": "One", "categories": "cs.CL cs.LG", "date": "2023-05"},
        **{"venue": "ACL 2023", "authors": ["Ada Byron"]},
    },
    {
        **{"title": "Two", "categories": ["cs.CV"], "date": "2022-12-31"},
        **{"keywords": "Tea; Cups", "language": "English"},
    },
    {"title": "Three", "categories": "math.CO", "doi": "10.1000/X"},
]
GERMAN = {"Titel": "Tee", "Kurzfassung": "Wir gießen.", "Erschienen am": "2021-03-04"}


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "rows.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in ROWS), encoding="utf-8")
    return path


def titles(file: Path, **options: object) -> list[str]:
    found = read_papers([file], **options)  # type: ignore[arg-type]
    return [one.title for one in found if isinstance(one, Paper)]


@pytest.mark.parametrize(
    ("where", "since", "taken"),
    [
        pytest.param(["category=cs.CL"], None, ["One"], id="category"),
        pytest.param(["category=CS"], None, ["One", "Two"], id="archive"),
        pytest.param(["category=c"], None, [], id="no part of a name"),
        pytest.param(["category=cs.CL", "category=cs.CV"], None, ["One", "Two"], id="either"),
        pytest.param(["category=cs", "venue=acl"], None, ["One"], id="both"),
        pytest.param(["keyword=tea"], None, ["Two"], id="keyword"),
        pytest.param(["language=en"], None, ["Two"], id="language"),
        pytest.param(["author=byron"], None, ["One"], id="author"),
        pytest.param(["title=t"], None, ["Two", "Three"], id="title"),
        pytest.param(["id=https://doi.org/10.1000/x"], None, ["Three"], id="id"),
        pytest.param([], "2023", ["One"], id="since"),
        pytest.param([], "2022-12", ["One", "Two"], id="since a month"),
        pytest.param([], None, ["One", "Two", "Three"], id="all"),
    ],
)
def test_choice(file: Path, where: list[str], since: str | None, taken: list[str]) -> None:
    left_out: list[Paper] = []
    assert titles(file, where=where, since=since, on_left_out=left_out.append) == taken
    assert len(left_out) == len(ROWS) - len(taken)


@pytest.mark.parametrize("limit", [0, 1, 2, 5])
def test_limit(file: Path, limit: int) -> None:
    assert len(titles(file, limit=limit)) == min(limit, len(ROWS))
    assert len(titles(file, limit=limit, where=["category=cs"])) == min(limit, 2)


@pytest.mark.parametrize("condition", ["category", "colour=red", "category=", "=x"])
def test_a_condition_that_is_none(condition: str) -> None:
    with pytest.raises(BadInput, match="is not FIELD=VALUE with a field of category"):
        choose([condition])


class TestNames:
    @pytest.mark.parametrize(
        "content",
        [
            pytest.param("Titel;Kurzfassung;Erschienen am\nTee;Wir gießen.;2021-03-04\n", id="table"),
            pytest.param(json.dumps(GERMAN) + "\n", id="JSON lines"),
            pytest.param(json.dumps([GERMAN]), id="JSON"),
        ],
    )  # fmt: skip
    def test_names_of_fields(self, tmp_path: Path, content: str) -> None:
        (tmp_path / "file").write_text(content, encoding="utf-8")
        names = ["title=Titel", "abstract=kurzfassung", "date=Erschienen am"]
        (paper,) = read_papers([tmp_path / "file"], names=names)
        assert isinstance(paper, Paper)
        assert (paper.title, paper.abstract, paper.date) == ("Tee", "Wir gießen.", "2021-03-04")

    def test_what_is_named_wins(self, tmp_path: Path) -> None:
        (tmp_path / "file").write_text("title,headline,id\nA,B,1\n", encoding="utf-8")
        (paper,) = read_papers([tmp_path / "file"], names={"title": "headline"})
        assert isinstance(paper, Paper)
        assert (paper.title, paper.id) == ("B", "1")

    @pytest.mark.parametrize("given", ["title", "colour=Farbe", "title="])
    def test_a_name_that_is_none(self, given: str) -> None:
        with pytest.raises(BadInput, match="is not FIELD=NAME with a field of title, abstract"):
            read_names([given])


class TestCommands:
    @pytest.fixture
    def run(self, tmp_path: Path) -> Callable[..., tuple[int, str, str]]:
        def call(*arguments: str) -> tuple[int, str, str]:
            found = CliRunner().invoke(main, [*arguments], env={"KGRAPH_DB": str(tmp_path / "k.db")})
            return found.exit_code, found.stdout, found.stderr

        return call

    def test_build(self, file: Path, run: Callable[..., tuple[int, str, str]]) -> None:
        code, out, _ = run("build", str(file), "--where", "category=cs", "--since", "2023", "--json")
        report = json.loads(out)
        assert (code, report["read"], report["left_out"], report["without_abstract"]) == (0, 1, 2, 1)

    def test_extract(self, file: Path, run: Callable[..., tuple[int, str, str]]) -> None:
        code, out, err = run("extract", str(file), "--where", "category=cs", "--limit", "1")
        assert (code, [json.loads(line)["title"] for line in out.splitlines()]) == (0, ["One"])
        code, _, err = run("extract", str(file), "--since", "2023")
        assert (code, err) == (0, "2 papers were left out.\n")

    @pytest.mark.parametrize(
        ("option", "said"),
        [
            (("--where", "colour=red"), "'colour=red' is not FIELD=VALUE with a field of category"),
            (("--map", "title"), "'title=' is not FIELD=NAME with a field of title"),
        ],
    )
    def test_usage(
        self, file: Path, run: Callable[..., tuple[int, str, str]], option: tuple[str, str], said: str
    ) -> None:
        code, _, err = run("build", str(file), *option)
        assert code == 2
        assert said in err

    def test_rejects(self, file: Path, tmp_path: Path, run: Callable[..., tuple[int, str, str]]) -> None:
        with file.open("a", encoding="utf-8") as out:
            out.write('{"title": oops}\n{"title": ""}\n')
        rejects = tmp_path / "rejects.jsonl"
        code, _, err = run("build", str(file), "--rejects", str(rejects))
        lines = [json.loads(line) for line in rejects.read_text("utf-8").splitlines()]
        assert code == 0
        assert lines == [
            {"source": f"{file}:4", "reason": "is not JSON (Expecting value)", "excerpt": '{"title": oops}'},
            {"source": f"{file}:5", "reason": "has no title", "excerpt": '{"title": ""}'},
        ]
        assert err.count("rejected ") == 2
        _, doctor, _ = run("doctor", "--json")
        assert [row[0] for row in json.loads(doctor)["rejects"]] == [f"{file}:4", f"{file}:5"]

    def test_a_build_that_fails_leaves_no_file_of_rejects(
        self, file: Path, tmp_path: Path, run: Callable[..., tuple[int, str, str]]
    ) -> None:
        file.write_text("a\nb\n" + json.dumps(ROWS[0]) + "\n", encoding="utf-8")
        file.write_text('{"a": 1}\n{"b": 2}\n', encoding="utf-8")
        code, _, err = run("build", str(file), "--rejects", str(tmp_path / "rejects.jsonl"))
        assert (code, err.startswith("Error: ")) == (1, True)
        assert [path.name for path in tmp_path.iterdir()] == [file.name]
