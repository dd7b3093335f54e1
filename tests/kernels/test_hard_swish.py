"""HARD_SWISH: against Python that follows the C++, by hand, and against the real TFLM."""

from __future__ import annotations

import math

import numpy as np
import pytest

from tests.builder import TensorSpec, single_operator
from tests.kernels.cells import (
    NOT_FINITE,
    SAMPLES,
    Case,
    Cell,
    Rng,
    assert_cell_as_tflm,
    every,
    spec,
    unary,
)
from tests.kernels.elementwise import (
    binary_model,
    op_data,
    random_scale,
    unary_model,
)
from tests.kernels.running import assert_as_tflm, assert_refused_as_tflm, outputs_of, refusal_of
from tinylab.kernels.hard_swish import REGISTRATION, OpData
from tinylab.peers.tflm import TflmSession


def random_int8(rng: Rng) -> Case:
    """Input scales up to 128 times the output's, and down to where nothing is left."""
    output_scale = random_scale(rng)
    scales = output_scale * 2.0 ** rng.uniform(-10, 6.9), output_scale
    input, output = (TensorSpec((256,), "INT8", float(scale), int(rng.integers(-128, 128))) for scale in scales)
    return single_operator("HARD_SWISH", [input], [output]), [np.tile(EVERY_INT8, (SAMPLES, 1))]


EVERY_INT8 = np.arange(-128, 128, dtype=np.int8)[np.newaxis]
CELLS = {("HARD_SWISH", "float32"): unary("HARD_SWISH", "float32"), ("HARD_SWISH", "int8"): Cell(random_int8)}


@every(CELLS)
def test_as_tflm(tflm: TflmSession, cell: Cell) -> None:
    assert_cell_as_tflm(tflm, cell)


def test_by_hand(tflm: TflmSession) -> None:
    values = np.float32([[-4, -3, -1, 0, 1, 3, 5]])
    model = unary_model("HARD_SWISH", TensorSpec((7,), "FLOAT32"))
    np.testing.assert_allclose(outputs_of(model, values)[0][0], [0, 0, -1 / 3, 0, 2 / 3, 3, 5], rtol=1e-6)
    # real -4, -1, 0, 1 and 4 in steps of 1/16 into steps of 1/8
    model = unary_model("HARD_SWISH", TensorSpec((5,), "INT8", 1 / 16, 0), scale=1 / 8, zero_point=10)
    assert outputs_of(model, np.int8([[-64, -16, 0, 16, 64]]))[0].tolist() == [[10, 7, 10, 15, 42]]


@pytest.mark.parametrize("ratio", [2.0**-25, 2.0**-11, 2.0**-9, 2.0**-8, 1.0])
@pytest.mark.parametrize("scale", [2.0**-20, 0.01, 1.0, 300.0])
def test_extreme_scales(tflm: TflmSession, scale: float, ratio: float) -> None:
    model = unary_model("HARD_SWISH", TensorSpec((256,), "INT8", scale, 5), scale=scale / ratio, zero_point=-3)
    assert_as_tflm(tflm, model, EVERY_INT8)


def c_hard_swish(x: int, data: OpData) -> int:
    """One element, statement by statement, with C's divisions."""
    fine = (x - data.input_zero_point) * 128
    preshift = c_high_mul(fine, data.output_multiplier)
    reluish = fine
    if data.reluish_exponent > 0:
        reluish = saturated(reluish << (data.reluish_exponent - 1))
    reluish = c_high_mul(reluish, data.reluish_multiplier)
    if data.reluish_exponent > 0:
        reluish = saturated(reluish << 1)
    if data.reluish_exponent < 0:
        reluish = round_half_away(reluish / 2**-data.reluish_exponent)
    reluish = (reluish + 2**15) >> 1
    product = int(reluish * preshift / 2**15)
    return min(max(round_half_away(product / 2**-data.output_exponent) + data.output_zero_point, -128), 127)


def saturated(x: int) -> int:
    return min(max(x, -(2**15)), 2**15 - 1)


def c_high_mul(a: int, b: int) -> int:
    return int((a * b + (2**14 if a * b >= 0 else 1 - 2**14)) / 2**15)


def round_half_away(x: float) -> int:
    return math.floor(x + 0.5) if x >= 0 else math.ceil(x - 0.5)


def test_int8_is_the_c_loop() -> None:
    rng = np.random.default_rng(2)
    for _ in range(30):
        output_scale = random_scale(rng)
        input = TensorSpec((256,), "INT8", output_scale * 2.0 ** rng.uniform(-7, 6.9), int(rng.integers(-128, 128)))
        model = unary_model("HARD_SWISH", input, scale=output_scale, zero_point=int(rng.integers(-128, 128)))
        data = op_data(REGISTRATION, model)
        expected = [c_hard_swish(x, data) for x in range(-128, 128)]
        assert outputs_of(model, EVERY_INT8)[0][0].tolist() == expected


def test_op_data_by_hand() -> None:
    """Multipliers 0.5 / 128 / 2 and 0.5 / 128 / (3 / 2**15): 2**-9, and 128 / 3 = 0.667 * 2**6."""
    data = op_data(REGISTRATION, unary_model("HARD_SWISH", TensorSpec((1,), "INT8", 0.5, 3), scale=2.0, zero_point=-4))
    assert data[:6] == (3, -4, 2**14, -8, 21845, 6)


def test_not_finite_numbers(tflm: TflmSession) -> None:
    assert_as_tflm(tflm, unary_model("HARD_SWISH", TensorSpec((3,), "FLOAT32")), NOT_FINITE[np.newaxis])


FLOAT = TensorSpec((2,), "FLOAT32")
REFUSED = {
    "int16": (unary_model("HARD_SWISH", spec((2,), "int16")), "invoke"),
    "uint8": (unary_model("HARD_SWISH", spec((2,), "uint8")), "invoke"),
    "output scale too small": (unary_model("HARD_SWISH", spec((2,), "int8"), scale=0.5 / 129), "allocate"),
    "two inputs": (binary_model("HARD_SWISH", None, FLOAT), "allocate"),
}
# Where TFLM divides by zero, or writes beside the output.
REFUSED_HERE = {
    "another type": (unary_model("HARD_SWISH", FLOAT, type="INT8"), "allocate"),
    "no scale": (unary_model("HARD_SWISH", TensorSpec((2,), "INT8")), "allocate"),
    "another size": (unary_model("HARD_SWISH", FLOAT, shape=(3,)), "allocate"),
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
