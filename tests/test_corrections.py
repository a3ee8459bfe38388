"""What a person says of names: how it is read, and what it makes of usages."""

import random
from dataclasses import replace
from itertools import combinations
from pathlib import Path

import networkx as nx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from test_entities import groups, ids, usage

from kgraph.clusters import Clusters
from kgraph.corrections import Corrections, Verdict, corrected, join, key, parse, read_corrections
from kgraph.entities import Resolution, resolve
from kgraph.errors import BadInput
from kgraph.lexicon import Lexicon, Row
from kgraph.records import Usage

NO_LEXICON = Lexicon.of([])
LORA = Row("lora", "method", "LoRA", ("Low-Rank Adaptation", "low-rank adapter"), ("LoRA+",))
PREFIX = Row("prefix-tuning", "method", "prefix tuning", ("prefix-tuned model",))
CL = [
    Row("cl-continual", "task", "CL", ("continual learning",), cues=("forgetting",)),
    Row("cl-contrastive", "method", "CL", ("contrastive learning",), cues=("negatives",)),
]


def said(*lines: str) -> Corrections:
    return join([("own", "\n".join(lines))])


def resolved(usages: list[Usage], *lines: str, rows: list[Row] | None = None) -> Resolution:
    corrections = said(*lines)
    parted = [replace(one, spellings=part) for one in usages for part in corrections.divide(one.spellings)]
    return resolve(parted, Lexicon.of(rows or []), corrections)


# ------------------------------------------------------------------------------------------------- reading


def test_lines_are_read_with_place_and_comment() -> None:
    text = "# header\n\n# they are one\nmerge  LoRA | low-rank adapters\n\nignore the model\nzz\tmodel\tZZ\n"
    assert list(parse(text, "own")) == [
        Verdict("merge", "LoRA", "low-rank adapters", "own:4", "they are one"),
        Verdict("ignore", "the model", "", "own:6"),
    ]


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        pytest.param("join A | B", "expected one of forbid", id="no such verb"),
        pytest.param("merge A", "expected 'merge A | B'", id="one name"),
        pytest.param("merge A | B | C", "expected 'merge A | B'", id="three names"),
        pytest.param("ignore A | B", "expected 'ignore A'", id="two names"),
        pytest.param("ignore", "expected 'ignore A'", id="no name"),
        pytest.param("retype A | thing", "type 'thing' is none of", id="no type"),
        pytest.param("forbid GPT-4 | gpt 4", "are one spelling", id="nothing to tell apart"),
    ],
)
def test_a_bad_line_is_named_by_file_and_line(line: str, reason: str, tmp_path: Path) -> None:
    path = tmp_path / "own.lexicon"
    path.write_text(f"# a comment\n{line}\n", "utf-8")
    with pytest.raises(BadInput) as raised:
        read_corrections([path])
    assert raised.value.source == f"{path}:2"
    assert reason in raised.value.reason


@pytest.mark.parametrize(
    ("lines", "reason"),
    [
        pytest.param(
            ["forbid A1 | B1", "merge a-1 | B1"],
            "'merge a-1 | B1' contradicts 'forbid A1 | B1' (own:1)",
            id="pair",
        ),
        pytest.param(
            ["merge A1 | B1", "merge C1 | B1", "forbid C1 | A1"],
            "'forbid C1 | A1' contradicts 'merge C1 | B1' (own:2), 'merge A1 | B1' (own:1)",
            id="a chain",
        ),
        pytest.param(
            ["retype A1 | model", "retype A1 | method"],
            "contradicts 'retype A1 | model' (own:1)",
            id="two types",
        ),
    ],
)
def test_contradictions_are_told(lines: list[str], reason: str) -> None:
    with pytest.raises(BadInput, match="contradicts") as raised:
        said(*lines)
    assert reason in str(raised.value)


def test_the_same_said_twice_is_no_contradiction() -> None:
    assert said("merge A1 | B1", "merge B1 | A1", "merge A1 | B1").merged == (("a1", "b1"),)


def test_a_later_file_goes_before_an_earlier_one() -> None:
    both = join([("team", "merge A1 | B1\nretype A1 | model"), ("own", "forbid B1 | A1\nretype A1 | method")])
    assert both.merged == ()
    assert (both.apart["a1"], both.types["a1"]) == (frozenset({"b1"}), "method")


# --------------------------------------------------------------------------------- what becomes of usages


