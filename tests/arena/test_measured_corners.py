"""Corners of the arena that no shared model reaches, on models that the tests build.

Every figure is measured on TFLM 90b983c2, built for the target that stands beside it.
"""

from __future__ import annotations

import numpy as np
import pytest

from tests.arena.models import allocate, hello_world
from tests.builder import OperatorSpec, SubgraphSpec, TensorSpec, build_model, constant, single_operator
from tinylab.arena import MicroAllocator
from tinylab.errors import ArenaError
from tinylab.model import Model, TensorType, load_model
from tinylab.model.options import AddOptions, ArgMaxOptions, FullyConnectedOptions, SVDFOptions, VarHandleOptions
from tinylab.runtime import AllOpsResolver, MicroInterpreter, plan_arena
from tinylab.runtime.model_allocation import shared_arena_needs

X86, M4 = "x86-64/reference", "cortex-m4/reference"
ROW = TensorSpec((1, 4), "INT8", 0.5)


def assert_smallest(model: Model, target: str, smallest: int, planner: str = "greedy") -> None:
    """By the needs, by the steps, and by running into it."""
    plan = plan_arena(model, target, memory_planner=planner)
    assert plan.needs.smallest_arena_bytes == smallest
    assert plan.fails_at(smallest) is None
    assert plan.fails_at(smallest - 16) is not None
    allocate(model, MicroAllocator.create(smallest, target, memory_planner=planner))
    with pytest.raises(ArenaError):
        allocate(model, MicroAllocator.create(smallest - 16, target, memory_planner=planner))


@pytest.mark.parametrize(("target", "smallest"), [(X86, 944), (M4, 624)])
def test_add_n_gives_inputs_back_before_it_asks_for_its_op_data(target: str, smallest: int) -> None:
    """int8: OpData may lie where the second and the third input's descriptions were."""
    operator = OperatorSpec("ADD_N", [0, 0, 0], [1])
    assert_smallest(load_model(build_model([SubgraphSpec([ROW, ROW], [operator])])), target, smallest)


@pytest.mark.parametrize(("target", "smallest"), [(X86, 8832), (M4, 4496)])
def test_a_planner_that_works_in_no_memory_needs_none_aligned(target: str, smallest: int) -> None:
    axis, index = constant(np.array(1, np.int32)), TensorSpec((1,), "INT32")
    model = load_model(single_operator("ARG_MAX", [ROW, axis], [index], ArgMaxOptions(TensorType.INT32)))
    assert_smallest(model, target, smallest, "linear")


def svdf() -> Model:
    """Its state takes 60 of 64 bytes, so that it decides where temp memory is for a moment."""
    weights, times = np.ones((3, 4), np.int8), np.ones((3, 10), np.int16)
    inputs = [
        ROW,
        constant(weights, scale=0.01),
        constant(times, scale=0.01),
        constant(np.zeros(3, np.int32), scale=0.0002),
        TensorSpec((1, 30), "INT16", 0.02, is_variable=True),
    ]
    output = TensorSpec((1, 3), "INT8", 0.5)
    unused = [TensorSpec((1,), "INT8")] * 40
    operator = OperatorSpec("SVDF", [0, 1, 2, 3, 4], [5], SVDFOptions(1), version=3)
    return load_model(build_model([SubgraphSpec([*inputs, output, *unused], [operator], [0], [5])]))


@pytest.mark.parametrize(("target", "smallest"), [(X86, 11408), (M4, 6176)])
def test_variables_may_lie_where_the_linear_plan_was_made(target: str, smallest: int) -> None:
    """TFLM allocates them while its AllocationInfos are in temp memory, and does not look."""
    assert_smallest(svdf(), target, smallest, "linear")


@pytest.mark.parametrize(("target", "smallest"), [(X86, 1360), (M4, 912)])
def test_a_resource_tensor_without_a_handle_is_planned(target: str, smallest: int) -> None:
    handle, row = TensorSpec((1,), "RESOURCE"), TensorSpec((1, 20), "INT8", 0.5)
    operators = [
        OperatorSpec("VAR_HANDLE", [], [0], VarHandleOptions("", "a")),
        OperatorSpec("ASSIGN_VARIABLE", [0, 2], []),
        OperatorSpec("READ_VARIABLE", [0], [3]),
        OperatorSpec("ADD", [2, 3], [4], AddOptions()),
    ]
    model = load_model(build_model([SubgraphSpec([handle, handle, row, row, row], operators, [2], [4])]))
    buffers = [
        (b.size_bytes, b.first_used, b.last_used, b.offset, b.tensor_index)
        for b in plan_arena(model, target).memory_plan.buffers
    ]
    assert buffers == [(16, -1, -1, 0, 1), (32, 0, 4, 64, 2), (32, 3, 4, 32, 3), (32, 4, 4, 0, 4)]
    assert_smallest(model, target, smallest)


def test_a_linear_planner_plans_for_one_model() -> None:
    """In TFLM the second model gets the first one's offsets."""
    allocator = MicroAllocator.create(20_000, memory_planner="linear")
    allocate(hello_world(), allocator)
    with pytest.raises(ArenaError, match="plans for one model"):
        allocate(hello_world(), allocator)
    with pytest.raises(ArenaError, match="plans for one model"):
        shared_arena_needs([hello_world()] * 2, memory_planner="linear")


def test_what_tflm_does_not_say_is_not_said_to_be_its_words() -> None:
    """16 bytes less and the channels' shifts lie on descriptions that Prepare reads: here that is said in time."""
    weights = constant(np.ones((32, 2), np.int8), scale=np.full(32, 0.01))
    inputs, output = [TensorSpec((1, 2), "INT8", 0.5), weights], TensorSpec((1, 32), "INT8", 0.5)
    model = load_model(single_operator("FULLY_CONNECTED", inputs, [output], FullyConnectedOptions(), version=4))
    assert_smallest(model, X86, 1312)
    with pytest.raises(
        ArenaError, match=r"\(a persistent buffer of 128 bytes would overwrite \d+ bytes of temp memory"
    ):
        MicroInterpreter(model, AllOpsResolver(), 1312 - 16, target=X86).allocate_tensors()
