"""predict: the same bytes as one invoke a sample, however the samples are cut, and whatever lies over what."""

from __future__ import annotations

import tracemalloc
from typing import Any

import numpy as np
import pytest

from tests.arena.models import RandomGraph, dense_chain
from tests.builder import TensorSpec, constant, single_operator
from tests.runtime.kernels import KERNELS, ROW, allocated, chain, model_of, nothing
from tinylab.errors import InvokeError
from tinylab.kernels.kernel_util import InvokeContext, Registration
from tinylab.model import Operator, load_model
from tinylab.model.options import SoftmaxOptions
from tinylab.peers.tflm import TflmSession
from tinylab.runtime import AllOpsResolver, MicroInterpreter, MicroMutableOpResolver, batch


def rows(count: int, width: int = 4, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).integers(-60, 60, (count, width)).astype(np.int8)


def one_by_one(interpreter: MicroInterpreter, feeds: list[np.ndarray]) -> list[np.ndarray]:
    """The outputs of as many invokes."""
    outputs: list[list[np.ndarray]] = []
    for sample in range(len(feeds[0])):
        for index, feed in enumerate(feeds):
            view = interpreter.input(index)
            view.data[...] = feed[sample].reshape(view.shape)
        interpreter.invoke()
        outputs.append([interpreter.output(i).data.copy() for i in range(len(interpreter.main.outputs))])
    return [np.stack(values) for values in zip(*outputs, strict=True)]


# -- the same as N invokes ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("count", range(10))
def test_at_every_number_of_samples_around_the_chunks(monkeypatch: pytest.MonkeyPatch, count: int) -> None:
    monkeypatch.setattr(batch, "MOST_SAMPLES", 4)
    interpreter = allocated(chain("AddOne", "Reverse", "AddOne"))
    xs = rows(count)
    ys = interpreter.predict(xs)
    assert isinstance(ys, np.ndarray)
    assert ys.shape == (count, 1, 4)
    assert ys.dtype == np.int8
    if count:
        assert np.array_equal(ys, one_by_one(interpreter, [xs])[0])
    assert np.array_equal(ys[:, 0], xs + 2)


def test_random_graphs_of_real_kernels(tflm: TflmSession) -> None:
    """Tensors lie over one another in every way the planner finds; every tensor is the real TFLM's all the same."""
    tensor_count = 0
    for seed in range(25):
        model = RandomGraph(seed).model(3 + seed)
        interpreter = MicroInterpreter(load_model(model), AllOpsResolver(), 1 << 16)
        interpreter.allocate_tensors()
        shapes = [interpreter.input(i).shape for i in range(len(interpreter.main.inputs))]
        feeds = [rows(5, shape[1], seed=100 * seed + i) for i, shape in enumerate(shapes)]
        ours = interpreter.predict_every_tensor(feeds)
        theirs = tflm.run(model, feeds, every_tensor=True).require()
        for index, values in theirs.tensors.items():
            assert np.array_equal(ours[index], values), (seed, index)
        tensor_count += len(theirs.tensors)
        outputs = interpreter.predict(feeds)
        outputs = outputs if isinstance(outputs, list) else [outputs]
        for our, their, invoked in zip(outputs, theirs.outputs, one_by_one(interpreter, feeds), strict=True):
            assert np.array_equal(our, their)
            assert np.array_equal(our, invoked)
    assert tensor_count > 300
    print(f"{tensor_count} tensors of 25 random graphs are the real TFLM's")


def test_several_inputs_and_outputs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(batch, "MOST_SAMPLES", 3)
    model = model_of([ROW, ROW, ROW, ROW, ROW], ("Sum", [0, 1], [2]), ("Fan", [2], [3, 4]), outputs=[4, 2])
    interpreter = allocated(model)
    a, b = rows(7), rows(7, seed=1)
    outputs = interpreter.predict([a, b])
    assert isinstance(outputs, list)
    assert [output.shape for output in outputs] == [(7, 1, 4)] * 2
    assert np.array_equal(outputs[0][:, 0], (a + b) * 2)
    assert np.array_equal(outputs[1][:, 0], a + b)
    for ours, theirs in zip(outputs, one_by_one(interpreter, [a, b]), strict=True):
        assert np.array_equal(ours, theirs)
    assert np.array_equal(interpreter.predict((a, b))[0], outputs[0])


