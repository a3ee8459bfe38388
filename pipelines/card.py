"""Write the figures and the model card of the shipped tagger: `make card`, about a minute.

Reads the dev papers (never trained on) and the shipped weights; writes kgraph/data/eval.json, which
a test compares with what the code does, and kgraph/data/MODEL_CARD.md.
"""

import json
from pathlib import Path
from typing import Any

from kgraph.evaluation import evaluate
from kgraph.lexicon import read_lexicon
from pipelines.corpus import DEV, TRAIN, read_annotated, read_corpus
from pipelines.train import EPOCHS

DATA = Path("kgraph/data")
SHOWN = ("papers", "entities", "proper", "phrases", "type_accuracy", "role_accuracy", "alias_precision")


def main() -> None:
    """Evaluate on dev and write both files."""
    figures = evaluate(DEV)
    kept = {name: figures[name] for name in (*SHOWN, "introduces", "relations", "by_type")}
    kept["after_build"] = {name: figures["after_build"][name] for name in kept if name != "papers"}
    (DATA / "eval.json").write_text(json.dumps(kept, indent=1) + "\n", "utf-8", newline="\n")
    (DATA / "MODEL_CARD.md").write_text(_card(kept), "utf-8", newline="\n")


def _card(figures: dict[str, Any]) -> str:
    sizes = {path.name: path.stat().st_size / 1e6 for path in sorted((DATA / "tagger").iterdir())}
    lexicon = (DATA / "lexicon.tsv").stat().st_size / 1e6
    size = sum(sizes.values()) + lexicon
    return f"""# Model card: the tagger of kgraph

Written by `python -m pipelines.card`; not by hand.

**What it does.** Finds methods, models, datasets (and tasks, metrics) in the title and abstract of a
machine-learning paper in English, gives each its role in the paper (introduces, extends, compares,
evaluates, uses, mentions) and states relations between them. It runs in numpy inside a spaCy
pipeline, on one processor core, without a download.

**How.** Words enter as 128 numbers of a PPMI-SVD of the corpus, hashed affixes, their form, their
place in the paper and what the lexicon of {len(read_lexicon().rows):,} names says. Four convolutions of width 128 with a
reach of 8 words to each side follow; between them all occurrences of a word in the paper exchange
what they know. Three small heads label words (BIO by type, decoded by Viterbi), score roles and
relate pairs of mentions in a sentence.

**Training.** One network learns from the {len(read_annotated(TRAIN)):,} annotated papers, {EPOCHS} passes, the running mean of
its weights kept; its word vectors come from the {sum(1 for _ in read_corpus()):,} abstracts of the corpus. `make train` does all
of it from ../shared, in about five minutes on one core. Choices were made on held-out fifths of the
annotated papers (`python -m pipelines.train --fold K`).

**Data.** Annotated papers: ../shared/gold, annotated by language models of one family after a written
guideline; agreement between two of them says how consistent they are, not how right. Corpus: the
conference abstracts of ../shared/corpora, whose collection states no licence; no sentence of it or of
the annotated papers is in this package, only weights and counts. The lexicon's names are facts,
written down by a language model from its knowledge of the field; its doubtful spellings were checked
against the training papers and counts in the corpus, so held-out fifths of the training papers flatter
it a little. The dev papers were not trained on and no name was taken from them.

**Size.** {size:.1f} MB in all: {", ".join(f"{name} {mb:.1f}" for name, mb in sizes.items())}, lexicon.tsv {lexicon:.1f}.

**Figures** on the {figures["papers"]} dev papers, `kgraph eval ../shared/gold/dev.jsonl`:

| | precision | recall | F1 |
| --- | --- | --- | --- |
{_rows(figures)}

Type right among the found {figures["type_accuracy"]:.3f}, role right {figures["role_accuracy"]:.3f}, aliases right {figures["alias_precision"]:.3f}.
The same papers after a build, when spellings have been pooled over the collection: entities F1
{figures["after_build"]["entities"]["f1"]:.3f}.

**Limits.** Lower-case phrases ("variance reduction") are much harder than proper names. Relations are a
hint to be checked against the sentence that `kgraph why` shows. Other languages and other fields were
not trained on. Public test sets such as SciERC annotate every noun phrase; figures on them cannot be
compared with these.
"""


def _rows(figures: dict[str, Any]) -> str:
    lines = {
        "methods, models, datasets": figures["entities"],
        "of these, proper names": figures["proper"],
        "of these, phrases": figures["phrases"],
        "introduced here": figures["introduces"],
        **{f"{type_}s only": figures["by_type"][type_] for type_ in ("method", "model", "dataset")},
        "tasks (secondary)": figures["by_type"]["task"],
        "metrics (secondary)": figures["by_type"]["metric"],
        "relations (pair and kind)": figures["relations"],
    }
    return "\n".join(
        f"| {name} | {one['precision']:.3f} | {one['recall']:.3f} | {one['f1']:.3f} |"
        for name, one in lines.items()
    )


if __name__ == "__main__":
    main()
