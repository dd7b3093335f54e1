"""LOG_SOFTMAX: in real numbers, by hand, and against the real TFLM."""

from __future__ import annotations

import numpy as np
import pytest

from tests.builder import TensorSpec
from tests.kernels.cells import (
    SAME,
    SAMPLES,
    Bound,
    Case,
    Cell,
    Rng,
    assert_cell_as_tflm,
    every,
    spec,
)
from tests.kernels.elementwise import (
    op_data,
    random_scale,
    random_shape,
    unary_model,
)
from tests.kernels.running import Array, assert_as_tflm, assert_refused_as_tflm, outputs_of, random_values, refusal_of
from tinylab.kernels.log_softmax import REGISTRATION
from tinylab.peers.tflm import TflmSession

OUTPUT = {"scale": 1 / 16, "zero_point": 127}


def random_case(dtype: str) -> Cell:
    def case(rng: Rng) -> Case:
        shape = (*random_shape(rng, 3), int(rng.integers(1, 40)))
        scale = random_scale(rng) * 2.0 ** rng.integers(-4, 6) if dtype == "int8" else None
        input = TensorSpec(shape, dtype.upper(), scale, int(rng.integers(-128, 128)))
        inputs = random_values(rng, dtype, SAMPLES, *shape) * (5 if dtype == "float32" else 1)
        return unary_model("LOG_SOFTMAX", input, **(OUTPUT if dtype == "int8" else {})), [inputs.astype(dtype)]

    return Cell(case, SAME if dtype == "int8" else OF_THE_ROW)


def of_the_row(theirs: Array) -> Array:
    return np.broadcast_to(1e-6 * np.abs(theirs).max(axis=-1, keepdims=True) + 1e-7, theirs.shape)


OF_THE_ROW = Bound("1e-6 of the row's largest magnitude", of_the_row)
CELLS = {("LOG_SOFTMAX", dtype): random_case(dtype) for dtype in ("float32", "int8")}


@every(CELLS)
def test_as_tflm(tflm: TflmSession, cell: Cell) -> None:
    assert_cell_as_tflm(tflm, cell)


def test_by_hand() -> None:
    floats = TensorSpec((2, 2), "FLOAT32")
    result = outputs_of(unary_model("LOG_SOFTMAX", floats), np.float32([[[0, 0], [0, 100]]]))[0][0]
    np.testing.assert_allclose(result, [[-np.log(2), -np.log(2)], [-100, 0]], rtol=1e-6)
    # -log(2) is -11 sixteenths, and -16 the smallest of all
    model = unary_model("LOG_SOFTMAX", TensorSpec((2, 2), "INT8", 1.0, 3), **OUTPUT)
    assert outputs_of(model, np.int8([[[5, 5], [0, 100]]]))[0].tolist() == [[[116, 116], [-128, 127]]]


def test_int8_is_near_the_real_logarithm() -> None:
    rng = np.random.default_rng(2)
    for _ in range(20):
        input = TensorSpec((5, int(rng.integers(2, 300))), "INT8", random_scale(rng))
        values = random_values(rng, "int8", 1, *input.shape)
        real = values[0] * float(input.scale)  # type: ignore[arg-type]
        expected = real - np.log(np.exp(real - real.max(axis=1, keepdims=True)).sum(axis=1, keepdims=True))
        expected = np.maximum(16 * (expected - real.max(axis=1, keepdims=True)) + 127, -128)
        assert np.abs(outputs_of(unary_model("LOG_SOFTMAX", input, **OUTPUT), values)[0][0] - expected).max() < 0.6


@pytest.mark.parametrize("scale", [2.0**-25, 1e-5, 100.0, 1e6])
@pytest.mark.parametrize("depth", [1, 2, 4095])
def test_extremes(tflm: TflmSession, scale: float, depth: int) -> None:
    rows = np.stack([np.full(depth, value, np.int8) for value in (-128, 0, 127)])
    rows[0, 0] = 127
    model = unary_model("LOG_SOFTMAX", TensorSpec((3, depth), "INT8", scale), **OUTPUT)
    assert_as_tflm(tflm, model, rows[np.newaxis])


def test_op_data_by_hand() -> None:
    data = op_data(REGISTRATION, unary_model("LOG_SOFTMAX", TensorSpec((1,), "INT8", 0.5), **OUTPUT))
    assert data[:5] == (2**30, 26, 2**30, -24, -31)  # 0.5 * 2**26 = 2**25 steps of Q5.26, and 2**-25 back
    assert data.scaled[:3].tolist() == [0, -(2**25), -(2**26)]


FLOAT, INT8 = TensorSpec((2,), "FLOAT32"), TensorSpec((2,), "INT8", 0.5)
REFUSED = {
    "int16": (unary_model("LOG_SOFTMAX", spec((2,), "int16")), "invoke"),
    "uint8": (unary_model("LOG_SOFTMAX", spec((2,), "uint8")), "invoke"),
    "another type": (unary_model("LOG_SOFTMAX", FLOAT, type="INT8"), "allocate"),
    "another shape": (unary_model("LOG_SOFTMAX", FLOAT, shape=(2, 1)), "allocate"),
    "output scale": (unary_model("LOG_SOFTMAX", INT8, scale=1 / 8, zero_point=127), "allocate"),
    "output zero point": (unary_model("LOG_SOFTMAX", INT8, scale=1 / 16, zero_point=126), "allocate"),
}
LONG_ROW = TensorSpec((4096,), "INT8", 0.5)
# Where TFLM aborts, or its sum overflows.
REFUSED_HERE = {
    "scale": (unary_model("LOG_SOFTMAX", INT8._replace(scale=2.0**-26), **OUTPUT), "allocate"),
    "scalar": (unary_model("LOG_SOFTMAX", TensorSpec((), "FLOAT32")), "allocate"),
    "sum": (unary_model("LOG_SOFTMAX", LONG_ROW, **OUTPUT), "invoke"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_refused_as_tflm(tflm: TflmSession, name: str) -> None:
    assert_refused_as_tflm(tflm, REFUSED[name][0])


@pytest.mark.parametrize("name", [*REFUSED, *REFUSED_HERE])
def test_refusals(name: str) -> None:
    model, expected = {**REFUSED, **REFUSED_HERE}[name]
    phase, message = refusal_of(model)
    assert phase == expected
    assert "operator 0 (" in message
    assert "needed" in message
