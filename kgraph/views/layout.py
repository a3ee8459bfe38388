"""Where nodes stand on the map.

First forces place the nodes: ForceAtlas2's (Jacomy et al. 2014, doi:10.1371/journal.pone.0098679) in their
LinLog form, which sets communities apart (Noack 2007, doi:10.7155/jgaa.00154): an edge of weight w and
length d pulls with w log(1 + d), two nodes of masses m and n push each other with m n / d. All pairs are
felt at once through a mesh (Hockney & Eastwood, Computer Simulation Using Particles, ch. 5): each node's
mass is shared among the four mesh points around it, one FFT turns masses into the potential -log d, and its
slope is read back at the node. So a step costs O(nodes + edges). (Of few nodes the pairs are summed one by
one, which costs less.) Then every community gets a disc that its
nodes fill evenly, the discs are drawn together, and nodes that overlap pushed apart.

10,000 nodes and 40,000 edges take about 3 s, 126,000 and 400,000 about 30 s, where networkx's all-pairs
layouts take minutes and more. No BLAS and no threads are involved: the same graph gives the same bytes.
"""

import math
from functools import cache
from itertools import chain
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from scipy import fft, sparse
from scipy.spatial import cKDTree

from kgraph.views.borrowed import Layout, settle_with
from kgraph.views.regions import Ties, tie
from kgraph.views.style import sizes

if TYPE_CHECKING:
    import networkx as nx

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
COARSE, FINE, FINEST = 64, 256, 512  # mesh points a side: while nodes fly, when they settle, when many do
MANY = 20_000
FEW = 300  # nodes whose pairs cost no more than a mesh
STEPS = 160
GRAVITY = 0.6  # keeps unconnected parts from drifting away
COHESION = 0.5  # gravity towards the middle of a node's community
WITHIN, BETWEEN = 1.0, 0.3  # how hard ties pull within a community, and between two
GAP = 9.0  # between the rims of two nodes
MOAT = 30.0  # between the rims of two communities
EVENLY = 0.6  # see _stretch
LOOSE = 4.0  # times the area of its nodes is the area of a community
PACKED = 0.5  # times the radius that all discs together would fill: they push each other apart after
TINY = 7  # nodes of a community
GOLDEN = math.pi * (3 - math.sqrt(5))  # the golden angle, so that directions differ
CONTRACTIONS, CONTRACTION = 40, 0.96  # how often all discs are drawn together, and by how much


def positions(
    graph: "nx.MultiDiGraph[str]", ties: Ties | None = None, layout: Layout = "own"
) -> dict[str, tuple[float, float]]:
    """Place every node, centred at 0, in units of a node's radius (`style.sizes`).

    Depends on the ids, edges and weights alone, not on the order in which the graph holds them.
    """
    if not len(graph):
        return {}
    ties = tie(graph) if ties is None else ties
    radii = np.array([size for _, size in sorted(sizes(graph).items())])
    links = _gathered(ties)
    places = _settle(links, ties.community) if layout == "own" else settle_with(layout, links)
    places = _separate(_arrange(places, radii, ties), radii, GAP)
    places = np.round(places - (places.max(axis=0) + places.min(axis=0)) / 2, 1) + 0.0
    return dict(zip(ties.nodes, map(tuple, places.tolist()), strict=True))


def _gathered(ties: Ties) -> sparse.coo_array:
    """Let what ties a community pull harder than what ties it to others, so that it shows."""
    rows, columns = ties.links.coords
    within = ties.community[rows] == ties.community[columns]
    weights = ties.links.data * np.where(within, WITHIN, BETWEEN)
    return sparse.coo_array((weights, (rows, columns)), shape=ties.links.shape)


def _settle(links: sparse.coo_array, community: Ints) -> Floats:
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
        mesh = COARSE if step < STEPS // 2 else FINE if count < MANY else FINEST
        push = _push_in_pairs if count <= FEW else _push
        drift = mass[:, None] * push(places, mass, mesh)
        for axis in (0, 1):
            drift[:, axis] += np.bincount(rows, force[:, axis], count)
            drift[:, axis] -= np.bincount(columns, force[:, axis], count)
        drift += mass[:, None] * GRAVITY * _towards(np.zeros(2), places)
        drift += mass[:, None] * COHESION * _towards(_middles(places, community)[community], places)
        drift /= (pull + mass)[:, None]
        limit = count**0.5 * (1 - step / STEPS) ** 1.5 / 2
        places += drift * np.minimum(1.0, limit / (np.hypot(*drift.T) + 1e-9))[:, None]
    return places


