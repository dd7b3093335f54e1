"""Which step of AllocateTensors fails in an arena of a given size, what TFLM then says, and the way back: from what it
said to the step and the size.

The arena starts at a multiple of 16 but need not end at one: its size mod 16 moves the tail by some bytes. So there are
sixteen layouts of a model, one for each remainder.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate

from tinylab.arena import ArenaEvent, MicroAllocator
from tinylab.arena.abi import ARENA_ALIGNMENT
from tinylab.arena.micro_allocator import UNBOUNDED_BYTES
from tinylab.arena.single_arena_buffer_allocator import align_down, align_up, shortage
from tinylab.runtime import ArenaPlan
from tinylab.runtime.model_allocation import allocated_in

MOST_GROWTH_STEPS = 10_000


@dataclass(frozen=True)
class FailingStep:
    """A step of AllocateTensors, and the arena sizes in which it is the first to fail with the words of the log.

    arena_sizes: bytes, ascending, counted from the arena's 16-aligned start.
    """

    event: ArenaEvent
    arena_sizes: tuple[int, ...]

    @property
    def arena_bytes(self) -> int | None:
        """The size that is a multiple of 16, where there is exactly one; else the only size; else None."""
        aligned = [size for size in self.arena_sizes if size % ARENA_ALIGNMENT == 0]
        sizes = aligned or self.arena_sizes
        return sizes[0] if len(sizes) == 1 else None


@dataclass(frozen=True)
class GrowthStep:
    """One try: in an arena of arena_bytes, `event` fails and TFLM says `message`.

    missing_bytes: the figure in that message, or None where it holds none ("Too many buffers").
    """

    arena_bytes: int
    event: ArenaEvent
    message: str
    missing_bytes: int | None


class ArenaSteps:
    """The steps of one plan, in arenas of every size."""

    def __init__(self, plan: ArenaPlan) -> None:
        self.plan = plan
        self._layouts: dict[int, tuple[ArenaEvent, ...]] = {0: plan.events}

    def layout(self, arena_bytes: int) -> tuple[ArenaEvent, ...]:
        """The events of an arena whose size has this remainder mod 16."""
        rest = arena_bytes % ARENA_ALIGNMENT
        if rest not in self._layouts:
            plan = self.plan
            allocator = MicroAllocator(plan.target, plan.memory_planner, UNBOUNDED_BYTES + rest)
            self._layouts[rest] = allocated_in(allocator, [plan.model]).events
        return self._layouts[rest]

    def first_failure(self, arena_bytes: int) -> ArenaEvent | None:
        """The first step that does not fit, or None."""
        rest = arena_bytes % ARENA_ALIGNMENT
        return next((event for event in self.layout(rest) if needed_at(event, rest) > arena_bytes), None)

    def message(self, event: ArenaEvent, arena_bytes: int) -> str:
        """What the allocator or the planner says as `event` fails in an arena of that many bytes."""
        if event.section == "planner":
            return f"Too many buffers (max is {self._most_buffers(event, arena_bytes)})"
        missing = event.needed_bytes - arena_bytes
        return shortage(event.section, event.requested_bytes, event.requested_bytes - missing)

    def find(
        self, fits: Callable[[ArenaEvent], bool], *, missing: int | None = None, most: int | None = None
    ) -> tuple[FailingStep, ...]:
        """Every step for which `fits` holds, with the sizes in which it is the first to fail and says these figures.

        missing: bytes that the allocator's line names; most: the buffers that the planner's line names; None: neither,
        and then only sizes that are multiples of 16 are looked at.
        """
        rests = (0,) if missing is None and most is None else range(ARENA_ALIGNMENT)
        sizes: dict[int, list[int]] = {}
        for rest in rests:
            events = self.layout(rest)
            needed = [needed_at(event, rest) for event in events]
            for index, before in enumerate(accumulate([0, *needed[:-1]], max)):
                if needed[index] > before and fits(events[index]):
                    first = before + (rest - before) % ARENA_ALIGNMENT
                    fails_at = range(first, needed[index], ARENA_ALIGNMENT)
                    sizes.setdefault(index, []).extend(self._saying(events[index], fails_at, missing, most))
        return tuple(
            FailingStep(self.plan.events[index], tuple(sorted(found)))
            for index, found in sorted(sizes.items())
            if found
        )

    def _saying(self, event: ArenaEvent, sizes: range, missing: int | None, most: int | None) -> Sequence[int]:
        """Those of the sizes in which `event` says these figures."""
        if missing is not None:
            size = event.needed_bytes - missing
            return [size] if size in sizes and event.section != "planner" else []
        if most is not None:
            return [size for size in sizes if event.section == "planner" and self._most_buffers(event, size) == most]
        return sizes

    def _most_buffers(self, event: ArenaEvent, arena_bytes: int) -> int:
        """How many buffers the planner's work area has room for."""
        each = event.requested_bytes // max(len(self.plan.memory_plan.buffers), 1)
        end = align_down(arena_bytes - event.tail_bytes, ARENA_ALIGNMENT)
        return max(end - align_up(event.head_bytes + event.temp_bytes, ARENA_ALIGNMENT), 0) // each

    def growth(self, arena_bytes: int) -> tuple[GrowthStep, ...]:
        """What a person sees who adds just `missing` and tries again, from arena_bytes until it works.

        Where the message holds no such figure, they are taken to add exactly what lacks.
        """
        return tuple(self._growth(arena_bytes))

    def _growth(self, arena_bytes: int) -> Iterator[GrowthStep]:
        for _ in range(MOST_GROWTH_STEPS):
            event = self.first_failure(arena_bytes)
            if event is None:
                return
            lacks = needed_at(event, arena_bytes % ARENA_ALIGNMENT) - arena_bytes
            told = None if event.section == "planner" else lacks
            yield GrowthStep(arena_bytes, event, self.message(event, arena_bytes), told)
            arena_bytes += lacks


def needed_at(event: ArenaEvent, rest: int) -> int:
    """The smallest arena with size mod 16 = rest, in which `event` of that layout fits.

    It differs from event.needed_bytes for the planner: its work area starts and ends at a multiple of 16.
    """
    if event.section != "planner":
        return event.needed_bytes
    start = align_up(event.head_bytes + event.temp_bytes, ARENA_ALIGNMENT)
    work_bytes = align_up(event.requested_bytes, ARENA_ALIGNMENT)
    return start + work_bytes + event.tail_bytes + (rest - event.tail_bytes) % ARENA_ALIGNMENT