@pytest.mark.parametrize(
    ("usages", "line", "before", "after"),
    [
        pytest.param([usage("LoRA"), usage("adapters")], "merge LoRA | adapters", 2, 1, id="two names"),
        pytest.param([usage("GPT-3"), usage("GPT-4")], "merge GPT-3 | GPT-4", 2, 1, id="other numbers"),
        pytest.param([usage("LoRA"), usage("BERT")], "merge LoRA | adapters", 2, 2, id="another name"),
        pytest.param([usage("LoRA", "low-rank tuning")], "forbid LoRA | low-rank tuning", 1, 2, id="defined"),
        pytest.param([usage("GAN", papers=2), usage("GANs")], "forbid GAN | GANs", 1, 2, id="a plural"),
        pytest.param([usage("BERT"), usage("RoBERTa")], "forbid BERT | RoBERTa", 2, 2, id="two things"),
        pytest.param([usage("the method"), usage("BERT")], "ignore the method", 2, 1, id="no entity"),
        pytest.param([usage("BERT")], "ignore RoBERTa", 1, 1, id="another is none"),
    ],
)
def test_a_line(usages: list[Usage], line: str, before: int, after: int) -> None:
    assert len(resolved(usages).entities) == before
    assert len(resolved(usages, line).entities) == after


def test_what_is_forbidden_stays_apart_whatever_defines_it() -> None:
    usages = [usage("CL", "chain length"), usage("chain length", "chain lengths", "LC"), usage("LC", "CL")]
    found = resolved(usages, "forbid CL | LC")
    entity_of = {
        spelling: {row.entity for row in found.spellings if row.spelling == spelling}
        for spelling in ("CL", "LC")
    }
    assert entity_of["CL"].isdisjoint(entity_of["LC"])


def test_the_first_name_stays() -> None:
    usages = [usage("adapters", papers=9, label="model"), usage("LoRA")]
    (entity,) = resolved(usages, "merge LoRA | adapters").entities
    assert (entity.id, entity.name, entity.aliases) == ("entity:lora", "LoRA", ("adapters",))


@pytest.mark.parametrize(
    ("line", "entity"),
    [
        pytest.param("merge LoRA | prefix tuning", ("entity:lora", "LoRA"), id="two rows"),
        pytest.param(
            "merge prefix tuning | LoRA", ("entity:prefix-tuning", "prefix tuning"), id="the other first"
        ),
        pytest.param(
            "merge low-rank adapters | prefix tuning", ("entity:lora", "LoRA"), id="by an alias in the plural"
        ),
        pytest.param("merge LoRAX | prefix tuning", None, id="a name that no row has"),
    ],
)
def test_rows_are_joined(line: str, entity: tuple[str, str] | None) -> None:
    usages = [usage("LoRA", papers=3), usage("prefix tuning"), usage("low-rank adapter")]
    found = resolved(usages, line, rows=[LORA, PREFIX])
    names = [(one.id, one.name) for one in found.entities]
    assert names == ([entity] if entity else [("entity:lora", "LoRA"), ("entity:lorax", "LoRAX")])


def test_a_row_loses_the_spelling_that_must_stay_apart() -> None:
    lexicon, _ = corrected(Lexicon.of([LORA, PREFIX]), said("forbid LoRA | Low-Rank Adaptation"))
    assert lexicon.rows == (
        Row("lora", "method", "LoRA", ("low-rank adapter",), ("LoRA+", "Low-Rank Adaptation")),
        PREFIX,
    )


def test_of_two_aliases_the_second_leaves() -> None:
    lexicon, _ = corrected(Lexicon.of([LORA]), said("forbid low-rank adapter | Low-Rank Adaptation"))
    assert lexicon.rows[0].spellings == ("LoRA", "low-rank adapter")


def test_a_person_goes_before_the_lexicon() -> None:
    found = resolved([usage("LoRA"), usage("LoRA+")], "merge LoRA | LoRA+", rows=[LORA])
    assert ids(found) == ["entity:lora"]


def test_merges_of_rows_make_a_chain_also_where_a_paper_chose_a_row() -> None:
    adam = Row("adam", "method", "Adam", ("Adam optimizer",))
    chosen = replace(usage("CL", "contrastive learning"), sense="row:cl-contrastive")
    lines = "merge Adam | entity:cl-contrastive", "merge LoRA | Adam optimizer"
    rows = [LORA, adam, *CL]
    assert ids(resolved([chosen], *lines, rows=rows)) == ["entity:lora"]
    assert ids(resolved([chosen], lines[1], rows=rows)) == ["entity:cl-contrastive"]


def test_senses_are_merged_by_their_ids() -> None:
    usages = [usage("CL", "continual learning"), usage("CL", "contrastive learning")]
    assert len(resolved(usages, rows=CL).entities) == 2
    found = resolved(usages, "merge entity:cl-continual | entity:cl-contrastive", rows=CL)
    assert ids(found) == ["entity:cl-continual"]


