"""MicroInterpreter: tensors that really lie in the arena, the dispatch loop, and what it says when it cannot."""

from __future__ import annotations

import traceback
from typing import Any

import numpy as np
import pytest

from tests.arena.models import dense_chain
from tests.builder import OperatorSpec, SubgraphSpec, TensorSpec, build_model, constant, single_operator
from tests.runtime.kernels import ROW, allocated, chain, model_of, nothing, resolver
from tinylab.arena import MicroAllocator
from tinylab.errors import ArenaError, InvokeError, ModelError, PrepareError
from tinylab.kernels.kernel_util import InvokeContext, Registration
from tinylab.model import Model, Operator, load_model
from tinylab.model.options import MulOptions
from tinylab.runtime import AllOpsResolver, MicroInterpreter, MicroMutableOpResolver, MicroProfiler


def offset_in(buffer: np.ndarray, data: np.ndarray) -> int:
    return data.__array_interface__["data"][0] - buffer.__array_interface__["data"][0]


# -- the arena is real -------------------------------------------------------------------------------------------------


def test_inputs_and_outputs_are_views_at_their_planned_offsets() -> None:
    interpreter = allocated(chain("AddOne", "AddOne", "AddOne"))
    buffer = interpreter.allocator.persistent_buffer
    planned = {b.tensor_index: b.offset for b in interpreter.memory_plan.buffers}
    for view in (interpreter.input(0), interpreter.output(0)):
        assert np.shares_memory(view.data, buffer)
        assert offset_in(buffer, view.data) == planned[view.tensor.index]
        assert view.data.shape == (1, 4)
    interpreter.input(0).data[...] = [[1, 2, 3, 4]]
    assert buffer[planned[0] : planned[0] + 4].tolist() == [1, 2, 3, 4]


def test_a_later_operator_overwrites_an_earlier_tensor() -> None:
    """t0 and t2 never live together, so they share their bytes: after invoke the input is gone, as on a board."""
    interpreter = allocated(chain("AddOne", "AddOne"))
    planned = [b.offset for b in interpreter.memory_plan.buffers]
    assert planned[0] == planned[2] != planned[1]
    interpreter.input(0).data[...] = 5
    interpreter.invoke()
    assert interpreter.output(0).data.tolist() == [[7] * 4]
    assert interpreter.input(0).data.tolist() == [[7] * 4]


def test_views_stay_valid_from_invoke_to_invoke() -> None:
    interpreter = allocated(chain("AddOne"))
    feed, result = interpreter.input(0).data, interpreter.output(0).data
    for value in (1, 50, -7):
        feed[...] = value
        interpreter.invoke()
        assert result.tolist() == [[value + 1] * 4]


def test_nothing_grows_after_allocate_tensors() -> None:
    interpreter = allocated(chain("AddOne", "Reverse", "AddOne"), 3008)
    buffer = interpreter.allocator.persistent_buffer
    before = (interpreter.arena_used_bytes(), interpreter.allocations, interpreter.memory_plan)
    for _ in range(3):
        interpreter.invoke()
        interpreter.predict(np.ones((5, 4), np.int8))
        interpreter.reset()
        interpreter.allocate_tensors()
    assert (interpreter.arena_used_bytes(), interpreter.allocations, interpreter.memory_plan) == before
    assert interpreter.allocator.persistent_buffer is buffer
    assert buffer.nbytes == 3008
    assert interpreter.arena_used_bytes() == interpreter.needs.used_bytes


def test_the_tail_of_the_arena_is_not_touched_by_invoke() -> None:
    interpreter = allocated(chain("AddOne", "AddOne"), 3000)
    head = interpreter.memory_plan.head_bytes
    buffer = interpreter.allocator.persistent_buffer
    buffer[head:] = 0xA5
    interpreter.input(0).data[...] = 1
    interpreter.invoke()
    assert (buffer[head:] == 0xA5).all()


