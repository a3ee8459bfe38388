from collections import Counter
from collections.abc import Iterable
from itertools import combinations
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kgraph.corrections import key, read_corrections
from kgraph.entities import Resolution, Spelling, resolve
from kgraph.keys import alias_key, slug
from kgraph.lexicon import Lexicon, Row
from kgraph.records import Entity, Usage

NO_LEXICON = Lexicon.of([])


def usage(*spellings: str, label: str = "method", papers: int = 1, score: int | None = None) -> Usage:
    score = 900 * papers if score is None else score
    return Usage(tuple(sorted(spellings)), label, papers, score)


def groups(resolution: Resolution) -> set[frozenset[tuple[str, ...]]]:
    """Return the usages, by entity."""
    by_entity: dict[str, set[tuple[str, ...]]] = {}
    for (spellings, _), entity in resolution.entity_of.items():
        by_entity.setdefault(entity, set()).add(spellings)
    return {frozenset(members) for members in by_entity.values()}


def ids(resolution: Resolution) -> list[str]:
    return [entity.id for entity in resolution.entities]


# ---------------------------------------------------------------------------------------- one thing or two


@pytest.mark.parametrize(
    "usages",
    [
        pytest.param([usage("LLaMA-2"), usage("Llama 2"), usage("LLaMA2")], id="case, hyphen, space"),
        pytest.param(
            [usage("β-VAE"), usage(r"$\beta$-VAE"), usage("$beta$-VAE"), usage("beta VAE")], id="Greek"
        ),
        pytest.param([usage("Transformers"), usage("Transformer")], id="plural"),
        pytest.param([usage("GNNs", "GNN"), usage("GNNs", papers=9)], id="plural beside singular"),
        pytest.param([usage("losses"), usage("loss")], id="plural in -es"),
        pytest.param([usage("policies", papers=2), usage("policy", papers=2)], id="plural in -ies"),
        pytest.param([usage("optimisation"), usage("Optimization")], id="British"),
        pytest.param(
            [usage("LoRA", "Low-Rank Adaptation"), usage("low rank adaptation"), usage("LoRA")], id="defined"
        ),
        pytest.param(
            [usage("SSM", "state-space model"), usage("State Space Models", "SSMs"), usage("SSM")],
            id="defined by inflected words",
        ),
        pytest.param(
            [usage("GE", "embeddings of graphs"), usage("GE", "graph embedding")],
            id="defined by the same words",
        ),
        pytest.param(
            [usage("BERT", "BERT model"), usage("BERT", papers=5)], id="the commoner of two that share words"
        ),
    ],
)
def test_one_thing(usages: list[Usage]) -> None:
    assert len(resolve(usages, NO_LEXICON).entities) == 1


@pytest.mark.parametrize(
    "names",
    [
        ("LoRA", "QLoRA", "LoRA+", "AdaLoRA"),
        ("GPT-2", "GPT-3", "GPT-3.5", "GPT-35", "GPT-4", "GPT-4o"),
        ("BERT", "RoBERTa"),
        ("CIFAR-10", "CIFAR-100"),
        ("VAE", "β-VAE"),
        ("GLUE", "SuperGLUE"),
        ("Mamba", "Mamba-2", "LaMamba"),
        ("Llama 2", "Llama 3", "Llama 3.1", "Llama 31"),
        ("SAM", "SAM 2"),
        ("Adam", "AdamW"),
        ("A*", "A"),
        ("DPS", "DP"),
    ],
)
def test_names_that_stay_apart(names: tuple[str, ...]) -> None:
    assert len(resolve([usage(name) for name in names], NO_LEXICON).entities) == len(names)


