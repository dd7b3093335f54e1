"""Where a too small arena fails, in TFLM's words: compared with what allocating in it really says."""

from __future__ import annotations

import re

import pytest

from tests.arena.models import allocate, hello_world
from tests.views.plans import M4, hello_plan, kws_plan
from tinylab import zoo
from tinylab.arena import MicroAllocator
from tinylab.errors import ArenaError
from tinylab.runtime import plan_arena
from tinylab.views import arena_failure, failure_text


@pytest.mark.parametrize("arena_bytes", range(128, 1072, 16))
def test_the_message_is_what_allocating_in_that_arena_says(arena_bytes: int) -> None:
    failure = arena_failure(hello_plan(), arena_bytes)
    with pytest.raises(ArenaError) as caught:
        allocate(hello_world(), MicroAllocator.create(arena_bytes, M4))
    assert failure is not None
    said = str(caught.value)
    if "Too many" in said:  # tinylab goes on to say what the planner needs
        said = said.split(":")[0]
    assert failure.message == re.sub(r"-\d+", lambda number: str(int(number[0]) % 2**32), said)


def test_what_fits_does_not_fail() -> None:
    assert arena_failure(hello_plan(), 1072) is None
    assert failure_text(hello_plan(), 1072).startswith("an arena of 1,072 bytes works: the smallest that does;")
    assert "16 bytes more than the smallest" in failure_text(hello_plan(), 1088)


def test_one_step_below_it_is_the_planner_that_fails() -> None:
    failure = arena_failure(hello_plan(), 1056)
    assert failure is not None
    assert (failure.phase, failure.category) == ("plan", "GreedyMemoryPlanner")
    assert failure.message == "Too many buffers (max is 3)"
    assert (failure.missing_bytes, failure.smallest_arena_bytes) == (16, 1072)
    assert "not while memory is planned" in failure_text(hello_plan(), 1056)


def test_below_the_allocator_tflm_says_nothing() -> None:
    failure = arena_failure(hello_plan(), 96)
    assert failure is not None
    assert failure.message == ""
    assert "writes to address 0" in failure_text(hello_plan(), 96)


def test_a_layout_that_does_not_fit() -> None:
    text = failure_text(kws_plan(), 18_800)
    assert 'TFLM says: "Failed to resize buffer. Requested: 16000, available 14528, missing: 1472"' in text
    assert "missing: 1,472 bytes for this step, 1,616 for all of them" in text
    assert "not while memory is planned" not in text


def test_what_is_below_0_prints_as_in_c() -> None:
    """Seen in the real TFLM on x86-64: 8 bytes that are to be 16-aligned need 16, and 8 - 16 is printed as %u."""
    failure = arena_failure(plan_arena(zoo.load("kws_tiny_conv"), "x86-64/reference"), 9152)
    assert failure is not None
    assert failure.message == "Failed to allocate tail memory. Requested: 8, available 4294967288, missing: 16"
