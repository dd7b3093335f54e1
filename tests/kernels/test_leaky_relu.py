"""LEAKY_RELU: against Python that follows the C++ element by element, by hand, and against the real TFLM."""

from __future__ import annotations

import numpy as np
import pytest

from tests.arithmetic.test_fixed_point import c_multiply
from tests.builder import TensorSpec, single_operator
from tests.kernels.cells import Case, Cell, Rng, assert_cell_as_tflm, every, of_types, unary
from tests.kernels.elementwise import op_data, random_scale, unary_model
from tests.kernels.running import assert_as_tflm, assert_refused_as_tflm, outputs_of, refusal_of
from tinylab.arithmetic.fixed_point import quantize_multiplier
from tinylab.kernels.leaky_relu import REGISTRATION
from tinylab.model.options import LeakyReluOptions
from tinylab.peers.tflm import TflmSession

ALPHAS = [0.1, 0.3, 1.5, 0.0, -0.2, -1.5]
EVERY_INT8 = np.arange(-128, 128, dtype=np.int8)[np.newaxis]
EVERY_INT16 = np.arange(-(2**15), 2**15, dtype=np.int16)[np.newaxis]


def leaky(input: TensorSpec, alpha: float, **output: float) -> bytes:
    return unary_model("LEAKY_RELU", input, LeakyReluOptions(alpha), **output)


def random_case(rng: Rng, dtype: str) -> Case:
    alpha = float(rng.choice([*ALPHAS, rng.uniform(-2, 2)]))
    return unary("LEAKY_RELU", dtype, LeakyReluOptions(alpha)).case(rng)


CELLS = of_types("LEAKY_RELU", random_case, ["float32", "int8", "int16"])


@every(CELLS)
def test_as_tflm(tflm: TflmSession, cell: Cell) -> None:
    assert_cell_as_tflm(tflm, cell)


@pytest.mark.parametrize("alpha", ALPHAS)
def test_every_int16_as_tflm(tflm: TflmSession, alpha: float) -> None:
    """A multiplier formed in float32 would differ in some of the 65,536, and so would a negative product's rounding."""
    rng = np.random.default_rng(2)
    for _ in range(3):
        scale = random_scale(rng)
        model = leaky(TensorSpec((2**16,), "INT16", scale), alpha, scale=float(np.float32(scale * rng.uniform(1, 2))))
        assert_as_tflm(tflm, model, EVERY_INT16)


def test_int8_is_the_c_loop() -> None:
    rng = np.random.default_rng(3)
    for alpha in np.float32(ALPHAS):
        (scale, output_scale), (zero_point, output_zero_point) = rng.uniform(0.01, 1, 2), rng.integers(-128, 128, 2)
        scales = np.float32([scale, output_scale])
        identity = quantize_multiplier(float(scales[0]) / float(scales[1]))
        multiplier, shift = quantize_multiplier(float(scales[0]) * float(alpha) / float(scales[1]))
        sign = -1 if multiplier < 0 else 1
        expected = [
            output_zero_point + (c_multiply(x, *identity) if x >= 0 else sign * c_multiply(x, abs(multiplier), shift))
            for x in range(-128 - int(zero_point), 128 - int(zero_point))
        ]
        input = TensorSpec((256,), "INT8", scales[0], zero_point)
        model = leaky(input, float(alpha), scale=scales[1], zero_point=output_zero_point)
        np.testing.assert_array_equal(outputs_of(model, EVERY_INT8)[0][0], np.clip(expected, -128, 127))


def test_op_data_by_hand() -> None:
    data = op_data(REGISTRATION, leaky(TensorSpec((1,), "INT8", 0.5, 3), 0.25, scale=2.0, zero_point=-7))
    assert data[:7] == (0.25, 3, -7, 2**30, -3, 2**30, -1)
    negative = op_data(REGISTRATION, leaky(TensorSpec((1,), "INT8", 0.5), -0.5))
    assert (negative.output_multiplier_alpha, negative.output_shift_alpha) == (-(2**30), 0)


def test_multipliers_are_formed_in_double() -> None:
    input_scale, alpha, output_scale = (float(np.float32(x)) for x in (0.29627860, 0.3, 0.30175868))
    data = op_data(REGISTRATION, leaky(TensorSpec((1,), "INT8", input_scale), alpha, scale=output_scale))
    assert data.output_multiplier_alpha == 1265090645  # in float32 it would be 1265090560
    assert data.output_multiplier_alpha == round(input_scale * alpha / output_scale * 2**32)


def test_by_hand() -> None:
    floats = leaky(TensorSpec((4,), "FLOAT32"), 0.25)
    assert outputs_of(floats, np.array([[-8, -1, 0, 3]], np.float32))[0].tolist() == [[-2, -0.25, 0, 3]]
    # -5 * 0.5 = -2.5 is a tie, which the high product sends upward; alpha = -0.5 gives the negative of that
    x = np.array([[-5, -4, 0, 5]], np.int8)
    assert outputs_of(leaky(TensorSpec((4,), "INT8", 1.0), 0.5), x)[0].tolist() == [[-2, -2, 0, 5]]
    assert outputs_of(leaky(TensorSpec((4,), "INT8", 1.0), -0.5), x)[0].tolist() == [[2, 2, 0, 5]]


INT8 = TensorSpec((2,), "INT8", 0.5)
REFUSED = {
    "other types": (leaky(INT8, 0.1, type="INT16"), "allocate"),
    "two inputs": (single_operator("LEAKY_RELU", [INT8, INT8], [INT8], LeakyReluOptions(0.1)), "allocate"),
    "uint8": (leaky(TensorSpec((2,), "UINT8", 0.5), 0.1), "invoke"),
    "int32": (leaky(TensorSpec((2,), "INT32"), 0.1), "invoke"),
}


# What is undefined in TFLM, or written beside the output.
REFUSED_HERE = {
    "alpha is no number": (leaky(INT8, float("nan")), "allocate"),
    "another output size": (leaky(INT8, 0.1, shape=(3,)), "allocate"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_refused_as_tflm(tflm: TflmSession, name: str) -> None:
    assert_refused_as_tflm(tflm, REFUSED[name][0])


@pytest.mark.parametrize("name", [*REFUSED, *REFUSED_HERE])
def test_refusals(name: str) -> None:
    model, expected = {**REFUSED, **REFUSED_HERE}[name]
    phase, message = refusal_of(model)
    assert phase == expected
    assert "operator 0 (LEAKY_RELU)" in message
    assert "needed" in message
