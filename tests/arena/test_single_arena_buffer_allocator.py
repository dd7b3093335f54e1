"""Two stacks in one block: every address by hand, and every number of every message."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tinylab.arena import SingleArenaBufferAllocator
from tinylab.arena.single_arena_buffer_allocator import align_down, align_up
from tinylab.errors import ArenaError

SETTINGS = settings(deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck))


@pytest.mark.parametrize(
    ("size", "alignment", "down", "up"),
    [
        (0, 16, 0, 0),
        (1, 16, 0, 16),
        (15, 16, 0, 16),
        (16, 16, 16, 16),
        (17, 16, 16, 32),
        (7, 1, 7, 7),
        (-1, 16, -16, 0),
    ],
)
def test_align(size: int, alignment: int, down: int, up: int) -> None:
    assert align_down(size, alignment) == down
    assert align_up(size, alignment) == up


def test_the_tail_grows_down_and_rounds_addresses_not_sizes() -> None:
    memory = SingleArenaBufferAllocator(112)
    assert memory.allocate_persistent_buffer(10, 1) == 102
    assert memory.allocate_persistent_buffer(4, 4) == 96  # 98 rounded down
    assert memory.allocate_persistent_buffer(1, 16) == 80
    assert memory.allocate_persistent_buffer(16, 16) == 64
    assert memory.allocate_persistent_buffer(0, 16) == 64
    assert memory.persistent_used_bytes == 48
    assert memory.non_persistent_used_bytes == 0


@pytest.mark.parametrize(("size", "used"), [(96, 16), (97, 17), (100, 20), (111, 15), (112, 16)])
def test_the_end_of_the_arena_is_used_as_it_is(size: int, used: int) -> None:
    """Addresses are aligned, so an arena of odd size loses its last bytes at the first aligned allocation."""
    memory = SingleArenaBufferAllocator(size)
    memory.allocate_persistent_buffer(8, 16)
    assert memory.persistent_used_bytes == used


def test_the_head_is_one_buffer_that_is_resized() -> None:
    memory = SingleArenaBufferAllocator(100)
    memory.resize_head(60, 16)
    assert (memory.head_offset, memory.temp_offset) == (60, 60)
    memory.resize_head(7, 16)
    assert (memory.head_offset, memory.temp_offset) == (7, 7)
    memory.resize_head(100, 16)
    assert memory.peak_bytes == 100


def test_temp_lies_on_the_head_until_it_is_reset() -> None:
    memory = SingleArenaBufferAllocator(100)
    memory.resize_head(10, 1)
    assert memory.allocate_temp(5, 4) == 12
    assert memory.allocate_temp(8, 8) == 24
    assert memory.non_persistent_used_bytes == 32
    assert memory.available_bytes(16) == 96 - 32
    with pytest.raises(ArenaError, match="temp allocations must be reset"):
        memory.resize_head(10, 1)
    memory.reset_temp_allocations()
    assert memory.non_persistent_used_bytes == 10
    assert memory.available_bytes(16) == 96 - 16
    memory.resize_head(20, 1)


def numbers(error: ArenaError) -> tuple[int | None, ...]:
    return error.arena_bytes, error.requested_bytes, error.available_bytes, error.missing_bytes


# The three failures with the numbers that TFLM printed for person_detect on a Cortex-M4 (arena_rules.md, section 10).


def test_message_of_the_head() -> None:
    memory = SingleArenaBufferAllocator(128)
    for size in (36, 44, 36, 8):  # what lies in the tail before the head is made
        memory.allocate_persistent_buffer(size, 4)
    with pytest.raises(ArenaError) as caught:
        memory.resize_head(144, 4)
    assert str(caught.value) == "Failed to resize buffer. Requested: 144, available 4, missing: 140"
    assert numbers(caught.value) == (128, 144, 4, 140)


def test_message_of_the_tail() -> None:
    memory = SingleArenaBufferAllocator(1000)
    memory.allocate_persistent_buffer(36 + 44 + 36 + 8 + 8, 4)
    memory.resize_head(144, 4)
    with pytest.raises(ArenaError) as caught:
        memory.allocate_persistent_buffer(1068, 4)
    assert str(caught.value) == "Failed to allocate tail memory. Requested: 1068, available 724, missing: 344"
    assert numbers(caught.value) == (1000, 1068, 724, 344)


def test_message_of_temp() -> None:
    memory = SingleArenaBufferAllocator(160)
    memory.resize_head(144, 4)
    memory.allocate_temp(12, 4)
    with pytest.raises(ArenaError) as caught:
        memory.allocate_temp(12, 4)
    assert str(caught.value) == "Failed to allocate temp memory. Requested: 12, available 4, missing: 8"
    assert numbers(caught.value) == (160, 12, 4, 8)


def test_what_is_available_in_the_tail_counts_the_alignment() -> None:
    memory = SingleArenaBufferAllocator(20)
    memory.resize_head(8, 1)
    with pytest.raises(ArenaError) as caught:
        memory.allocate_persistent_buffer(6, 16)  # 20 - 6 = 14, rounded down to 0: 8 bytes under the head
    assert numbers(caught.value) == (20, 6, -2, 8)


def test_a_failure_changes_nothing() -> None:
    memory = SingleArenaBufferAllocator(64)
    memory.resize_head(16, 16)
    memory.allocate_persistent_buffer(16, 16)
    before = dict(vars(memory))
    for fails in (
        lambda: memory.allocate_persistent_buffer(33, 16),
        lambda: memory.allocate_temp(33, 16),
        lambda: memory.resize_head(49, 16),
    ):
        with pytest.raises(ArenaError):
            fails()
        assert vars(memory) == before


def test_exactly_all_of_it_can_be_used() -> None:
    memory = SingleArenaBufferAllocator(64)
    memory.resize_head(16, 16)
    memory.allocate_temp(16, 16)
    memory.allocate_persistent_buffer(32, 16)
    assert memory.available_bytes(16) == 0
    assert memory.peak_bytes == 64


def test_the_tail_may_grow_under_temp_but_not_under_the_head() -> None:
    """As TFLM: AllocatePersistentBuffer looks at the head alone."""
    memory = SingleArenaBufferAllocator(64)
    memory.resize_head(16, 16)
    memory.allocate_temp(16, 16)
    assert memory.allocate_persistent_buffer(48, 16) == 16
    assert memory.peak_bytes == 80  # what an arena must have for both


def test_the_work_area_counts_for_the_peak_alone() -> None:
    memory = SingleArenaBufferAllocator(128)
    memory.resize_head(20, 4)
    memory.allocate_persistent_buffer(20, 4)
    memory.claim_work_area(40, 16)
    assert memory.peak_bytes == 32 + 40 + 32
    assert memory.non_persistent_used_bytes == 20


steps = st.lists(
    st.tuples(
        st.sampled_from(["tail", "temp", "head", "reset"]), st.integers(0, 70), st.sampled_from([1, 2, 4, 8, 16])
    ),
    max_size=30,
)


@SETTINGS
@given(st.integers(0, 300), steps)
def test_head_temp_and_tail_never_meet_and_every_address_is_aligned(
    size: int, script: list[tuple[str, int, int]]
) -> None:
    memory = SingleArenaBufferAllocator(size)
    for what, amount, alignment in script:
        before = dict(vars(memory))
        try:
            if what == "tail":
                offset = memory.allocate_persistent_buffer(amount, alignment)
                assert offset % alignment == 0
                assert offset + amount <= before["tail_offset"]
                assert offset == memory.tail_offset >= memory.head_offset
            elif what == "temp":
                offset = memory.allocate_temp(amount, alignment)
                assert offset % alignment == 0
                assert offset >= before["temp_offset"]
                assert offset + amount == memory.temp_offset <= memory.tail_offset
            elif what == "head":
                memory.reset_temp_allocations()
                memory.resize_head(amount, alignment)
                assert memory.head_offset == amount <= memory.tail_offset
            else:
                memory.reset_temp_allocations()
        except ArenaError as error:
            _, requested, available, missing = numbers(error)
            if requested != amount or missing is None or missing <= 0 or available != amount - missing:
                raise
        assert memory.peak_bytes >= before["peak_bytes"]
        assert memory.peak_bytes >= memory.non_persistent_used_bytes + memory.persistent_used_bytes
