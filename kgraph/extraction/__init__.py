"""Papers in, mentions and statements out: a pure function of one paper's text and the extractor."""

from kgraph.extraction.extractor import Extractor, find_mentions, load_extractor

__all__ = ["Extractor", "find_mentions", "load_extractor"]