@pytest.mark.parametrize(
    ("lines", "entity"),
    [
        pytest.param(["rename LoRA | LoRA (Hu)"], ("entity:lora-hu", "LoRA (Hu)", "method"), id="name"),
        pytest.param(["retype LoRA | model"], ("entity:lora", "LoRA", "model"), id="type"),
        pytest.param(
            ["rename BERT | Bert", "retype BERT | task"], ("entity:lora", "LoRA", "method"), id="another's"
        ),
    ],
)
def test_name_and_type(lines: list[str], entity: tuple[str, str, str]) -> None:
    (found,) = resolved([usage("LoRA", "low-rank tuning"), usage("LoRA")], *lines).entities
    assert (found.id, found.name, found.type) == entity
    assert set(found.aliases) == {"LoRA", "low-rank tuning"} - {found.name}


def test_the_rule_says_who_decided() -> None:
    usages = [usage("LoRA", papers=3), usage("adapters", "AD"), usage("the method")]
    found = resolved(usages, "merge LoRA | adapters", "ignore the method")
    assert found.decide((("LoRA",), ""), "LoRA") == ("entity:lora", "exact")
    assert found.decide((("AD", "adapters"), ""), "adapters") == ("entity:lora", "alias")
    assert found.decide((("AD", "adapters"), ""), "AD") == ("entity:lora", "defined")
    assert found.decide((("the method",), ""), "the method") == (None, "ignored")


# ---------------------------------------------------------------------------------------------------- laws

NAMES = ["GAN", "VAE", "BERT", "LSTM", "ViT", "Adam", "GLUE"]
pairs = st.lists(st.sampled_from(list(combinations(NAMES, 2))), max_size=8)


def verdicts(verb: str, chosen: list[tuple[str, str]]) -> list[Verdict]:
    return [Verdict(verb, a, b) for a, b in dict.fromkeys(chosen)]


def joined(merges: list[tuple[str, str]]) -> "nx.Graph[str]":
    graph: nx.Graph[str] = nx.Graph(merges)
    graph.add_nodes_from(NAMES)
    return graph


@given(pairs, pairs)
def test_clusters_are_the_components_of_the_merges_and_none_holds_a_forbidden_pair(
    merges: list[tuple[str, str]], forbids: list[tuple[str, str]]
) -> None:
    components = list(nx.connected_components(joined(merges)))
    consistent = not any({a, b} <= component for a, b in forbids for component in components)
    if not consistent:
        with pytest.raises(BadInput, match="contradicts"):
            Corrections.of(verdicts("merge", merges) + verdicts("forbid", forbids))
        return
    corrections = Corrections.of(verdicts("merge", merges) + verdicts("forbid", forbids))
    found = resolve([usage(name) for name in NAMES], NO_LEXICON, corrections)
    assert groups(found) == {frozenset((name,) for name in component) for component in components}


@given(pairs, pairs)
def test_evidence_joins_what_it_may_and_never_what_is_forbidden(
    evidence: list[tuple[str, str]], forbids: list[tuple[str, str]]
) -> None:
    """Every cluster hangs together by evidence; what evidence joins across clusters is forbidden there."""
    apart = Corrections.of(verdicts("forbid", forbids)).apart
    clusters = Clusters(apart)
    for a, b in evidence:
        clusters.unite(key(a), key(b))
    members: dict[str, set[str]] = {}
    for name in map(key, NAMES):
        members.setdefault(clusters.find(name), set()).add(name)
    graph = joined(evidence)
    for cluster in members.values():
        assert not any(apart.get(name, frozenset()) & cluster for name in cluster)
        inside = [name for name in NAMES if key(name) in cluster]
        assert nx.is_connected(graph.subgraph(inside))
    for a, b in evidence:
        one, other = members[clusters.find(key(a))], members[clusters.find(key(b))]
        assert one == other or any(apart.get(name, frozenset()) & other for name in one)


usages_of = st.lists(
    st.builds(
        lambda names, papers: usage(*names, papers=papers),
        st.sets(st.sampled_from([*NAMES, "variational autoencoder", "GANs", "gan"]), min_size=1, max_size=3),
        st.integers(1, 4),
    ),
    min_size=1,
    max_size=6,
    unique_by=lambda one: one.spellings,
)


@given(usages_of, pairs, st.randoms(use_true_random=False))
def test_the_order_of_usages_and_of_lines_changes_nothing(
    usages: list[Usage], forbids: list[tuple[str, str]], chance: random.Random
) -> None:
    lines = verdicts("forbid", forbids)
    one = resolve(usages, NO_LEXICON, Corrections.of(lines))
    other = resolve(
        chance.sample(usages, len(usages)), NO_LEXICON, Corrections.of(chance.sample(lines, len(lines)))
    )
    assert one == other