def test_constants_stay_in_the_file() -> None:
    model = load_model(dense_chain([3, 4]))
    interpreter = MicroInterpreter(model, AllOpsResolver(), 4000)
    interpreter.allocate_tensors()
    seen: list[np.ndarray] = []

    def look(context: InvokeContext, node: Operator, data: Any) -> None:
        seen.append(context.input_data(node, 1))

    interpreter = MicroInterpreter(
        model, MicroMutableOpResolver(1).add_fully_connected(Registration("x", nothing, look)), 4000
    )
    interpreter.invoke()
    (weights,) = seen
    assert np.shares_memory(weights, np.frombuffer(model.data, np.uint8))
    assert not weights.flags.writeable
    assert weights.shape == (1, 4, 3)


# -- before and after allocation ---------------------------------------------------------------------------------------


def test_invoke_allocates_first() -> None:
    """As TFLM's Invoke."""
    interpreter = MicroInterpreter(chain("AddOne"), resolver(), 3000)
    interpreter.invoke()
    assert interpreter.output(0).data.tolist() == [[1] * 4]


def test_nothing_is_there_before_allocation() -> None:
    interpreter = MicroInterpreter(chain("AddOne"), resolver(), 3000)
    for look in (
        lambda: interpreter.input(0),
        lambda: interpreter.output(0),
        lambda: interpreter.memory_plan,
        interpreter.arena_used_bytes,
    ):
        with pytest.raises(InvokeError, match=r"tensors have no memory yet: call allocate_tensors\(\) first"):
            look()


@pytest.mark.parametrize("index", [1, -1, 99])
def test_an_index_out_of_range(index: int) -> None:
    interpreter = allocated(chain("AddOne", name="kws"))
    with pytest.raises(InvokeError, match=rf"input index {index} is out of range: kws has 1 inputs"):
        interpreter.input(index)
    with pytest.raises(InvokeError, match=rf"output index {index} is out of range: kws has 1 outputs"):
        interpreter.output(index)


def test_an_arena_size_that_is_none_and_a_target_that_is_none() -> None:
    with pytest.raises(ArenaError, match="whole number of bytes"):
        MicroInterpreter(chain("AddOne"), resolver(), -5)
    with pytest.raises(ArenaError, match="choose one of cortex-m4/cmsis-nn, cortex-m4/reference, "):
        MicroInterpreter(chain("AddOne"), resolver(), 3000, target="esp32")


def test_tensor_at_describes_any_tensor() -> None:
    assert allocated(chain("AddOne", "AddOne")).tensor_at(1).name == "t1"


# -- graphs of every shape ---------------------------------------------------------------------------------------------


def test_several_inputs_and_outputs() -> None:
    tensors = [ROW, ROW, TensorSpec((1, 4), "INT8"), ROW, ROW]
    model = model_of(tensors, ("Sum", [0, 1], [2]), ("Fan", [2], [3, 4]), outputs=[4, 2, 3])
    interpreter = allocated(model)
    interpreter.input(0).data[...] = [[1, 2, 3, 4]]
    interpreter.input(1).data[...] = 10
    interpreter.invoke()
    assert interpreter.output(0).data.tolist() == [[22, 24, 26, 28]]
    assert interpreter.output(1).data.tolist() == [[11, 12, 13, 14]]
    assert interpreter.output(2).data.tolist() == [[11, 12, 13, 14]]


def test_an_output_that_nobody_uses() -> None:
    model = model_of([ROW, ROW, ROW, ROW], ("Fan", [0], [1, 2]), ("AddOne", [2], [3]), outputs=[3])
    interpreter = allocated(model)
    interpreter.input(0).data[...] = 3
    interpreter.invoke()
    assert interpreter.output(0).data.tolist() == [[7] * 4]


def test_an_input_that_is_an_output_too_keeps_its_bytes() -> None:
    interpreter = allocated(model_of([ROW, ROW, ROW], ("AddOne", [0], [1]), ("AddOne", [1], [2]), outputs=[0, 2]))
    interpreter.input(0).data[...] = 3
    interpreter.invoke()
    assert interpreter.output(0).data.tolist() == [[3] * 4]
    assert interpreter.output(1).data.tolist() == [[5] * 4]


def test_a_constant_that_is_an_output() -> None:
    answer = constant(np.array([[42]], np.int16))
    interpreter = allocated(model_of([ROW, ROW, answer], ("AddOne", [0], [1]), inputs=[0], outputs=[1, 2]))
    interpreter.invoke()
    assert interpreter.output(1).data.tolist() == [[42]]
    assert not interpreter.output(1).data.flags.writeable