def _towards(goal: Floats, places: Floats) -> Floats:
    """Point from each place to its goal; the length grows with the logarithm of the distance."""
    delta = goal - places
    length = np.hypot(*delta.T)[:, None] + 1e-9
    pull: Floats = delta / length * np.log1p(length)
    return pull


def _middles(places: Floats, community: Ints) -> Floats:
    count = np.bincount(community)
    return np.stack([np.bincount(community, places[:, axis]) / count for axis in (0, 1)], axis=-1)


def _start(both: sparse.csr_array, pull: Floats) -> Floats:
    """Draw places from a fixed seed and let each drift towards its neighbours' mean."""
    count = both.shape[0]
    places: Floats = np.random.Generator(np.random.PCG64(0)).normal(size=(count, 2))
    for _ in range(12):
        places = (places + both @ places / np.maximum(pull, 1e-9)[:, None]) / 2
        places -= places.mean(axis=0)
    places *= count**0.5 / (float(places.std()) + 1e-9)
    return places


def _push_in_pairs(places: Floats, mass: Floats, mesh: int) -> Floats:
    """What `_push` returns, without the mesh but as soft within one of its cells."""
    across, down = (places[:, axis, None] - places[:, axis] for axis in (0, 1))
    share = mass / (across**2 + down**2 + _cell(places, mesh) ** 2 / 2)
    return np.stack([(across * share).sum(axis=1), (down * share).sum(axis=1)], axis=-1)


def _push(places: Floats, mass: Floats, mesh: int) -> Floats:
    """The slope of the potential that all masses make together, for each node."""
    low, cell = places.min(axis=0), _cell(places, mesh)
    at = (places - low) / cell + 1
    corner = np.floor(at).astype(np.int64)
    part = at - corner
    spread = fft.rfft2(_spread(corner, part, mass, mesh), (2 * mesh, 2 * mesh))
    field = fft.irfft2(spread * _kernel(mesh))[:mesh, :mesh]
    slopes = np.stack([np.gradient(field, axis=axis) for axis in (0, 1)], axis=-1)
    push = np.zeros_like(places)
    for point, share in _corners(corner, part):
        push -= share[:, None] * slopes[tuple(point.T)]
    return push / cell


def _cell(places: Floats, mesh: int) -> float:
    return float(max(np.ptp(places, axis=0).max(), 1e-6)) / (mesh - 4)


def _spread(corner: Ints, part: Floats, mass: Floats, mesh: int) -> Floats:
    masses = np.zeros(mesh * mesh)
    for point, share in _corners(corner, part):
        masses += np.bincount(point @ (mesh, 1), share * mass, mesh * mesh)
    return masses.reshape(mesh, mesh)


def _corners(corner: Ints, part: Floats) -> list[tuple[Ints, Floats]]:
    """The four mesh points around each node with its share in each."""
    return [
        (corner + np.array((dx, dy)), np.abs(1 - dx - part[:, 0]) * np.abs(1 - dy - part[:, 1]))
        for dx in (0, 1)
        for dy in (0, 1)
    ]


@cache
def _kernel(mesh: int) -> NDArray[np.complex128]:
    """The potential -log d of one mass, softened within a cell, ready for a cyclic convolution."""
    steps = np.minimum(np.arange(2 * mesh), 2 * mesh - np.arange(2 * mesh))
    kernel: NDArray[np.complex128] = fft.rfft2(-0.5 * np.log(0.5 + steps[:, None] ** 2 + steps[None, :] ** 2))
    return kernel


def _arrange(places: Floats, radii: Floats, ties: Ties) -> Floats:
    """Give every community a disc that suits its nodes, and draw the discs together until they meet.

    Otherwise the distances between communities, which mean little, would take most of the map.
    """
    community = ties.community
    offsets = places - _middles(places, community)[community]
    order = np.argsort(community, kind="stable")
    discs = np.zeros(community.max() + 1)
    for members in np.split(order, np.cumsum(np.bincount(community))[:-1]):
        if len(members) <= TINY:
            offsets[members] = _rosette(radii[members])
        wanted = math.sqrt(LOOSE * float(((radii[members] + GAP) ** 2).sum()))
        offsets[members] = _stretch(offsets[members], wanted, EVENLY)
        discs[community[members[0]]] = np.quantile(np.hypot(*offsets[members].T), 0.9) + radii[members].min()
    return _pack(_middles(places, community), discs, _lone(ties))[community] + offsets


