from pathlib import Path

import pytest

from kgraph.errors import BadInput
from kgraph.extraction.features import Names
from kgraph.keys import alias_key, name_key
from kgraph.lexicon import Lexicon, Row, read_lexicon
from kgraph.records import TYPES


def write(folder: Path, *lines: str) -> Path:
    path = folder / "own.tsv"
    path.write_text("\n".join(lines), "utf-8", newline="\n")
    return path


def test_the_packaged_lexicon_reads() -> None:
    lexicon = read_lexicon()
    assert [row.id for row in lexicon.rows] == sorted({row.id for row in lexicon.rows})
    assert {row.type for row in lexicon.rows} <= set(TYPES)
    assert all(row in lexicon.by_key[alias_key(name)] for row in lexicon.rows for name in row.spellings)


def test_a_users_row_is_read_whole(tmp_path: Path) -> None:
    path = write(
        tmp_path,
        "# what our group calls things",
        "id\ttype\tname\taliases\tnot_aliases\tcues\tsource\tnote",
        "",
        "zz-net\tmodel\tZZ-Net\tzed net | ZZ network\tZZ-Net+\tzebra|stripe\tours\ta note",
        "zz-set\tdataset\tZZ-Set",
    )
    rows = {row.id: row for row in read_lexicon([path]).rows}
    assert rows["zz-net"] == Row(
        id="zz-net",
        type="model",
        name="ZZ-Net",
        aliases=("zed net", "ZZ network"),
        not_aliases=("ZZ-Net+",),
        cues=("zebra", "stripe"),
        source="ours",
        note="a note",
    )
    assert rows["zz-set"] == Row("zz-set", "dataset", "ZZ-Set")


def test_a_users_row_replaces_the_packaged_one_of_its_id(tmp_path: Path) -> None:
    lexicon = read_lexicon([write(tmp_path, "mamba\tmodel\tMamba (ours)")])
    assert [row.name for row in lexicon.rows if row.id == "mamba"] == ["Mamba (ours)"]


def test_senses_of_one_spelling_need_cues(tmp_path: Path) -> None:
    path = write(tmp_path, "zz-gate\tmethod\tZZ\t\t\tgating", "zz-score\tmetric\tZZ")
    assert [row.id for row in read_lexicon([path]).by_key["zz"]] == ["zz-gate", "zz-score"]


@pytest.mark.parametrize(
    ("lines", "line", "reason"),
    [
        pytest.param(["zz\tmodel"], 1, "expected 3 to 8 columns", id="too few columns"),
        pytest.param(["zz\tmodel\tZZ" + "\t" * 6], 1, "found 9", id="too many columns"),
        pytest.param(["#", "\tmodel\tZZ"], 2, "must not be empty", id="no id"),
        pytest.param(["zz\tmodel\t "], 1, "must not be empty", id="no name"),
        pytest.param(["Z Z\tmodel\tZZ"], 1, "joined by hyphens", id="id is no slug"),
        pytest.param(["zz\tthing\tZZ"], 1, "type 'thing' is none of", id="unknown type"),
        pytest.param(["zz\tmodel\tZZ", "zz\tmethod\tZY"], 2, "stands twice", id="id twice"),
        pytest.param(["zz\tmodel\tZZ\tZ-Y\tzy"], 1, "'zy' is a spelling of 'zz'", id="alias forbidden"),
        pytest.param(["zy\tmodel\tZZ", "zz\tmethod\tz-z"], 2, "own.tsv:1", id="a spelling claimed twice"),
    ],
)
def test_a_bad_row_is_named_by_file_and_line(
    lines: list[str], line: int, reason: str, tmp_path: Path
) -> None:
    path = write(tmp_path, *lines)
    with pytest.raises(BadInput) as raised:
        read_lexicon([path])
    assert raised.value.source == f"{path}:{line}"
    assert reason in raised.value.reason


@pytest.mark.parametrize(
    "content", [pytest.param(None, id="absent"), pytest.param(b"zz\tmodel\tZ\xff", id="not UTF-8")]
)
def test_an_unreadable_lexicon_is_bad_input(content: bytes | None, tmp_path: Path) -> None:
    path = tmp_path / "own.tsv"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(BadInput, match="cannot be read as a lexicon"):
        read_lexicon([path])


def test_rows_are_sorted_and_found_by_folded_spelling() -> None:
    lora = Row("lora", "method", "LoRA", ("Low-Rank Adaptation",))
    adam = Row("adam", "method", "Adam")
    lexicon = Lexicon.of([lora, adam])
    assert lexicon.rows == (adam, lora)
    assert lexicon.by_key == {"adam": [adam], "lora": [lora], "lowrankadaptation": [lora]}


@pytest.mark.parametrize(
    ("text", "known"),
    [("Zorble", True), ("Zorbles", True), ("ZORBLE", False), ("zorble", False)],
)
def test_a_name_whose_case_counts_stands_as_it_is_or_in_the_plural(text: str, known: bool) -> None:
    names = Names(Lexicon.of([Row("zorble", "model", "Zorble", note="case counts")]))
    assert bool(list(names.find(text, [text], [name_key(text)]))) is known
    assert names.denies(text, text) is not known