def test_one_tensor_as_two_outputs() -> None:
    interpreter = allocated(model_of([ROW, ROW], ("AddOne", [0], [1]), outputs=[1, 1]))
    interpreter.invoke()
    assert interpreter.output(0).data.tolist() == interpreter.output(1).data.tolist() == [[1] * 4]


def test_a_model_without_operators() -> None:
    interpreter = allocated(model_of([ROW], inputs=[0], outputs=[0]))
    interpreter.input(0).data[...] = 9
    interpreter.invoke()
    assert interpreter.output(0).data.tolist() == [[9] * 4]


def test_scalars_are_views_too() -> None:
    scalar = TensorSpec((), "INT8")
    interpreter = allocated(chain("AddOne", "AddOne", row=scalar))
    assert interpreter.input(0).data.shape == ()
    assert np.shares_memory(interpreter.input(0).data, interpreter.allocator.persistent_buffer)
    interpreter.input(0).data[...] = 5
    interpreter.invoke()
    assert interpreter.output(0).data == 7


def test_an_empty_tensor_takes_no_place_and_is_there() -> None:
    """TFLM takes a tensor of shape [0] for a scalar of old models and lets it pass."""
    empty = TensorSpec((0,), "INT8")
    interpreter = allocated(model_of([ROW, empty, ROW, empty], ("AddOne", [0], [2]), ("AddOne", [1], [3])))
    assert interpreter.input(1).data.shape == (0,)
    assert len(interpreter.memory_plan.buffers) == 2
    interpreter.invoke()
    assert interpreter.output(1).data.shape == (0,)
    assert interpreter.output(0).data.tolist() == [[1] * 4]


def test_a_tensor_type_without_a_size_is_refused() -> None:
    with pytest.raises(ModelError, match="STRING elements have no fixed size"):
        allocated(model_of([ROW, TensorSpec((1,), "STRING"), ROW], ("AddOne", [0], [2]), inputs=[0]))


def test_only_the_first_subgraph_is_run_and_all_are_prepared() -> None:
    main, other = (SubgraphSpec([ROW, ROW], [OperatorSpec(name, [0], [1])]) for name in ("AddOne", "Fail"))
    interpreter = allocated(load_model(build_model([main, other])))
    interpreter.invoke()
    assert interpreter.output(0).data.tolist() == [[1] * 4]
    assert interpreter.is_stateful
    refusing = SubgraphSpec([ROW, ROW], [OperatorSpec("Refuse", [0], [1])])
    with pytest.raises(PrepareError, match="the moon is full"):
        allocated(load_model(build_model([main, refusing])))


# -- what Prepare refuses, what Invoke cannot do -----------------------------------------------------------------------


def test_a_refusal_names_the_operator() -> None:
    interpreter = MicroInterpreter(chain("AddOne", "Refuse"), resolver(), 3000)
    used = interpreter.allocator.used_bytes()
    for _ in range(2):  # and it does so again
        with pytest.raises(PrepareError) as caught:
            interpreter.allocate_tensors()
        assert str(caught.value) == "operator 1 (Refuse): the moon is full, but a new one is needed"
        assert (caught.value.operator_index, caught.value.operator_name) == (1, "Refuse")
        assert interpreter.allocator.used_bytes() == used


def test_a_failure_names_the_operator() -> None:
    interpreter = allocated(chain("AddOne", "AddOne", "Fail"))
    for run in (interpreter.invoke, lambda: interpreter.predict(np.zeros((3, 4), np.int8))):
        with pytest.raises(InvokeError) as caught:
            run()
        assert str(caught.value) == "operator 2 (Fail): out of ink"
        assert (caught.value.operator_index, caught.value.operator_name) == (2, "Fail")


def test_a_kernel_that_crashes_keeps_its_error_and_gets_a_note() -> None:
    interpreter = allocated(chain("AddOne", "Crash"))
    with pytest.raises(ValueError, match="operands could not be broadcast") as caught:
        interpreter.invoke()
    assert caught.value.__notes__ == ["in the Invoke of operator 1 (Crash)"]
    assert "operator 1 (Crash)" in "".join(traceback.format_exception(caught.value))

    def forgets(context: Any, node: Operator) -> None:
        raise KeyError("scale")

    with pytest.raises(KeyError) as missing:
        allocated(chain("Forgets"), 3000, Registration("Forgets", forgets, forgets))  # type: ignore[arg-type]
    assert missing.value.__notes__ == ["in the Prepare of operator 0 (Forgets)"]


