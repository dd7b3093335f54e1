"""A drawing of a graph in layers: every edge runs downwards, few edges cross, and boxes stand above one another.

The usual four steps (Sugiyama's): layers, stand-ins where an edge crosses one, the order within each, then positions.
It knows sizes and edges alone, and nothing of operators.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

GAP_X, GAP_Y = 40.0, 46.0  # between boxes, in pixels; a label fits into GAP_Y
ORDER_SWEEPS, POSITION_SWEEPS = 12, 16
STRAIGHT = 8.0  # how much more an edge's stand-in resists being moved than a box


class Edge(NamedTuple):
    """From box `source`, port `port` of `port_count` at its foot, to box `target`. source < target."""

    source: int
    target: int
    port: int = 0
    port_count: int = 1


@dataclass(frozen=True)
class Layout:
    """x, y: the middle of each box's upper edge; routes: of each edge, the points that it goes through; size of all."""

    x: tuple[float, ...]
    y: tuple[float, ...]
    routes: tuple[tuple[tuple[float, float], ...], ...]
    width: float
    height: float


def layered(sizes: Sequence[tuple[float, float]], edges: Sequence[Edge], input_count: int = 0) -> Layout:
    """Place boxes of these (width, height), numbered so that every edge goes from a lower to a higher number.

    input_count: how many of the first boxes are inputs: what does not come from them stands as low as it can.
    """
    layer = _layers(len(sizes), edges, input_count)
    chains, layer, widths = _with_stand_ins(edges, layer, [width for width, _ in sizes])
    rows = _ordered(layer, chains)
    x = _positions(rows, chains, widths, len(sizes))
    top, heights = _tops(rows, [height for _, height in sizes])
    left = min((x[v] - widths[v] / 2 for v in range(len(widths))), default=0.0)
    x = [value - left for value in x]
    routes = tuple(
        _route(edge, chain, x, top, heights, layer, sizes) for edge, chain in zip(edges, chains, strict=True)
    )
    count = len(sizes)
    width = max((x[v] + widths[v] / 2 for v in range(len(widths))), default=0.0)
    height = top[-1] + heights[-1] if top else 0.0
    return Layout(tuple(x[:count]), tuple(top[layer[v]] for v in range(count)), routes, width, height)


def _layers(count: int, edges: Sequence[Edge], input_count: int) -> list[int]:
    """The longest way to each box; inputs, and what no input leads to, stand just above their first reader."""
    layer, is_fed = [0] * count, [False] * count
    for edge in sorted(edges):
        layer[edge.target] = max(layer[edge.target], layer[edge.source] + 1)
        is_fed[edge.target] |= is_fed[edge.source] or edge.source < input_count
    for box in reversed(range(count)):
        readers = [layer[edge.target] for edge in edges if edge.source == box]
        if not is_fed[box] and readers:
            layer[box] = min(readers) - 1
    return layer


def _with_stand_ins(
    edges: Sequence[Edge], layer: list[int], widths: list[float]
) -> tuple[list[list[int]], list[int], list[float]]:
    """Each edge as a chain from layer to layer, with a narrow stand-in wherever it passes one; edges from one port of
    a box to the same layers share them.
    """
    layer, widths, chains = list(layer), list(widths), []
    for edge in edges:
        chain = [edge.source]
        for between in range(layer[edge.source] + 1, layer[edge.target]):
            layer.append(between)
            widths.append(2.0)
            chain.append(len(layer) - 1)
        chains.append([*chain, edge.target])
    return chains, layer, widths


def _ordered(layer: Sequence[int], chains: Sequence[Sequence[int]]) -> list[list[int]]:
    """The boxes of each layer from left to right: each moves to the mean of its neighbours, the best order is kept."""
    rows: list[list[int]] = [[] for _ in range(max(layer, default=-1) + 1)]
    for box, number in enumerate(layer):
        rows[number].append(box)
    links = [(a, b) for chain in chains for a, b in itertools.pairwise(chain)]
    best, fewest = [list(row) for row in rows], _crossings(rows, links)
    for sweep in range(ORDER_SWEEPS):
        down = sweep % 2 == 0
        for row in rows if down else reversed(rows):
            place = {box: index for each in rows for index, box in enumerate(each)}
            near: dict[int, list[int]] = {box: [] for box in row}
            for a, b in links:
                mine, other = (b, a) if down else (a, b)
                if mine in near:
                    near[mine].append(place[other])
            row.sort(key=lambda box: sum(near[box]) / len(near[box]) if near[box] else place[box])
        if (crossings := _crossings(rows, links)) < fewest:
            best, fewest = [list(row) for row in rows], crossings
    return best