@given(usages_of, pairs)
def test_a_forbidden_pair_is_in_no_entity(usages: list[Usage], forbids: list[tuple[str, str]]) -> None:
    corrections = Corrections.of(verdicts("forbid", forbids))
    parts = {part for one in usages for part in corrections.divide(one.spellings)}
    found = resolve([usage(*part) for part in sorted(parts)], NO_LEXICON, corrections)
    for pair in forbids:
        a, b = ({row.entity for row in found.spellings if row.spelling == name} for name in pair)
        assert a.isdisjoint(b)


OWN = replace(usage("COMET"), sense="own:p")


@pytest.mark.parametrize(
    ("line", "left"),
    [
        pytest.param("ignore COMET", set(), id="all"),
        pytest.param("ignore COMET in paper:p", {"metric"}, id="one paper's"),
        pytest.param("ignore COMET in paper:q", {"method", "metric"}, id="another paper's"),
        pytest.param("ignore COMET in other papers", {"method"}, id="the rest"),
        pytest.param("merge COMET | COMET in paper:p", {"metric"}, id="one merged"),
        pytest.param("retype COMET | task", {"method", "task"}, id="the rest, by its name"),
        pytest.param("retype COMET in paper:p | task", {"task", "metric"}, id="one paper's type"),
    ],
)
def test_a_line_on_a_name_with_senses(line: str, left: set[str]) -> None:
    senses = [OWN, replace(usage("COMET", papers=3), label="metric")]
    assert len(resolved(senses).entities) == 2
    assert {entity.type for entity in resolved(senses, line).entities} == left


@pytest.mark.parametrize("line", ["merge BERT | COMET", "forbid BERT | COMET", "retype COMET | task"])
def test_a_plain_name_means_a_single_papers_thing_where_there_is_no_other(line: str) -> None:
    before, after = (
        {(one.id, one.type) for one in resolved([OWN, usage("BERT")], *lines).entities}
        for lines in ([], [line])
    )
    assert (before != after) is not line.startswith("forbid")


@pytest.mark.parametrize(
    ("line", "entity"),
    [
        pytest.param(
            "merge COMET in paper:p | LoRA", ("entity:comet-method", "COMET"), id="what a paper coins"
        ),
        pytest.param("merge COMET in other papers | LoRA", ("entity:comet", "COMET"), id="what others mean"),
    ],
)
def test_a_row_is_merged_into_a_sense(line: str, entity: tuple[str, str]) -> None:
    found = resolved([OWN, usage("COMET", papers=2), usage("LoRA")], line, rows=[LORA])
    assert entity in [(one.id, one.name) for one in found.entities]
    assert len(found.entities) == 2


@pytest.mark.parametrize(
    ("usages", "named"),
    [
        pytest.param([OWN, usage("ResNet")], "COMET", id="its paper is there"),
        pytest.param([usage("ResNet")], "ResNet", id="its paper is gone"),
        pytest.param([usage("ResNet"), usage("deep residual net")], "ResNet", id="a row"),
        pytest.param([usage("LoRA+")], "LoRA+", id="the next is in no paper"),
    ],
)
@pytest.mark.parametrize("further", [[], ["rename COMET in paper:p | Comet Gate"]], ids=["", "renamed"])
def test_a_sense_names_what_is_merged_while_its_paper_is_there(
    usages: list[Usage], named: str, further: list[str]
) -> None:
    rows = [Row("resnet", "model", "ResNet", ("deep residual net",))]
    lines = ["merge COMET in paper:p | ResNet", "merge COMET in paper:p | LoRA+"]
    (found,) = resolved(usages, *lines, *further, rows=rows).entities
    assert found.name == ("Comet Gate" if further and named == "COMET" else named)


def test_what_no_paper_says_that_leaves_it_open_names_nothing() -> None:
    line = "merge COMET in other papers | ResNet"
    assert [one.name for one in resolved([usage("COMET"), usage("ResNet")], line).entities] == ["COMET"]
    assert {one.name for one in resolved([OWN, usage("ResNet")], line).entities} == {"COMET", "ResNet"}


def test_a_sense_is_merged_into_a_row() -> None:
    found = resolved([OWN, usage("LoRA")], "merge LoRA | COMET in paper:p", rows=[LORA])
    assert [(one.id, one.name, one.aliases) for one in found.entities] == [
        ("entity:lora", "LoRA", ("COMET",))
    ]
    found = resolved([OWN, usage("Low-Rank Adaptation")], "merge entity:lora | COMET in paper:p", rows=[LORA])
    assert ids(found) == ["entity:lora"]