def test_a_tensor_that_the_node_has_not() -> None:
    def asks(context: Any, node: Operator) -> None:
        context.input_tensor(node, 3)

    with pytest.raises(PrepareError) as caught:
        allocated(chain("Asks"), 3000, Registration("Asks", asks, nothing))  # type: ignore[arg-type]
    assert str(caught.value) == "operator 0 (Asks): input 3 is missing: the node has 1 inputs: (0,)"
    with pytest.raises(InvokeError, match=r"operator 0 \(AddOne\): output 0 is missing: .* 1 outputs: \(-1,\)"):
        allocated(model_of([ROW], ("AddOne", [0], [-1]), outputs=[])).invoke()
    with pytest.raises(InvokeError, match=r"operator 0 \(AddOne\): input 0 is missing: .* 1 inputs: \(-1,\)"):
        allocated(model_of([ROW], ("AddOne", [-1], [0]))).invoke()


def test_an_output_that_is_a_constant_is_refused() -> None:
    model = model_of([ROW, constant(np.ones((1, 4), np.int8), name="weights")], ("AddOne", [0], [1]))
    with pytest.raises(PrepareError) as caught:
        allocated(model)
    assert str(caught.value) == (
        'operator 0 (AddOne): output tensor 1 "weights" (INT8 1x4) is a constant, but an output that can be written '
        "is needed"
    )


def test_an_output_with_an_axis_of_0_is_refused() -> None:
    with pytest.raises(PrepareError, match=r'output tensor 1 "" \(INT8 2x0\), but a size above 0 on every axis'):
        allocated(model_of([ROW, TensorSpec((2, 0))], ("AddOne", [0], [1])))


def test_an_intermediate_tensor_with_a_size_is_refused() -> None:
    graph = SubgraphSpec([ROW, ROW, ROW], [OperatorSpec("AddOne", [0], [1], intermediates=[2])], [0], [1])
    with pytest.raises(PrepareError, match="an intermediate tensor of size 0 is needed"):
        allocated(load_model(build_model([graph])))


def test_a_builtin_operator_with_custom_options_is_refused() -> None:
    graph = SubgraphSpec([ROW, ROW], [OperatorSpec("RESHAPE", [0], [1], custom_options=b"abc")])
    with pytest.raises(PrepareError, match=r"operator 0 \(RESHAPE\): 3 bytes of custom options"):
        MicroInterpreter(load_model(build_model([graph])), AllOpsResolver(), 3000).allocate_tensors()


# -- kernels of one's own ----------------------------------------------------------------------------------------------


def test_a_custom_operator_with_options() -> None:
    """Prepare reads the options once; Invoke gets what Prepare returned."""

    def prepare(context: Any, node: Operator) -> int:
        return node.custom_options[0]

    def scale(context: InvokeContext, node: Operator, factor: int) -> None:
        context.output_data(node, 0)[...] = context.input_data(node, 0) * np.int8(factor)

    graph = SubgraphSpec([ROW, ROW], [OperatorSpec("Scale", [0], [1], custom_options=b"\x05")])
    interpreter = allocated(load_model(build_model([graph])), 3000, Registration("Scale", prepare, scale))
    assert interpreter.predict(np.array([[1, 2, 3, 4]], np.int8)).tolist() == [[[5, 10, 15, 20]]]


def test_a_kernel_of_ones_own_for_a_builtin_operator() -> None:
    model = load_model(dense_chain([3, 4]))
    ran = []

    def invoke(context: InvokeContext, node: Operator, data: str) -> None:
        ran.append(data)
        context.output_data(node, 0)[...] = context.input_data(node, 1).sum(axis=-1)

    mine = Registration("mine", lambda context, node: "prepared", invoke)
    interpreter = MicroInterpreter(model, MicroMutableOpResolver(1).add_fully_connected(mine), 4000)
    interpreter.invoke()
    weights = model.subgraphs[0].tensors[1].constant()
    assert weights is not None
    assert np.array_equal(interpreter.output(0).data, weights.sum(axis=-1, dtype=np.int8)[np.newaxis])
    assert ran == ["prepared"]


