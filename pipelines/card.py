"""Write the figures and the model card of the shipped tagger: `make card`, about a minute.

Reads the dev papers (never trained on) and the shipped weights; writes kgraph/data/eval.json, which
a test compares with what the code does, and kgraph/data/MODEL_CARD.md.
"""

import json
from collections import Counter
from pathlib import Path
from textwrap import fill
from typing import Any

import numpy as np

from kgraph.evaluation import evaluate
from kgraph.extraction.features import read_evidence
from kgraph.lexicon import read_lexicon
from pipelines.agreement import agreement, agreement_of_roles
from pipelines.candidates import AGAIN_SHARE, OTHERS_SHARE
from pipelines.corpus import (
    DEV,
    SHORTENED,
    TRAIN,
    UNANNOTATED_SINCE,
    our_rows,
    read_annotated,
    read_annotated_corpus,
    read_corpus,
    read_unannotated,
    rows_of,
)
from pipelines.made_up import NAMINGS, TEXTS
from pipelines.schedule import read_schedule

DATA = Path("kgraph/data")
WIDTH = 110  # characters of a line
SHOWN = ("papers", "entities", "proper", "phrases", "type_accuracy", "role_accuracy", "alias_precision")


def main() -> None:
    """Evaluate on dev and write both files."""
    figures = evaluate(DEV)
    kept = {name: figures[name] for name in (*SHOWN, "introduces", "relations", "by_type")}
    kept["after_build"] = {name: figures["after_build"][name] for name in kept if name != "papers"}
    (DATA / "eval.json").write_text(json.dumps(kept, indent=1) + "\n", "utf-8", newline="\n")
    (DATA / "MODEL_CARD.md").write_text(_wrapped(_card(kept)), "utf-8", newline="\n")


