"""What happens in an arena that is too small: which step of AllocateTensors fails first, and what TFLM says of it."""

from __future__ import annotations

from typing import NamedTuple

from tinylab.arena import ArenaEvent
from tinylab.arena.abi import ARENA_ALIGNMENT
from tinylab.arena.memory_planners import find_planner
from tinylab.arena.single_arena_buffer_allocator import align_down, align_up, shortage
from tinylab.runtime import ArenaPlan
from tinylab.views.arena import event_text


class ArenaFailure(NamedTuple):
    """The first step that does not fit into an arena of arena_bytes.

    phase, owner, category: as in ArenaEvent; message: TFLM's first words about it, "" where it says nothing and goes
    on. NB: in one Prepare TFLM may ask for the same things in another order, and so name another of them.
    missing_bytes: what this step lacks; smallest_arena_bytes: what would do for all of them.
    """

    arena_bytes: int
    phase: str
    owner: str
    category: str
    message: str
    missing_bytes: int
    smallest_arena_bytes: int


def arena_failure(plan: ArenaPlan, arena_bytes: int) -> ArenaFailure | None:
    """Where allocating fails in an arena of that many bytes (a multiple of 16), or None where all of it fits."""
    event = plan.fails_at(arena_bytes)
    if event is None:
        return None
    return ArenaFailure(
        arena_bytes,
        event.phase,
        event.owner,
        event.category,
        _message(plan, event, arena_bytes),
        event.needed_bytes - arena_bytes,
        plan.needs.smallest_arena_bytes,
    )


def failure_text(plan: ArenaPlan, arena_bytes: int) -> str:
    """Whether an arena of that size works; if not: the step, TFLM's words, the bytes missing and the remedy."""
    needs, failure = plan.needs, arena_failure(plan, arena_bytes)
    if failure is None:
        spare = arena_bytes - needs.smallest_arena_bytes
        size = f"{spare:,} bytes more than the smallest that does" if spare else "the smallest that does"
        return f"an arena of {arena_bytes:,} bytes works: {size}; once planned it uses {needs.used_bytes:,}"
    step = event_text(failure.phase, failure.owner, failure.category)
    unseen = "writes to address 0" if failure.phase == "create" else "its tail has grown over temp memory: it can crash"
    says = f'TFLM says: "{failure.message}"' if failure.message else f"TFLM does not look: {unseen}"
    missing = failure.smallest_arena_bytes - arena_bytes
    lines = [
        f"an arena of {arena_bytes:,} bytes is too small: it fails in {step}",
        says,
        f"missing: {failure.missing_bytes:,} bytes for this step, {missing:,} for all of them",
        f"give it {failure.smallest_arena_bytes:,} bytes",
    ]
    if arena_bytes >= needs.used_bytes:
        lines.append(
            f"(it is enough for the {needs.used_bytes:,} of arena_used_bytes, but not while memory is planned)"
        )
    return "\n".join(lines)


def _message(plan: ArenaPlan, event: ArenaEvent, arena_bytes: int) -> str:
    if event.phase == "create":
        return ""
    if event.section == "planner":
        each = find_planner(plan.memory_planner).work_bytes_per_buffer(plan.target.abi)
        free = align_down(arena_bytes - event.tail_bytes, ARENA_ALIGNMENT) - align_up(
            event.head_bytes + event.temp_bytes, ARENA_ALIGNMENT
        )
        # Below 0, variables have been put over temp memory, which TFLM's tail does not look at: it goes on, and dies.
        return f"Too many buffers (max is {free // max(each, 1)})" if free >= 0 else ""
    missing = event.needed_bytes - arena_bytes
    return shortage(event.section, event.requested_bytes, event.requested_bytes - missing)
