"""The whole extractor: what it finds, and that a paper's result depends on that paper alone."""

import time
import tracemalloc
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest

from kgraph.errors import BadInput
from kgraph.extraction import Extractor, find_mentions
from kgraph.extraction.candidates import _NO_NAME, _places, _whole_tex, _without_edges
from kgraph.extraction.extractor import load_extractor
from kgraph.extraction.grouping import Span
from kgraph.records import ROLES, STATED, TYPES, Extraction, Paper

LORA = Paper(
    "lora",
    "TinyLoRA: Smaller Adapters for Language Models",
    "We propose TinyLoRA, a variant of Low-Rank Adaptation (LoRA). TinyLoRA beats prefix tuning on "
    "GLUE and SQuAD. We fine-tune RoBERTa and GPT-2 with the Adam optimizer. TinyLoRA-tuned models stay.",
)
ODD = [
    pytest.param(Paper("empty", "", ""), id="empty"),
    pytest.param(Paper("signs", "$$ %%", "—— ∑∑ ()()"), id="only signs"),
    pytest.param(Paper("chinese", "一种新的方法", "我们提出了一种基于Transformer的方法。"), id="Chinese"),
    pytest.param(Paper("blanks", " ", "\n\n\t "), id="blanks"),
    pytest.param(Paper("surrogate", "A \ud800 title", "with \udfff halves"), id="lone surrogates"),
    pytest.param(
        Paper("half", "Fo\ud800Net: A Study", "We propose Fo\ud800Net and test it on GLUE."),
        id="lone surrogates in a name",
    ),
    pytest.param(
        Paper("long", "Long", "We train BERT on text. " + "It rained all day long. " * 20_000),
        id="100,000 words",
    ),
]


@pytest.fixture(scope="module")
def extractor() -> Extractor:
    return load_extractor()


def extract(paper: Paper, extractor: Extractor) -> Extraction:
    [extraction] = find_mentions([paper], extractor)
    return extraction


def role_of(extraction: Extraction, name: str) -> str:
    return min((m.role for m in extraction.mentions if m.name == name), key=ROLES.index)


def test_names_types_and_roles(extractor: Extractor) -> None:
    extraction = extract(LORA, extractor)
    types = {m.name: m.label for m in extraction.mentions}
    assert {
        "TinyLoRA": "method",
        "LoRA": "method",
        "GLUE": "dataset",
        "SQuAD": "dataset",
    }.items() <= types.items()
    assert {"RoBERTa": "model", "GPT-2": "model"}.items() <= types.items()
    assert role_of(extraction, "TinyLoRA") == "introduces"
    assert role_of(extraction, "GLUE") == "evaluates"


def test_a_definition_ties_the_forms(extractor: Extractor) -> None:
    forms = {m.text for m in extract(LORA, extractor).mentions if m.name == "LoRA"}
    assert forms == {"LoRA", "Low-Rank Adaptation"}


def test_what_is_no_name_is_left(extractor: Extractor) -> None:
    paper = Paper(
        "plain", "On the weather in spring", "We walked to the lake. It rained. We adopted a bone-white dog."
    )
    assert extract(paper, extractor).mentions == ()


@pytest.mark.parametrize(
    ("text", "name", "found"),
    [
        pytest.param("We train with Adam, SGD and momentum.", "Adam", True, id="optimiser"),
        pytest.param("Adam and his sister Eve went to the market.", "Adam", False, id="a person"),
        pytest.param("We evaluate BERT on the GLUE benchmark.", "GLUE", True, id="benchmark"),
        pytest.param("The parts are joined with glue and screws.", "glue", False, id="a thing"),
        pytest.param("We fine-tune CLIP on image-text pairs.", "CLIP", True, id="model"),
        pytest.param("We clip the wings of the bird.", "clip", False, id="a verb"),
    ],
)
def test_names_that_are_words_too(text: str, name: str, found: bool, extractor: Extractor) -> None:
    mentions = extract(Paper("x", "A study", text), extractor).mentions
    assert (name in {m.text for m in mentions}) is found