@pytest.mark.parametrize(
    ("usages", "things"),
    [
        pytest.param([usage("Atlas", papers=3), usage("Atla")], 2, id="the plural is the commoner"),
        pytest.param([usage("BookCorpus")], 1, id="no singular"),
        pytest.param([usage("DAVIS"), usage("DAVI")], 2, id="a capital S is no plural's"),
        pytest.param([usage("loss"), usage("los")], 2, id="-ss is no plural"),
        pytest.param([usage("GPT-3", "GPT-4"), usage("GPT-3"), usage("GPT-4")], 2, id="different numbers"),
        pytest.param([usage("LoRA", "LoRA+"), usage("LoRA"), usage("LoRA+")], 2, id="different signs"),
        pytest.param(
            [
                usage("machine translation", papers=9),
                usage("NMT", "neural machine translation", "machine translation"),
                usage("neural machine translation"),
            ],
            2,
            id="a longer name shortened in passing",
        ),
        pytest.param([usage("CL", "continual learning"), usage("CL", "contrastive learning")], 2, id="sense"),
        pytest.param([usage("WM", "weight matching"), usage("WM")], 2, id="2 letters, defined once"),
        pytest.param([usage("WM", "weight matching", papers=2), usage("WM")], 1, id="2 letters, twice"),
        pytest.param([usage("DSnoT", "dynamic sparse no training"), usage("DSnoT")], 1, id="many letters"),
    ],
)
def test_how_many_things(usages: list[Usage], things: int) -> None:
    assert len(resolve(usages, NO_LEXICON).entities) == things


# ------------------------------------------------------------------------------------------------- senses


def test_a_bare_short_form_goes_to_the_overwhelming_sense() -> None:
    usages = [
        usage("CL", "continual learning", papers=18),
        usage("CL", "constraint layer", papers=2),
        usage("CL", papers=5),
    ]
    resolution = resolve(usages, NO_LEXICON)
    assert resolution.entity_of == {
        (("CL", "continual learning"), ""): "entity:cl-continual-learning",
        (("CL",), ""): "entity:cl-continual-learning",
        (("CL", "constraint layer"), ""): "entity:constraint-layer",  # CL nearly always means another
    }


def test_a_bare_short_form_of_several_senses_stays_unresolved() -> None:
    usages = [
        usage("LaMDA", "low-dimensional adaptation"),
        usage("LaMDA", "Language Models for Dialog Applications", label="model"),
        usage("LaMDA"),
    ]
    resolution = resolve(usages, NO_LEXICON)
    assert [(entity.id, entity.name) for entity in resolution.entities] == [
        ("entity:lamda-language-models-for-dialog-applications", "LaMDA"),
        ("entity:lamda-low-dimensional-adaptation", "LaMDA"),
        ("entity:lamda-unresolved", "LaMDA"),
    ]


def test_a_spelling_of_one_sense_has_the_plain_id() -> None:
    assert ids(resolve([usage("LaMDA", "low-dimensional adaptation")], NO_LEXICON)) == ["entity:lamda"]


def test_a_long_form_decides_where_a_short_one_does_not() -> None:
    usages = [
        usage("CL", "continual learning"),
        usage("CL", "contrastive learning"),
        usage("continual learning"),
    ]
    entity_of = resolve(usages, NO_LEXICON).entity_of
    assert entity_of[("continual learning",), ""] == entity_of[("CL", "continual learning"), ""]


# ------------------------------------------------------------------------------------------------ lexicon

LORA = Row("lora", "method", "LoRA", ("Low-Rank Adaptation",), ("LoRA+",))
LORA_PLUS = Row("lora-plus", "method", "LoRA+")
PLACES = Row("places", "dataset", "Places")
COMET_GATE = Row("comet-gate", "method", "COMET", ("conditionally overlapping experts",), cues=("mixture",))
COMET_SCORE = Row("comet-metric", "metric", "COMET", cues=("translation",))
LAMDA = Row("lamda", "model", "LaMDA", ("Language Models for Dialog Applications",))
BERT = Row("bert", "model", "BERT")


