"""Graph in, file out: what a user looks at or opens in another program."""

from collections.abc import Callable, Mapping

from kgraph.views.graphml import write_graphml
from kgraph.views.nodelink import write_nodelink
from kgraph.views.page import write_html
from kgraph.views.tables import write_tables

Writer = Callable[..., object]  # of a graph and a path

WRITERS: Mapping[str, Writer] = {
    ".csv": write_tables,
    ".graphml": write_graphml,
    ".html": write_html,
    ".json": write_nodelink,
}