@pytest.mark.parametrize("paper", ODD)
def test_odd_papers(paper: Paper, extractor: Extractor) -> None:
    check(paper, extract(paper, extractor))


def test_memory_grows_with_the_text_only(extractor: Extractor) -> None:
    """A sentence of so many mentions that pairing each with every token of it would take gigabytes."""
    peaks = []
    for count in (1_000, 4_000):
        tracemalloc.start()
        text = "We use " + "BERT, " * count + "BERT (" * count
        assert len(extract(Paper("x", "Many", text), extractor).mentions) > count / 2
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert peaks[1] < 5 * peaks[0]


def test_many_short_forms_take_no_pairs(extractor: Extractor) -> None:
    names = [f"{a}{b}{c}-{n}" for a in "KLMNPQRSTV" for b in "BCDFGH" for c in "XZWY" for n in range(4)]
    text = "We compare " + ", ".join(names) + "."
    started = time.process_time()
    check(paper := Paper("x", "Many", text), extract(paper, extractor))
    assert time.process_time() - started < 5


def check(paper: Paper, extraction: Extraction) -> None:
    """The laws of an extraction."""
    spans = [(m.start, m.end) for m in extraction.mentions]
    assert spans == sorted(spans)
    assert all(one[1] <= two[0] for one, two in pairwise(spans))
    names = {m.name for m in extraction.mentions}
    for m in extraction.mentions:
        assert paper.text[m.start : m.end] == m.text
        assert m.sentence_start <= m.start < m.end
        assert m.label in TYPES and m.role in ROLES and 0 <= m.score <= 1000
        assert any(other.text == m.name for other in extraction.mentions if other.name == m.name)
        assert len({(o.label) for o in extraction.mentions if o.name == m.name}) == 1
    assert len(names) <= len(spans)
    for s in extraction.statements:
        assert s.source in spans and s.target in spans and s.relation in STATED and 0 <= s.score <= 1000


def test_a_paper_alone_and_in_any_company(extractor: Extractor, toy_papers: list[Paper]) -> None:
    alone = [extract(paper, load_extractor()) for paper in toy_papers[:2]]
    assert list(find_mentions(toy_papers, extractor))[:2] == alone
    backwards = list(find_mentions(reversed(toy_papers), extractor))
    assert backwards[::-1][:2] == alone
    for paper, extraction in zip(toy_papers, alone, strict=False):
        check(paper, extraction)


@pytest.mark.slow
def test_processes_give_the_same_in_order(extractor: Extractor, toy_papers: list[Paper]) -> None:
    many = [Paper(f"{i}:{p.id}", p.title, p.abstract) for i in range(8) for p in toy_papers]
    assert list(find_mentions(many, extractor, jobs=2)) == list(find_mentions(many, extractor))


def test_papers_stream(extractor: Extractor) -> None:
    read: list[str] = []

    def papers() -> Iterator[Paper]:
        for number in range(3):
            read.append(str(number))
            yield Paper(str(number), "BERT", "")

    next(find_mentions(papers(), extractor))
    assert read == ["0"]


def test_a_lexicon_of_ones_own(tmp_path: Path, extractor: Extractor) -> None:
    lexicon = tmp_path / "own.tsv"
    lexicon.write_text("fuzzle\tdataset\tfuzzle corpus\tfuzzle set\n", "utf-8")
    own = load_extractor(lexicon=[lexicon])
    paper = Paper("x", "On words", "We read the fuzzle set aloud.")
    assert [(m.text, m.label, m.rule) for m in extract(paper, own).mentions] == [
        ("fuzzle set", "dataset", "lexicon")
    ]
    assert own.fingerprint != extractor.fingerprint


def test_a_pipeline_of_ones_own(tmp_path: Path) -> None:
    import spacy

    nlp = spacy.blank("en")
    nlp.add_pipe("entity_ruler").add_patterns(  # type: ignore[attr-defined]
        [{"label": "DATASET", "pattern": "lake"}, {"label": "PERSON", "pattern": "Ada"}]
    )
    nlp.to_disk(tmp_path / "own")
    extraction = extract(Paper("x", "Notes", "Ada saw the lake."), load_extractor(str(tmp_path / "own")))
    assert [(m.text, m.label, m.rule) for m in extraction.mentions] == [("lake", "dataset", "pipeline")]


