"""The layered layout: edges run downwards, boxes never overlap, and branches come to lie beside one another."""

from __future__ import annotations

import itertools

from hypothesis import given, settings
from hypothesis import strategies as st

from tinylab.views.graph_layout import GAP_X, GAP_Y, Edge, Layout, layered

SIZE = (60.0, 40.0)


def laid_out(pairs: list[tuple[int, int]], count: int, input_count: int = 0) -> Layout:
    return layered([SIZE] * count, [Edge(a, b) for a, b in pairs], input_count)


def test_a_chain_is_one_straight_column() -> None:
    layout = laid_out([(0, 1), (1, 2)], 3)
    assert len(set(layout.x)) == 1
    assert layout.y == (0, SIZE[1] + GAP_Y, 2 * (SIZE[1] + GAP_Y))
    assert layout.height == 3 * SIZE[1] + 2 * GAP_Y
    assert layout.routes[0] == ((30.0, 40.0), (30.0, 40.0 + GAP_Y))


def test_two_branches_lie_beside_one_another_and_meet_in_the_middle() -> None:
    layout = laid_out([(0, 1), (0, 2), (1, 3), (2, 3)], 4)
    left, right = sorted(layout.x[1:3])
    assert right - left == SIZE[0] + GAP_X
    assert layout.x[0] == layout.x[3] == (left + right) / 2


def test_a_residual_edge_passes_beside_the_boxes() -> None:
    layout = laid_out([(0, 1), (1, 2), (0, 3), (2, 3)], 4)
    (skip,) = [route for route in layout.routes if len(route) > 2]
    for box in (1, 2):
        top, bottom = layout.y[box], layout.y[box] + SIZE[1]
        crossing = [x for x, y in skip if top <= y <= bottom]
        assert all(abs(x - layout.x[box]) > SIZE[0] / 2 for x in crossing)


def test_what_no_input_leads_to_stands_low() -> None:
    """0 is the input; 1 feeds the last box alone."""
    layout = laid_out([(0, 2), (2, 3), (3, 4), (1, 4)], 5, input_count=1)
    assert layout.y[1] == layout.y[3]


def test_crossings_are_undone() -> None:
    layout = laid_out([(0, 3), (1, 2)], 4)
    assert (layout.x[0] - layout.x[1]) * (layout.x[3] - layout.x[2]) > 0


def test_nothing_at_all() -> None:
    assert laid_out([], 0) == Layout((), (), (), 0.0, 0.0)


GRAPHS = st.integers(2, 12).flatmap(
    lambda count: st.tuples(
        st.just(count),
        st.lists(st.tuples(st.integers(0, count - 1), st.integers(0, count - 1)).filter(lambda p: p[0] < p[1])),
    )
)


@given(GRAPHS)
@settings(deadline=None, derandomize=True, database=None, max_examples=200)
def test_no_overlap_and_all_edges_run_down(graph: tuple[int, list[tuple[int, int]]]) -> None:
    count, pairs = graph
    layout = laid_out(pairs, count)
    for a, b in pairs:
        assert layout.y[a] < layout.y[b]
    for route in layout.routes:
        assert all(y <= below for (_, y), (_, below) in itertools.pairwise(route))
    for one in range(count):
        for other in range(one):
            apart = abs(layout.x[one] - layout.x[other]) >= SIZE[0] + GAP_X - 1e-6
            assert apart or layout.y[one] != layout.y[other]
    assert all(SIZE[0] / 2 - 1e-6 <= x <= layout.width - SIZE[0] / 2 + 1e-6 for x in layout.x)
