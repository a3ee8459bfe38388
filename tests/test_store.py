"""The file: opened, refused, locked, replaced; and what goes in comes out."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from kgraph.errors import BadInput, StoreError
from kgraph.records import Edge, Entity, Extraction, Mention, Paper, Statement
from kgraph.store import SCHEMA_VERSION, Store, building, changing

PAPER = Paper(
    "arxiv:1",
    "LoRA extends β-VAE",
    "On GLUE.",
    ("A. B",),
    "2021-06",
    True,
    "ICLR",
    "https://x",
    ("arxiv:1", "doi:1"),
    ("doi:2",),
    {"comments": 3, "keywords": ["a"]},
)
OTHER = Paper("title:other", "LoRA", date="2020")


def mention(start: int, end: int, label: str = "method", role: str = "uses", paper: Paper = PAPER) -> Mention:
    text = paper.text[start:end]
    return Mention(paper.id, start, end, text, text, label, role, 900, "tagger", 0, len(paper.title))


LORA, VAE, GLUE = mention(0, 4, role="introduces"), mention(13, 18), mention(22, 26, "dataset", "evaluates")
FOUND = Extraction(
    PAPER.id,
    (LORA, VAE, GLUE),
    (
        Statement(PAPER.id, (0, 4), "extends", (13, 18), 800),
        Statement(PAPER.id, (13, 18), "compared_with", (0, 4), 700),
    ),
)
LORA_ENTITY = Entity("entity:lora", "LoRA", "method", ("Low-Rank Adaptation",), ("model",))
VAE_ENTITY = Entity("entity:beta-vae", "β-VAE", "model")
NAMED = [("LoRA", "entity:lora"), ("β-VAE", "entity:beta-vae")]


def fill(store: Store, *papers: Paper) -> None:
    """Put papers, each of one record, and what is found in the first."""
    with store.transaction():
        store.put_records(papers)
        store.assign_records((digest, record.id) for digest, _, record in list(store.records()))
        store.put_papers(papers)
        store.put_extractions([FOUND])


def resolve(store: Store) -> None:
    named = [
        (PAPER.id, "LoRA", "LoRA", "entity:lora", "exact"),
        (PAPER.id, "β-VAE", "β-VAE", "entity:beta-vae", "exact"),
        (PAPER.id, "GLUE", "GLUE", None, "unresolved"),
    ]
    spellings = [("LoRA", "entity:lora", "exact", 1), ("β-VAE", "entity:beta-vae", "exact", 1)]
    with store.transaction():
        store.put_entities([VAE_ENTITY, LORA_ENTITY], named, spellings)
        with store.replacing_edges():
            store.put_role_edges()
            store.put_stated_edges()
            store.put_company_edges()
        store.put_entity_counts({"entity:lora": [PAPER.id]})


@pytest.fixture
def db(tmp_path: Path) -> Path:
    path = tmp_path / "k.db"
    with building(path) as store:
        fill(store, PAPER, OTHER)
        resolve(store)
    return path


def only_file(path: Path) -> bool:
    return list(path.parent.iterdir()) == [path]


def test_what_goes_in_comes_out(db: Path) -> None:
    with Store(db) as store:
        assert list(store.papers()) == [PAPER, OTHER]
        assert store.paper(PAPER.id) == PAPER
        assert store.paper("absent") is None
        assert sorted(record.id for _, _, record in store.records()) == [PAPER.id, OTHER.id]
        assert list(store.entities()) == [VAE_ENTITY, LORA_ENTITY]
        named = {(0, 4): "entity:lora", (13, 18): "entity:beta-vae"}
        nothing = Extraction(OTHER.id)
        said = sorted(FOUND.statements, key=lambda statement: statement.source)
        found = Extraction(PAPER.id, FOUND.mentions, tuple(said))
        assert list(store.extractions()) == [(PAPER, found, named), (OTHER, nothing, {})]
    assert only_file(db)


def test_near_counts_the_papers_that_tie_two_closely(tmp_path: Path) -> None:
    """Of five papers one names both in one sentence, twice, and two introduce one and use the other."""
    papers = [Paper(f"own:{number}", "A title") for number in range(5)]
    sentences = {  # of LoRA, of β-VAE
        "own:0": [(0, 0), (5, 5)],
        "own:1": [(0, 5)],
        "own:2": [(5, 0)],
        "own:3": [(0, 5)],
        "own:4": [(0, 5)],
    }
    roles = {
        ("own:1", "LoRA"): "introduces",
        ("own:3", "β-VAE"): "introduces",
        ("own:4", "LoRA"): "introduces",
        ("own:4", "β-VAE"): "mentions",
    }

    def found(paper: str) -> Iterator[Mention]:
        for number, pair in enumerate(sentences[paper]):
            for start, (name, _), sentence in zip((number, number + 5), NAMED, pair, strict=True):
                role = roles.get((paper, name), "uses")
                yield Mention(paper, start, start + 1, "x", name, "method", role, 900, "t", sentence, 9)

    named = [(paper, name, "x", id_, "exact") for paper in sentences for name, id_ in NAMED]
    with building(tmp_path / "k.db") as store, store.transaction():
        store.put_records(papers)
        store.assign_records((digest, record.id) for digest, _, record in list(store.records()))
        store.put_papers(papers)
        store.put_extractions(Extraction(paper, tuple(found(paper))) for paper in sentences)
        store.put_entities([VAE_ENTITY, LORA_ENTITY], named, [])
        with store.replacing_edges():
            store.put_role_edges()
            store.put_company_edges()
        assert list(store.edges("appears_with")) == [
            Edge("entity:beta-vae", "entity:lora", "appears_with", papers=5, near=3)
        ]


def test_edges(db: Path) -> None:
    day = PAPER.date
    with Store(db) as store:
        assert list(store.edges()) == [
            Edge(PAPER.id, "entity:lora", "introduces", 1, day, day),
            Edge(PAPER.id, "entity:beta-vae", "uses", 1, day, day),
            Edge("entity:beta-vae", "entity:lora", "appears_with", 1, day, day),
            Edge("entity:beta-vae", "entity:lora", "compared_with", 1, day, day),
            Edge("entity:lora", "entity:beta-vae", "extends", 1, day, day),
        ]
        assert {edge.relation for edge in store.role_edges()} == {"introduces", "uses"}
        assert list(store.edges("extends")) == [
            Edge("entity:lora", "entity:beta-vae", "extends", 1, day, day)
        ]
        assert store.counts() == {
            "papers": 2,
            "mentions": 3,
            "entities": {"method": 1, "model": 1},
            "edges": {"appears_with": 1, "compared_with": 1, "extends": 1, "introduces": 1, "uses": 1},
        }
        figures = store.connection.execute(
            "SELECT id, papers, since, introduced_by FROM entities ORDER BY id"
        )
        assert figures.fetchall() == [
            ("entity:beta-vae", 1, day, "[]"),
            ("entity:lora", 1, day, f'["{PAPER.id}"]'),
        ]


def test_the_strongest_role_is_the_edge(tmp_path: Path) -> None:
    twice = Paper("p", "LoRA and LoRA")
    mentions = (mention(0, 4, role="mentions", paper=twice), mention(9, 13, role="compares", paper=twice))
    with building(tmp_path / "k.db") as store:
        with store.transaction():
            store.put_records([twice])
            store.assign_records((digest, "p") for digest, *_ in list(store.records()))
            store.put_papers([twice])
            store.put_extractions([Extraction("p", mentions)])
            store.put_entities([LORA_ENTITY], [("p", "LoRA", "LoRA", "entity:lora", "exact")], [])
            with store.replacing_edges():
                store.put_role_edges()
        assert list(store.edges()) == [Edge("p", "entity:lora", "compares", 1)]


def test_a_new_text_takes_its_mentions_away(db: Path) -> None:
    with changing(db) as store, store.transaction():
        assert store.unextracted() == 1  # OTHER was never read
        store.put_papers([PAPER])
        assert store.unextracted() == 1
        store.put_papers([Paper(PAPER.id, PAPER.title, "On SuperGLUE.")])
        assert [paper.abstract for paper in store.papers_to_extract()] == ["On SuperGLUE.", ""]
        assert store.counts()["mentions"] == 0


def test_a_paper_goes_with_its_records(db: Path) -> None:
    with changing(db) as store, store.transaction():
        store.drop_records([PAPER.id])
        store.put_papers([])
        assert [paper.id for paper in store.papers()] == [OTHER.id]
        assert store.counts()["mentions"] == 0


def test_a_record_read_twice_is_one(tmp_path: Path) -> None:
    path = tmp_path / "k.db"
    with building(path) as store, store.transaction():
        store.put_records([Paper("1", "A", source=source) for source in ("b:2", "a:9")])
        assert [record.source for _, _, record in store.records()] == ["a:9"]
        store.drop_records()


def test_dangling_rows_are_refused(db: Path) -> None:
    with changing(db) as store, pytest.raises(sqlite3.IntegrityError):
        store.put_extractions(
            [Extraction("absent", (Mention("absent", 0, 1, "x", "x", "method", "uses", 1, "", 0, 1),))]
        )


# --------------------------------------------------------------------------------------------------- opening


def _missing(path: Path) -> None:
    pass


def _text(path: Path) -> None:
    path.write_text("A page of papers.\n" * 100)


def _foreign(path: Path) -> None:
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE mine (x)")


def _folder(path: Path) -> None:
    path.mkdir()


def _version(version: int) -> Callable[[Path], None]:
    def make(path: Path) -> None:
        with building(path):
            pass
        with closing(sqlite3.connect(path)) as connection:
            connection.execute(f"PRAGMA user_version = {version}")

    return make


@pytest.mark.parametrize(
    ("make", "reason"),
    [
        pytest.param(_missing, "run `kgraph build` first", id="missing"),
        pytest.param(_text, "no kgraph store", id="a text"),
        pytest.param(Path.touch, "no kgraph store", id="empty"),
        pytest.param(_foreign, "no kgraph store", id="another program's database"),
        pytest.param(_folder, "this is a folder", id="a folder"),
        pytest.param(
            _version(SCHEMA_VERSION - 1), "an older kgraph .* `kgraph build`", id="an older version"
        ),
        pytest.param(_version(SCHEMA_VERSION + 1), "a newer kgraph", id="a newer version"),
    ],
)
def test_what_is_no_store(make: Callable[[Path], None], reason: str, tmp_path: Path) -> None:
    path = tmp_path / "k.db"
    make(path)
    with pytest.raises(StoreError, match=reason):
        Store(path)
    with pytest.raises(StoreError, match=reason), changing(path):
        pass


@pytest.mark.parametrize("make", [_text, _foreign, _folder])
def test_a_build_replaces_nothing_foreign(make: Callable[[Path], None], tmp_path: Path) -> None:
    path = tmp_path / "k.db"
    make(path)
    before = path.is_file() and path.read_bytes()
    with pytest.raises(StoreError), building(path):
        pass
    assert (path.is_file() and path.read_bytes()) == before
    assert only_file(path)


@pytest.mark.parametrize("make", [_missing, Path.touch, _version(SCHEMA_VERSION - 1)])
def test_a_build_replaces_what_is_nothing_or_old(make: Callable[[Path], None], tmp_path: Path) -> None:
    path = tmp_path / "k.db"
    make(path)
    with building(path) as store:
        fill(store, PAPER)
    with Store(path) as store:
        assert list(store.papers()) == [PAPER]
    assert only_file(path)


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="cannot be written"), building(tmp_path / "absent" / "k.db"):
        pass


def test_a_name_with_odd_characters(tmp_path: Path) -> None:
    path = tmp_path / "a b?#%20é.db"
    with building(path) as store:
        fill(store, PAPER)
    with Store(path) as store:
        assert store.paper(PAPER.id) == PAPER
    assert only_file(path)


def test_a_store_behind_a_link(db: Path, tmp_path: Path) -> None:
    link = tmp_path / "link.db"
    link.symlink_to(db)
    with changing(link) as store, store.transaction():
        store.put_meta(changed=1)
    assert link.is_symlink()
    with Store(db) as store:
        assert store.meta("changed") == 1


# ------------------------------------------------------------------------------------- writers and readers


def test_a_failed_change_leaves_the_store_as_it_was(db: Path) -> None:
    before = db.read_bytes()
    with pytest.raises(BadInput), changing(db) as store, store.transaction():
        store.drop_records([PAPER.id])
        raise BadInput("x.txt", "is cut off")
    assert db.read_bytes() == before
    assert only_file(db)


def test_a_failed_build_leaves_the_store_as_it_was(db: Path) -> None:
    before = db.read_bytes()
    with pytest.raises(BadInput), building(db):
        raise BadInput("x.txt", "is cut off")
    assert db.read_bytes() == before
    assert only_file(db)


def test_an_interrupted_build_is_taken_up_again(db: Path) -> None:
    with pytest.raises(KeyboardInterrupt), building(db) as store:
        fill(store, PAPER)
        raise KeyboardInterrupt
    with building(db) as store:
        assert list(store.papers()) == [PAPER]
    assert only_file(db)


def test_rubbish_in_place_of_a_partial_build(tmp_path: Path) -> None:
    path = tmp_path / "k.db"
    path.with_name("k.db.partial").write_bytes(b"rubbish " * 1000)
    with building(path) as store:
        fill(store, PAPER)
    assert only_file(path)


@pytest.mark.parametrize("writing", [building, changing])
@pytest.mark.parametrize("second", [building, changing])
def test_a_second_writer_is_refused(
    writing: Callable[[Path], closing[Store]],
    second: Callable[[Path], closing[Store]],
    db: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("kgraph.store._PATIENCE_SECONDS", 0.05)
    with writing(db) as store:
        with pytest.raises(StoreError, match="another kgraph is writing"), second(db):
            pass
        with store.transaction():
            store.put_meta(mine=1)
    with Store(db) as store:
        assert store.meta("mine") == 1
    assert only_file(db)


def test_two_first_builds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kgraph.store._PATIENCE_SECONDS", 0.05)
    path = tmp_path / "k.db"
    with building(path) as store:
        with pytest.raises(StoreError, match="another kgraph is writing"), building(path):
            pass
        fill(store, PAPER)
    assert only_file(path)


@pytest.mark.parametrize("writing", [building, changing])
def test_readers_are_not_disturbed(writing: Callable[[Path], closing[Store]], db: Path) -> None:
    with Store(db) as before:
        with writing(db) as store:
            with store.transaction():
                store.put_meta(new=1)
                with Store(db) as during:
                    assert list(during.papers()) == [PAPER, OTHER]
                    assert during.meta("new") is None
            assert before.meta("new") is None
        assert list(before.papers()) == [PAPER, OTHER]
        assert before.meta("new") is None  # one whole state, until it is opened again
        with Store(db) as after:
            assert after.meta("new") == 1


def test_a_reader_cannot_write(db: Path) -> None:
    with Store(db) as store, pytest.raises(sqlite3.OperationalError, match="readonly"):
        store.put_meta(x=1)
