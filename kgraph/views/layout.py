"""Where nodes stand on the map.

ForceAtlas2's forces (Jacomy et al. 2014, doi:10.1371/journal.pone.0098679) in their LinLog form,
which sets communities apart (Noack 2007, doi:10.7155/jgaa.00154): an edge of weight w and length
d pulls with w log(1 + d), two nodes of masses m and n push each other with m n / d. All pairs are
felt at once through a mesh (Hockney & Eastwood, Computer Simulation Using Particles, ch. 5): each
node's mass is shared among the four mesh points around it, one FFT turns masses into the
potential -log d, and its slope is read back at the node. So a step costs O(nodes + edges):
10,000 nodes and 40,000 edges take about 2 s where networkx's all-pairs layouts take minutes.
No BLAS and no threads are involved: the same graph gives the same bytes.
"""

import math
from collections.abc import Mapping
from functools import cache
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from scipy import fft, sparse
from scipy.spatial import cKDTree

from kgraph.views.style import sizes

if TYPE_CHECKING:
    import networkx as nx

Floats = NDArray[np.float64]
MESH = 128  # points a side
STEPS = 220
GRAVITY = 0.6  # keeps unconnected parts from drifting away
GAP = 5.0  # between the rims of two nodes


def positions(graph: "nx.MultiDiGraph[str]") -> dict[str, tuple[float, float]]:
    """Place every node, centred at 0, in units of a node's radius (`style.sizes`).

    Depends on the ids, edges and weights alone, not on the order in which the graph holds them.
    """
    nodes = sorted(graph)
    if not nodes:
        return {}
    links = _links(graph, nodes)
    radii = np.array([size for _, size in sorted(sizes(graph).items())])
    places = _separate(_scale(_settle(links), radii), radii)
    places = np.round(places - (places.max(axis=0) + places.min(axis=0)) / 2, 1) + 0.0
    return dict(zip(nodes, map(tuple, places.tolist()), strict=True))


def _links(graph: "nx.MultiDiGraph[str]", nodes: list[str]) -> sparse.coo_array:
    """Sum the strengths of all edges between two nodes: each pair once, the smaller first."""
    index = {node: i for i, node in enumerate(nodes)}
    pairs: dict[tuple[int, int], float] = {}
    for source, target, data in sorted(graph.edges(data=True), key=_edge_key):
        i, j = sorted((index[source], index[target]))
        if i != j:
            pairs[i, j] = pairs.get((i, j), 0.0) + _pull(data)
    rows, columns = np.array(sorted(pairs), dtype=np.int64).reshape(-1, 2).T
    weights = np.array([pairs[pair] for pair in sorted(pairs)], dtype=np.float64)
    return sparse.coo_array((weights, (rows, columns)), shape=(len(nodes), len(nodes)))


def _edge_key(edge: tuple[str, str, Mapping[str, object]]) -> tuple[str, str, str]:
    return edge[0], edge[1], str(edge[2].get("relation"))


def _pull(data: Mapping[str, object]) -> float:
    strength = data.get("strength", data.get("weight"))
    return 0.05 + 4 * min(float(strength), 1.0) if isinstance(strength, int | float) else 1.0


def _settle(links: sparse.coo_array) -> Floats:
    """Let the forces move the nodes from a smoothed random start, in ever shorter steps."""
    count = links.shape[0]
    rows, columns = links.coords
    both = (links + links.T).tocsr()
    pull = np.asarray(both.sum(axis=1)).ravel()
    mass = 1.0 + np.log1p(np.bincount(np.r_[rows, columns], minlength=count))
    places = _start(both, pull)
    for step in range(STEPS):
        delta = places[columns] - places[rows]
        length = np.hypot(*delta.T) + 1e-9
        force = delta * (links.data * np.log1p(length) / length)[:, None]
        drift = mass[:, None] * _push(places, mass)
        for axis in (0, 1):
            drift[:, axis] += np.bincount(rows, force[:, axis], count)
            drift[:, axis] -= np.bincount(columns, force[:, axis], count)
        reach = np.hypot(*places.T)[:, None] + 1e-9
        drift -= GRAVITY * mass[:, None] * places / reach * np.log1p(reach)
        drift /= (pull + mass)[:, None]
        limit = count**0.5 * (1 - step / STEPS) ** 1.5 / 2
        places += drift * np.minimum(1.0, limit / (np.hypot(*drift.T) + 1e-9))[:, None]
    return places


