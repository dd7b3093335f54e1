"""The frozen values of a plan."""

from __future__ import annotations

from tinylab.arena import MemoryPlan, PlannedBuffer


def buffer(size: int, offset: int, first: int, last: int) -> PlannedBuffer:
    return PlannedBuffer(0, 0, None, "x", size - 3, size, offset, first, last)


def test_end_and_alive_at() -> None:
    one = buffer(32, 16, 1, 3)
    assert one.end == 48
    assert [one.alive_at(moment) for moment in range(5)] == [False, True, True, True, False]


def test_a_plan_counts_moments_and_what_is_alive() -> None:
    plan = MemoryPlan((buffer(32, 0, 0, 1), buffer(16, 32, 1, 2), buffer(64, 0, 2, 2)), 64)
    assert plan.moment_count == 3
    assert [plan.bytes_alive_at(moment) for moment in range(4)] == [32, 48, 80, 0]
    assert MemoryPlan((), 0).moment_count == 1