def test_outputs_that_no_operator_computes(monkeypatch: pytest.MonkeyPatch) -> None:
    """A constant, an input, and one tensor twice."""
    monkeypatch.setattr(batch, "MOST_SAMPLES", 3)
    answer = constant(np.array([[4, 2]], np.int16))
    interpreter = allocated(model_of([ROW, ROW, answer], ("AddOne", [0], [1]), inputs=[0], outputs=[2, 0, 1, 1]))
    xs = rows(5)
    outputs = interpreter.predict(xs)
    assert outputs[0].tolist() == [[[4, 2]]] * 5
    assert np.array_equal(outputs[1][:, 0], xs)
    assert np.array_equal(outputs[2][:, 0], xs + 1)
    assert np.array_equal(outputs[3], outputs[2])


def test_scalars_and_empty_tensors() -> None:
    scalar = TensorSpec((), "INT8")
    interpreter = allocated(chain("AddOne", "AddOne", row=scalar))
    assert np.array_equal(interpreter.predict(np.arange(5, dtype=np.int8)), np.arange(2, 7))
    empty = TensorSpec((0,), "INT8")
    interpreter = allocated(model_of([empty, empty, ROW, ROW], ("AddOne", [0], [1]), ("AddOne", [2], [3])))
    outputs = interpreter.predict([np.zeros((3, 0), np.int8), rows(3)])
    assert [output.shape for output in outputs] == [(3, 0), (3, 1, 4)]


def test_a_per_sample_kernel_on_a_scalar_and_a_constant() -> None:
    def add(context: InvokeContext, node: Operator, data: Any) -> None:
        assert context.input_data(node, 0).shape == ()
        assert context.input_data(node, 1).shape == (2,)
        assert context.optional_input_data(node, 2) is None
        context.output_data(node, 0)[...] = context.input_data(node, 0) + context.input_data(node, 1).sum()

    weights = constant(np.array([10, 20], np.int8))
    scalar = TensorSpec((), "INT8")
    model = model_of([scalar, weights, scalar], ("Add", [0, 1, -1], [2]))
    interpreter = allocated(model, 5000, Registration("Add", nothing, add, per_sample=True))
    assert interpreter.predict(np.array([1, 2, 3], np.int8)).tolist() == [31, 32, 33]


def test_a_model_without_inputs() -> None:
    interpreter = allocated(model_of([constant(np.array([[1, 2, 3, 4]], np.int8)), ROW], ("AddOne", [0], [1])))
    assert interpreter.predict([]).tolist() == [[[2, 3, 4, 5]]]


def test_float_models() -> None:
    interpreter = allocated(chain("Reverse", "Sum", row=TensorSpec((3, 2), "FLOAT32")))
    xs = np.random.default_rng(0).normal(size=(6, 3, 2)).astype(np.float32)
    ys = interpreter.predict(xs)
    assert ys.dtype == np.float32
    assert np.array_equal(ys, xs[:, ::-1])


# -- state -------------------------------------------------------------------------------------------------------------


def test_samples_of_a_model_with_a_variable_run_in_order() -> None:
    model = model_of([ROW, ROW._replace(is_variable=True), ROW], ("Accumulate", [0, 1], [2]), inputs=[0])
    interpreter = allocated(model)
    ones = np.ones((5, 4), np.int8)
    assert interpreter.predict(ones)[:, 0, 0].tolist() == [1, 2, 3, 4, 5]
    assert interpreter.predict(ones)[:, 0, 0].tolist() == [6, 7, 8, 9, 10]  # and goes on from there
    interpreter.reset()
    assert interpreter.predict(ones)[:, 0, 0].tolist() == [1, 2, 3, 4, 5]


