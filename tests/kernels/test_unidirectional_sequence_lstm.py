"""UNIDIRECTIONAL_SEQUENCE_LSTM: against a loop that follows the C++, against the real TFLM, its state, real models."""

from __future__ import annotations

import json
import math
from typing import NamedTuple

import numpy as np
import pytest

from tests.arithmetic.test_fixed_point import c_multiply, c_multiply_int64
from tests.arithmetic.test_sigmoid_table import c_logistic, c_tanh
from tests.builder import TensorSpec, single_operator
from tests.kernels.cells import NEAR, Case, Cell, Rng, assert_cell_as_tflm, every, of_types
from tests.kernels.elementwise import op_data
from tests.kernels.running import Array, assert_refused_as_tflm, interpreter_of, random_values, refusal_of
from tests.shared import SHARED, model_bytes, needs_shared
from tinylab.arithmetic.fixed_point import quantize_multiplier
from tinylab.kernels.unidirectional_sequence_lstm import REGISTRATION
from tinylab.model import ActivationFunctionType, load_model
from tinylab.model.options import UnidirectionalSequenceLSTMOptions
from tinylab.peers.tflm import TflmSession
from tinylab.runtime import arena_needs

TYPES = ["int8", "int16", "float32"]
NAME = "UNIDIRECTIONAL_SEQUENCE_LSTM"
BIAS_TYPES = {"int8": "int32", "int16": "int64", "float32": "float32"}


class Lstm(NamedTuple):
    """scales of input, hidden state and cell state, of the 8 weights; weights, in order input, forget, cell, output."""

    dtype: str
    batch: int
    time: int
    inputs: int
    units: int
    time_major: bool
    cell_clip: float
    zero_points: tuple[int, int]
    scales: tuple[float, float, float]
    weight_scales: list[float]
    weights: list[Array]
    biases: list[Array]


def random_lstm(rng: np.random.Generator, dtype: str, time_major: bool = False, cell_clip: float = 0.0) -> Lstm:
    batch, time, inputs, units = (int(size) for size in rng.integers(1, 6, 4))
    zero_points = (int(rng.integers(-20, 20)), int(rng.integers(-20, 20))) if dtype == "int8" else (0, 0)
    steps = 2**7 if dtype == "int8" else 2**15
    scales = float(np.float32(rng.uniform(0.5, 4) / steps)), float(np.float32(1.1 / steps)), 2.0 ** -rng.integers(9, 14)
    shapes = [(units, inputs)] * 4 + [(units, units)] * 4
    if dtype == "float32":
        weights = [rng.normal(size=shape).astype(np.float32) for shape in shapes]
        biases = [rng.normal(size=units).astype(np.float32) for _ in range(4)]
    else:
        weights = [random_values(rng, "int8", *shape) for shape in shapes]
        limit = 200 if dtype == "int8" else 50000
        biases = [rng.integers(-limit, limit, units).astype(BIAS_TYPES[dtype]) for _ in range(4)]
    weight_scales = [float(np.float32(rng.uniform(0.002, 0.02))) for _ in shapes]
    numbers = dtype, batch, time, inputs, units, time_major, cell_clip, zero_points, scales, weight_scales
    return Lstm(*numbers, weights, biases)


def lstm_specs(lstm: Lstm, constant: bool = True) -> list[TensorSpec | None]:
    type_, is_float = lstm.dtype.upper(), lstm.dtype == "float32"

    def spec(shape: tuple[int, ...], type: str, scale: float, zero_point: int = 0, **fields: object) -> TensorSpec:
        return TensorSpec(shape, type, None if is_float else scale, zero_point, **fields)

    weights: list[TensorSpec | None] = []
    for values, scale in zip(lstm.weights, lstm.weight_scales, strict=True):
        data = values if constant else None
        weights.append(spec(values.shape, "FLOAT32" if is_float else "INT8", scale, data=data))
    biases = [TensorSpec(b.shape, BIAS_TYPES[lstm.dtype].upper(), data=b if constant else None) for b in lstm.biases]
    state = (lstm.batch, lstm.units)
    hidden = spec(state, type_, lstm.scales[1], lstm.zero_points[1], is_variable=True)
    cell = spec(state, "FLOAT32" if is_float else "INT16", lstm.scales[2], is_variable=True)
    steps = (lstm.time, lstm.batch) if lstm.time_major else (lstm.batch, lstm.time)
    input = spec((*steps, lstm.inputs), type_, lstm.scales[0], lstm.zero_points[0])
    return [input, *weights, *[None] * 3, *biases, None, None, hidden, cell, *[None] * 4]