@pytest.mark.parametrize(
    ("rows", "usages", "found"),
    [
        pytest.param(
            [LORA],
            [usage("LoRA"), usage("low-rank adaptation"), usage("LoRAs")],
            ["lora", "lora", "lora"],
            id="aliases, and a plural of a known singular",
        ),
        pytest.param(
            [LORA, LORA_PLUS],
            [usage("LoRA", "LoRA+", "Low-Rank Adaptation"), usage("LoRA"), usage("LoRA+")],
            ["lora", "lora", "lora-plus"],
            id="two rows are two things",
        ),
        pytest.param(
            [LORA],
            [usage("LoRA+", "Low-Rank Adaptation"), usage("LoRA+", papers=5), usage("LoRA")],
            ["lora", "loraplus", "lora"],
            id="a name that the row forbids",
        ),
        pytest.param([PLACES], [usage("Places"), usage("place", papers=9)], ["places", "place"], id="-s"),
        pytest.param(
            [COMET_GATE, COMET_SCORE],
            [usage("COMET", "conditionally overlapping experts"), usage("COMET")],
            ["comet-gate", "comet-unresolved"],
            id="two senses with cues",
        ),
        pytest.param(
            [COMET_GATE, Row("comet", "metric", "COMET")], [usage("COMET")], ["comet"], id="a default sense"
        ),
        pytest.param(
            [COMET_SCORE, Row("comet-cup", "dataset", "Comet", cues=("astronomy",))],
            [usage("Comet")],
            ["comet-cup"],
            id="two senses with cues and other capitals",
        ),
        pytest.param(
            [LAMDA],
            [usage("LaMDA", "low-dimensional adaptation"), usage("LaMDA"), usage("LaMDA model")],
            ["lamda-low-dimensional-adaptation", "lamda", "lamda-model"],
            id="a sense that the lexicon lacks",
        ),
        pytest.param(
            [BERT],
            [usage("BERT", "bidirectional encoder representations", papers=2), usage("BERT")],
            ["bert", "bert"],
            id="a long form that the lexicon lacks",
        ),
        pytest.param(
            [COMET_SCORE],
            [usage("COMET", "coarse-to-fine memory", papers=2), usage("COMET")],
            ["comet-coarse-to-fine-memory", "comet-metric"],
            id="a word as a name takes no long form",
        ),
        pytest.param(
            [LORA],
            [usage("LoRA", "low-rank adapter")],
            ["lora"],
            id="a long form in other endings than its row's",
        ),
        pytest.param(
            [LORA],
            [usage("LoRA", "low-rank adaptation technique")],
            ["lora"],
            id="a long form and what kind of thing it is",
        ),
        pytest.param(
            [LORA],
            [usage("LoRA", "low-rank audio adaptation")],
            ["lora-low-rank-audio-adaptation"],
            id="a long form and what tells it from its row's",
        ),
        pytest.param([LORA], [usage("Lo-Ra")], ["lora"], id="folded"),
        pytest.param([LORA_PLUS], [usage("lora plus")], ["lora-plus"], id="a sign spelled out"),
        pytest.param(
            [Row("x", "method", "Sparse X")], [usage("X")], ["x-4b68ab"], id="an id that a row holds"
        ),
    ],
)
def test_lexicon(rows: list[Row], usages: list[Usage], found: list[str]) -> None:
    entity_of = resolve(usages, Lexicon.of(rows)).entity_of
    assert [entity_of[one.spellings, one.sense] for one in usages] == [f"entity:{id_}" for id_ in found]


# ---------------------------------------------------------------------------------------- types and names


@pytest.mark.parametrize(
    ("rows", "votes", "types"),
    [
        pytest.param([], {"method": 3, "model": 2}, ("method", "model"), id="the most evidence"),
        pytest.param([], {"task": 1}, ("task",), id="all agree"),
        pytest.param([BERT], {"method": 4}, ("model", "method"), id="the lexicon against few"),
        pytest.param([BERT], {"method": 10, "model": 2}, ("model", "method"), id="the lexicon against 5:1"),
        pytest.param([BERT], {"method": 11, "model": 2}, ("method", "model"), id="more than 5:1"),
    ],
)
def test_type(rows: list[Row], votes: dict[str, int], types: tuple[str, ...]) -> None:
    usages = [usage("BERT", label=label, papers=papers) for label, papers in votes.items()]
    (entity,) = resolve(usages, Lexicon.of(rows)).entities
    assert (entity.type, *entity.other_types) == types


