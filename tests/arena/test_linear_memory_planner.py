"""LinearMemoryPlanner: one after another; and every plan against the lower bound."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.arena.models import allocate, custom_chain, dense_chain
from tinylab.arena import BufferRequirements, GreedyMemoryPlanner, LinearMemoryPlanner, MicroAllocator
from tinylab.arena.micro_memory_planner import lower_bound_bytes, planned_bytes
from tinylab.arena.static_memory_plan import replan
from tinylab.errors import ArenaError
from tinylab.model import load_model

Buffer = BufferRequirements
BUFFERS = st.lists(
    st.builds(lambda size, first, length: Buffer(16 * size, first, first + length), *[st.integers(1, 9)] * 3),
    max_size=12,
)


def test_every_buffer_has_bytes_of_its_own() -> None:
    assert LinearMemoryPlanner().plan([Buffer(32, 0, 0), Buffer(16, 5, 9), Buffer(64, 1, 1)]) == [0, 32, 48]
    assert LinearMemoryPlanner().plan([]) == []


def test_the_models_own_offsets_are_refused() -> None:
    with pytest.raises(ArenaError, match=r"linear memory planner cannot keep the offsets .* use the greedy planner"):
        LinearMemoryPlanner().plan([Buffer(32, 0, 0), Buffer(16, 0, 0, offline_offset=0)])


@given(BUFFERS)
@settings(deadline=None, derandomize=True, database=None)
def test_bound_greedy_linear(buffers: list[Buffer]) -> None:
    """No plan is below the bound, and reusing bytes never takes more than not reusing any."""
    bound = lower_bound_bytes(buffers)
    greedy, linear = (planned_bytes(buffers, planner.plan(buffers)) for planner in PLANNERS)
    assert max((b.size_bytes for b in buffers), default=0) <= bound <= greedy <= linear
    assert linear == sum(b.size_bytes for b in buffers)


PLANNERS = GreedyMemoryPlanner(), LinearMemoryPlanner()


def test_the_bound_is_the_busiest_moment() -> None:
    assert lower_bound_bytes([Buffer(32, 0, 1), Buffer(16, 1, 2), Buffer(64, 3, 3)]) == 64
    assert lower_bound_bytes([Buffer(32, 0, 1), Buffer(48, 1, 2), Buffer(64, 3, 3)]) == 80
    assert lower_bound_bytes([]) == 0


@pytest.mark.parametrize(("target", "object_bytes"), [("cortex-m4/reference", 4108), ("x86-64/reference", 8216)])
def test_a_model_planned_linearly(target: str, object_bytes: int) -> None:
    """The head is the sum of all buffers, and the planner itself lies in the tail."""
    model = load_model(dense_chain([20, 100, 40]))
    allocator = MicroAllocator.create(20_000, target, memory_planner="linear")
    plan = allocate(model, allocator).plan
    assert [buffer.offset for buffer in plan.buffers] == [0, 32, 144]
    assert plan.head_bytes == 32 + 112 + 48
    assert plan.lower_bound_bytes == 112 + 48
    assert allocator.allocations[1][:3] == ("LinearMemoryPlanner", "", object_bytes)
    assert "planner" in {event.section for event in allocator.events}
    assert next(event for event in allocator.events if event.section == "planner").requested_bytes == 0
    assert replan(plan, GreedyMemoryPlanner()) == allocate(model, MicroAllocator.create(20_000, target)).plan


def test_more_buffers_than_it_has_room_for() -> None:
    allocator = MicroAllocator.unbounded(memory_planner="linear")
    with pytest.raises(ArenaError, match=r"^Too many buffers \(max is 1024\)"):
        allocate(custom_chain([16] * 1025), allocator)
    allocate(custom_chain([16] * 1024), MicroAllocator.unbounded(memory_planner="linear"))


def test_an_unknown_planner_is_answered_with_their_names() -> None:
    with pytest.raises(ArenaError, match="there is no memory planner 'best': choose greedy or linear"):
        MicroAllocator.create(1000, memory_planner="best")