def test_an_operator_without_outputs() -> None:
    seen: list[list[int]] = []
    log = Registration(
        "Log", nothing, lambda context, node, data: seen.append(context.input_data(node, 0).tolist()), per_sample=True
    )
    interpreter = allocated(model_of([ROW, ROW], ("AddOne", [0], [1]), ("Log", [1], []), outputs=[1]), 3000, log)
    interpreter.predict(np.array([[1] * 4, [2] * 4, [3] * 4], np.int8))
    assert seen == [[[2] * 4], [[3] * 4], [[4] * 4]]


# -- state -------------------------------------------------------------------------------------------------------------


def accumulator(state: TensorSpec) -> Model:
    row = state._replace(is_variable=False)
    return model_of([row, state._replace(is_variable=True), row], ("Accumulate", [0, 1], [2]), inputs=[0])


@pytest.mark.parametrize(
    ("state", "start"),
    [
        (TensorSpec((1, 2), "INT8", 0.5, -7), -7),
        (TensorSpec((1, 2), "INT8"), 0),
        (TensorSpec((1, 2), "INT16", 0.5, 0), 0),
        (TensorSpec((1, 2), "FLOAT32"), 0),
        (TensorSpec((1, 2), "INT32", 0.5, 9), 0),
    ],
)
def test_variables_live_from_invoke_to_invoke_and_are_reset(state: TensorSpec, start: int) -> None:
    """TFLM resets int8 to its zero point and everything else to 0."""
    interpreter = allocated(accumulator(state))
    assert interpreter.is_stateful
    for _ in range(2):
        for count in (1, 2, 3):
            interpreter.input(0).data[...] = 2
            interpreter.invoke()
            assert interpreter.output(0).data.tolist() == [[start + 2 * count] * 2]
        interpreter.reset()


def test_a_variable_lies_in_the_tail() -> None:
    interpreter = allocated(accumulator(TensorSpec((1, 2), "INT8")))
    record = next(record for record in interpreter.allocations if record.category == "variable")
    interpreter.allocator.persistent_buffer[record.offset : record.offset + 2] = [10, 20]
    interpreter.invoke()
    assert interpreter.output(0).data.tolist() == [[10, 20]]


# -- one allocator, several models -------------------------------------------------------------------------------------


@pytest.mark.parametrize("target", ["cortex-m4/reference", "x86-64/reference"])
def test_two_models_take_turns_in_one_arena(target: str) -> None:
    allocator = MicroAllocator.create(5000, target)
    first = allocated(chain("AddOne", "AddOne", name="first"), allocator)
    second = allocated(chain("AddOne", row=TensorSpec((3, 100)), name="second"), allocator)
    assert first.allocator is second.allocator
    assert first.arena_used_bytes() == second.arena_used_bytes() == allocator.used_bytes()
    for value in (3, 30):
        first.input(0).data[...] = value
        first.invoke()
        kept = first.output(0).data.copy()
        second.input(0).data[...] = value
        second.invoke()
        assert kept.tolist() == [[value + 2] * 4]
        assert first.output(0).data.tolist() == [[value + 1] * 4]  # one head for both: the second's output lies over it
        assert (second.output(0).data == value + 1).all()


def test_the_state_of_one_model_outlives_runs_of_the_other() -> None:
    allocator = MicroAllocator.create(5000)
    counter = allocated(accumulator(TensorSpec((1, 2), "INT8")), allocator)
    other = allocated(chain("AddOne", row=TensorSpec((1, 500))), allocator)
    for count in (1, 2, 3):
        counter.input(0).data[...] = 1
        counter.invoke()
        assert counter.output(0).data.tolist() == [[count] * 2]
        other.input(0).data[...] = 99
        other.invoke()
        other.reset()


def test_the_same_model_twice_has_two_states() -> None:
    allocator = MicroAllocator.create(5000)
    model = accumulator(TensorSpec((1, 2), "INT8"))
    a, b = allocated(model, allocator), allocated(model, allocator)
    for interpreter, value in ((a, 1), (b, 10), (a, 1)):
        interpreter.input(0).data[...] = value
        interpreter.invoke()
    assert a.output(0).data.tolist() == [[2, 2]]
    b.input(0).data[...] = 10
    b.invoke()
    assert b.output(0).data.tolist() == [[20, 20]]