@pytest.mark.parametrize(
    ("usages", "name"),
    [
        pytest.param([usage("Llama 2", papers=3), usage("LLaMA-2", papers=2)], "Llama 2", id="commonest"),
        pytest.param([usage("b c"), usage("B c")], "B c", id="then by text"),
        pytest.param([usage("SGD", "stochastic gradient descent", papers=2)], "SGD", id="short"),
        pytest.param(
            [usage("SA", "self-attention", papers=2), usage("self-attention", papers=9)],
            "self-attention",
            id="a short form that few use",
        ),
        pytest.param([usage("GANs", "GAN", papers=1), usage("GANs", papers=2)], "GAN", id="singular"),
        pytest.param(
            [usage("Mixture of Expert", "Mixture of Experts"), usage("Mixture of Experts", papers=9)],
            "Mixture of Experts",
            id="a singular that few use",
        ),
    ],
)
def test_name(usages: list[Usage], name: str) -> None:
    assert [entity.name for entity in resolve(usages, NO_LEXICON).entities] == [name]


def test_slugs_that_clash_get_digests() -> None:
    found = ids(resolve([usage("GPT-3.5"), usage("GPT-3-5"), usage("GPT-4")], NO_LEXICON))
    assert found[:1] == ["entity:gpt-4"] or found[-1:] == ["entity:gpt-4"]
    assert (
        sum(id_.startswith("entity:gpt-3-5-") and len(id_) == len("entity:gpt-3-5-") + 6 for id_ in found)
        == 2
    )


def test_a_name_without_letters_has_a_digest_for_id() -> None:
    (id_,) = ids(resolve([usage("=")], NO_LEXICON))
    assert len(id_) == len("entity:") + 6


def test_spellings_tell_their_rule_and_papers() -> None:
    usages = [
        usage("LoRA", "Low-Rank Adaptation", papers=2),
        usage("LORA"),
        usage("LoRAs"),
        usage("LoRA", "LoRA adapters"),
        usage("LoRA", "low-rank adapting"),
    ]
    lexicon = Lexicon.of([Row("lora", "method", "LoRA", ("low-rank adaptation", "LoRA method"))])
    resolution = resolve(usages, lexicon)
    assert resolution.spellings == [
        Spelling("LoRA", "entity:lora", "exact", 4),
        Spelling("Low-Rank Adaptation", "entity:lora", "lexicon", 2),
        Spelling("LORA", "entity:lora", "folded", 1),
        Spelling("LoRA adapters", "entity:lora", "defined", 1),
        Spelling("LoRAs", "entity:lora", "plural", 1),
        Spelling("low-rank adapting", "entity:lora", "defined", 1),
        Spelling("LoRA method", "entity:lora", "lexicon", 0),
        Spelling("low-rank adaptation", "entity:lora", "lexicon", 0),
    ]
    assert resolution.entities == [
        Entity(
            "entity:lora",
            "LoRA",
            "method",
            ("Low-Rank Adaptation", "LORA", "LoRA adapters", "LoRAs", "low-rank adapting"),
        )
    ]


# --------------------------------------------------------------------------------------------------- laws

