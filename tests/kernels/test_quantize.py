"""QUANTIZE: against Python that follows the C++ element by element, by hand, and against the real TFLM."""

from __future__ import annotations

import numpy as np
import pytest

from tests.arithmetic.test_fixed_point import c_multiply
from tests.builder import TensorSpec, single_operator
from tests.kernels.cells import Cell, assert_cell_as_tflm, every
from tests.kernels.elementwise import op_data, random_scale, random_shape
from tests.kernels.running import Array, assert_as_tflm, assert_refused_as_tflm, outputs_of, random_values, refusal_of
from tinylab.arithmetic.fixed_point import quantize_multiplier
from tinylab.kernels.quantize import OUTPUT_TYPES, REGISTRATION
from tinylab.model import TensorType
from tinylab.peers.tflm import TflmSession

TYPES = [(i.name.lower(), o.name.lower()) for i, outputs in OUTPUT_TYPES.items() for o in outputs]


def quantize_model(input: TensorSpec, type: str, scale: object, zero_point: int = 0) -> bytes:
    return single_operator("QUANTIZE", [input], [TensorSpec(input.shape, type.upper(), scale, zero_point)])


def random_zero_point(rng: np.random.Generator, dtype: str) -> int:
    limits = np.iinfo(dtype) if dtype in ("int8", "uint8") else np.iinfo("int16")
    return int(rng.integers(limits.min, limits.max, endpoint=True))


def random_case(rng: np.random.Generator, dtype: str, output: str) -> tuple[bytes, Array]:
    """(model, inputs [6, *shape]); floats near the output's range, half of them on a tie between two of its numbers."""
    shape, scale = random_shape(rng), random_scale(rng)
    output_zero_point = random_zero_point(rng, output)
    if dtype == "float32":
        steps = np.round(rng.normal(size=(6, *shape)) * 100 - output_zero_point)
        steps += rng.choice([0.5, 0.3], steps.shape)
        return quantize_model(TensorSpec(shape, "FLOAT32"), output, scale, output_zero_point), np.float32(steps * scale)
    input_scale = scale * (2.0**-20 if dtype == "int32" else rng.choice([1.0, rng.uniform(0.1, 4)]))
    input = TensorSpec(shape, dtype.upper(), float(np.float32(input_scale)), random_zero_point(rng, dtype))
    return quantize_model(input, output, scale, output_zero_point), random_values(rng, dtype, 6, *shape)


CELLS = {
    ("QUANTIZE", " to ".join(types)): Cell(lambda rng, types=types: random_case(rng, *types))  # type: ignore[misc]
    for types in TYPES
}


@every(CELLS)
def test_as_tflm(tflm: TflmSession, cell: Cell) -> None:
    assert_cell_as_tflm(tflm, cell)


def test_int8_is_the_c_loop() -> None:
    rng = np.random.default_rng(2)
    every_int8 = np.arange(-128, 128, dtype=np.int8)[np.newaxis]
    for _ in range(20):
        scale, output_scale, zero_point, output_zero_point = (
            random_scale(rng),
            random_scale(rng),
            random_zero_point(rng, "int8"),
            random_zero_point(rng, "int8"),
        )
        multiplier = quantize_multiplier(scale / output_scale)
        expected = [output_zero_point + c_multiply(x - zero_point, *multiplier) for x in range(-128, 128)]
        model = quantize_model(TensorSpec((256,), "INT8", scale, zero_point), "int8", output_scale, output_zero_point)
        np.testing.assert_array_equal(outputs_of(model, every_int8)[0][0], np.clip(expected, -128, 127))


def test_floats_by_hand() -> None:
    """Ties away from zero; beyond the range, beyond int32 and infinite clipped; what is no number is 0."""
    x = np.array([[0.25, -0.25, 0.75, 0.1, 100, -100, 1e30, -1e30, np.inf, -np.inf, np.nan]], np.float32)
    model = quantize_model(TensorSpec((11,), "FLOAT32"), "int8", 0.5, -5)
    assert outputs_of(model, x)[0].tolist() == [[-4, -6, -3, -5, 127, -128, 127, -128, 127, -128, -5]]


