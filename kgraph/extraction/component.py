"""The tagger as a spaCy component, `kgraph_tagger`, and other spaCy pipelines in its place.

The component sets `doc.ents`, labelled with our types; `doc.spans["kgraph_tagger"]` holds the same
spans with `attrs["scores"]`, as spaCy's own span categoriser does.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path

import spacy
from spacy.language import Language
from spacy.tokens import Doc, SpanGroup

from kgraph.errors import BadInput
from kgraph.extraction.grouping import Span
from kgraph.extraction.tagger import Tagger
from kgraph.lexicon import read_lexicon
from kgraph.records import TYPES

PIPE = "kgraph_tagger"
_FOREIGN_SCORE = 1000  # a foreign pipeline gives no scores


class TaggerComponent:
    """Called with a doc whose first line is the title, sets its entities."""

    def __init__(self, tagger: Tagger) -> None:
        self.tagger = tagger

    def __call__(self, doc: Doc) -> Doc:
        with self.tagger.network.one_thread():
            found = list(self.tagger.find(self.tagger.read(doc.text)))
        spans, scores = [], []
        for start, end, type_, score in found:
            span = doc.char_span(start, end, type_.upper(), alignment_mode="expand")
            assert span is not None, "expanded to whole tokens"
            spans.append(span)
            scores.append(score)
        doc.spans[PIPE] = SpanGroup(doc, name=PIPE, spans=spans, attrs={"scores": scores})
        doc.set_ents(spacy.util.filter_spans(spans))
        return doc


@Language.factory(PIPE, default_config={"lexicon": []}, assigns=["doc.ents", "doc.spans"])
def make_component(nlp: Language, name: str, lexicon: Sequence[str]) -> TaggerComponent:
    """Make the component with the shipped weights and lexicon, and further lexicon files by path."""
    return TaggerComponent(Tagger.shipped(read_lexicon([Path(path) for path in lexicon])))


def foreign_pipeline(name: str) -> Language:
    """Load a spaCy pipeline by name or path; raise BadInput if it cannot be."""
    try:
        return spacy.load(name)
    except Exception as error:  # OSError, ValueError, ConfigValidationError and whatever its components raise
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise BadInput(name, f"is no spaCy pipeline that can be loaded: {reason}") from error


def named_spans(doc: Doc) -> Iterator[Span]:
    """Yield the spans of a doc that bear one of our types: the tagger's, else the doc's entities."""
    ours = doc.spans.get(PIPE)
    scores = [_FOREIGN_SCORE] * len(doc.ents) if ours is None else ours.attrs["scores"]
    for span, score in zip(doc.ents if ours is None else ours, scores, strict=True):
        type_ = span.label_.lower()
        if type_ in TYPES:
            rule = "pipeline" if ours is None else "tagger"
            yield Span(span.start_char, span.end_char, span.text, type_, score, rule)