LEXICON = Lexicon.of([LORA, LORA_PLUS, PLACES, COMET_GATE, COMET_SCORE, LAMDA, BERT])
NAMES = (
    "LoRA", "LoRAs", "lora", "LoRA+", "Low-Rank Adaptation", "low rank adapting", "COMET", "Comet", "LaMDA",
    "low-dimensional adaptation", "Language Models for Dialog Applications", "BERT", "BERTs", "BERT model",
    "GPT-3", "GPT-3.5", "GPT-3-5", "GPT 4", "CL", "continual learning", "contrastive learning", "Places",
    "place", "places", "conditionally overlapping experts", "=", "β", "beta", "x-y", "x y z",
)  # fmt: skip
USAGES = st.lists(
    st.builds(
        lambda spellings, label, papers: usage(*spellings, label=label, papers=papers),
        st.sets(st.sampled_from(NAMES), min_size=1, max_size=4),
        st.sampled_from(["method", "model", "dataset"]),
        st.integers(1, 12),
    ),
    max_size=25,
)


@settings(max_examples=150, deadline=None)
@given(USAGES, st.randoms(use_true_random=False))
def test_order_changes_nothing(usages: list[Usage], random: st.DataObject) -> None:
    shuffled = list(usages)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert resolve(shuffled, LEXICON) == resolve(usages, LEXICON)


@settings(max_examples=100, deadline=None)
@given(USAGES)
def test_how_usages_are_pooled_changes_nothing(usages: list[Usage]) -> None:
    parts = [Usage(one.spellings, one.label, 1, 900) for one in usages for _ in range(one.papers)]
    assert resolve(parts, LEXICON) == resolve(usages, LEXICON)


@settings(max_examples=150, deadline=None)
@given(USAGES)
def test_things_known_to_differ_never_meet(usages: list[Usage]) -> None:
    for members in groups(resolve(usages, LEXICON)):
        bare = {spellings[0] for spellings in members if len(spellings) == 1}
        assert len({row.id for name in bare for row in claiming(name)}) <= 1
        for apart in [("GPT-3", "GPT-3.5"), ("GPT-3", "GPT 4"), ("GPT-3.5", "GPT 4"), ("LoRA", "LoRA+")]:
            assert not bare.issuperset(apart)


def claiming(name: str) -> Iterable[Row]:
    """Return the row whose name it is, if only one may be."""
    rows = LEXICON.by_key.get(alias_key(name), [])
    return rows if len(rows) == 1 else ()


@settings(max_examples=150, deadline=None)
@given(USAGES)
def test_forms_are_never_split_and_ids_never_shared(usages: list[Usage]) -> None:
    resolution = resolve(usages, LEXICON)
    assert ids(resolution) == sorted(set(ids(resolution)))
    assert all(slug(id_.removeprefix("entity:")) == id_.removeprefix("entity:") for id_ in ids(resolution))
    assert set(resolution.entity_of) == {(one.spellings, one.sense) for one in usages}
    assert set(resolution.entity_of.values()) == set(ids(resolution))
    bare = [spellings[0] for spellings, _ in resolution.entity_of if len(spellings) == 1]
    for one, other in combinations(bare, 2):
        if alias_key(one) == alias_key(other):
            assert resolution.entity_of[(one,), ""] == resolution.entity_of[(other,), ""]


@settings(max_examples=100, deadline=None)
@given(USAGES)
def test_every_spelling_is_counted_once_a_paper(usages: list[Usage]) -> None:
    expected: Counter[str] = Counter()
    for one in usages:
        expected.update(dict.fromkeys(one.spellings, one.papers))
    found: Counter[str] = Counter()
    for spelling in resolve(usages, LEXICON).spellings:
        found[spelling.spelling] += spelling.papers
    assert +found == expected


def test_what_is_packaged_as_no_entity_a_user_may_overrule(tmp_path: Path) -> None:
    own = tmp_path / "own.lexicon"
    own.write_text("retype PR2 | dataset\n", "utf-8")
    assert alias_key("PR2") in read_corrections([]).ignored
    assert alias_key("PR2") not in read_corrections([own]).ignored
    assert alias_key("NAO") in read_corrections([own]).ignored
    own.write_text("retype UML | method\n", "utf-8")
    assert key("UML in other papers") in read_corrections([]).ignored
    assert key("UML in other papers") not in read_corrections([own]).ignored