def _rosette(radii: Floats) -> Floats:
    """Lay a handful around its largest; the forces would leave so few in a row."""
    order = np.argsort(-radii, kind="stable")
    places = np.zeros((len(radii), 2))
    turn = 2 * math.pi * np.arange(len(radii) - 1) / max(len(radii) - 1, 1)
    reach = (radii.max() + radii + GAP)[order[1:], None]
    places[order[1:]] = reach * np.stack([np.cos(turn), np.sin(turn)], axis=-1)
    return places


def _lone(ties: Ties) -> NDArray[np.bool_]:
    """Tell which communities nothing ties to any other."""
    lone = np.ones(ties.community.max() + 1, dtype=bool)
    ends = np.stack([ties.community[index] for index in ties.links.coords])
    lone[ends[:, ends[0] != ends[1]].ravel()] = False
    return lone


def _pack(middles: Floats, discs: Floats, lone: NDArray[np.bool_]) -> Floats:
    """Draw the discs together until they meet; those that nothing ties to others lie around the rest."""
    core = ~lone
    core[0] = True  # the largest, if all are lone
    wanted = PACKED * math.sqrt(float(((discs[core] + MOAT) ** 2).sum()))
    packed = _stretch(middles[core], wanted, 0)
    for _ in range(CONTRACTIONS):
        packed = _separate(packed * CONTRACTION, discs[core], MOAT, 2)
    order = np.argsort(~core, kind="stable")  # the core first
    placed, radii = np.zeros_like(middles), discs[order]
    placed[: core.sum()] = _separate(packed, discs[core], MOAT)
    for place in range(int(core.sum()), len(order)):
        placed[place] = _outside(place * GOLDEN, placed[:place], radii[:place] + radii[place] + MOAT)
    middles = np.empty_like(placed)
    middles[order] = placed
    return middles


def _outside(angle: float, middles: Floats, radii: Floats) -> Floats:
    """Find the first point in this direction from which on all is outside of the discs."""
    way = np.array((math.cos(angle), math.sin(angle)))
    along = middles @ way
    half = radii**2 - ((middles - along[:, None] * way) ** 2).sum(axis=1)  # of the chord, squared
    ends = np.where(half > 0, along + np.sqrt(np.maximum(half, 0)), 0.0)
    return way * max(float(ends.max()), 0.0)


def _stretch(places: Floats, wanted: float, evenly: float) -> Floats:
    """Scale until the disc of the wanted radius holds nine tenths; draw what lies further out in.

    `evenly` in 0..1 says how far distances from the middle are evened out, so that no core is crowded.
    """
    away = np.hypot(*places.T)
    reach = float(np.quantile(away, 0.9))
    if not reach:
        return places
    drawn = np.where(away > reach, 1 + 0.5 * np.log1p(np.maximum(away / reach - 1, 0)), away / reach)
    even = np.sqrt((np.argsort(np.argsort(away, kind="stable"), kind="stable") + 0.5) / len(away))
    wished = wanted * ((1 - evenly) * drawn + evenly * even)
    stretched: Floats = places * (wished / np.maximum(away, 1e-9))[:, None]
    return stretched


def _separate(places: Floats, radii: Floats, gap: float, rounds: int = 12) -> Floats:
    """Push discs that overlap apart, smaller ones further, until none does.

    Which are near is looked up anew only now and then, since it takes longer than many pushes.
    """
    places = places.copy()
    for _ in range(rounds):
        first, second = _near(places, radii, gap + radii.min())
        share = (radii[second] ** 2 / (radii[first] ** 2 + radii[second] ** 2))[:, None]
        settled = True
        for _ in range(12):
            delta = places[second] - places[first]
            length = np.hypot(*delta.T) + 1e-9
            lack = radii[first] + radii[second] + gap - length
            near = lack > 0.01
            if not near.any():
                break
            settled = False
            move = delta[near] * (lack[near] / length[near])[:, None] * 0.55
            for axis in (0, 1):
                moved = np.bincount(second[near], (move * (1 - share[near]))[:, axis], len(places))
                places[:, axis] += moved - np.bincount(
                    first[near], (move * share[near])[:, axis], len(places)
                )
        if settled:
            break
    return places


def _near(places: Floats, radii: Floats, gap: float) -> tuple[Ints, Ints]:
    """Every pair of discs that may come to overlap, the larger first, in an order that is always the same."""
    found = cKDTree(places).query_ball_point(places, 2 * radii + gap, return_sorted=True)
    first = np.repeat(np.arange(len(places)), [len(others) for others in found])
    second = np.fromiter(chain.from_iterable(found), np.int64, len(first))
    smaller = (radii[second] < radii[first]) | ((radii[second] == radii[first]) & (second > first))
    return first[smaller], second[smaller]