def test_what_a_pipeline_of_ones_own_names_where_the_text_defines_it(tmp_path: Path) -> None:
    import spacy

    nlp = spacy.blank("en")
    patterns = [{"label": "DATASET", "pattern": name} for name in ("Grey Pond", "GP")]
    nlp.add_pipe("entity_ruler").add_patterns(patterns)  # type: ignore[attr-defined]
    nlp.to_disk(tmp_path / "own")
    paper = Paper("x", "Notes", "They went to the Grey Pond (GP) and swam.")
    found = extract(paper, load_extractor(str(tmp_path / "own"))).mentions
    assert [(m.text, m.name, m.label) for m in found] == [
        ("Grey Pond", "GP", "dataset"),
        ("GP", "GP", "dataset"),
    ]


def test_what_a_pipeline_of_ones_own_names_keeps_its_type(tmp_path: Path) -> None:
    import spacy

    nlp = spacy.blank("en")
    patterns = [{"label": "DATASET", "pattern": "PondNet"}]
    nlp.add_pipe("entity_ruler").add_patterns(patterns)  # type: ignore[attr-defined]
    nlp.to_disk(tmp_path / "own")
    found = extract(Paper("x", "PondNet: notes on lakes", ""), load_extractor(str(tmp_path / "own"))).mentions
    assert [(m.text, m.label, m.rule) for m in found] == [("PondNet", "dataset", "pipeline")]


def test_a_lexicon_of_ones_own_decides_the_type_of_all_mentions(tmp_path: Path) -> None:
    lexicon = tmp_path / "own.tsv"
    lexicon.write_text("grey-pond\tdataset\tGrey Pond Attention\n", "utf-8")
    text = "We propose Grey Pond Attention (GPA). GPA beats LoRA on GLUE; GPA is fast."
    found = extract(Paper("x", "On ponds", text), load_extractor(lexicon=[lexicon])).mentions
    assert {m.label for m in found if m.name == "GPA"} == {"dataset"}


@pytest.mark.parametrize("with_lexicon", [False, True])
def test_a_pipeline_with_our_component_finds_what_the_tagger_does(
    tmp_path: Path, extractor: Extractor, with_lexicon: bool
) -> None:
    import spacy

    nlp = spacy.blank("en")
    nlp.add_pipe("kgraph_tagger")
    nlp.to_disk(tmp_path / "own")
    lexicon = tmp_path / "own.tsv"
    lexicon.write_text("fuzzle\tdataset\tfuzzle corpus\n", "utf-8")
    given = [lexicon] if with_lexicon else []
    own = load_extractor(str(tmp_path / "own"), lexicon=given)
    assert extract(LORA, own) == extract(LORA, load_extractor(lexicon=given))
    assert nlp(LORA.text).to_bytes()


@pytest.mark.parametrize(
    ("title", "names"),
    [("Preface", set()), ("Welcome", set()), ("BERT", {"BERT"}), ("TinyQNet", {"TinyQNet"})],
)
def test_a_title_of_one_word_is_a_name_if_it_is_known_or_written_like_one(
    title: str, names: set[str], extractor: Extractor
) -> None:
    assert {m.name for m in extract(Paper("x", title, ""), extractor).mentions} == names


def test_no_such_pipeline() -> None:
    with pytest.raises(BadInput, match="no_such_pipeline"):
        load_extractor("no_such_pipeline")


def test_the_component_in_a_pipeline_of_ones_own() -> None:
    import spacy

    nlp = spacy.blank("en")
    nlp.add_pipe("kgraph_tagger")
    doc = nlp("A study\nWe fine-tune RoBERTa on GLUE.")
    assert {(ent.text, ent.label_) for ent in doc.ents} == {("RoBERTa", "MODEL"), ("GLUE", "DATASET")}
    assert len(doc.spans["kgraph_tagger"].attrs["scores"]) == 2


