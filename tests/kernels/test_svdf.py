"""SVDF: against the C++'s loops in plain Python, by hand, and against the real TFLM; all with a state that lives on."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import pytest

from tests.arithmetic.test_fixed_point import c_multiply, wrapped
from tests.builder import TensorSpec, constant, single_operator
from tests.kernels.cells import NEAR, SAME, Cell, Rng, assert_cell_as_tflm, every
from tests.kernels.elementwise import FLOAT_TOLERANCE, op_data, random_scale
from tests.kernels.running import Array, assert_refused_as_tflm, interpreter_of, random_values, refusal_of
from tinylab.arithmetic.fixed_point import quantize_multiplier
from tinylab.kernels.svdf import REGISTRATION, OpData
from tinylab.model import ActivationFunctionType
from tinylab.model.options import SVDFOptions
from tinylab.peers.tflm import TflmSession

STATE_TYPES = ["int8", "int16", "float32"]


class Case(NamedTuple):
    """The tensors in the operator's order; weights and bias are constants, `state` is a variable."""

    input: TensorSpec
    weights_feature: TensorSpec
    weights_time: TensorSpec
    bias: TensorSpec
    state: TensorSpec
    output: TensorSpec
    options: SVDFOptions

    def model(self) -> bytes:
        return single_operator("SVDF", self[:5], [self.output], self.options)


def random_case(rng: np.random.Generator, state_type: str) -> Case:
    batch, input_size, units, rank, memory = rng.integers(1, 6, 5).tolist()
    filters = units * rank
    activation = ActivationFunctionType(int(rng.integers(0, 6)))
    options = SVDFOptions(rank, activation)
    shapes = (batch, input_size), (filters, input_size), (filters, memory), (units,)
    state_shape, output_shape = (batch, memory * filters), (batch, units)
    if state_type == "float32":
        constants = [constant(random_values(rng, "float32", *shape)) for shape in shapes[1:]]
        ends = [TensorSpec(shape, "FLOAT32") for shape in (shapes[0], state_shape, output_shape)]
        return Case(ends[0], *constants, ends[1]._replace(is_variable=True), ends[2], options)
    in_scale, feature_scale, time_scale = random_scale(rng), random_scale(rng), random_scale(rng, -15, -8)
    full = float(np.iinfo(state_type).max)
    state_scale = in_scale * feature_scale * 8000 * input_size / full * 2.0 ** rng.uniform(-2, 1)
    time_size = full if state_type == "int16" else 127.0
    output_scale = state_scale * full * time_scale * time_size * (filters / units) / 127 * 2.0 ** rng.uniform(-3, 0)
    state_zero = int(rng.integers(-128, 128)) if state_type == "int8" or rng.random() < 0.3 else 0
    bias_scale = float(np.float32(state_scale) * np.float32(time_scale))
    return Case(
        TensorSpec(shapes[0], "INT8", in_scale, int(rng.integers(-128, 128))),
        constant(random_values(rng, "int8", *shapes[1]), scale=feature_scale),
        constant(random_values(rng, state_type, *shapes[2]), scale=time_scale),
        constant(rng.integers(-20_000, 20_000, shapes[3]).astype(np.int32), scale=bias_scale),
        TensorSpec(state_shape, state_type.upper(), state_scale, state_zero, is_variable=True),
        TensorSpec(output_shape, "INT8", output_scale, int(rng.integers(-128, 128))),
        options,
    )


def inputs_of(rng: np.random.Generator, case: Case, samples: int) -> Array:
    return random_values(rng, str(case.input.type).lower(), samples, *case.input.shape)


def outputs_of(model: bytes, inputs: Array) -> Array:
    """[N, batch, units] of `predict` from a fresh state, seen to be the same as N invokes' after a reset."""
    interpreter = interpreter_of(model)
    outputs = np.asarray(interpreter.predict(inputs))
    interpreter.reset()
    for sample, values in enumerate(inputs):
        interpreter.input(0).data[...] = values
        interpreter.invoke()
        np.testing.assert_array_equal(interpreter.output(0).data, outputs[sample], "predict is not N invokes")
    return outputs


def c_narrow(value: int, dtype: np.dtype) -> int:
    """What a narrow C integer keeps."""
    bits = 8 * dtype.itemsize
    return (value + 2 ** (bits - 1)) % 2**bits - 2 ** (bits - 1)


