"""The tagger's network in numpy (see pipelines/student.py)."""
from kgraph.records import TYPES
LABELS = ("O", *(f"{place}-{type_}" for type_ in TYPES for place in "BI"))
DILATIONS = (1, 2, 4, 1)
POOL_AFTER = 1
