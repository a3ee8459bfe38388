"""Layouts of other libraries, for those who have them: both are under the GPL, so no dependencies."""

import random
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from kgraph.errors import MissingExtra

Layout = Literal["own", "igraph", "fa2"]
LAYOUTS: tuple[Layout, ...] = ("own", "igraph", "fa2")


def settle_with(layout: Layout, links: sparse.coo_array) -> NDArray[np.float64]:
    """Place the nodes by another library, from a fixed seed; in units of its own.

    Raises MissingExtra where the library is not installed.
    """
    return _with_igraph(links) if layout == "igraph" else _with_fa2(links)


def _with_igraph(links: sparse.coo_array) -> NDArray[np.float64]:
    """Fruchterman and Reingold's layout, on a grid."""
    try:
        import igraph
    except ImportError:
        raise MissingExtra("igraph", "igraph") from None
    igraph.set_random_number_generator(random.Random(0))
    graph = igraph.Graph(n=links.shape[0], edges=np.stack(links.coords, axis=1).tolist())
    places = graph.layout_fruchterman_reingold(weights=links.data.tolist(), grid=True)
    return np.array(places.coords, dtype=np.float64)


def _with_fa2(links: sparse.coo_array) -> NDArray[np.float64]:
    """ForceAtlas2, as Gephi has it."""
    try:
        from fa2_modified import ForceAtlas2
    except ImportError:
        raise MissingExtra("fa2-modified", "fa2") from None
    start = np.random.Generator(np.random.PCG64(0)).normal(size=(links.shape[0], 2))
    both = sparse.csr_matrix(links + links.T)
    return np.array(ForceAtlas2(verbose=False).forceatlas2(both, pos=start, iterations=200), dtype=np.float64)