def _start(both: sparse.csr_array, pull: Floats) -> Floats:
    """Draw places from a fixed seed and let each drift towards its neighbours' mean."""
    count = both.shape[0]
    places: Floats = np.random.Generator(np.random.PCG64(0)).normal(size=(count, 2))
    for _ in range(12):
        places = (places + both @ places / np.maximum(pull, 1e-9)[:, None]) / 2
        places -= places.mean(axis=0)
    places *= count**0.5 / (float(places.std()) + 1e-9)
    return places


def _push(places: Floats, mass: Floats) -> Floats:
    """The slope of the potential that all masses make together, for each node."""
    low = places.min(axis=0)
    cell = float(max(np.ptp(places, axis=0).max(), 1e-6)) / (MESH - 4)
    at = (places - low) / cell + 1
    corner = np.floor(at).astype(np.int64)
    part = at - corner
    field = fft.irfft2(fft.rfft2(_spread(corner, part, mass), (2 * MESH, 2 * MESH)) * _kernel())[:MESH, :MESH]
    slopes = np.stack([np.gradient(field, axis=axis) for axis in (0, 1)], axis=-1)
    push = np.zeros_like(places)
    for point, share in _corners(corner, part):
        push -= share[:, None] * slopes[tuple(point.T)]
    return push / cell


def _spread(corner: NDArray[np.int64], part: Floats, mass: Floats) -> Floats:
    mesh = np.zeros(MESH * MESH)
    for point, share in _corners(corner, part):
        mesh += np.bincount(point @ (MESH, 1), share * mass, MESH * MESH)
    return mesh.reshape(MESH, MESH)


def _corners(corner: NDArray[np.int64], part: Floats) -> list[tuple[NDArray[np.int64], Floats]]:
    """The four mesh points around each node with its share in each."""
    return [
        (corner + np.array((dx, dy)), np.abs(1 - dx - part[:, 0]) * np.abs(1 - dy - part[:, 1]))
        for dx in (0, 1)
        for dy in (0, 1)
    ]


@cache
def _kernel() -> NDArray[np.complex128]:
    """The potential -log d of one mass, softened within a cell, ready for a cyclic convolution."""
    steps = np.minimum(np.arange(2 * MESH), 2 * MESH - np.arange(2 * MESH))
    kernel: NDArray[np.complex128] = fft.rfft2(-0.5 * np.log(0.5 + steps[:, None] ** 2 + steps[None, :] ** 2))
    return kernel


def _scale(places: Floats, radii: Floats) -> Floats:
    """Stretch the map until the nodes cover a seventh of the disc that holds most; draw outliers in."""
    places = places - np.median(places, axis=0)
    away = np.hypot(*places.T)
    reach = float(np.quantile(away, 0.9)) or 1.0
    drawn = reach * (1 + 0.8 * np.log1p(np.maximum(away / reach - 1, 0)))
    places *= np.where(away > reach, drawn / np.maximum(away, 1e-9), 1.0)[:, None]
    places *= math.sqrt(7 * float(((radii + GAP) ** 2).sum())) / reach
    return places


def _separate(places: Floats, radii: Floats) -> Floats:
    """Push nodes that overlap apart, smaller ones further, until none does."""
    for _ in range(200):
        pairs = cKDTree(places).query_pairs(2 * radii.max() + GAP, output_type="ndarray")
        first, second = pairs[np.lexsort(pairs.T[::-1])].T
        delta = places[second] - places[first]
        length = np.hypot(*delta.T) + 1e-9
        lack = radii[first] + radii[second] + GAP - length
        near = lack > 0.01
        if not near.any():
            break
        first, second = first[near], second[near]
        move = delta[near] * (lack[near] / length[near])[:, None] * 0.55
        share = (radii[second] ** 2 / (radii[first] ** 2 + radii[second] ** 2))[:, None]
        for axis in (0, 1):
            places[:, axis] -= np.bincount(first, (move * share)[:, axis], len(places))
            places[:, axis] += np.bincount(second, (move * (1 - share))[:, axis], len(places))
    return places