def c_svdf(case: Case, inputs: Array) -> list[list[list[int]]]:
    """EvalIntegerSvdfReference, sample after sample: [N][batch][units]."""
    weights_feature, weights_time = np.asarray(case.weights_feature.data), np.asarray(case.weights_time.data)
    (filters, memory), batch, rank = weights_time.shape, inputs.shape[1], case.options.rank
    dtype, zero = weights_time.dtype, int(case.state.zero_point)
    scales = [float(np.float32(tensor.scale)) for tensor in case[:6]]
    scale_1 = quantize_multiplier(scales[0] * scales[1] / scales[4])
    scale_2 = quantize_multiplier(scales[4] * scales[2] / scales[5])
    limits = np.iinfo(dtype)
    # the interpreter sets an int8 variable to its zero point, any other to 0
    state = [zero if dtype == np.int8 else 0] * (batch * filters * memory)
    results = []
    for sample in inputs:
        state[:-1] = state[1:]
        result = []
        for b in range(batch):
            totals = [int(value) for value in np.asarray(case.bias.data)]
            for f in range(filters):
                pairs = zip(weights_feature[f], sample[b], strict=True)
                dot = sum(int(w) * (int(x) - int(case.input.zero_point)) for w, x in pairs)
                dot = min(max(c_multiply(dot, *scale_1), int(limits.min)), int(limits.max))
                place = (b * filters + f) * memory
                state[place + memory - 1] = c_narrow(zero + dot, dtype)
                for m in range(memory):
                    totals[f // rank] += int(weights_time[f, m]) * (state[place + m] - zero)
            values = [c_multiply(wrapped(total), *scale_2) + int(case.output.zero_point) for total in totals]
            result.append([min(max(value, -128), 127) for value in values])
        results.append(result)
    return results


@pytest.mark.parametrize("state_type", ["int8", "int16"])
def test_is_the_cpp_loops(state_type: str) -> None:
    rng = np.random.default_rng(1)
    for _ in range(25):
        case = random_case(rng, state_type)
        inputs = inputs_of(rng, case, 7)
        assert outputs_of(case.model(), inputs).tolist() == c_svdf(case, inputs)


@pytest.mark.parametrize("state_type", STATE_TYPES)
def test_head_and_state_as_tflm(tflm: TflmSession, state_type: str) -> None:
    rng = np.random.default_rng(2)
    for _ in range(8):
        case = random_case(rng, state_type)
        inputs = inputs_of(rng, case, 9)
        theirs = tflm.run(case.model(), inputs, every_tensor=True).require()
        ours = outputs_of(case.model(), inputs)
        assert theirs.arena is not None
        assert interpreter_of(case.model()).memory_plan.head_bytes == theirs.arena.head_bytes
        if state_type == "float32":
            tolerance = FLOAT_TOLERANCE * max(float(np.abs(theirs.outputs[0]).max()), 1e-3)
            assert np.abs(ours - theirs.outputs[0]).max() <= tolerance
            continue
        np.testing.assert_array_equal(ours, theirs.outputs[0])
        np.testing.assert_array_equal(interpreter_of(case.model()).predict_every_tensor(inputs)[4], theirs.tensors[4])


def cell(state_type: str) -> Cell:
    def case(rng: Rng) -> Sequence[Any]:
        drawn = random_case(rng, state_type)
        return drawn.model(), inputs_of(rng, drawn, 9)

    return Cell(case, NEAR if state_type == "float32" else SAME)


CELLS = {("SVDF", "float32" if one == "float32" else f"int8, {one} state"): cell(one) for one in STATE_TYPES}


@every(CELLS)
def test_as_tflm(tflm: TflmSession, cell: Cell) -> None:
    assert_cell_as_tflm(tflm, cell)


def float_case(rank: int, activation: ActivationFunctionType = ActivationFunctionType.NONE) -> Case:
    """One input, two filters, a memory of 3."""
    return Case(
        TensorSpec((1, 1), "FLOAT32"),
        constant(np.array([[1], [10]], np.float32)),
        constant(np.array([[1, 2, 3], [0, 0, 1]], np.float32)),
        constant(np.full(2 // rank, 0.5, np.float32)),
        TensorSpec((1, 6), "FLOAT32", is_variable=True),
        TensorSpec((1, 2 // rank), "FLOAT32"),
        SVDFOptions(rank, activation),
    )


def test_by_hand() -> None:
    """The first filter weights the last three inputs by 1, 2, 3; the second sees the last one, ten times."""
    ones = np.array([1, 0, 0, 0, 2], np.float32).reshape(5, 1, 1)
    assert outputs_of(float_case(1).model(), ones)[:, 0].tolist() == [
        [3.5, 10.5], [2.5, 0.5], [1.5, 0.5], [0.5, 0.5], [6.5, 20.5],
    ]  # fmt: skip
    assert outputs_of(float_case(2).model(), ones)[:, 0, 0].tolist() == [13.5, 2.5, 1.5, 0.5, 26.5]


@pytest.mark.parametrize(
    ("activation", "expected"),
    [("TANH", np.tanh([-12.5, 0.5, 13.5])), ("SIGN_BIT", [1, 0, 0]), ("RELU6", [0, 0.5, 6]), ("RELU", [0, 0.5, 13.5])],
)
def test_float_activations(tflm: TflmSession, activation: str, expected: Array) -> None:
    model = float_case(2, ActivationFunctionType[activation]).model()
    for value, wanted in zip((-1, 0, 1), expected, strict=True):
        inputs = np.full((1, 1, 1), value, np.float32)
        np.testing.assert_allclose(outputs_of(model, inputs)[0, 0, 0], wanted, rtol=1e-6)
        np.testing.assert_allclose(tflm.run(model, inputs).require().outputs[0][0, 0, 0], wanted, rtol=1e-6)


def int8_case() -> Case:
    """One input, one filter, a memory of 2."""
    return Case(
        TensorSpec((1, 1), "INT8", 0.5, 3),
        constant(np.array([[2]], np.int8), scale=0.5),
        constant(np.array([[1, 1]], np.int8), scale=0.25),
        constant(np.array([0], np.int32), scale=0.125),
        TensorSpec((1, 2), "INT8", 0.5, -4, is_variable=True),
        TensorSpec((1, 1), "INT8", 0.5, 7),
        SVDFOptions(1),
    )


def test_op_data_by_hand() -> None:
    """0.5 * 0.5 / 0.5 = 2**30 * 2**(0 - 31); 0.5 * 0.25 / 0.5 = 2**30 * 2**(-1 - 31) * 2"""
    assert op_data(REGISTRATION, int8_case().model()) == OpData((2**30, 0), (2**30, -1), 3, -4, 7)


def test_a_reset_forgets() -> None:
    case = int8_case()
    interpreter = interpreter_of(case.model())
    inputs = np.array([99, 3, 3, 3], np.int8).reshape(4, 1, 1)
    first = np.asarray(interpreter.predict(inputs)).ravel().tolist()
    assert first == [31, 31, 7, 7]  # (99 - 3) * 2 / 2 = 96, twice in memory; 96 / 4 = 24, plus 7
    interpreter.predict(inputs[:1])
    assert np.asarray(interpreter.predict(inputs[1:])).ravel().tolist() == first[1:]  # state lives on
    interpreter.predict(inputs[:1])
    interpreter.reset()
    assert np.asarray(interpreter.predict(inputs[1:])).ravel().tolist() == [7, 7, 7]


BASE = int8_case()
FLOAT = float_case(1)
LONG = {"input": TensorSpec((1, 1, 1), "INT8", 0.5), "state": BASE.state._replace(shape=(1, 2, 1))}
REFUSED = {
    "int16 input": BASE._replace(input=TensorSpec((1, 1), "INT16", 0.5)),
    "three axes of the state": BASE._replace(state=LONG["state"]),
    "input size": BASE._replace(input=TensorSpec((1, 2), "INT8", 0.5)),
    "time weights of other filters": BASE._replace(weights_time=constant(np.ones((2, 2), np.int8), scale=0.25)),
    "batch of the output": BASE._replace(output=TensorSpec((2, 1), "INT8", 0.5)),
    "units of the output": BASE._replace(output=TensorSpec((1, 2), "INT8", 0.5)),
    "bias size": BASE._replace(bias=constant(np.zeros(2, np.int32), scale=0.125)),
    "size of the state": BASE._replace(state=BASE.state._replace(shape=(1, 3))),
    "rank": FLOAT._replace(options=SVDFOptions(3)),
    "bias scale": BASE._replace(bias=BASE.bias._replace(scale=0.126)),
    "float bias": BASE._replace(bias=constant(np.zeros(1, np.float32))),
    "int16 output": BASE._replace(output=TensorSpec((1, 1), "INT16", 0.5)),
    "hybrid": FLOAT._replace(weights_feature=constant(np.ones((2, 1), np.int8), scale=0.5)),
    "a state that is fed": BASE._replace(state=BASE.state._replace(is_variable=False)),
}
# What TFLM dies of, or reads as what it is not.
REFUSED_HERE = {
    "no bias": BASE._replace(bias=None),
    "rank 0": BASE._replace(options=SVDFOptions(0)),
    "int16 state of int8 weights": BASE._replace(state=BASE.state._replace(type="INT16")),
    "three axes of the input": BASE._replace(input=LONG["input"]),
    "no scale of the state": BASE._replace(state=BASE.state._replace(scale=None)),
}


@pytest.mark.parametrize("name", REFUSED)
def test_refused_as_tflm(tflm: TflmSession, name: str) -> None:
    assert_refused_as_tflm(tflm, REFUSED[name].model())


@pytest.mark.parametrize("name", [*REFUSED, *REFUSED_HERE])
def test_refusals(name: str) -> None:
    phase, message = refusal_of({**REFUSED, **REFUSED_HERE}[name].model())
    assert phase == "allocate"
    assert "operator 0 (SVDF)" in message
    assert "needed" in message
