"""What TFLM does without: a heap. First fit with merging, as small C libraries have it, watched step by step."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from tinylab.errors import DataError

ALIGNMENT_BYTES = 8  # of what malloc gives on a 32-bit Arm; the size of a block's header too


class Block(NamedTuple):
    """A piece of the heap, its header included. owner: who asked for it, or None where it is free."""

    offset: int
    size_bytes: int
    owner: str | None


@dataclass(frozen=True)
class HeapState:
    """The heap at one moment. event: what has just happened; failed: whether it was a request that found no room."""

    event: str
    blocks: tuple[Block, ...]
    failed: bool = False

    @property
    def free_bytes(self) -> int:
        return sum(block.size_bytes for block in self.blocks if block.owner is None)

    @property
    def largest_free_bytes(self) -> int:
        return max((block.size_bytes for block in self.blocks if block.owner is None), default=0)

    @property
    def fragmentation(self) -> float:
        """The share of the free bytes that the largest free block does not have: 0 where all is in one piece."""
        return 1 - self.largest_free_bytes / self.free_bytes if self.free_bytes else 0.0


class Heap:
    """A heap of that many bytes: malloc takes the first free block that is large enough, free merges with neighbours.

    states: what happened, one HeapState a call.
    """

    def __init__(self, size_bytes: int) -> None:
        if size_bytes < ALIGNMENT_BYTES or size_bytes % ALIGNMENT_BYTES:
            raise DataError(f"a heap of {size_bytes} bytes: needed are a multiple of {ALIGNMENT_BYTES} bytes")
        self._blocks = [Block(0, size_bytes, None)]
        self.states = [HeapState("empty", tuple(self._blocks))]

    def malloc(self, size_bytes: int, owner: str) -> int | None:
        """The offset of a new block, or None, as C's malloc gives NULL: no free block is large enough."""
        needed = block_bytes(size_bytes)
        for place, block in enumerate(self._blocks):
            if block.owner is None and block.size_bytes >= needed:
                rest = Block(block.offset + needed, block.size_bytes - needed, None)
                self._blocks[place : place + 1] = [Block(block.offset, needed, owner), *([rest] if rest[1] else [])]
                self._note(f"malloc({size_bytes}) for {owner}")
                return block.offset
        self._note(f"malloc({size_bytes}) for {owner}: NULL", failed=True)
        return None

    def free(self, offset: int) -> None:
        """Give a block back; DataError if none that is in use begins there."""
        place = next((i for i, block in enumerate(self._blocks) if block.offset == offset and block.owner), None)
        if place is None:
            raise DataError(f"free({offset}): no block in use begins there")
        owner = self._blocks[place].owner
        self._blocks[place] = self._blocks[place]._replace(owner=None)
        for left in (place, place - 1):  # with the block after it, then with the one before
            if 0 <= left < len(self._blocks) - 1 and self._blocks[left].owner is None is self._blocks[left + 1].owner:
                merged = self._blocks[left].size_bytes + self._blocks[left + 1].size_bytes
                self._blocks[left : left + 2] = [Block(self._blocks[left].offset, merged, None)]
        self._note(f"free {owner}")

    def _note(self, event: str, failed: bool = False) -> None:
        self.states.append(HeapState(event, tuple(self._blocks), failed))


def block_bytes(size_bytes: int) -> int:
    """What a request takes from the heap: a header, and the size rounded up."""
    return ALIGNMENT_BYTES + -(-size_bytes // ALIGNMENT_BYTES) * ALIGNMENT_BYTES


class Tensor(NamedTuple):
    """A buffer that an invoke needs from operator `first` to operator `last`, both included."""

    size_bytes: int
    first: int
    last: int


def peak_bytes(tensors: Sequence[Tensor]) -> int:
    """The most that is in use at once on a heap where each tensor lives exactly as long as it is needed."""
    moments = range(max(tensor.last for tensor in tensors) + 1)
    return max(sum(block_bytes(t.size_bytes) for t in tensors if t.first <= now <= t.last) for now in moments)


def live_on_a_heap(
    tensors: Sequence[Tensor], heap_bytes: int, *, message_bytes: tuple[int, int] = (16, 200), invokes: int = 1000
) -> list[HeapState]:
    """A device that mallocs: every invoke mallocs each tensor before its first operator and frees it after its last.
    Between two operators a message may come in, which stays until the application has sent it on.

    tensors: as plan_arena has them; heap_bytes: of the whole heap; message_bytes: smallest and largest message;
    invokes: when to stop if nothing fails. The story ends with the first NULL. The same arguments give the same story.
    """
    heap, chance, messages = Heap(heap_bytes), random.Random(0), list[int]()
    moments = max(tensor.last for tensor in tensors) + 1
    for invoke in range(invokes):
        places: dict[int, int] = {}
        for now in range(moments):
            for index, tensor in enumerate(tensors):
                if tensor.first == now:
                    offset = heap.malloc(tensor.size_bytes, f"tensor {index} (invoke {invoke})")
                    if offset is None:
                        return heap.states
                    places[index] = offset
            if not _messages_come_and_go(heap, chance, messages, message_bytes):
                return heap.states
            for index, tensor in enumerate(tensors):
                if tensor.last == now:
                    heap.free(places[index])
    return heap.states


def _messages_come_and_go(heap: Heap, chance: random.Random, messages: list[int], sizes: tuple[int, int]) -> bool:
    """At most four messages wait; False where one found no room."""
    if len(messages) == 4 or (messages and chance.random() < 0.5):
        heap.free(messages.pop(chance.randrange(len(messages))))
        return True
    offset = heap.malloc(chance.randrange(*sizes), "message")
    if offset is not None:
        messages.append(offset)
    return offset is not None