def _card(figures: dict[str, Any]) -> str:
    sizes = {path.name: path.stat().st_size / 1e6 for path in sorted((DATA / "tagger").iterdir())}
    lexicon = (DATA / "lexicon.tsv").stat().st_size / 1e6
    size = sum(sizes.values()) + lexicon
    rows = read_lexicon().rows
    with np.load(DATA / "tagger" / "weights.npz") as weights:
        width = weights["label"].shape[0]
    given, ours, twice = len(read_annotated(TRAIN)), read_annotated_corpus(), agreement()
    right, asked = agreement_of_roles()
    like, texts = 0, 0
    for row in rows_of(TEXTS):
        like, texts = like + ("like" in row), texts + 1
    again = sum("again" in row for row in our_rows().values())
    schedule = read_schedule()
    rounds = Counter(paper.annotators for paper in ours)
    evidence = len(read_evidence(DATA / "tagger" / "evidence.tsv"))
    return f"""# Model card: the tagger of kgraph

Written by `make card`; not by hand.

**What it does.** Finds methods, models, datasets (and tasks, metrics) in the title and abstract of a
machine-learning paper in English, gives each its role in the paper (introduces, extends, compares,
evaluates, uses, mentions) and states relations between them. It runs in numpy on one processor core,
without a download, and also as a component of a spaCy pipeline.

**How.** Words enter as vectors (the company that they keep in the corpus, and the mean of what a larger
encoder, MiniLM, sees where they stand), hashed affixes, their form, their place in the paper, what the
lexicon of {len(rows):,} names says, and how often annotated papers name something by a spelling
({evidence:,} spellings). Four convolutions of width {width} with a reach of 8 words to each side follow; between
them all occurrences of a word in the paper exchange what they know, and every sentence and the whole
paper are heard. Words are labelled (BIO by type, decoded by Viterbi). Whatever may be
a thing is then judged with all its mentions and what these find in their sentences by attention: whether it
is one at all, its type, and its role among the things of the paper; and every two things their relation, if
any. What may be said of a thing and each other one has a say in its role.

**Training.** `make train` first has the layers below the labels guess hidden words of the papers,
{schedule.guessing_passes} passes; then a first network learns from {given + len(ours):,} annotated papers and {texts:,} made-up texts, most of them also under other names,
{schedule.passes} passes, the running mean of its weights kept. A teacher, the same network with all-MiniLM-L6-v2 (22 M weights,
Apache 2.0) beside its lower layers, too slow to ship, learns from them in {schedule.teacher_passes}. What both say, in the mean,
of {len(read_unannotated()):,} papers of the corpus that nobody annotated, of {UNANNOTATED_SINCE} or later, the first network learns in
{schedule.taught_passes} passes more beside the annotated papers (Hinton et al. 2015). The tagger is the mean of its weights before
and after (Wortsman et al. 2022).

What is no thing the network learns from the errors of two that learnt from a half of the papers each: it is
shown what either takes for a name in the other half. A share of {OTHERS_SHARE} of every role to be learnt is what such
a network says of it, since annotators err, too. Of one paper in {SHORTENED} the title alone is learnt from as well. The
given papers count {schedule.gold_times} times a pass, and those of the corpus that say what something is trained on {schedule.rare_times} times.
Those who annotated the given papers, those who annotated ours, in four rounds, and those who made texts up
differ a little in what they take for a name: where the network decides it has a bias of each, and what ships
has that of the given annotations. Its word vectors come from the {sum(1 for _ in read_corpus()):,} abstracts of the corpus and from
all-MiniLM-L6-v2, which only training needs. All of that is made from ../shared and this repository, in about
seven hours on one core. Choices were made on a held-out fifth of the given annotations
(`python -m pipelines.train --fold 0`).

The weights of this version were made a little differently, in several runs. Those of the version before are
the mean of three states: of a network that learnt six passes without guessing anything before, and two at a
lower rate; after three passes more beside what was said of 19,381 papers by a teacher (0.4), which had learnt
from about half of the annotated papers in each of two passes, and by two first networks (0.3 each), none of
which knew the held-out fifth; and after another pass in which roles counted twice. From that mean the network
went on: three passes of all annotated papers, roles counting one and a half times, those whose roles were given
again twice (the second role by 0.7, also of methods that only the second says are evaluated), those that say
what something is trained on three times, later four, those of the fourth round twice, beside 18,782 papers of
what was said (rate 0.0012 to 0.0003); one pass more with the made-up texts (0.001 to 0.0002); and one in which the
second role counted 0.6, and 0.2 where it is evaluated and the first was uses or extends. The tagger is the mean
of the states after these three trainings. Of the made-up texts it has learnt from {texts - like:,}.

**Data.** {given:,} papers of ../shared/gold, annotated by language models of one family after a written
guideline, and {len(ours):,} papers of ../shared/corpora annotated the same way by language models for this project
(pipelines/annotations.jsonl: names, types, roles and relations by the paper's number, no text):
{rounds[1]:,} in a first round, {rounds[2]:,} in a second, {rounds[3]:,} in a third, {rounds[4]:,} in a fourth; from the second on papers
like trending ones were chosen (in the fourth those that name models, or data that something is trained on) and
some thirty of the given papers were shown as examples. Of {again:,} papers, like trending ones or with roles
that networks which had not learnt from them found unlikely, the roles were given again by annotators who did
not see the first ones; where they differ, {AGAIN_SHARE} of the annotated role is the second,
but for methods that only the second says are evaluated: of these the given annotations had fewer than half. In the first and the
third round and when roles were given again our annotators had papers of ../shared/gold among theirs without
knowing it. Against the given annotations theirs have
{_agreement(twice)};
and {right / asked:.2f} of {asked} roles given again are the same (`python -m pipelines.agreement`). Such agreement says how
consistent annotators are, not how right. Corpus:
the conference abstracts of ../shared/corpora, whose collection states no licence; no sentence of it or of
the annotated papers is in this package, only weights, names and counts. The made-up texts
(pipelines/made_up.jsonl) were written and annotated by language models for this project, and are told up to {NAMINGS - 1}
times with other names: {texts - like:,} are about what real abstracts have seldom, such as what something is trained
on beside what it is measured on; in the {like:,} others things stand to one another as in one of the given papers,
though not in one of the held-out fifth, in other words and about another subject. The lexicon's names are facts:
{sum(row.source == "mined" for row in rows):,} were mined from the corpus and judged one by one by a language model (pipelines/verdicts.tsv), the
others written down by one from its knowledge of the field; its doubtful spellings were checked against
the training papers, so held-out fifths of these flatter it a little. The dev papers were not trained on, no
name was taken from them, and their texts were left out of the mining.

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
not trained on. Public test sets of the field have other guidelines: SciERC and SciER annotate every noun
phrase that is a task, method or material, generic ones too, and GSAP-NER every mention; their figures (DyGIE++
on SciERC 0.69 entities, 0.49 relations) and these cannot be compared, only each with its own.
"""


def _wrapped(text: str) -> str:
    """Wrap every paragraph that is no table."""
    parts = text.rstrip("\n").split("\n\n")
    return "\n\n".join(part if part.startswith("|") else _filled(part) for part in parts) + "\n"


def _filled(paragraph: str) -> str:
    return fill(paragraph, WIDTH, break_long_words=False, break_on_hyphens=False)


def _agreement(figures: dict[int, dict[str, Any]]) -> str:
    return ";\n".join(
        f"F1 {one['entities']['f1']:.2f} (precision {one['entities']['precision']:.2f}, "
        f"recall {one['entities']['recall']:.2f}), role {one['role_accuracy']:.2f}, "
        f"introduces {one['introduces']['f1']:.2f}, relations {one['relations']['f1']:.2f} "
        f"in round {number} ({one['papers']} papers)"
        for number, one in figures.items()
    )


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