def lstm_model(lstm: Lstm, specs: list[TensorSpec | None] | None = None, output_type: str = "") -> bytes:
    specs = lstm_specs(lstm) if specs is None else specs
    input, hidden = specs[0], specs[18]
    assert input is not None
    assert hidden is not None
    output = hidden._replace(shape=(*input.shape[:2], lstm.units), is_variable=False, type=output_type or hidden.type)
    tanh = ActivationFunctionType.TANH
    options = UnidirectionalSequenceLSTMOptions(tanh, lstm.cell_clip, time_major=lstm.time_major)
    return single_operator(NAME, specs, [output], options)


def random_input(rng: np.random.Generator, lstm: Lstm, samples: int = 6) -> Array:
    steps = (lstm.time, lstm.batch) if lstm.time_major else (lstm.batch, lstm.time)
    return random_values(rng, lstm.dtype, samples, *steps, lstm.inputs)


def saturated(x: int, dtype: str = "int16") -> int:
    return max(int(np.iinfo(dtype).min), min(int(np.iinfo(dtype).max), x))


def c_gate(lstm: Lstm, gate: int, x: list[int], hidden: list[int], unit: int) -> int:
    """A gate's sum in steps of 2**-12."""
    multiply = c_multiply if lstm.dtype == "int8" else c_multiply_int64
    total = 0
    for values, which, zero_point, scale in (
        (x, gate, lstm.zero_points[0], lstm.scales[0]),
        (hidden, gate + 4, lstm.zero_points[1], lstm.scales[1]),
    ):
        product = float(np.float32(scale)) * float(np.float32(lstm.weight_scales[which]))
        weights = lstm.weights[which][unit].tolist()
        acc = sum(w * (value - zero_point) for w, value in zip(weights, values, strict=True))
        acc += int(lstm.biases[gate][unit]) if which < 4 else 0
        total += saturated(multiply(acc, *quantize_multiplier(product / 2.0**-12)))
    return saturated(total)


def c_step(lstm: Lstm, x: list[int], hidden: list[int], cell: list[int]) -> list[int]:
    """One step of one batch; moves `cell`."""
    cell_scale, hidden_scale, found = lstm.scales[2], lstm.scales[1], []
    shift = round(math.log2(cell_scale)) + 12
    for unit in range(lstm.units):
        sums = [c_gate(lstm, gate, x, hidden, unit) for gate in range(4)]
        enter, forget, output = (c_logistic(sums[gate], 3, 0) for gate in (0, 1, 3))
        kept = saturated(c_multiply(forget * cell[unit], *quantize_multiplier(2.0**-15)))
        new = c_multiply(enter * c_tanh(sums[2], 3, 0), *quantize_multiplier(2.0**-30 / cell_scale))
        cell[unit] = saturated(kept + saturated(new))
        if lstm.cell_clip > 0:
            clip = int(min(lstm.cell_clip / cell_scale, 32767))
            cell[unit] = max(-clip, min(clip, cell[unit]))
        activated = c_tanh(cell[unit], 3 << shift, 0) if shift >= 0 else c_tanh(cell[unit], 3, -shift)
        scaled = c_multiply(activated * output, *quantize_multiplier(2.0**-30 / hidden_scale))
        found.append(saturated(scaled + lstm.zero_points[1], lstm.dtype))
    return found


def c_lstm(lstm: Lstm, x: Array) -> Array:
    """All samples, one after another."""
    hidden = [[lstm.zero_points[1]] * lstm.units for _ in range(lstm.batch)]
    cell = [[0] * lstm.units for _ in range(lstm.batch)]
    output = np.zeros((*x.shape[:3], lstm.units), lstm.dtype)
    for sample, step, batch in np.ndindex(len(x), lstm.time, lstm.batch):
        place = (sample, step, batch) if lstm.time_major else (sample, batch, step)
        hidden[batch] = c_step(lstm, x[place].tolist(), hidden[batch], cell[batch])
        output[place] = hidden[batch]
    return output


