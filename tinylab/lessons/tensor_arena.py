"""The exercises of notebook 06: lifetimes, the greedy planner, another target's arena, a plan better than greedy."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from tinylab import zoo
from tinylab.arena.greedy_memory_planner import GreedyMemoryPlanner
from tinylab.arena.micro_memory_planner import BufferRequirements, lower_bound_bytes, planned_bytes
from tinylab.lessons.verdict import Verdict, no_function
from tinylab.runtime import arena_needs

# (size in bytes, first, last): the notebook's chain of four tensors, each read by the operator that writes the next.
HOURGLASS = ((64, 0, 1), (48, 1, 2), (48, 2, 3), (64, 3, 3))

# Tensor 0 is the input; operator 0 makes 1 of 0, operator 1 makes 2 of 1, operator 2 makes 3, the output, of 2 and 0.
SHORTCUT = ((0, 3), (1, 2), (2, 3), (3, 3))

PLANNED = (
    ((32, 0, 0),),
    ((32, 0, 1), (16, 1, 1)),  # alive together: side by side
    ((16, 0, 0), (32, 1, 1)),  # never alive together: the same place
    ((16, 0, 1), (16, 1, 2)),  # of one size: the one that was added last comes first
    ((64, 0, 1), (16, 0, 3), (48, 2, 3), (48, 1, 1)),  # a gap that fits
    HOURGLASS,
)

BOARD_MODEL, BOARD_TARGET = "hello_world", "cortex-m55/cmsis-nn"


def lifetimes(answer: Any) -> Verdict:
    """06-1: (first, last) of the four tensors of SHORTCUT's graph."""
    pairs = _pairs(answer)
    if pairs is None or len(pairs) != len(SHORTCUT):
        return Verdict(False, f"{len(SHORTCUT)} pairs (first, last) are needed, one a tensor")
    for tensor, (given, wanted) in enumerate(zip(pairs, SHORTCUT, strict=True)):
        if given != wanted:
            return Verdict(False, f"tensor {tensor}: expected {_why(tensor)}, got {given}")
    return Verdict(True, "the shortcut keeps the input alive to the end: that is what a residual connection costs")


def _why(tensor: int) -> str:
    first, last = SHORTCUT[tensor]
    return f"a life that begins at {first} and ends at {last}"


def _pairs(answer: Any) -> list[tuple[int, int]] | None:
    try:
        return [(int(first), int(last)) for first, last in answer]
    except (TypeError, ValueError):
        return None


def greedy(answer: Any) -> Verdict:
    """06-2: a function of [(size, first, last), ...] that gives the greedy planner's offsets."""
    if not callable(answer):
        return no_function(answer)
    for buffers in PLANNED:
        wanted = GreedyMemoryPlanner().plan(_requirements(buffers))
        try:
            given = [int(offset) for offset in answer(list(buffers))]
        except Exception as error:  # whatever a reader's function raises is shown, never thrown
            return Verdict(False, f"for {list(buffers)} it raises {error!r}")
        if given != wanted:
            return Verdict(False, f"for {list(buffers)}: expected {wanted}, got {given}")
    return Verdict(True, f"the offsets of TFLM's planner, in {len(PLANNED)} plans of {len(PLANNED)}")


def _requirements(buffers: Sequence[tuple[int, int, int]]) -> list[BufferRequirements]:
    return [BufferRequirements(*buffer) for buffer in buffers]


def another_target(answer: Any) -> Verdict:
    """06-3: the smallest arena, in bytes, in which hello_world works on a Cortex-M55 with CMSIS-NN."""
    needs = arena_needs(zoo.load(BOARD_MODEL), BOARD_TARGET)
    needed = needs.smallest_arena_bytes
    if answer == needed:
        return Verdict(True, f"{needed:,} bytes, and 16 fewer fail")
    if answer == needs.used_bytes:
        return Verdict(False, f"{answer:,} is arena_used_bytes there, and an arena of that size fails")
    is_number = isinstance(answer, (int, float, np.integer))
    return Verdict(False, f"{answer!r} is {'too small' if not is_number or answer < needed else 'more than is needed'}")


def better_than_greedy(answer: Any) -> Verdict:
    """06-4: four offsets for HOURGLASS in which its head is as small as the lower bound."""
    requirements = _requirements(HOURGLASS)
    try:
        offsets = [int(offset) for offset in answer]
    except (TypeError, ValueError):
        offsets = []
    if len(offsets) != len(requirements):
        return Verdict(False, f"{len(requirements)} offsets are needed, one a tensor")
    if wrong := [offset for offset in offsets if offset < 0 or offset % 16]:
        return Verdict(False, f"offset {wrong[0]} is no multiple of 16 from 0 up")
    for a, b in _pairs_of(len(offsets)):
        if requirements[a].overlaps_in_time(requirements[b]) and _meet(requirements, offsets, a, b):
            moment = max(requirements[a].first_time_used, requirements[b].first_time_used)
            return Verdict(
                False, f"tensors {'abcd'[a]} and {'abcd'[b]} share bytes while both are alive (moment {moment})"
            )
    head, bound = planned_bytes(requirements, offsets), lower_bound_bytes(requirements)
    if head > bound:
        return Verdict(False, f"a valid plan of {head} bytes; {bound} are possible")
    return Verdict(True, f"{head} bytes: no plan can be smaller")


def _pairs_of(count: int) -> list[tuple[int, int]]:
    return [(a, b) for a in range(count) for b in range(a + 1, count)]


def _meet(requirements: Sequence[BufferRequirements], offsets: Sequence[int], a: int, b: int) -> bool:
    return offsets[a] < offsets[b] + requirements[b].size_bytes and offsets[b] < offsets[a] + requirements[a].size_bytes


EXERCISES: dict[str, Callable[[Any], Verdict]] = {
    "06-1": lifetimes,
    "06-2": greedy,
    "06-3": another_target,
    "06-4": better_than_greedy,
}

HINTS: dict[str, tuple[str, ...]] = {
    "06-1": (
        "operator n runs at moment n + 1; the graph's input is there from moment 0",
        "a tensor lives until its last reader has run: operator 2 reads tensor 0, at moment 3",
    ),
    "06-2": (
        "largest first; of two with one size, the one that was added last comes first",
        "walk the placed buffers that overlap in time, by offset: take the first gap that is large enough",
    ),
    "06-3": (
        "tl.arena_needs(model, target) has the figure; the target is cortex-m55/cmsis-nn",
        "smallest_arena_bytes, which planning needs, is more than used_bytes",
    ),
    "06-4": (
        "the bound is the most bytes that are alive at one moment: 112",
        "greedy puts a and d at 0, and then b and c do not fit under 112: put b and d at 0, and a and c above them",
    ),
}