def test_the_component_finds_what_the_tagger_does(extractor: Extractor) -> None:
    import spacy

    nlp = spacy.blank("en")
    nlp.add_pipe("kgraph_tagger")
    found = extractor.tagger.find(extractor.tagger.read(LORA.text))
    expected = [(LORA.text[start:end], type_.upper()) for start, end, type_, _ in found]
    assert [(ent.text, ent.label_) for ent in nlp(LORA.text).ents] == expected


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("Mamba-", "Mamba"),
        ("(LoRA", "LoRA"),
        ("LoRA+", "LoRA+"),
        ("f(x)", "f(x)"),
        ("A*", "A*"),
        ("--", ""),
        ("g., BERT", "BERT"),
        ("ImageNet, a database", "ImageNet"),
        ("ImageNet, a", "ImageNet"),
        ("Vicuna with", "Vicuna"),
        ("Tree of Thoughts", "Tree of Thoughts"),
    ],
)
def test_edges(text: str, kept: str) -> None:
    span = _without_edges(Span(5, 5 + len(text), text, "method", 900, "tagger"))
    assert span.text == kept
    assert span.end - span.start == len(kept)
    assert text[span.start - 5 : span.end - 5] == kept


@pytest.mark.parametrize(
    ("text", "name"),
    [
        pytest.param(
            "We use recurrent neural networks.", "recurrent neural networks", id="whole, not a part"
        ),
        pytest.param(
            "We train a convolutional neural network.", "convolutional neural network", id="singular"
        ),
    ],
)
def test_known_names_are_found_whole(text: str, name: str, extractor: Extractor) -> None:
    assert name in {m.text for m in extract(Paper("x", "A study of series", text), extractor).mentions}


@pytest.mark.parametrize(
    ("text", "names"),
    [
        pytest.param("We compare LoRA, AdaLoRA and DoRA.", {"LoRA", "AdaLoRA", "DoRA"}, id="enumeration"),
        pytest.param("Experiments on CIFAR-10/100 show gains.", {"CIFAR-10"}, id="slash, data sets"),
        pytest.param(
            "We fine-tune Llama 2 7B/13B/70B with QLoRA.", {"Llama 2 7B", "QLoRA"}, id="slash, sizes"
        ),
        pytest.param("GPT-3.5/4 fail on MMLU.", {"GPT-3.5", "MMLU"}, id="slash, versions"),
        pytest.param("BERT's masking helps.", {"BERT"}, id="possessive"),
        pytest.param(
            "A Mamba-based, LoRA-tuned and GPT-style model wins.", {"Mamba", "LoRA", "GPT"}, id="compounds"
        ),
        pytest.param("We present M$^2$AD, which beats LoRA.", {"M$^2$AD", "LoRA"}, id="TeX inside"),
        pytest.param("We present S$^2$-MLP, which beats LoRA.", {"S$^2$-MLP", "LoRA"}, id="TeX and a hyphen"),
        pytest.param(
            r"We use {\sc Bert} and \textbf{RoBERTa} as encoders.", {"Bert", "RoBERTa"}, id="TeX around"
        ),
        pytest.param("We fine-tune it by rm LoRA and rm QLoRA.", {"LoRA", "QLoRA"}, id="the rest of TeX"),
        pytest.param("We use a 3D Swin Transformer.", {"3D Swin Transformer"}, id="nested"),
    ],
)
def test_names_as_texts_write_them(text: str, names: set[str], extractor: Extractor) -> None:
    assert {m.name for m in extract(Paper("x", "A Study", text), extractor).mentions} == names


@pytest.mark.parametrize(
    ("title", "names"),
    [
        ("Invited Talk", []),
        ("INVITED TALK", []),
        ("Invited Talk: The Lake", []),
        ("Poster Session", []),
        ("Author Index", []),
        ("Batch Normalization", ["Batch Normalization"]),
    ],
)
def test_a_title_of_proceedings_names_nothing(title: str, names: list[str], extractor: Extractor) -> None:
    assert [m.name for m in extract(Paper("x", title, ""), extractor).mentions] == names