@pytest.mark.parametrize(("stateful", "calls"), [(True, [1] * 6), (False, [6])])
def test_a_kernel_that_says_it_has_a_state_sees_one_sample_at_a_time(stateful: bool, calls: list[int]) -> None:
    seen: list[int] = []

    def count(context: InvokeContext, node: Operator, data: Any) -> None:
        seen.append(len(context.input_data(node, 0)))
        context.output_data(node, 0)[...] = len(seen)

    interpreter = allocated(chain("Count"), 5000, Registration("Count", nothing, count, stateful=stateful))
    assert interpreter.is_stateful == stateful
    ys = interpreter.predict(rows(6))
    assert seen == calls
    if stateful:
        assert ys[:, 0, 0].tolist() == [1, 2, 3, 4, 5, 6]


# -- every tensor ------------------------------------------------------------------------------------------------------


def test_every_tensor_though_later_ones_lie_over_earlier_ones(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(batch, "MOST_SAMPLES", 2)
    interpreter = allocated(chain("AddOne", "AddOne", "AddOne"))
    xs = rows(5)
    tensors = interpreter.predict_every_tensor(xs)
    assert list(tensors) == [0, 1, 2, 3]
    for index, values in tensors.items():
        assert values.shape == (5, 1, 4)
        assert np.array_equal(values[:, 0], xs + index)


def test_every_tensor_has_neither_constants_nor_resources() -> None:
    tensors = [ROW, constant(np.ones((1, 4), np.int8)), ROW, TensorSpec((1,), "RESOURCE")]
    model = model_of(tensors, ("Sum", [0, 1], [2]), ("VAR_HANDLE", [], [3]), outputs=[2])
    resolver = MicroMutableOpResolver(2).add_custom("Sum", KERNELS["Sum"])
    resolver.add_var_handle(Registration("VAR_HANDLE", nothing, lambda context, node, data: None))
    interpreter = MicroInterpreter(model, resolver, 5000)
    assert list(interpreter.predict_every_tensor(rows(3))) == [0, 2]
    assert list(interpreter.predict_every_tensor(rows(3), keep=[2])) == [2]


def test_every_tensor_has_variables_as_each_sample_leaves_them() -> None:
    variable = TensorSpec((1, 4), "INT8", is_variable=True)
    interpreter = allocated(model_of([ROW, variable, ROW], ("Accumulate", [0, 1], [2])))
    tensors = interpreter.predict_every_tensor(np.ones((3, 1, 4), np.int8))
    assert list(tensors) == [0, 2, 1]
    assert tensors[1][:, 0, 0].tolist() == [1, 2, 3]


def test_results_are_copies_of_their_own() -> None:
    interpreter = allocated(chain("AddOne"))
    for count in (1, 3):
        ys = interpreter.predict(rows(count))
        kept = ys.copy()
        assert not np.shares_memory(ys, interpreter.allocator.persistent_buffer)
        interpreter.predict(rows(count, seed=5))
        assert np.array_equal(ys, kept)


# -- what is given -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("shape", [(3, 1, 4), (3, 4)])
def test_a_leading_dimension_of_1_may_be_left_out(shape: tuple[int, ...]) -> None:
    xs = np.arange(12, dtype=np.int8).reshape(shape)
    assert np.array_equal(allocated(chain("AddOne")).predict(xs).ravel(), xs.ravel() + 1)


def said(inputs: Any, row: TensorSpec = ROW) -> str:
    interpreter = allocated(chain("AddOne", row=row._replace(name="x")))
    with pytest.raises(InvokeError) as caught:
        interpreter.predict(inputs)
    print(caught.value)
    return str(caught.value).replace('"t0"', '"x"')


def test_another_dtype() -> None:
    quantized = ROW._replace(scale=0.5)
    assert said(np.zeros((3, 4)), quantized) == (
        'input 0 "x" takes int8 and is given float64: interpreter.input(0).quantize(x) makes it of real numbers'
    )
    assert said(np.zeros((3, 4), np.int32)) == 'input 0 "x" takes int8 and is given int32: x.astype(np.int8)'
    floats = TensorSpec((1, 4), "FLOAT32")
    assert said(np.zeros((3, 4)), floats) == 'input 0 "x" takes float32 and is given float64: x.astype(np.float32)'


@pytest.mark.parametrize("shape", [(4,), (3, 5), (3, 1, 1, 4), (3, 4, 1), (3,), (2, 2, 4), ()])
def test_another_shape(shape: tuple[int, ...]) -> None:
    message = said(np.zeros(shape, np.int8)) if shape else said([np.int8(3)])
    assert message == f'input 0 "x" takes an array of shape [N, 1, 4] and is given {list(shape)}'


def test_another_number_of_arrays() -> None:
    two = [rows(2), rows(2)]
    assert said(two) == (
        "2 input arrays are given and the model has 1 inputs: one array [N, *shape] an input holds all samples"
    )
    assert said([]).startswith("0 input arrays are given and the model has 1 inputs")
    interpreter = allocated(model_of([ROW, ROW, ROW], ("Sum", [0, 1], [2])))
    with pytest.raises(InvokeError, match="1 input arrays are given and the model has 2 inputs"):
        interpreter.predict(rows(2))


@pytest.mark.parametrize("inputs", [3, None, 1.5, np.int8(3)])
def test_no_array_at_all(inputs: Any) -> None:
    assert said(inputs) == f"the inputs are an array [N, *shape], or a list of such arrays, not {inputs!r}"


def test_different_numbers_of_samples() -> None:
    interpreter = allocated(model_of([ROW, ROW, ROW], ("Sum", [0, 1], [2])))
    with pytest.raises(InvokeError, match=r"the input arrays have different numbers of samples: \[2, 3\]"):
        interpreter.predict([rows(2), rows(3)])


def test_an_input_that_is_a_constant() -> None:
    interpreter = allocated(model_of([constant(np.ones((1, 4), np.int8)), ROW], ("AddOne", [0], [1]), inputs=[0]))
    with pytest.raises(InvokeError, match='input 0 "" is a constant of the model: it cannot be fed'):
        interpreter.predict(rows(2))


def test_memory_stays_bounded() -> None:
    assert batch.samples_at_once(0) == batch.MOST_SAMPLES
    assert batch.samples_at_once(16) == batch.MOST_SAMPLES
    assert batch.samples_at_once(1 << 20) == 4
    assert batch.samples_at_once(1 << 30) == 1
    interpreter = allocated(chain("AddOne", row=TensorSpec((1, 1 << 20))), 1 << 22)
    seen: list[int] = []
    run = interpreter._run_rows
    interpreter._run_rows = lambda span, *rest: (seen.append(span.stop - span.start), run(span, *rest))[1]  # type: ignore[method-assign]
    interpreter.predict(np.zeros((9, 1 << 20), np.int8))
    assert seen == [2, 2, 2, 2, 1]


@pytest.mark.parametrize(
    ("name", "output_scale", "output_zero_point", "options"),
    [
        ("L2_NORMALIZATION", 2**-7, 0, None),  # the greediest of all
        ("SOFTMAX", 2**-8, -128, SoftmaxOptions(1.0)),
        ("LOG_SOFTMAX", 2**-4, 127, None),
    ],
)
def test_temporaries_of_the_greediest_kernels_stay_bounded(
    name: str, output_scale: float, output_zero_point: int, options: object
) -> None:
    shape = (1, 256, 256)
    output = TensorSpec(shape, "INT8", output_scale, output_zero_point)
    model = load_model(single_operator(name, [TensorSpec(shape, "INT8", 0.1, 3)], [output], options))
    interpreter = MicroInterpreter(model, AllOpsResolver(), 1 << 18)
    interpreter.allocate_tensors()
    xs = np.random.default_rng(0).integers(-128, 128, (130, *shape)).astype(np.int8)
    tracemalloc.start()
    interpreter.predict(xs)
    (_, peak_bytes), _ = tracemalloc.get_traced_memory(), tracemalloc.stop()
    assert peak_bytes - xs.nbytes < 256 << 20  # of which outputs are as many bytes as inputs


def test_the_arena_is_not_used_for_many_samples() -> None:
    interpreter = allocated(chain("AddOne"))
    interpreter.input(0).data[...] = 77
    interpreter.predict(rows(5))
    assert interpreter.input(0).data.tolist() == [[77] * 4]


def test_dense_layers_at_once() -> None:
    interpreter = MicroInterpreter(load_model(dense_chain([12, 30, 7])), AllOpsResolver(), 8000)
    interpreter.allocate_tensors()
    xs = rows(40, 12)
    assert np.array_equal(interpreter.predict(xs), one_by_one(interpreter, [xs])[0])
