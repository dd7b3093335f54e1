"""The planners beside the lower bound, and the plan that is made offline."""

from __future__ import annotations

from hypothesis import given, settings

from tests.arena.models import RandomGraph, allocate
from tests.arena.test_linear_memory_planner import BUFFERS, Buffer
from tests.shared import model_bytes, needs_shared
from tinylab.arena import MemoryPlan, MicroAllocator
from tinylab.arena.micro_memory_planner import lower_bound_bytes, planned_bytes
from tinylab.arena.offline_memory_planner import OfflineMemoryPlanner
from tinylab.arena.planner_comparison import compare_planners
from tinylab.model import load_model


def plan_of(data: bytes) -> MemoryPlan:
    return allocate(load_model(data), MicroAllocator.unbounded()).plan


@given(BUFFERS)
@settings(deadline=None, derandomize=True, database=None)
def test_an_offline_plan_never_overlaps_and_is_deterministic(buffers: list[Buffer]) -> None:
    planner = OfflineMemoryPlanner()
    offsets = planner.plan(buffers)
    assert offsets == planner.plan(buffers)
    placed = list(zip(buffers, offsets, strict=True))
    for i, (a, at) in enumerate(placed):
        for b, other in placed[:i]:
            assert not a.overlaps_in_time(b) or at >= other + b.size_bytes or other >= at + a.size_bytes
    assert planned_bytes(buffers, offsets) >= lower_bound_bytes(buffers)


def test_it_finds_what_largest_first_cannot() -> None:
    """Largest first puts the 48 between the two others' lives; 32 and 64 then cannot share what is left."""
    buffers = [Buffer(48, 0, 1), Buffer(32, 1, 2), Buffer(64, 2, 3), Buffer(16, 3, 4), Buffer(80, 4, 4)]
    assert planned_bytes(buffers, OfflineMemoryPlanner().plan(buffers)) == lower_bound_bytes(buffers)


def test_offsets_of_the_models_own_stay() -> None:
    buffers = [Buffer(32, 0, 1, offline_offset=64), Buffer(16, 0, 1)]
    assert OfflineMemoryPlanner().plan(buffers) == [64, 0]


def test_the_rows() -> None:
    plan = plan_of(RandomGraph(5).model(12))
    rows = compare_planners(plan)
    assert [row.planner for row in rows] == [
        "lower bound",
        "OfflineMemoryPlanner",
        "GreedyMemoryPlanner",
        "LinearMemoryPlanner",
    ]
    assert rows[2].plan == plan
    heads = [row.head_bytes for row in rows]
    assert heads == sorted(heads)
    assert [row.gap_bytes for row in rows] == [head - heads[0] for head in heads]
    assert compare_planners(plan, has_offline_plan=True)[1].plan == plan


@needs_shared
def test_vww_needs_less_than_greedy_takes() -> None:
    """MLPerf Tiny's visual wake words: TFLM's planner is a third above the bound, and an offline plan meets it."""
    rows = compare_planners(plan_of(model_bytes("mlperf_tiny/vww_96_int8.tflite")))
    assert [row.head_bytes for row in rows] == [55_296, 55_296, 73_728, 259_744]
