"""GreedyMemoryPlanner: small plans by hand, and any plan against a slow retelling of the C++ linked list."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tinylab.arena import BufferRequirements, GreedyMemoryPlanner
from tinylab.arena.greedy_memory_planner import placement_order
from tinylab.arena.micro_memory_planner import planned_bytes

SETTINGS = settings(deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck))

Buffer = BufferRequirements


def offsets(*requirements: tuple[int, ...]) -> list[int]:
    return GreedyMemoryPlanner().plan([Buffer(*requirement) for requirement in requirements])


# size, first, last[, offline offset] -> offsets, worked out with pencil and paper
@pytest.mark.parametrize(
    ("requirements", "expected"),
    [
        pytest.param([], [], id="nothing"),
        pytest.param([(32, 0, 1)], [0], id="one"),
        pytest.param([(32, 0, 1), (32, 2, 3)], [0, 0], id="never together"),
        pytest.param([(32, 0, 1), (64, 1, 2)], [64, 0], id="largest first"),
        pytest.param([(32, 0, 1), (32, 1, 2)], [32, 0], id="the last moment of one is the first of the other"),
        pytest.param([(32, 0, 0), (32, 0, 0), (32, 0, 0)], [64, 32, 0], id="equal sizes: the last added goes first"),
        pytest.param([(16, 0, 9), (48, 0, 0), (32, 9, 9)], [48, 0, 0], id="above what it shares a moment with"),
        # 64 at 0 (0-1), 48 at 64 (1-2), 32 at 0 (2-3): the first has gone by then
        pytest.param([(64, 0, 1), (48, 1, 2), (32, 2, 3)], [0, 64, 0], id="a gap that time leaves"),
        # 80 (0-3) at 0; 64 (0-0) at 80; 48 (0-3) at 144; 64 is gone at moment 1, so 32 fits into 80..144
        pytest.param([(80, 0, 3), (64, 0, 0), (48, 0, 3), (32, 1, 1)], [0, 80, 144, 80], id="a gap that fits"),
        # 16 (7-9) is placed first of the equal ones, at 32; then 16 (0-6) meets 32 alone; 16 (5-7) meets both
        pytest.param([(32, 0, 9), (16, 5, 7), (16, 0, 6), (16, 7, 9)], [0, 48, 32, 32], id="equal, added last"),
        # The first gap is taken, not the best: 16 goes into the 32 at 64, not into the 16 at 160
        pytest.param(
            [(64, 0, 9), (64, 0, 9, 96), (64, 0, 9, 176), (16, 0, 9)], [0, 96, 176, 64], id="first gap, not best gap"
        ),
        pytest.param([(32, -1, -1), (64, 0, 5)], [0, 0], id="never used: apart from all others in time"),
        pytest.param([(32, -1, -1), (32, -1, -1)], [32, 0], id="never used: yet beside one another"),
        pytest.param([(32, 0, 1), (32, 0, 1, 0)], [32, 0], id="offline first, though smaller ones come first"),
        pytest.param([(16, 0, 1, 48), (64, 0, 1, 0), (32, 0, 1)], [48, 0, 64], id="offline ones may overlap"),
        pytest.param([(16, 0, 1, 32), (32, 0, 1), (48, 0, 1)], [32, 0, 48], id="the gap below an offline one"),
        pytest.param([(0, 0, 1), (16, 0, 1)], [0, 0], id="nothing takes no room"),
    ],
)
def test_by_hand(requirements: list[tuple[int, ...]], expected: list[int]) -> None:
    assert offsets(*requirements) == expected


def test_placement_order_is_offline_then_size_then_last_added() -> None:
    requirements = [Buffer(16, 0, 0), Buffer(32, 0, 0), Buffer(8, 0, 0, 64), Buffer(32, 0, 0), Buffer(99, 0, 0, 0)]
    assert placement_order(requirements) == [2, 4, 3, 1, 0]


def test_planned_bytes_is_the_highest_end() -> None:
    assert planned_bytes([], []) == 0
    assert planned_bytes([Buffer(16, 0, 0), Buffer(64, 0, 0), Buffer(16, 0, 0)], [64, 0, 32]) == 80


def test_overlap_in_time_is_inclusive() -> None:
    assert Buffer(1, 0, 2).overlaps_in_time(Buffer(1, 2, 3))
    assert Buffer(1, 2, 3).overlaps_in_time(Buffer(1, 0, 2))
    assert Buffer(1, 0, 9).overlaps_in_time(Buffer(1, 4, 4))
    assert not Buffer(1, 0, 2).overlaps_in_time(Buffer(1, 3, 3))


def test_plan_is_a_pure_function() -> None:
    planner, requirements = GreedyMemoryPlanner(), [Buffer(32, 0, 1), Buffer(16, 1, 2)]
    assert planner.plan(requirements) == planner.plan(requirements) == [0, 32]
    assert planner.plan([Buffer(16, 0, 0)]) == [0]


class LinkedListPlanner:
    """The same plan in the C++'s own steps: arrays filled from both ends, a bubble sort, entries linked by index.

    Slow and literal on purpose. After CalculateOffsetsIfNeeded of greedy_memory_planner.cc.
    """

    def __init__(self, requirements: list[Buffer]) -> None:
        self.requirements = requirements
        count = len(requirements)
        self.entry_offset, self.entry_buffer, self.entry_next = [0] * count, [0] * count, [-1] * count
        self.first = 0
        self.offsets = [-1] * count

    def sorted_ids(self) -> tuple[list[int], list[int]]:
        count = len(self.requirements)
        sizes, ids = [0] * count, [0] * count
        from_head, from_tail = 0, count
        for i, requirement in enumerate(self.requirements):
            if requirement.offline_offset is None:
                from_tail -= 1
                place = from_tail
            else:
                place = from_head
                from_head += 1
                self.offsets[i] = requirement.offline_offset
            sizes[place], ids[place] = requirement.size_bytes, i
        swapped = True
        while swapped:
            swapped = False
            for k in range(from_head + 1, count):
                if sizes[k - 1] < sizes[k]:
                    sizes[k - 1], sizes[k] = sizes[k], sizes[k - 1]
                    ids[k - 1], ids[k] = ids[k], ids[k - 1]
                    swapped = True
        return sizes, ids

    def next_active(self, start: int, wanted: Buffer) -> int:
        entry = self.first if start == -1 else self.entry_next[start]
        while entry != -1:
            other = self.requirements[self.entry_buffer[entry]]
            apart = other.first_time_used > wanted.last_time_used or wanted.first_time_used > other.last_time_used
            if not apart:
                return entry
            entry = self.entry_next[entry]
        return -1

    def find(self, wanted: Buffer) -> int:
        candidate, prior = 0, -1
        while True:
            following = self.next_active(prior, wanted)
            if prior != -1:
                end = self.entry_offset[prior] + self.requirements[self.entry_buffer[prior]].size_bytes
                candidate = max(candidate, end)
            if following == -1 or self.entry_offset[following] - candidate >= wanted.size_bytes:
                return candidate
            prior = following

    def insert(self, entry: int) -> None:
        if self.entry_offset[self.first] > self.entry_offset[entry]:
            self.entry_next[entry], self.first = self.first, entry
            return
        current = self.first
        while (following := self.entry_next[current]) != -1:
            if self.entry_offset[following] > self.entry_offset[entry]:
                break
            current = following
        self.entry_next[entry], self.entry_next[current] = self.entry_next[current], entry

    def plan(self) -> list[int]:
        _, ids = self.sorted_ids()
        for entry, buffer in enumerate(ids):
            wanted = self.requirements[buffer]
            if wanted.offline_offset is None:
                self.offsets[buffer] = self.find(wanted) if entry else 0
            self.entry_offset[entry], self.entry_buffer[entry] = self.offsets[buffer], buffer
            if entry:
                self.insert(entry)
        return self.offsets


@st.composite
def buffers(draw: st.DrawFn, offline: bool = True) -> Buffer:
    # Few sizes, few moments: ties and gaps in every example.
    size = 16 * draw(st.integers(0, 6))
    first = draw(st.integers(-1, 8))
    last = -1 if first == -1 else draw(st.integers(first, 10))
    offset = draw(st.one_of(st.none(), st.integers(0, 12).map(lambda n: 8 * n))) if offline else None
    return Buffer(size, first, last, offset)


@settings(SETTINGS, max_examples=250)
@given(st.lists(buffers(), max_size=25))
def test_as_the_linked_list_of_the_original(requirements: list[Buffer]) -> None:
    assert GreedyMemoryPlanner().plan(requirements) == LinkedListPlanner(requirements).plan()


@SETTINGS
@given(st.lists(buffers(offline=False), max_size=40))
def test_no_two_buffers_alive_at_once_overlap(requirements: list[Buffer]) -> None:
    plan = GreedyMemoryPlanner().plan(requirements)
    placed = list(zip(requirements, plan, strict=True))
    for i, (a, a_offset) in enumerate(placed):
        assert a_offset >= 0
        for b, b_offset in placed[:i]:
            if a.overlaps_in_time(b) and a.size_bytes and b.size_bytes:
                assert a_offset + a.size_bytes <= b_offset or b_offset + b.size_bytes <= a_offset
    alive = [
        sum(b.size_bytes for b in requirements if b.first_time_used <= t <= b.last_time_used) for t in range(-1, 11)
    ]
    assert max(alive) <= planned_bytes(requirements, plan) <= sum(b.size_bytes for b in requirements)


@SETTINGS
@given(st.lists(buffers(), max_size=25))
def test_offline_offsets_are_kept_and_online_buffers_avoid_them(requirements: list[Buffer]) -> None:
    plan = GreedyMemoryPlanner().plan(requirements)
    placed = list(zip(requirements, plan, strict=True))
    for a, a_offset in placed:
        if a.offline_offset is not None:
            assert a_offset == a.offline_offset
            continue
        for b, b_offset in placed:
            if b is not a and a.overlaps_in_time(b) and a.size_bytes and b.size_bytes:
                assert a_offset + a.size_bytes <= b_offset or b_offset + b.size_bytes <= a_offset