def test_float_quotients_are_rounded_in_float32(tflm: TflmSession) -> None:
    """Quotients within half a float32 step of a tie; some are on it in float32 alone."""
    rng = np.random.default_rng(3)
    scale = np.float32(0.1)
    x = np.float32((rng.integers(-(2**15), 2**15, 5000) + 0.5) * float(scale))[np.newaxis]
    in_double = np.abs(x[0].astype(np.float64) / float(scale)) % 1
    assert np.any((np.abs(x[0] / scale) % 1 == 0.5) != (in_double == 0.5))
    assert_as_tflm(tflm, quantize_model(TensorSpec((5000,), "FLOAT32"), "int16", float(scale)), x)


def test_op_data_by_hand() -> None:
    data = op_data(REGISTRATION, quantize_model(TensorSpec((1,), "INT8", 0.5, 3), "int16", 0.25, -7))
    assert data[:5] == (0.25, -7, 3, 2**30, 2)
    assert op_data(REGISTRATION, quantize_model(TensorSpec((1,), "FLOAT32"), "int8", 0.25, -7))[:5] == (
        0.25,
        -7,
        0,
        0,
        0,
    )


def test_uint8_to_int8_is_128_less() -> None:
    every_uint8 = np.arange(256, dtype=np.uint8)[np.newaxis]
    model = quantize_model(TensorSpec((256,), "UINT8", 0.3, 130), "int8", 0.3, 2)
    assert outputs_of(model, every_uint8)[0].tolist() == [list(range(-128, 128))]


INT8 = TensorSpec((2,), "INT8", 0.5)
REFUSED = {
    "no output scale": (quantize_model(INT8, "int8", None), "allocate"),
    "two output scales": (quantize_model(INT8, "int8", [0.5, 0.25]), "allocate"),
    "two inputs": (single_operator("QUANTIZE", [INT8, INT8], [INT8]), "allocate"),
    "int64": (quantize_model(TensorSpec((2,), "INT64"), "int8", 0.5), "allocate"),
    "into float32": (quantize_model(INT8, "float32", 0.5), "allocate"),
    "float32 into uint8": (quantize_model(TensorSpec((2,), "FLOAT32"), "uint8", 0.5), "invoke"),
    "float32 into int32": (quantize_model(TensorSpec((2,), "FLOAT32"), "int32", 0.5), "invoke"),
    "int32 into int32": (quantize_model(TensorSpec((2,), "INT32", 0.5), "int32", 0.5), "invoke"),
    "int16 into uint8": (quantize_model(TensorSpec((2,), "INT16", 0.5), "uint8", 0.5), "invoke"),
    "uint8 into int16": (quantize_model(TensorSpec((2,), "UINT8", 0.5), "int16", 0.5), "invoke"),
}


def test_every_pair_of_types_is_known() -> None:
    assert len(TYPES) == 12
    assert (TensorType.UINT8,) not in OUTPUT_TYPES.values()


# TFLM does not look at the output's size, and writes beside it.
REFUSED_HERE = {
    "another output size": (single_operator("QUANTIZE", [INT8], [INT8._replace(shape=(3,))]), "allocate"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_refused_as_tflm(tflm: TflmSession, name: str) -> None:
    assert_refused_as_tflm(tflm, REFUSED[name][0])


@pytest.mark.parametrize("name", [*REFUSED, *REFUSED_HERE])
def test_refusals(name: str) -> None:
    model, expected = {**REFUSED, **REFUSED_HERE}[name]
    phase, message = refusal_of(model)
    assert phase == expected
    assert "operator 0 (QUANTIZE)" in message
    assert "needed" in message