@pytest.mark.parametrize("dtype", ["int8", "int16"])
@pytest.mark.parametrize("time_major", [False, True])
@pytest.mark.parametrize("cell_clip", [0.0, 0.7])
def test_against_a_loop_and_tflm(tflm: TflmSession, dtype: str, time_major: bool, cell_clip: float) -> None:
    rng = np.random.default_rng(int(time_major) + 2 * len(dtype))
    for _ in range(4):
        lstm = random_lstm(rng, dtype, time_major, cell_clip)
        model, x = lstm_model(lstm), random_input(rng, lstm)
        ours = interpreter_of(model).predict(x)
        np.testing.assert_array_equal(ours, c_lstm(lstm, x))
        np.testing.assert_array_equal(ours, tflm.run(model, [x]).require().outputs[0])


def test_op_data_by_hand() -> None:
    """Scales of powers of two; products are formed in double: 0.1 x 0.3 rounded to float32 is another number."""
    lstm = random_lstm(np.random.default_rng(10), "int8")
    lstm = lstm._replace(scales=(0.1, 2.0**-7, 2.0**-11), weight_scales=[0.3] + [2.0**-8] * 7, cell_clip=1.5)
    steps = op_data(REGISTRATION, lstm_model(lstm)).steps
    product = float(np.float32(0.1)) * float(np.float32(0.3)) * 2**12
    assert float(np.float32(0.1) * np.float32(0.3)) * 2**12 != product
    expected = [quantize_multiplier(product), *[quantize_multiplier(float(np.float32(0.1)) * 2.0**4)] * 3]
    assert np.transpose(steps.input_rescaling)[:: lstm.units].tolist() == [list(one) for one in expected]
    assert np.unique(steps.recurrent_rescaling).tolist() == [-2, 2**30]  # 2**-7 * 2**-8 * 2**12 is 1/8
    assert (steps.cell_shift, steps.cell_clip) == (1, 3072)


def random_case(rng: Rng, dtype: str) -> Case:
    lstm = random_lstm(rng, dtype, bool(rng.integers(2)), float(rng.choice([0, rng.uniform(0.1, 1)])))
    return lstm_model(lstm), random_input(rng, lstm)


CELLS = of_types(NAME, random_case, ["int8", "int16"]) | of_types(NAME, random_case, ["float32"], bound=NEAR)


@every(CELLS)
def test_as_tflm(tflm: TflmSession, cell: Cell) -> None:
    assert_cell_as_tflm(tflm, cell)


@pytest.mark.parametrize("dtype", TYPES)
def test_weights_that_the_graph_computes(dtype: str) -> None:
    rng = np.random.default_rng(5)
    lstm = random_lstm(rng, dtype)
    x = random_input(rng, lstm)
    fed = [np.stack([values] * len(x)) for values in (*lstm.weights, *lstm.biases)]
    ours = interpreter_of(lstm_model(lstm, lstm_specs(lstm, constant=False))).predict([x, *fed])
    np.testing.assert_array_equal(ours, interpreter_of(lstm_model(lstm)).predict(x))


@pytest.mark.parametrize("dtype", TYPES)
def test_state_lives_on_until_it_is_reset(dtype: str) -> None:
    rng = np.random.default_rng(6)
    lstm = random_lstm(rng, dtype)
    interpreter, x = interpreter_of(lstm_model(lstm)), random_input(rng, lstm)
    first = interpreter.predict(x)
    assert not np.array_equal(interpreter.predict(x), first)
    interpreter.reset()
    for sample, expected in zip(x, first, strict=True):
        interpreter.input(0).data[...] = sample
        interpreter.invoke()
        np.testing.assert_array_equal(interpreter.output(0).data, expected)


