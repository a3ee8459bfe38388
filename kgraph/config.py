"""Every default, once."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Config:
    """What a build or a query goes by when nothing else is said."""

    db: str = "kgraph.db"
    lexicon: str = "kgraph.lexicon"  # beside the store: read on its own, written by `kgraph alias`
    jobs: int = 1
    hops: int = 1
    limit: int = 30
    min_papers: int = 1
    max_errors: int = 20
    max_page_nodes: int = 1500  # pyvis stays usable up to about here
    max_big_page_nodes: int = 50_000  # so many sigma.js still moves smoothly
    max_line_bytes: int = 64 * 1024 * 1024
