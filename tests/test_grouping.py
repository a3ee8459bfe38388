import pytest

from kgraph.extraction.definitions import find_definitions
from kgraph.extraction.grouping import Span, group, without_head
from kgraph.lexicon import Lexicon, Row

LEXICON = Lexicon.of(
    [Row("sgd", "method", "SGD", ("stochastic gradient descent",)), Row("adam", "method", "Adam")]
)


def spans_of(text: str, *names: str) -> list[Span]:
    """Every place of the names, longer names first."""
    found: list[Span] = []
    for name in sorted(names, key=len, reverse=True):
        start = text.find(name)
        while start >= 0:
            if not any(s.start < start + len(name) and start < s.end for s in found):
                found.append(Span(start, start + len(name), name, "method", 900, "tagger"))
            start = text.find(name, start + 1)
    return sorted(found, key=lambda span: span.start)


@pytest.mark.parametrize(
    ("text", "names", "things"),
    [
        pytest.param(
            "Low-Rank Adaptation (LoRA) wins. LoRA is small.",
            ("Low-Rank Adaptation", "LoRA"),
            {"LoRA": {"Low-Rank Adaptation", "LoRA"}},
            id="defined here",
        ),
        pytest.param(
            "LoRA and QLoRA", ("LoRA", "QLoRA"), {"LoRA": {"LoRA"}, "QLoRA": {"QLoRA"}}, id="part of a name"
        ),
        pytest.param(
            "Constrastive Tying of Nets. Contrastive Tying of Nets (CTN) wins.",
            ("Constrastive Tying of Nets", "Contrastive Tying of Nets", "CTN"),
            {"CTN": {"Constrastive Tying of Nets", "Contrastive Tying of Nets", "CTN"}},
            id="a long form with a slip of the pen",
        ),
        pytest.param(
            "Inter-Class Loss (ICL) and Intra-Class Loss.",
            ("Inter-Class Loss", "ICL", "Intra-Class Loss"),
            {"ICL": {"ICL", "Inter-Class Loss"}, "Intra-Class Loss": {"Intra-Class Loss"}},
            id="another long form of the same letters",
        ),
        pytest.param(
            "Contrastive Tying (CTN) and Contractive Tying.",
            ("Contrastive Tying", "CTN", "Contractive Tying"),
            {"CTN": {"CTN", "Contrastive Tying"}, "Contractive Tying": {"Contractive Tying"}},
            id="another word by one letter",
        ),
        pytest.param(
            "Formations Net (FN) and Formation Net (FoN).",
            ("Formations Net", "FN", "Formation Net", "FoN"),
            {"FN": {"FN", "Formations Net"}, "FoN": {"FoN", "Formation Net"}},
            id="two that are both defined",
        ),
        pytest.param(
            "Zig networks and their small Zig-S, unlike Zag",
            ("Zig", "Zig-S", "Zag"),
            {"Zig": {"Zig"}, "Zig-S": {"Zig-S"}, "Zag": {"Zag"}},
            id="a size is no plural",
        ),
        pytest.param(
            "Transformers and the Transformer",
            ("Transformers", "Transformer"),
            {"Transformer": {"Transformers", "Transformer"}},
            id="plural",
        ),
        pytest.param(
            "SGD, stochastic gradient descent",
            ("SGD", "stochastic gradient descent"),
            {"SGD": {"SGD", "stochastic gradient descent"}},
            id="one row of the lexicon, and initials",
        ),
        pytest.param(
            "variance reduction and VR nets",
            ("variance reduction", "VR"),
            {"VR": {"variance reduction", "VR"}},
            id="initials in one text",
        ),
        pytest.param(
            "Knowledge Distillation (KD) by KL divergence",
            ("Knowledge Distillation", "KD", "KL divergence"),
            {"KD": {"Knowledge Distillation", "KD"}, "KL divergence": {"KL divergence"}},
            id="initials of what is defined otherwise",
        ),
        pytest.param(
            "Tall Boltzmann machines (TBMs), sparse Tall Boltzmann machines, the sparse TBM and XTBM",
            ("Tall Boltzmann machines", "TBMs", "sparse Tall Boltzmann machines", "sparse TBM", "XTBM"),
            {
                "TBMs": {"Tall Boltzmann machines", "TBMs"},
                "sparse TBM": {"sparse Tall Boltzmann machines", "sparse TBM"},
                "XTBM": {"XTBM"},
            },
            id="a short form within a name",
        ),
        pytest.param(
            "sparse Tall Boltzmann machines and the sparse TBM",
            ("sparse Tall Boltzmann machines", "sparse TBM"),
            {
                "sparse Tall Boltzmann machines": {"sparse Tall Boltzmann machines"},
                "sparse TBM": {"sparse TBM"},
            },
            id="a short form within a name, not defined",
        ),
        pytest.param(
            "DisCo learns by Disentangled Condensation",
            ("DisCo", "Disentangled Condensation"),
            {"DisCo": {"DisCo", "Disentangled Condensation"}},
            id="coined and written in full",
        ),
        pytest.param(
            "DisCo, Disentangled Condensation and Distant Contexts",
            ("DisCo", "Disentangled Condensation", "Distant Contexts"),
            {
                "DisCo": {"DisCo"},
                "Disentangled Condensation": {"Disentangled Condensation"},
                "Distant Contexts": {"Distant Contexts"},
            },
            id="two long forms fit",
        ),
        pytest.param(
            "the GLUE benchmark; GLUE",
            ("GLUE benchmark", "GLUE"),
            {"GLUE": {"GLUE benchmark", "GLUE"}},
            id="plain head",
        ),
        pytest.param(
            "BERT and RoBERTa", ("BERT", "RoBERTa"), {"BERT": {"BERT"}, "RoBERTa": {"RoBERTa"}}, id="apart"
        ),
        pytest.param(
            "GPT-3 and GPT-4", ("GPT-3", "GPT-4"), {"GPT-3": {"GPT-3"}, "GPT-4": {"GPT-4"}}, id="versions"
        ),
    ],
)
def test_group(text: str, names: tuple[str, ...], things: dict[str, set[str]]) -> None:
    found = group(spans_of(text, *names), find_definitions(text), LEXICON)
    assert {thing.name: {span.text for span in thing.spans} for thing in found} == things


def test_the_type_is_the_heavier_vote() -> None:
    spans = [Span(0, 4, "LoRA", "model", 300, "tagger"), Span(9, 13, "LoRA", "method", 900, "tagger")]
    [thing] = group(spans, (), LEXICON)
    assert (thing.type, thing.score) == ("method", 900)


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        pytest.param("Adam optimizer", "Adam", id="a known name and a plain head"),
        pytest.param("Fuzzle optimizer", "Fuzzle optimizer", id="not known"),
        pytest.param("SGD", "SGD", id="no head"),
        pytest.param("SGD networks", "SGD networks", id="the whole is a name of its own"),
        pytest.param("Adam networks", "Adam networks", id="the whole is another's second name"),
    ],
)
def test_without_head(text: str, kept: str) -> None:
    own = Row("sgd-network", "model", "SGD networks", ("Adam networks",))
    lexicon = Lexicon.of([*LEXICON.rows, own])
    span = without_head(Span(3, 3 + len(text), text, "method", 900, "tagger"), lexicon)
    assert (span.text, span.start, span.end) == (kept, 3, 3 + len(kept))