def test_a_model_that_does_not_fit_leaves_the_others_running() -> None:
    allocator = MicroAllocator.create(1500)
    counter = allocated(accumulator(TensorSpec((1, 2), "INT8")), allocator)
    counter.input(0).data[...] = 5
    counter.invoke()
    for model in (chain("AddOne", row=TensorSpec((1, 5000))), chain("Refuse")):
        with pytest.raises((ArenaError, PrepareError)):
            allocated(model, allocator)
        assert counter.output(0).data.tolist() == [[5, 5]]
    used = counter.arena_used_bytes()
    counter.input(0).data[...] = 5
    counter.invoke()
    assert counter.output(0).data.tolist() == [[10, 10]]
    small = allocated(chain("AddOne"), allocator)  # and there is still room for one that fits
    small.invoke()
    assert counter.arena_used_bytes() > used
    assert len(allocator.models) == 2


# -- looking at it -----------------------------------------------------------------------------------------------------


def test_the_profiler_notes_every_operator() -> None:
    profiler = MicroProfiler()
    interpreter = allocated(chain("AddOne", "Reverse", "AddOne"), 3000, profiler=profiler)
    assert profiler.events == ()
    interpreter.invoke()
    assert [event[:2] for event in profiler.events] == [("AddOne", 0), ("Reverse", 1), ("AddOne", 2)]
    interpreter.predict(np.zeros((7, 4), np.int8))  # side by side: one event an operator
    assert len(profiler.events) == 6


def test_the_trace_holds_what_every_node_read_and_wrote() -> None:
    tensors = [ROW, ROW, ROW, ROW]
    tensors = [tensor._replace(name=f"t{i}") for i, tensor in enumerate(tensors)]
    model = model_of(tensors, ("AddOne", [0], [1]), ("Fan", [1, -1], [2, 3]), outputs=[2, 3])
    interpreter = allocated(model)
    interpreter.input(0).data[...] = 4
    interpreter.invoke()
    assert interpreter.trace is None
    interpreter.input(0).data[...] = 4
    interpreter.invoke(trace=True)
    trace = interpreter.trace
    assert trace is not None
    assert [(node.node_index, node.operator_name) for node in trace.nodes] == [(0, "AddOne"), (1, "Fan")]
    first, second = trace.nodes
    assert [(value.tensor_index, value.name, value.value.tolist()) for value in first.inputs] == [(0, "t0", [[4] * 4])]
    assert [(value.tensor_index, value.value.tolist()) for value in second.inputs] == [(1, [[5] * 4])]
    assert [(value.tensor_index, value.value.tolist()) for value in second.outputs] == [
        (2, [[5] * 4]),
        (3, [[10] * 4]),
    ]
    interpreter.input(0).data[...] = 0
    interpreter.invoke()
    assert first.inputs[0].value.tolist() == [[4] * 4]  # a copy, not a view


def test_the_trace_of_a_run_that_fails_ends_before_the_failure() -> None:
    interpreter = allocated(chain("AddOne", "AddOne", "Fail"))
    with pytest.raises(InvokeError):
        interpreter.invoke(trace=True)
    assert interpreter.trace is not None
    assert [int(node.outputs[0].value[0, 0]) for node in interpreter.trace.nodes] == [1, 2]


def test_a_trace_shows_tensors_that_are_overwritten_later() -> None:
    interpreter = allocated(chain("AddOne", "AddOne", "AddOne"))
    interpreter.invoke(trace=True)
    assert interpreter.trace is not None
    assert [int(node.outputs[0].value[0, 0]) for node in interpreter.trace.nodes] == [1, 2, 3]


def test_floats_overflow_in_silence_as_in_c() -> None:
    pair = TensorSpec((1, 2), "FLOAT32")
    interpreter = MicroInterpreter(
        load_model(single_operator("MUL", [pair, pair], [pair], MulOptions())), AllOpsResolver(), 4096
    )
    big = np.array([[[3e38, 1.0]]], np.float32)
    largest = np.finfo(np.float32).max  # infinity, clamped to the range of no activation
    np.testing.assert_array_equal(interpreter.predict([big, big]), [[[largest, 1.0]]])