def _crossings(rows: Sequence[Sequence[int]], links: Sequence[tuple[int, int]]) -> int:
    """How many pairs of links cross."""
    layer = {box: number for number, row in enumerate(rows) for box in row}
    place = {box: index for row in rows for index, box in enumerate(row)}
    by_layer: dict[int, list[tuple[int, int]]] = {}
    for a, b in links:
        by_layer.setdefault(layer[a], []).append((place[a], place[b]))
    return sum(
        (one[0] - other[0]) * (one[1] - other[1]) < 0
        for ends in by_layer.values()
        for index, one in enumerate(ends)
        for other in ends[index + 1 :]
    )


def _positions(
    rows: Sequence[Sequence[int]], chains: Sequence[Sequence[int]], widths: Sequence[float], count: int
) -> list[float]:
    """The middle of each box: as near to the mean of its neighbours as order and gaps allow."""
    above: list[list[int]] = [[] for _ in widths]
    below: list[list[int]] = [[] for _ in widths]
    for chain in chains:
        for a, b in itertools.pairwise(chain):
            below[a].append(b)
            above[b].append(a)
    x = [0.0] * len(widths)
    for sweep in range(POSITION_SWEEPS):
        down = sweep % 2 == 0
        for row in rows if down else reversed(rows):
            wanted = []
            for box in row:
                near = (above if down else below)[box] or (below if down else above)[box]
                wanted.append(sum(x[other] for other in near) / len(near) if near else x[box])
            gaps = [(widths[a] + widths[b]) / 2 + GAP_X for a, b in itertools.pairwise(row)]
            weights = [1.0 if box < count else STRAIGHT for box in row]
            for box, value in zip(row, _apart(wanted, gaps, weights), strict=True):
                x[box] = value
    return x


def _apart(wanted: Sequence[float], gaps: Sequence[float], weights: Sequence[float]) -> list[float]:
    """The numbers nearest to `wanted` (least squares) of which each is at least its gap above the one before.

    Less the gaps it is a monotone regression: neighbours out of order are pooled into their mean.
    """
    shift, shifts = 0.0, [0.0]
    for gap in gaps:
        shift += gap
        shifts.append(shift)
    pools: list[tuple[float, float, int]] = []  # mean, weight, how many
    for value, offset, weight in zip(wanted, shifts, weights, strict=False):
        pools.append((value - offset, weight, 1))
        while len(pools) > 1 and pools[-2][0] > pools[-1][0]:
            (a, of_a, n), (b, of_b, m) = pools[-2:]
            pools[-2:] = [((a * of_a + b * of_b) / (of_a + of_b), of_a + of_b, n + m)]
    means = [mean for mean, _, many in pools for _ in range(many)]
    return [mean + offset for mean, offset in zip(means, shifts, strict=False)]


def _tops(rows: Sequence[Sequence[int]], box_heights: Sequence[float]) -> tuple[list[float], list[float]]:
    """The upper edge and the height of each layer."""
    tops, heights, y = [], [], 0.0
    for row in rows:
        heights.append(max((box_heights[box] for box in row if box < len(box_heights)), default=0.0))
        tops.append(y)
        y += heights[-1] + GAP_Y
    return tops, heights


def _route(
    edge: Edge, chain: Sequence[int], x: Sequence[float], tops: Sequence[float], heights: Sequence[float],
    layer: Sequence[int], sizes: Sequence[tuple[float, float]],
) -> tuple[tuple[float, float], ...]:  # fmt: skip
    """From the foot of the source, straight through every layer between, to the head of the target."""
    width, height = sizes[edge.source]
    start = x[edge.source] + width * ((edge.port + 1) / (edge.port_count + 1) - 0.5)
    points = [(start, tops[layer[edge.source]] + height)]
    for box in chain[1:-1]:
        top = tops[layer[box]]
        points += [(x[box], top), (x[box], top + heights[layer[box]])]
    return (*points, (x[edge.target], tops[layer[edge.target]]))
