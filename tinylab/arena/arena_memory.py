"""ArenaMemory: head, temp and tail of one arena or of two, with a record of everything that moved them.

What MicroAllocator allocates from. TFLM hands it an IPersistentBufferAllocator and an INonPersistentBufferAllocator;
here are both, and the notes that RecordingMicroAllocator, the visualizer and the explanations read.
"""

from __future__ import annotations

import copy
from typing import NamedTuple

from tinylab.arena.abi import ARENA_ALIGNMENT
from tinylab.arena.memory_plan import AllocationRecord, ArenaEvent, ArenaNeeds
from tinylab.arena.single_arena_buffer_allocator import SingleArenaBufferAllocator, align_down, align_up


class Step(NamedTuple):
    """Why something is allocated: the phase of AllocateTensors, what it is, and for whom (see ArenaEvent)."""

    phase: str
    category: str
    owner: str = ""


class ArenaMemory:
    """persistent, non_persistent: the allocators of the tail and of the head: one and the same, or two.

    records: every allocation of the tail; events: everything that moved head, temp or tail. Both oldest first.
    """

    def __init__(self, arena_bytes: int, non_persistent_arena_bytes: int | None = None) -> None:
        self.records: list[AllocationRecord] = []
        self.events: list[ArenaEvent] = []
        self.persistent = self.non_persistent = SingleArenaBufferAllocator(arena_bytes)
        if non_persistent_arena_bytes is not None:
            # TFLM has a class for each: one with a tail alone, one with a head alone. The first ends aligned.
            self.persistent = SingleArenaBufferAllocator(align_down(arena_bytes, ARENA_ALIGNMENT))
            self.non_persistent = SingleArenaBufferAllocator(non_persistent_arena_bytes)

    @property
    def has_two_arenas(self) -> bool:
        """Whether head and tail lie in an arena each."""
        return self.persistent is not self.non_persistent

    @property
    def head_bytes(self) -> int:
        """Bytes of the head, and of temp while there is any."""
        return self.non_persistent.non_persistent_used_bytes

    @property
    def tail_bytes(self) -> int:
        """Bytes of the tail."""
        return self.persistent.persistent_used_bytes

    def needs(self) -> ArenaNeeds:
        """What has been needed so far, at the worst moment and in the end."""
        head, tail = self.head_bytes, self.tail_bytes
        if not self.has_two_arenas:
            smallest = align_up(max(self.persistent.peak_bytes, head + tail), ARENA_ALIGNMENT)
            return ArenaNeeds(head, tail, smallest)
        persistent, non_persistent = (
            align_up(part.peak_bytes, ARENA_ALIGNMENT) for part in (self.persistent, self.non_persistent)
        )
        return ArenaNeeds(head, tail, persistent + non_persistent, (persistent, non_persistent))

    def copy(self) -> ArenaMemory:
        """A copy to go back to; what is allocated later in the one does not show in the other."""
        same = copy.copy(self)
        same.records, same.events = list(self.records), list(self.events)
        same.persistent = copy.copy(self.persistent)
        same.non_persistent = copy.copy(self.non_persistent) if self.has_two_arenas else same.persistent
        return same

    def allocate_persistent_buffer(
        self, size: int, alignment: int, step: Step, *, item_count: int = 1, unread: int | None = None
    ) -> int:
        """The offset of `size` new bytes at the tail; unread: see SingleArenaBufferAllocator."""
        before = self.persistent.tail_offset
        offset = self.persistent.allocate_persistent_buffer(size, alignment, unread)
        self.records.append(AllocationRecord(step.category, step.owner, size, before - offset, offset, item_count))
        kept = self.persistent.head_offset if unread is None else self.persistent.temp_offset - unread
        self._note(step, "tail", size, max(self.persistent.head_offset, kept) + self.tail_bytes)
        return offset

    def allocate_temp(self, size: int, alignment: int, step: Step) -> None:
        """`size` bytes on top of the head, until temp allocations are reset."""
        self.non_persistent.allocate_temp(size, alignment)
        self._note(step, "temp", size, self.non_persistent.temp_offset + self._tail_beside())

    def resize_head(self, size: int, alignment: int, step: Step) -> None:
        """Free temp memory and make the head exactly `size` bytes."""
        self.non_persistent.reset_temp_allocations()
        self.non_persistent.resize_head(size, alignment)
        self._note(step, "head", size, size + self._tail_beside())

    def claim_work_area(self, size: int, alignment: int, step: Step) -> None:
        """`size` bytes for the moment between temp and tail."""
        self.non_persistent.claim_work_area(size, alignment)
        needed = self.non_persistent.head_offset + self._tail_beside()
        if size:
            end = align_up(self.non_persistent.temp_offset, alignment) + size
            needed = end + align_up(self._tail_beside(), alignment)
        self._note(step, "planner", size, needed)

    def _tail_beside(self) -> int:
        """Bytes of the tail where it shares the head's arena."""
        return 0 if self.has_two_arenas else self.tail_bytes

    def _note(self, step: Step, section: str, size: int, needed_bytes: int) -> None:
        head = self.non_persistent.head_offset
        temp = self.non_persistent.temp_offset - head
        phase, category, owner = step
        event = ArenaEvent(phase, owner, section, category, size, head, temp, self.tail_bytes, needed_bytes)
        self.events.append(event)
