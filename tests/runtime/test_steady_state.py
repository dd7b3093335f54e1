"""After allocate_tensors nothing grows: neither the arena nor, over ten thousand invokes, Python's own memory."""

from __future__ import annotations

import gc
import tracemalloc
from typing import Any

import numpy as np
import pytest

from tests.arena.models import RandomGraph, dense_chain
from tests.runtime.kernels import chain, nothing
from tests.shared import model_bytes, model_index, needs_shared
from tinylab import zoo
from tinylab.arena import MicroAllocator
from tinylab.errors import ArenaError
from tinylab.kernels import REGISTRATIONS
from tinylab.kernels.kernel_util import InvokeContext, Registration
from tinylab.model import Operator, load_model
from tinylab.runtime import AllOpsResolver, MicroInterpreter, MicroMutableOpResolver

INVOKES = 10_000
GROWTH_BYTES = 16_384  # over all invokes: NumPy's own caches fill, once; the smallest object an invoke would be 280,000


def arena_state(allocator: MicroAllocator) -> tuple[object, ...]:
    memory = allocator.memory
    buffers = allocator.persistent_buffer, allocator.non_persistent_buffer
    places = [(buffer.__array_interface__["data"], buffer.nbytes) for buffer in buffers]
    return allocator.used_bytes(), allocator.events, allocator.allocations, vars(memory.persistent).copy(), places


@pytest.mark.parametrize("model", [dense_chain([10, 4]), RandomGraph(3).model(2)], ids=["dense", "random graph"])
def test_ten_thousand_invokes_change_nothing(model: bytes) -> None:
    interpreter = MicroInterpreter(load_model(model), AllOpsResolver(), 20_000)
    interpreter.allocate_tensors()
    before = arena_state(interpreter.allocator)
    tracemalloc.start()
    for _ in range(500):  # the first ones fill NumPy's and Python's own caches
        interpreter.invoke()
    gc.collect()
    start = tracemalloc.get_traced_memory()[0]
    for _ in range(INVOKES):
        interpreter.invoke()
    gc.collect()
    grown = tracemalloc.get_traced_memory()[0] - start
    tracemalloc.stop()
    print(f"{INVOKES} invokes: Python's memory grew by {grown} bytes, the arena by 0")
    assert grown < GROWTH_BYTES
    assert arena_state(interpreter.allocator) == before


def test_growth_would_be_seen() -> None:
    kept: list[Any] = []

    def hoard(context: InvokeContext, node: Operator, data: Any) -> None:
        kept.append(np.zeros(16, np.uint8))

    interpreter = MicroInterpreter(chain("Hoard"), _resolver("Hoard", hoard), 4000)
    interpreter.allocate_tensors()
    tracemalloc.start()
    for _ in range(INVOKES // 10):
        interpreter.invoke()
    grown = tracemalloc.get_traced_memory()[0]
    tracemalloc.stop()
    assert grown > GROWTH_BYTES


def _resolver(name: str, invoke: Any) -> MicroMutableOpResolver:
    resolver = MicroMutableOpResolver(1)
    resolver.add_custom(name, Registration(name, nothing, invoke))
    return resolver


@pytest.mark.parametrize("what", ["persistent", "scratch"])
def test_a_kernel_that_allocates_from_the_arena_in_invoke_is_refused(what: str) -> None:
    allocator = MicroAllocator.create(4000)

    def greedy(context: InvokeContext, node: Operator, data: Any) -> None:
        if what == "persistent":
            allocator.allocate_persistent_buffer(64, "persistent buffer", "operator 0 Greedy")
        else:
            allocator.request_scratch_buffer_in_arena(64, 0, 0)

    interpreter = MicroInterpreter(chain("Greedy"), _resolver("Greedy", greedy), allocator)
    interpreter.allocate_tensors()
    before = arena_state(allocator)
    with pytest.raises(ArenaError, match=r"operator 0.* 64 bytes outside AllocateTensors: the arena never grows"):
        interpreter.invoke()
    assert arena_state(allocator) == before


@needs_shared
def test_no_kernel_allocates_from_the_arena_in_invoke() -> None:
    """Small real models that have as many of the kernels as can be: an invoke leaves the allocator as it was."""
    seen: set[str] = set()
    for entry in sorted(model_index(), key=lambda entry: entry["bytes"]):
        operators = set(entry["operators"])
        if not entry["tflm"]["invokes"] or not operators <= REGISTRATIONS.keys() or operators <= seen:
            continue
        model = load_model(model_bytes(entry["file"]))
        interpreter = MicroInterpreter(model, AllOpsResolver(), 4 << 20)
        interpreter.allocate_tensors()
        before = arena_state(interpreter.allocator)
        interpreter.invoke()
        assert arena_state(interpreter.allocator) == before, entry["file"]
        seen |= operators
    print(f"{len(seen)} kernels ran: {' '.join(sorted(seen))}")
    assert len(seen) > 25


def test_the_zoo_models_leave_their_arena_as_it_was() -> None:
    for name in zoo.names():
        interpreter = MicroInterpreter(zoo.load(name), AllOpsResolver(), 400_000)
        interpreter.allocate_tensors()
        before = arena_state(interpreter.allocator)
        for _ in range(3):
            interpreter.invoke()
        assert arena_state(interpreter.allocator) == before
