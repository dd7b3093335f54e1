"""LOGISTIC: against Python that follows the C++ element by element, by hand, and against the real TFLM."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from tests.arithmetic.test_fixed_point import c_divide_by_pot, c_multiply
from tests.arithmetic.test_gemmlowp import c_logistic
from tests.builder import TensorSpec
from tests.kernels.cells import NEAR, SAMPLES, Case, Cell, Rng, assert_cell_as_tflm, every, of_types, values
from tests.kernels.elementwise import op_data, random_scale, random_shape, unary_model
from tests.kernels.running import assert_as_tflm, assert_refused_as_tflm, outputs_of, refusal_of
from tinylab.kernels.logistic import REGISTRATION
from tinylab.peers.tflm import TflmSession

EVERY_INT8 = np.arange(-128, 128, dtype=np.int8)[np.newaxis]
EVERY_INT16 = np.arange(-(2**15), 2**15, dtype=np.int16)[np.newaxis]


def int8_model(scale: float, zero_point: int, shape: tuple[int, ...] = (256,)) -> bytes:
    return unary_model("LOGISTIC", TensorSpec(shape, "INT8", scale, zero_point), scale=2**-8, zero_point=-128)


def int16_model(scale: float, shape: tuple[int, ...] = (2**16,)) -> bytes:
    return unary_model("LOGISTIC", TensorSpec(shape, "INT16", scale), scale=2**-15)


def c_int8(x: int, scale: float, zero_point: int) -> int:
    fraction, shift = math.frexp(scale * 2**27)
    centered, radius = x - zero_point, math.floor(15 * 2**27 / 2**shift)
    if abs(centered) >= radius:
        return 127 if centered > 0 else -128
    in_q4 = c_multiply(centered, round(fraction * 2**31), shift)
    return min(c_divide_by_pot(c_logistic(in_q4, 4), 23) - 128, 127)


def test_int8_is_the_c_loop() -> None:
    rng = np.random.default_rng(1)
    for _ in range(20):
        scale, zero_point = random_scale(rng, -10, 1), int(rng.integers(-128, 128))
        expected = [c_int8(int(x), scale, zero_point) for x in EVERY_INT8[0]]
        assert outputs_of(int8_model(scale, zero_point), EVERY_INT8)[0][0].tolist() == expected


def random_case(rng: Rng, dtype: str) -> Case:
    """Every int8, or some of the others."""
    shape = (256,) if dtype == "int8" else random_shape(rng)
    if dtype == "float32":
        return unary_model("LOGISTIC", TensorSpec(shape, "FLOAT32")), [values(rng, dtype, *shape)]
    if dtype == "int16":
        return int16_model(random_scale(rng, -16, 1), shape), [values(rng, dtype, *shape)]
    return int8_model(random_scale(rng, -14, 6), int(rng.integers(-128, 128))), [np.tile(EVERY_INT8, (SAMPLES, 1))]


CELLS = {
    **of_types("LOGISTIC", random_case, ["int8", "int16"]),
    **of_types("LOGISTIC", random_case, ["float32"], bound=NEAR),
}


@every(CELLS)
def test_as_tflm(tflm: TflmSession, cell: Cell) -> None:
    assert_cell_as_tflm(tflm, cell)


@pytest.mark.parametrize("scale", [2.0**-12, 2.0**-11, 2.0**-15, 0.0003, 1e-6, 0.7])
def test_int16_as_tflm(tflm: TflmSession, scale: float) -> None:
    assert_as_tflm(tflm, int16_model(scale), EVERY_INT16)


def test_by_hand() -> None:
    """Real -16, 0 and 16; and what a float32 gives at the ends, where exp is beyond it."""
    assert outputs_of(int8_model(0.125, 0, (3,)), np.array([[-128, 0, 127]], np.int8))[0].tolist() == [[-128, 0, 127]]
    assert outputs_of(int16_model(2**-12, (3,)), EVERY_INT16[:, [0, 2**15, -1]])[0].tolist() == [[11, 2**14, 32757]]
    floats = unary_model("LOGISTIC", TensorSpec((5,), "FLOAT32"))
    x = np.array([[-1e30, -200, 0, 200, 1e30]], np.float32)
    assert outputs_of(floats, x)[0].tolist() == [[0, 0, 0.5, 1, 1]]


def test_op_data_by_hand() -> None:
    """A scale of 1/8 is 2**24 in Q4.27, half of 2**25; 60 steps of 2**25 are 15."""
    assert op_data(REGISTRATION, int8_model(0.125, 5))[:4] == (5, 60, 2**30, 25)
    assert op_data(REGISTRATION, int16_model(2**-12))[:4] == (0, 0, 3, 0)
    assert op_data(REGISTRATION, int16_model(2**-11))[:4] == (0, 0, 24576, 12)


def refused(type: str, output_type: str, **output: Any) -> bytes:
    """An input of scale 0.5, and an output like it but for what is named."""
    input = TensorSpec((2,), type, 0.5, int(output.pop("input_zero_point", 0)))
    return unary_model("LOGISTIC", input, type=output_type, **output)


REFUSED = {
    "int8 output zero point": (refused("INT8", "INT8", scale=2**-8, zero_point=-127), "allocate"),
    "int16 zero point": (refused("INT16", "INT16", scale=2**-15, zero_point=0, input_zero_point=1), "allocate"),
    "int16 output zero point": (refused("INT16", "INT16", scale=2**-15, zero_point=1), "allocate"),
    "int16 output scale": (refused("INT16", "INT16", scale=2**-14), "allocate"),
    "int16 output scale that is no power of two": (refused("INT16", "INT16", scale=2**-15 * 1.01), "allocate"),
    "other types": (refused("INT8", "FLOAT32"), "allocate"),
    "uint8": (refused("UINT8", "UINT8"), "invoke"),
    "int32": (refused("INT32", "INT32"), "invoke"),
}


# What is undefined in TFLM, or written beside the output.
REFUSED_HERE = {
    "another output size": (refused("INT8", "INT8", scale=2**-8, zero_point=-128, shape=(3,)), "allocate"),
    "int16 input scale": (int16_model(2.0**17), "allocate"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_refused_as_tflm(tflm: TflmSession, name: str) -> None:
    assert_refused_as_tflm(tflm, REFUSED[name][0])


@pytest.mark.parametrize("name", [*REFUSED, *REFUSED_HERE])
def test_refusals(name: str) -> None:
    model, expected = {**REFUSED, **REFUSED_HERE}[name]
    phase, message = refusal_of(model)
    assert phase == expected
    assert "operator 0 (LOGISTIC)" in message
    assert "needed" in message
