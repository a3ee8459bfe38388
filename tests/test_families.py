"""Families: what the names alone prove to be a version or a size of what."""

from pathlib import Path

import pytest

import kgraph
from kgraph.families import find_families
from kgraph.records import Entity


def entity(name: str, type_: str = "model", *aliases: str) -> Entity:
    return Entity(name, name, type_, aliases, ())


@pytest.mark.parametrize(
    ("family", "version"),
    [
        ("Llama 2", "Llama-2-7B"),
        ("Llama", "Llama 2"),
        ("GPT-4", "GPT-4o"),
        ("GPT", "GPT-3.5"),
        ("ImageNet", "ImageNet-1K"),
        ("Yi", "Yi-34B"),
        ("Qwen2.5", "Qwen2.5-Max"),
        ("SQuAD", "SQuAD 2.0"),
        ("MMLU", "MMLU-Pro"),
        ("Mamba", "Mamba-2"),
        ("ViT-B", "ViT-B/16"),
        ("ResNet", "ResNet-50"),
        ("YOLO", "YOLOv8"),
        ("T5", "T5-11B"),
        ("Claude 3.5", "Claude 3.5 Sonnet"),
        ("BIG-bench", "BIG-bench Lite"),
        ("EfficientNet", "EfficientNetV2"),
        ("MobileNetV3", "MobileNetV3-Large"),
        ("Mixtral", "Mixtral 8x7B"),
        ("wav2vec", "wav2vec 2.0"),
        ("Gemini", "Gemini Ultra"),
        ("DINO", "DINOv2"),
    ],
)
def test_a_version(family: str, version: str) -> None:
    assert list(find_families([entity(family), entity(version)])) == [(version, family)]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        pytest.param("LoRA", "LoRA+", id="a sign"),
        pytest.param("LoRA", "QLoRA", id="letters before"),
        pytest.param("GLUE", "SuperGLUE", id="a word before"),
        pytest.param("BERT", "BERTScore", id="letters behind"),
        pytest.param("BERT", "BERT score", id="a word behind"),
        pytest.param("CIFAR-10", "CIFAR-100", id="half a number"),
        pytest.param("Llama 3", "Llama 3.1", id="half a version"),
        pytest.param("F", "F1", id="one letter"),
        pytest.param("Word", "Word2Vec", id="a number and a word"),
        pytest.param("VAE", "VAE-GAN", id="two names"),
        pytest.param("DALL", "DALL-E", id="a letter"),
        pytest.param("CC", "CCV2", id="a V that is a letter of the name"),
        pytest.param("Mean", "Mean x 2", id="a sign of a product"),
        pytest.param("EfficientNetV2", "EfficientNet-V3", id="another version"),
        pytest.param("ToP", "Top-k", id="a unit without a number"),
        pytest.param("VL", "VL-T5", id="a letter that begins another name"),
        pytest.param("PPO", "PPO-Max", id="a word that is a version after numbers only"),
    ],
)
def test_no_version(one: str, other: str) -> None:
    assert list(find_families([entity(one), entity(other)])) == []


@pytest.mark.parametrize("versions", [("DeepSeek-R1", "DeepSeek-V3"), ("Kimi K2", "Kimi k1.5")])
def test_a_letter_and_a_number_are_a_version_where_a_family_has_several(versions: tuple[str, str]) -> None:
    family = versions[0].split("-")[0].split()[0]
    found = find_families([entity(family), *map(entity, versions)])
    assert list(found) == [(version, family) for version in versions]


@pytest.mark.parametrize(
    "names",
    [
        pytest.param(("Search", "Search-R1"), id="the only one"),
        pytest.param(("Search", "Search-R1", "Search R1"), id="the only one, spelled twice"),
        pytest.param(("Model", "Model-A", "Model-C"), id="no number"),
        pytest.param(("Kimi", "KimiK2", "KimiK3"), id="no gap"),
        pytest.param(("Kimi", "Kimi-K2-Thinking", "Kimi-K3-Thinking"), id="a word behind"),
    ],
)
def test_a_letter_and_a_number_alone_are_none(names: tuple[str, ...]) -> None:
    assert list(find_families(map(entity, names))) == []