def test_refusals(tflm: TflmSession) -> None:
    lstm = random_lstm(np.random.default_rng(7), "int8")
    specs = lstm_specs(lstm)

    def changed(place: int, **fields: object) -> bytes:
        spec = specs[place]
        assert spec is not None
        return lstm_model(lstm, [*specs[:place], spec._replace(**fields), *specs[place + 1 :]])

    def replaced(place: int, spec: TensorSpec | None) -> bytes:
        return lstm_model(lstm, [*specs[:place], spec, *specs[place + 1 :]])

    vector = TensorSpec((lstm.units,), "INT8", 0.1, data=np.ones(lstm.units, np.int8))
    wide = lstm.units + 1
    for model in (
        lstm_model(lstm, specs[:23]),
        lstm_model(lstm, output_type="INT16"),
        *(replaced(place, None) for place in (1, 5, 8, 12, 15)),
        *(replaced(place, vector) for place in (9, 11, 16, 17, 20, 23)),
        *(changed(place, is_variable=False) for place in (18, 19)),
        changed(19, type="INT8"),
        changed(3, type="UINT8"),
        changed(13, type="INT16", data=np.ones(lstm.units, np.int16)),
        changed(2, shape=(wide, lstm.inputs), data=np.ones((wide, lstm.inputs))),
        changed(6, shape=(lstm.units, wide), data=np.ones((lstm.units, wide))),
        changed(14, shape=(wide,), data=np.ones(wide)),
        changed(19, shape=(lstm.batch, wide)),
    ):
        assert_refused_as_tflm(tflm, model)


def test_types_that_only_invoke_refuses(tflm: TflmSession) -> None:
    lstm = random_lstm(np.random.default_rng(8), "int8")
    specs = lstm_specs(lstm)
    for place in range(1, 9):
        spec = specs[place]
        assert spec is not None
        specs[place] = spec._replace(type="UINT8", data=np.ones(spec.shape))
    assert_refused_as_tflm(tflm, lstm_model(lstm, specs))
    assert refusal_of(lstm_model(lstm, specs))[0] == "invoke"


def test_what_tflm_does_not_see_is_refused() -> None:
    lstm = random_lstm(np.random.default_rng(9), "int8")
    assert lstm.units > 1
    specs = lstm_specs(lstm)
    weight, cell = specs[1], specs[19]
    assert weight is not None
    assert cell is not None
    for place, spec in (
        (1, weight._replace(scale=[0.1] * lstm.units)),
        (19, cell._replace(type="FLOAT32", scale=None)),
        (19, cell._replace(scale=2.0**-40)),
        (19, cell._replace(scale=1e38)),
    ):
        assert refusal_of(lstm_model(lstm, [*specs[:place], spec, *specs[place + 1 :]]))[0] == "allocate"


@needs_shared
@pytest.mark.parametrize("target", ["x86-64/reference", "cortex-m4/reference"])
@pytest.mark.parametrize(
    "name", ["trained_lstm", "trained_lstm_int8", "xtensa_micro_speech_lstm", "dtln_noise_suppression"]
)
def test_the_arena_is_the_measured_one(name: str, target: str) -> None:
    path = SHARED / "measurements" / f"arena_{target.replace('/', '_')}.json"
    measured = json.loads(path.read_text())["models"][name]
    needs = arena_needs(load_model(model_bytes(f"tflm/{name.removeprefix('xtensa_')}.tflite")), target)
    assert (needs.head_bytes, needs.tail_bytes) == (measured["head_bytes"], measured["tail_bytes"])
    assert needs.smallest_arena_bytes == measured["min_arena_bytes_multiple_of_16"]


@needs_shared
@pytest.mark.parametrize("file", ["trained_lstm", "trained_lstm_int8", "micro_speech_lstm", "dtln_noise_suppression"])
def test_every_tensor_of_real_models(tflm: TflmSession, file: str) -> None:
    model, rng = model_bytes(f"tflm/{file}.tflite"), np.random.default_rng(0)
    interpreter = interpreter_of(model)
    inputs = [interpreter.tensor_at(index) for index in interpreter.main.inputs]
    x = [random_values(rng, str(input.dtype), 6, *input.shape) for input in inputs]
    ours = interpreter.predict_every_tensor(x)
    theirs = tflm.run(model, x, every_tensor=True).require()
    assert ours.keys() <= theirs.tensors.keys()
    for index, values in ours.items():
        their = theirs.tensors[index].reshape(values.shape)
        tolerance = 1e-5 * np.abs(their).max() if values.dtype == np.float32 else 0
        np.testing.assert_allclose(values, their, rtol=0, atol=tolerance)
