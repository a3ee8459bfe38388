"""The figures of a trained tagger on annotated papers that it has not seen."""

from collections.abc import Sequence
from pathlib import Path

from kgraph.documents import document
from kgraph.evaluation import score
from kgraph.extraction.extractor import Extractor, extract_paper
from kgraph.extraction.tagger import Tagger
from kgraph.lexicon import read_lexicon
from pipelines.corpus import Annotated


def print_figures(folder: Path, papers: Sequence[Annotated]) -> None:
    """Print what `kgraph eval` would."""
    lexicon = read_lexicon()
    extractor = Extractor(None, Tagger.read_from(folder, lexicon), lexicon, "")
    gold = [
        {"id": a.paper.id, "entities": list(a.entities), "relations": [list(r) for r in a.relations]}
        for a in papers
    ]
    found = {a.paper.id: document(a.paper, extract_paper(a.paper, extractor)) for a in papers}
    for name, figure in score(gold, found).items():
        print(f"{name:16} {figure}")