def test_a_model_before_a_version_of_another_is_the_family() -> None:
    entities = [entity("CLIP"), entity("ViT"), entity("CLIP ViT-L/14")]
    assert list(find_families(entities)) == [("CLIP ViT-L/14", "CLIP")]


@pytest.mark.parametrize(
    "entities",
    [
        pytest.param([entity("CLIP"), entity("CLIP ViT-L/14")], id="no known family behind"),
        pytest.param([entity("CLIP"), entity("Adapter"), entity("CLIP Adapter")], id="no version behind"),
        pytest.param([entity("CLIP"), entity("ViT"), entity("CLIP-ViT-L/14")], id="one word"),
        pytest.param([entity("GLUE", "dataset"), entity("ViT"), entity("GLUE ViT-L/14")], id="a dataset"),
        pytest.param([entity("Flan", "method"), entity("T5"), entity("Flan T5-XL")], id="a method before"),
    ],
)
def test_what_stands_before_a_version_is_no_family(entities: list[Entity]) -> None:
    assert list(find_families(entities)) == []


def test_a_letter_is_a_version_of_a_dataset() -> None:
    entities = [entity("ImageNet", "dataset"), entity("ImageNet-C", "dataset")]
    assert list(find_families(entities)) == [("ImageNet-C", "ImageNet")]


def test_the_longest_name_is_the_family() -> None:
    entities = [entity("Llama"), entity("Llama 2"), entity("Llama 2 7B Chat")]
    assert list(find_families(entities)) == [("Llama 2", "Llama"), ("Llama 2 7B Chat", "Llama 2")]


def test_an_acronym_of_a_phrase_is_no_family() -> None:
    assert (
        list(find_families([entity("generalized linear model", "method", "GLM"), entity("GLM-130B")])) == []
    )


def test_the_word_that_a_phrase_begins_with_is_a_family() -> None:
    entities = [entity("Swin Transformer", "model", "Swin", "shifted window"), entity("Swin-B")]
    assert list(find_families(entities)) == [("Swin-B", "Swin Transformer")]


def test_a_dataset_is_no_version_of_a_model() -> None:
    assert list(find_families([entity("Alpaca"), entity("Alpaca-52K", "dataset")])) == []


def test_a_name_of_two_things_proves_nothing() -> None:
    entities = [entity("Zorb"), Entity("other", "Zorb", "model", (), ()), entity("Zorb-2")]
    assert list(find_families(entities)) == []


@pytest.fixture(scope="module")
def db(tmp_path_factory: pytest.TempPathFactory) -> Path:
    texts = {
        "one": "We fine-tune GPT-2 and evaluate it on GLUE.",
        "two": "We fine-tune GPT-2 and GPT-3 and evaluate both on the GLUE benchmark and on SQuAD.",
        "three": "We prompt GPT-3 on SQuAD.",
        "four": "We pre-train a language model, GPT, and evaluate it on the GLUE benchmark.",
    }
    folder = tmp_path_factory.mktemp("families")
    lines = [
        f'{{"id": "{id_}", "title": "Paper {id_}", "abstract": "{text}"}}' for id_, text in texts.items()
    ]
    (folder / "papers.jsonl").write_text("\n".join(lines), "utf-8")
    kgraph.build([folder / "papers.jsonl"], folder / "k.db")
    return folder / "k.db"


def test_a_version_is_tied_to_its_family(db: Path) -> None:
    with kgraph.open(db) as landscape:
        edges = landscape.frame("edges").query("relation == 'is_a'")[["source", "target", "papers"]]
        assert sorted(edges.itertuples(index=False, name=None)) == [
            ("entity:gpt-2", "entity:gpt", 2),
            ("entity:gpt-3", "entity:gpt", 2),
        ]
        assert landscape.show("GPT")["versions"] == ["entity:gpt-2", "entity:gpt-3"]
        assert landscape.show("GPT-2")["family"] == "entity:gpt"


def test_a_node_is_itself_and_its_family_only_when_asked(db: Path) -> None:
    with kgraph.open(db) as landscape:
        alone = landscape.neighbors("GPT", type="dataset")
        family = landscape.neighbors("GPT", type="dataset", family=True)
    assert list(alone[["name", "papers"]].itertuples(index=False, name=None)) == [("GLUE", 1)]
    assert list(family[["name", "papers"]].itertuples(index=False, name=None)) == [("GLUE", 3), ("SQuAD", 2)]
