"""A kernel of one's own says what it asks of the arena: then every figure of the arena counts it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import tinylab as tl
from tests.arena.models import dense_chain
from tests.kernels.memory.own_models import own_model
from tests.runtime.kernels import allocated, chain, nothing
from tinylab.arena import TARGETS, ArenaNeeds
from tinylab.errors import ArenaError, PrepareError
from tinylab.kernels.kernel_util import ArenaRequests, PrepareContext, Registration
from tinylab.model import Model, Operator, load_model
from tinylab.runtime import ArenaPlan
from tinylab.runtime.micro_context import MicroContext
from tinylab.runtime.model_allocation import allocate_model

M4, X86 = "cortex-m4/reference", "x86-64/reference"
OP_DATA = {"ilp32": 48, "lp64": 64}  # of TFLM's FULLY_CONNECTED


def copies(context: Any, node: Operator, data: None) -> None:
    context.output_data(node, 0)[...] = context.input_data(node, 0)


def asking(requests: Any) -> Registration:
    return Registration("Own", nothing, copies, arena_requests=requests)


def plan(requests: Any, target: str = M4, model: Model | None = None) -> ArenaPlan:
    resolver = tl.MicroMutableOpResolver(1).add_custom("Own", asking(requests))
    return tl.plan_arena(model or chain("Own", "Own"), target, op_resolver=resolver)


def as_tflm(context: PrepareContext, node: Operator, abi: str) -> ArenaRequests:
    return ArenaRequests(op_data=OP_DATA[abi], looks_at=(0, 1, 2, -1))


@pytest.mark.parametrize("target", [M4, X86])
def test_who_asks_for_what_tflms_kernel_does_gets_its_arena(target: str) -> None:
    """Every event of AllocateTensors is the same, so every figure is; the library's rows are measured ones."""
    model = load_model(dense_chain([10, 20, 5]))
    mine = Registration("mine", nothing, copies, arena_requests=as_tflm)
    resolver = tl.MicroMutableOpResolver(1).add_fully_connected(mine)
    own, theirs = tl.plan_arena(model, target, op_resolver=resolver), tl.plan_arena(model, target)
    assert own.events == theirs.events
    assert own.needs == theirs.needs
    free = tl.MicroMutableOpResolver(1).add_fully_connected(
        Registration("mine", nothing, copies, arena_requests=ArenaRequests())
    )
    without = tl.plan_arena(model, target, op_resolver=free).allocations
    kept = [record for record in theirs.allocations if record.category != "OpData"]  # the parsed parameters among them
    assert [(r.category, r.requested_bytes) for r in without] == [(r.category, r.requested_bytes) for r in kept]


def test_each_request_is_an_allocation() -> None:
    free, own = plan(None), plan(ArenaRequests(op_data=20, persistent=(8, 40), scratch=(100, 7), looks_at=(0, -1)))
    asked = [record for record in own.allocations if record.owner.endswith("Own")]
    assert [(record.category, record.requested_bytes) for record in asked] == [
        *[("OpData", 20)] * 2,
        *[("persistent buffer", 8), ("persistent buffer", 40)] * 2,
    ]
    scratch = [buffer for buffer in own.memory_plan.buffers if buffer.tensor_index is None]
    assert [(buffer.node_index, buffer.requested_bytes) for buffer in scratch] == [(0, 100), (0, 7), (1, 100), (1, 7)]
    assert all(buffer.first_used == buffer.last_used == buffer.node_index + 1 for buffer in scratch)  # type: ignore[operator]
    temp = [event.category for event in own.events if event.section == "temp" and event.phase == "Prepare"]
    assert temp.count("TfLiteTensor") == 4
    assert free.memory_plan.head_bytes == 32
    assert own.memory_plan.head_bytes == 32 + 112 + 16
    handles = 4 * 4  # a ScratchBufferHandle is a pointer
    persistent = sum(record.used_bytes for record in asked)
    assert handles + persistent <= own.needs.tail_bytes - free.needs.tail_bytes < handles + persistent + 16


def test_a_function_is_asked_for_each_node_and_abi() -> None:
    asked = []

    def requests(context: PrepareContext, node: Operator, abi: str) -> ArenaRequests:
        asked.append((node.index, abi))
        return ArenaRequests(persistent=(context.input_tensor(node, 0).bytes * (node.index + 1),))

    records = plan(requests, X86).allocations
    assert [r.requested_bytes for r in records if r.category == "persistent buffer"] == [4, 8]
    assert set(asked) == {(0, "lp64"), (1, "lp64")}


@pytest.mark.parametrize("target", TARGETS)
def test_the_interpreters_figures_count_them(target: str) -> None:
    registration = asking(ArenaRequests(op_data=32, persistent=(500,), scratch=(3_000,), looks_at=(0,)))
    model, needs = chain("Own"), plan(registration.arena_requests, target, chain("Own")).needs
    assert needs.smallest_arena_bytes > 3_500 > tl.arena_needs(model, target).smallest_arena_bytes
    interpreter = allocated(model, needs.smallest_arena_bytes, registration, target=target)
    assert interpreter.arena_used_bytes() == needs.used_bytes
    assert interpreter.needs == needs
    row = np.array([[[1, 2, 3, 4]]], np.int8)
    assert np.array_equal(interpreter.predict(row), row)
    with pytest.raises(ArenaError, match="16 bytes are missing") as caught:
        allocated(model, needs.smallest_arena_bytes - 16, registration, target=target)
    assert caught.value.needed_bytes == needs.smallest_arena_bytes


