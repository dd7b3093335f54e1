"""The heap of notebook 01: its rules by hand, its books over random calls, and the story that it tells."""

from __future__ import annotations

import itertools
import random

import pytest

from tinylab.errors import DataError
from tinylab.lessons.heap import Heap, HeapState, Tensor, block_bytes, live_on_a_heap, peak_bytes


def blocks(heap: Heap) -> list[tuple[int, int, str | None]]:
    return [tuple(block) for block in heap.states[-1].blocks]


def test_a_block_is_a_header_and_a_multiple_of_eight() -> None:
    assert [block_bytes(size) for size in (0, 1, 8, 9)] == [8, 16, 16, 24]


def test_first_fit_takes_the_first_block_that_is_large_enough_and_cuts_it() -> None:
    heap = Heap(128)
    a, b, c = (heap.malloc(16, owner) for owner in "abc")
    assert (a, b, c) == (0, 24, 48)
    heap.free(0)
    assert heap.malloc(24, "too large for the hole") == 72
    assert heap.malloc(8, "d") == 0
    assert blocks(heap)[:2] == [(0, 16, "d"), (16, 8, None)]


def test_free_merges_with_both_neighbours() -> None:
    heap = Heap(72)
    for owner in "abc":
        heap.malloc(16, owner)
    heap.free(0)
    heap.free(48)
    assert blocks(heap) == [(0, 24, None), (24, 24, "b"), (48, 24, None)]
    assert heap.states[-1].fragmentation == 0.5
    assert heap.malloc(32, "d") is None  # 48 bytes are free
    assert heap.states[-1].failed
    heap.free(24)
    assert blocks(heap) == [(0, 72, None)]


def test_wrong_calls_are_named() -> None:
    heap = Heap(64)
    heap.malloc(8, "a")
    with pytest.raises(DataError, match=r"free\(8\): no block in use begins there"):
        heap.free(8)
    heap.free(0)
    with pytest.raises(DataError, match=r"free\(0\)"):
        heap.free(0)
    with pytest.raises(DataError, match="a heap of 12 bytes"):
        Heap(12)


def test_the_books_balance_over_random_calls() -> None:
    chance, heap, live = random.Random(1), Heap(4096), set[int]()
    for _ in range(2000):
        if live and chance.random() < 0.5:
            offset = chance.choice(sorted(live))
            heap.free(offset)
            live.remove(offset)
        elif (given := heap.malloc(chance.randrange(300), "x")) is not None:
            live.add(given)
        state = heap.states[-1]
        assert sum(block.size_bytes for block in state.blocks) == 4096
        assert [block.offset for block in state.blocks if block.owner] == sorted(live)
        ends = [block.offset + block.size_bytes for block in state.blocks]
        assert [block.offset for block in state.blocks][1:] == ends[:-1]
        owners = [block.owner for block in state.blocks]
        assert not any(a is None and b is None for a, b in itertools.pairwise(owners))


CHAIN = (Tensor(100, 0, 1), Tensor(200, 1, 2), Tensor(50, 2, 2))


def test_the_peak_is_what_lives_together() -> None:
    assert peak_bytes(CHAIN) == max(112 + 208, 208 + 64)


def test_a_story_ends_with_the_first_null_or_after_all_invokes() -> None:
    short = live_on_a_heap(CHAIN, 320)
    assert short[-1].failed
    assert not any(state.failed for state in short[:-1])
    long = live_on_a_heap(CHAIN, 8192, invokes=50)
    assert not long[-1].failed
    assert sum(state.event.startswith("malloc(100) for tensor 0") for state in long) == 50
    assert live_on_a_heap(CHAIN, 320) == short


def test_a_full_heap_is_not_fragmented() -> None:
    assert HeapState("full", ()).fragmentation == 0
