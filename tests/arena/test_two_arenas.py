"""Head and tail in an arena each; the head lent to the application; what outlives an invoke and what does not."""

from __future__ import annotations

import numpy as np
import pytest

from tests.arena.models import allocate, dense_chain, hello_world
from tinylab.arena import MicroAllocator
from tinylab.errors import ArenaError, InvokeError
from tinylab.model import load_model
from tinylab.runtime import AllOpsResolver, MicroInterpreter

TARGETS = pytest.mark.parametrize("target", ["cortex-m4/reference", "x86-64/reference"])


def running(allocator: MicroAllocator, *, seed: int = 0) -> MicroInterpreter:
    model = load_model(dense_chain([12, 30, 7], seed=seed), name=f"dense {seed}")
    interpreter = MicroInterpreter(model, AllOpsResolver(), allocator)
    interpreter.allocate_tensors()
    return interpreter


def run(interpreter: MicroInterpreter, value: int) -> bytes:
    interpreter.input(0).data[...] = np.arange(12) * 7 - value
    interpreter.invoke()
    return interpreter.output(0).data.tobytes()


def test_the_objects_that_make_it_up() -> None:
    """The non-persistent allocator's object lies in the persistent arena too."""
    allocator = MicroAllocator.create_two_arenas(1000, 500, "x86-64/reference")
    assert [record[:3] for record in allocator.allocations] == [
        ("PersistentArenaBufferAllocator", "", 32),
        ("NonPersistentArenaBufferAllocator", "", 56),
        ("GreedyMemoryPlanner", "", 72),
        ("MicroAllocator", "", 72),
    ]
    assert allocator.needs().two_arenas_bytes == (240, 0)


@TARGETS
def test_head_and_tail_are_those_of_one_arena(target: str) -> None:
    one, two = MicroAllocator.create(4000, target), MicroAllocator.create_two_arenas(4000, 4000, target)
    own = [allocator.used_bytes() for allocator in (one, two)]
    plans = [allocate(hello_world(), allocator).plan for allocator in (one, two)]
    assert plans[0] == plans[1]
    assert two.memory.head_bytes == one.memory.head_bytes == 32
    assert abs((two.used_bytes() - own[1]) - (one.used_bytes() - own[0])) < 16  # but for alignment


@TARGETS
def test_the_smallest_two_arenas_work_and_16_bytes_less_of_either_do_not(target: str) -> None:
    model = load_model(dense_chain([12, 30, 7]))
    needs = allocated(model, MicroAllocator.create_two_arenas(1 << 14, 1 << 14, target)).needs()
    assert needs.two_arenas_bytes is not None
    persistent, non_persistent = needs.two_arenas_bytes
    assert persistent + non_persistent == needs.smallest_arena_bytes
    assert allocated(model, MicroAllocator.create_two_arenas(persistent, non_persistent, target)).needs() == needs
    for sizes, which in (
        ((persistent - 16, non_persistent), "persistent arena"),
        ((persistent, non_persistent - 16), "non-persistent arena"),
    ):
        with pytest.raises(ArenaError, match=f"^{which} of .* 16 bytes are missing") as caught:
            allocated(model, MicroAllocator.create_two_arenas(*sizes, target))
        assert caught.value.missing_bytes == 16


def allocated(model: object, allocator: MicroAllocator) -> MicroAllocator:
    MicroInterpreter(model, AllOpsResolver(), allocator).allocate_tensors()  # type: ignore[arg-type]
    return allocator


def test_outputs_are_those_of_one_arena() -> None:
    expected = [run(running(MicroAllocator.create(8000)), value) for value in range(5)]
    two = running(MicroAllocator.create_two_arenas(8000, 2000))
    assert [run(two, value) for value in range(5)] == expected
    assert len(set(expected)) > 1


def test_the_head_is_lent_between_invokes() -> None:
    """The application fills it with its own bytes; the next invoke gives what it gave before."""
    allocator = MicroAllocator.create_two_arenas(8000, 2000)
    interpreter = running(allocator)
    before = run(interpreter, 3)
    with allocator.lend_non_persistent() as memory:
        assert memory.size == allocator.memory.head_bytes
        memory[...] = 0xA5
        with pytest.raises(InvokeError, match="lent to the application"):
            interpreter.invoke()
    assert set(interpreter.output(0).data.view(np.uint8).ravel()) == {0xA5}  # what was there is gone
    assert run(interpreter, 3) == before


def test_lending_ends_with_an_error_too() -> None:
    allocator = MicroAllocator.create(8000)
    interpreter = running(allocator)
    with pytest.raises(RuntimeError), allocator.lend_non_persistent():
        raise RuntimeError
    run(interpreter, 1)


def test_two_models_in_two_arenas() -> None:
    allocator = MicroAllocator.create_two_arenas(8000, 2000)
    first, second = running(allocator, seed=0), running(allocator, seed=1)
    alone = [run(running(MicroAllocator.create(8000), seed=seed), 2) for seed in (0, 1)]
    for _ in range(3):
        assert [run(first, 2), run(second, 2)] == alone


def test_a_variable_lies_in_the_persistent_arena() -> None:
    from tests.builder import OperatorSpec, SubgraphSpec, TensorSpec, build_model

    tensors = [TensorSpec((16,)), TensorSpec((16,), is_variable=True), TensorSpec((16,))]
    graph = SubgraphSpec(tensors, [OperatorSpec("Copy", [0, 1], [2])], inputs=[0])
    allocator = MicroAllocator.create_two_arenas(2000, 1000)
    allocation = allocate(load_model(build_model([graph])), allocator)
    assert allocation.variable_offsets.keys() == {(0, 1)}
    assert 1000 < allocation.variable_offsets[0, 1] < 2000
    assert allocation.offsets.keys() == {(0, 0), (0, 2)}
