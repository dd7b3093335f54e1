"""Which step fails at which size: against tinylab's own allocator, at every size and every remainder mod 16."""

from __future__ import annotations

from itertools import pairwise

import pytest

from tests.arena.models import allocate, custom_chain, hello_world
from tinylab.arena import MicroAllocator
from tinylab.doctor import ArenaSteps
from tinylab.doctor.arena_steps import needed_at
from tinylab.errors import ArenaError
from tinylab.model import Model
from tinylab.runtime import arena_needs, plan_arena

TARGETS = pytest.mark.parametrize("target", ["cortex-m4/reference", "x86-64/reference"])
TWO_POWER_32 = 1 << 32


def message_of(model: Model, arena_bytes: int, target: str) -> str | None:
    """What the allocator says in a real arena, as TFLM prints it: without a sign."""
    try:
        allocate(model, MicroAllocator.create(arena_bytes, target))
    except ArenaError as error:
        words, available = str(error).split(": the planner")[0], error.available_bytes
        if available is not None and available < 0:
            words = words.replace(f"available {available},", f"available {available + TWO_POWER_32},")
        return words
    return None


@TARGETS
@pytest.mark.parametrize("model", [hello_world(), custom_chain([16, 5, 70, 3, 32])], ids=lambda model: model.name)
def test_the_first_failure_at_every_size(model: Model, target: str) -> None:
    steps = ArenaSteps(plan_arena(model, target))
    smallest = arena_needs(model, target).smallest_arena_bytes
    failing = 0
    for size in range(plan_arena(model, target).events[2].needed_bytes + 16, smallest + 32):
        event = steps.first_failure(size)
        assert (None if event is None else steps.message(event, size)) == message_of(model, size, target), size
        failing += event is not None
    assert steps.first_failure(smallest) is None
    assert steps.first_failure(smallest - 16) is not None
    assert failing > 300


@TARGETS
def test_a_plan_is_found_again_from_every_message(target: str) -> None:
    model = hello_world()
    steps = ArenaSteps(plan_arena(model, target))
    for size in range(400, arena_needs(model, target).smallest_arena_bytes):
        event = steps.first_failure(size)
        if event is None or event.section == "planner":
            continue
        wanted = (event.section, event.category, event.owner, event.requested_bytes)

        def fits(other: object, wanted: tuple[object, ...] = wanted) -> bool:
            return (other.section, other.category, other.owner, other.requested_bytes) == wanted  # type: ignore[attr-defined]

        found = steps.find(fits, missing=event.needed_bytes - size)
        assert size in {each for step in found for each in step.arena_sizes}


@pytest.mark.parametrize("model", [hello_world(), custom_chain([16, 5, 70, 3, 32])], ids=lambda model: model.name)
def test_growth_adds_what_was_missing(model: Model) -> None:
    steps = ArenaSteps(plan_arena(model, "cortex-m4/reference"))
    for start in range(400, 416):
        growth = steps.growth(start)
        assert len(growth) > 3
        for step, following in pairwise(growth):
            if step.missing_bytes is not None:
                assert following.arena_bytes == step.arena_bytes + step.missing_bytes
        assert sum(step.missing_bytes is None for step in growth) == 1  # the planner's


def test_the_planners_step_needs_a_size_of_that_remainder() -> None:
    """5 × 40 bytes of work area: it takes 208, since it starts and ends at a multiple of 16."""
    steps = ArenaSteps(plan_arena(custom_chain([16, 5, 70, 3, 32]), "cortex-m4/reference"))
    for rest in range(16):
        (event,) = [event for event in steps.layout(rest) if event.section == "planner"]
        needed = needed_at(event, rest)
        assert needed % 16 == rest
        assert steps.message(event, needed - 16) == "Too many buffers (max is 4)"
        assert steps.message(event, needed) == "Too many buffers (max is 5)"  # which they are


def test_growth_ends_where_everything_fits() -> None:
    model, target = hello_world(), "cortex-m4/reference"
    steps = ArenaSteps(plan_arena(model, target))
    growth = steps.growth(400)
    assert [step.arena_bytes for step in growth] == sorted({step.arena_bytes for step in growth})
    assert all(step.message == message_of(model, step.arena_bytes, target) for step in growth)
    last = growth[-1]
    assert last.message == "Too many buffers (max is 0)"
    assert last.missing_bytes is None
    assert steps.first_failure(1072) is None
    assert sum(step.message.startswith("Too many") for step in growth) == 1
    assert steps.growth(1072) == ()