def test_noise_stays_out(extractor: Extractor) -> None:
    text = (
        "In this paper we propose our framework for large language models (LLMs) and deep neural networks. "
        "We train it on eight NVIDIA A100 GPUs at Google. As Section 3 shows, it gains 12.5 points over "
        "strong baselines at NeurIPS 2023. Code is at https://github.com/acme/tool."
    )
    assert extract(Paper("x", "Notes from the Field", text), extractor).mentions == ()


@pytest.mark.parametrize(
    ("text", "is_none"),
    [
        ("7B", True),
        ("25 Mbps", True),
        ("2012", True),
        ("3D", True),
        ("T5", False),
        ("300W", False),
        ("20News", False),
    ],
)
def test_quantities_are_no_names(text: str, is_none: bool) -> None:
    assert (_NO_NAME.fullmatch(text) is not None) is is_none


@pytest.mark.parametrize(
    ("text", "name", "whole"),
    [
        pytest.param("the M$^2$AD net", "M$^", "M$^2$AD", id="a formula inside"),
        pytest.param("PostShare$ and more", "PostShare$", "PostShare", id="a lone sign behind"),
        pytest.param("two $head-wise attention", "$head-wise attention", "head-wise attention", id="before"),
        pytest.param("by G_{stack} it grows", "G_{stack", "G_{stack}", id="a brace"),
        pytest.param("by G_{a} it grows", "G_{a}", "G_{a}", id="a whole brace"),
    ],
)
def test_whole_tex(text: str, name: str, whole: str) -> None:
    start = text.index(name)
    span = _whole_tex(Span(start, start + len(name), name, "method", 900, "tagger"), text)
    assert (span.text, text[span.start : span.end]) == (whole, whole)


@pytest.mark.parametrize(
    ("text", "places"),
    [
        pytest.param("Mamba and a Mamba-based net", [0, 12], id="compound"),
        pytest.param("Mamba, Mamba-2, Vision-Mamba, LaMamba, Mambas", [0], id="other names"),
        pytest.param("(Mamba) Mamba- Mamba_x", [1], id="edges"),
    ],
)
def test_places(text: str, places: list[int]) -> None:
    assert list(_places("Mamba", text)) == places


def test_common_words_are_no_names(extractor: Extractor) -> None:
    paper = Paper(
        "x", "Linear and Sparse: Mixed Graph Views", "We use a linear, a sparse and a mixed graph view."
    )
    found = {m.text.lower() for m in extract(paper, extractor).mentions}
    assert not found & {"linear", "mixed", "graph", "view", "sparse"}


@pytest.mark.parametrize(
    ("text", "introduced"),
    [
        pytest.param("We propose the Transformer, a network for translation.", True, id="propose"),
        pytest.param(
            "We finally introduce our Transformer (TRF), which is fast.", True, id="with a short form"
        ),
        pytest.param("Transformer is introduced, a network for translation.", True, id="is introduced"),
        pytest.param("We introduce Transformer models to biology.", False, id="a modifier"),
        pytest.param("A net based on Transformer is proposed here.", False, id="what is built on it"),
        pytest.param("They propose the Transformer, a network.", False, id="others"),
    ],
)
def test_what_a_paper_says_outright_that_it_introduces(
    text: str, introduced: bool, extractor: Extractor
) -> None:
    roles = {
        m.role for m in extract(Paper("x", "A Study", text), extractor).mentions if m.text == "Transformer"
    }
    assert ("introduces" in roles) is introduced


@pytest.mark.parametrize(
    ("title", "introduced"), [("DeepSeek-R1: Reasoning", True), ("Reasoning by DeepSeek-R1", False)]
)
def test_a_title_introduces_what_stands_before_its_colon(
    title: str, introduced: bool, extractor: Extractor
) -> None:
    paper = Paper("x", title, "We evaluate DeepSeek-R1 on GSM8K. It is compared with GPT-4.")
    assert (role_of(extract(paper, extractor), "DeepSeek-R1") == "introduces") is introduced
