"""SingleArenaBufferAllocator: two stacks in one block of memory, and short-lived allocations between them.

    0 ───────► head ─ temp ─►            ◄─ tail ─────── size
    non-persistent (planned tensors)       persistent (structs, OpData, variables)

It does the arithmetic only; the bytes themselves belong to MicroAllocator. Addresses are offsets from the start of
the arena, which counts as 16-aligned. Retells tensorflow/lite/micro/arena_allocator/single_arena_buffer_allocator.cc.
"""

from __future__ import annotations

from tinylab.errors import ArenaError


def align_up(size: int, alignment: int) -> int:
    """The smallest multiple of `alignment` that is not below `size`."""
    return -(-size // alignment) * alignment


def align_down(size: int, alignment: int) -> int:
    """The largest multiple of `alignment` that is not above `size`."""
    return size // alignment * alignment


_FAILED_TO = {"head": "resize buffer", "tail": "allocate tail memory", "temp": "allocate temp memory"}


def shortage(section: str, requested: int, available: int) -> str:
    """What TFLM says where "head", "tail" or "temp" lacks bytes; below 0 it prints them as an unsigned number."""
    missing = requested - available
    return f"Failed to {_FAILED_TO[section]}. Requested: {requested}, available {available % 2**32}, missing: {missing}"


class SingleArenaBufferAllocator:
    """Head, temp and tail of an arena of `size_bytes`.

    peak_bytes is the most that was ever in use at once, counted from both ends: head and temp together, plus tail.
    """

    def __init__(self, size_bytes: int) -> None:
        self.size_bytes = size_bytes
        self.head_offset = 0
        self.temp_offset = 0
        self.tail_offset = size_bytes
        self.peak_bytes = 0

    @property
    def non_persistent_used_bytes(self) -> int:
        """Bytes of the head (and of temp, while there is any)."""
        return max(self.head_offset, self.temp_offset)

    @property
    def persistent_used_bytes(self) -> int:
        """Bytes of the tail."""
        return self.size_bytes - self.tail_offset

    def resize_head(self, size: int, alignment: int) -> None:
        """Make the head exactly `size` bytes (ResizeBuffer). The head starts at 0, which suits every alignment."""
        if self.head_offset != self.temp_offset:
            raise ArenaError("internal error: temp allocations must be reset before the head is resized")
        self._require(size, self.tail_offset, "head")
        self.head_offset = self.temp_offset = size
        self._note_peak()

    def allocate_persistent_buffer(self, size: int, alignment: int, unread: int | None = None) -> int:
        """The offset of `size` new bytes at the tail, aligned downwards; they stay for the arena's life.

        unread: the bytes at the end of temp memory that may be overwritten; None: do not look at temp memory.
        NB: TFLM never looks. Where bytes are hit that Prepare still reads, it says something else, or crashes.
        """
        offset = align_down(self.tail_offset - size, alignment)
        if offset < self.head_offset:
            missing = self.head_offset - offset
            self._require(size, size - missing, "tail")
        free_from = max(self.head_offset, self.temp_offset - (unread or 0))
        if unread is not None and offset < free_from:
            raise ArenaError(
                f"a persistent buffer of {size} bytes would overwrite {free_from - offset} bytes of temp memory that "
                "Prepare still uses: TFLM does not look, and fails later or crashes",
                arena_bytes=self.size_bytes,
                requested_bytes=size,
                missing_bytes=free_from - offset,
            )
        self.tail_offset = offset
        self.peak_bytes = max(self.peak_bytes, free_from + self.persistent_used_bytes)
        return offset

    def allocate_temp(self, size: int, alignment: int) -> int:
        """The offset of `size` new bytes on top of the head, until `reset_temp_allocations`."""
        offset = align_up(self.temp_offset, alignment)
        self._require(size, self.tail_offset - offset, "temp")
        self.temp_offset = offset + size
        self._note_peak()
        return offset

    def reset_temp_allocations(self) -> None:
        """Free all temp allocations at once."""
        self.temp_offset = self.head_offset

    def available_bytes(self, alignment: int) -> int:
        """Bytes between temp and tail, both aligned inwards (GetAvailableMemory)."""
        return align_down(self.tail_offset, alignment) - align_up(self.temp_offset, alignment)

    def claim_work_area(self, size: int, alignment: int) -> None:
        """`size` bytes for the moment between temp and tail, both aligned inwards: what the memory planner works in.

        TFLM hands the planner all that is left; what counts is that `size` of it is enough. Nothing always is: where
        temp and tail are too near each other to be aligned, TFLM subtracts below zero, and the wrapped size fits.
        """
        if not size:
            return
        self.peak_bytes = max(
            self.peak_bytes,
            align_up(self.temp_offset, alignment) + size + self.size_bytes - align_down(self.tail_offset, alignment),
        )

    def _require(self, requested: int, available: int, section: str) -> None:
        """Raise ArenaError in TFLM's words where `requested` bytes are more than are `available`."""
        if available >= requested:
            return
        raise ArenaError(
            shortage(section, requested, available),
            arena_bytes=self.size_bytes,
            requested_bytes=requested,
            available_bytes=available,
            missing_bytes=requested - available,
        )

    def _note_peak(self) -> None:
        self.peak_bytes = max(self.peak_bytes, self.non_persistent_used_bytes + self.persistent_used_bytes)