def test_an_arena_that_two_share_is_explained_with_what_each_asks_for() -> None:
    """Both models name their kernel Own: each is laid out with the requests of its own resolver."""
    first, second = asking(ArenaRequests(persistent=(400,))), asking(ArenaRequests(op_data=80, scratch=(2_000,)))
    shared = tl.MicroAllocator.unbounded(M4)
    for registration in (first, second):
        allocate(chain("Own"), registration, shared)
    smallest = shared.needs().smallest_arena_bytes
    small = tl.MicroAllocator.create(smallest - 16, M4)
    allocate(chain("Own"), first, small)
    before = small.used_bytes(), small.layouts
    with pytest.raises(ArenaError, match="16 bytes are missing") as caught:
        allocate(chain("Own"), second, small)
    assert caught.value.needed_bytes == smallest
    assert (small.used_bytes(), small.layouts) == before
    right = tl.MicroAllocator.create(smallest, M4)
    for registration in (first, second):
        allocate(chain("Own"), registration, right)
    assert right.used_bytes() == shared.used_bytes()


def allocate(model: Model, registration: Registration, allocator: tl.MicroAllocator) -> None:
    contexts = [MicroContext(model.subgraphs[0])]
    resolver = tl.MicroMutableOpResolver(1).add_custom("Own", registration)
    if allocator.persistent_buffer.size:
        tl.MicroInterpreter(model, resolver, allocator).allocate_tensors()
    else:
        allocate_model(model, allocator, contexts, op_resolver=resolver)


def test_a_trace_runs_in_an_arena_that_is_large_enough() -> None:
    resolver = tl.MicroMutableOpResolver(1).add_custom("Own", asking(ArenaRequests(op_data=999, scratch=(77,))))
    trace = tl.trace_arena(chain("Own"), np.zeros((1, 1, 4), np.int8), M4, op_resolver=resolver)
    assert trace.plan.needs.smallest_arena_bytes > 1_000


@pytest.mark.parametrize(
    ("requests", "message"),
    [
        (48, "arena_requests that are 48, but an ArenaRequests, or a function that returns one is needed"),
        (lambda context, node, abi: None, "arena_requests that are None, but an ArenaRequests"),
        (ArenaRequests(op_data=-4), "arena_requests with -4 in op_data, but a whole number of bytes, 0 or more"),
        (ArenaRequests(persistent=(8, 2.5)), "arena_requests with 2.5 in persistent, but a whole number"),  # type: ignore[arg-type]
        (ArenaRequests(scratch=64), r"arena_requests with scratch=64, but a tuple is needed: scratch=\(64,\)"),  # type: ignore[arg-type]
        (ArenaRequests(scratch=(4,) * 13), "13 scratch buffers, but 12 at most is needed"),
        (ArenaRequests(looks_at=(-2,)), "output 1 is missing"),
    ],
)
def test_what_is_no_request_is_refused_with_the_operator(requests: Any, message: str) -> None:
    with pytest.raises(PrepareError, match=r"operator 0 \(Own\): .*" + message):
        plan(requests)
    allocator = tl.MicroAllocator.create(5_000, M4)
    used = allocator.used_bytes()
    with pytest.raises(PrepareError, match=message):
        allocated(chain("Own"), allocator, asking(requests))
    assert allocator.used_bytes() == used


def test_an_input_that_is_left_out_is_not_looked_at() -> None:
    assert plan(ArenaRequests(looks_at=(0, 5))).events == plan(ArenaRequests(looks_at=(0,))).events


MEASURED = json.loads((Path(__file__).parent / "measured_own.json").read_text())


def needs_of(row: dict[str, Any]) -> ArenaNeeds:
    op_data, persistent, scratch, looks_at = row["requests"]
    own = asking(ArenaRequests(op_data, tuple(persistent), tuple(scratch), tuple(looks_at)))
    resolver = tl.MicroMutableOpResolver(2).add_custom("Own", own)
    resolver.add_fully_connected(own if row["own_fully_connected"] else None)
    model = load_model(own_model(row["widths"], row["operators"], row["quantized"]))
    return tl.arena_needs(model, X86, op_resolver=resolver)


@pytest.mark.parametrize("row", MEASURED)
def test_the_real_tflm_takes_as_much(row: dict[str, Any]) -> None:
    """Measured on TFLM 90b983c2, x86-64: a C++ kernel whose Init and Prepare make exactly these calls."""
    needs = needs_of(row)
    assert needs.used_bytes == row["used_bytes"]
    assert needs.smallest_arena_bytes >= row["smallest_arena_bytes"]


def test_the_smallest_arena_is_the_measured_one_but_where_a_tensor_would_be_overwritten() -> None:
    """The C++ kernel never reads a tensor again once it asks for its buffers, and so gets away with hitting one.

    tinylab cannot know that of a kernel, and leaves the tensors whole.
    """
    larger = [row for row in MEASURED if needs_of(row).smallest_arena_bytes > row["smallest_arena_bytes"]]
    assert len(MEASURED) == 40
    assert len(larger) == 1
    assert all(row["requests"][1] and row["requests"][3] for row in larger)
