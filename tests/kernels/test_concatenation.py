"""CONCATENATION: against np.concatenate and the real TFLM."""

from __future__ import annotations

import numpy as np
import pytest

from tests.builder import TensorSpec, constant, single_operator
from tests.kernels.cells import Cell, assert_cell_as_tflm, every, of_types
from tests.kernels.running import Array, assert_as_tflm, assert_refused_as_tflm, outputs_of, random_values, refusal_of
from tinylab.model import ActivationFunctionType
from tinylab.model.options import ConcatenationOptions
from tinylab.peers.tflm import TflmSession

TYPES = ["float32", "int8", "int16", "int32", "int64", "bool"]


def random_case(rng: np.random.Generator, dtype: str) -> tuple[bytes, list[Array], Array]:
    """(model, inputs, expected outputs): up to ten inputs of up to five axes, one of them a constant at times."""
    rank = int(rng.integers(1, 6))
    axis = int(rng.integers(-rank, rank))
    base = rng.integers(1, 4, rank)
    specs: list[TensorSpec] = []
    fed: list[Array] = []
    pieces: list[Array] = []
    for _ in range(rng.integers(1, 11)):
        base[axis] = rng.integers(1, 4)
        shape = tuple(int(size) for size in base)
        values = random_values(rng, dtype, 3, *shape)
        if fed and rng.random() < 0.3:
            specs.append(constant(values[0]))
            pieces.append(np.broadcast_to(values[0], values.shape))
        else:
            specs.append(TensorSpec(shape, dtype.upper()))
            fed.append(values)
            pieces.append(values)
    expected = np.concatenate(pieces, axis if axis < 0 else axis + 1)
    output = TensorSpec(expected.shape[1:], dtype.upper())
    return single_operator("CONCATENATION", specs, [output], ConcatenationOptions(axis)), fed, expected


@pytest.mark.parametrize("dtype", TYPES)
def test_is_numpys_concatenate(dtype: str) -> None:
    rng = np.random.default_rng(1)
    for _ in range(20):
        model, inputs, expected = random_case(rng, dtype)
        np.testing.assert_array_equal(outputs_of(model, *inputs)[0], expected)


CELLS = of_types("CONCATENATION", random_case, TYPES)


@every(CELLS)
def test_as_tflm(tflm: TflmSession, cell: Cell) -> None:
    assert_cell_as_tflm(tflm, cell)


def concatenation(inputs: list[TensorSpec], output: TensorSpec, **options: object) -> bytes:
    return single_operator("CONCATENATION", inputs, [output], ConcatenationOptions(**options))


def int8(size: int, scale: float = 0.5, zero_point: int = 3) -> TensorSpec:
    return TensorSpec((size,), "INT8", scale, zero_point)


def int16(size: int, zero_point: int) -> TensorSpec:
    return TensorSpec((size,), "INT16", 0.5, zero_point)


REFUSED = {
    "activation": concatenation([int8(1), int8(1)], int8(2), fused_activation_function=ActivationFunctionType.RELU),
    "another scale": concatenation([int8(1), int8(1, scale=0.25)], int8(2)),
    "another zero point": concatenation([int8(1), int8(1, zero_point=4)], int8(2)),
    "int16 input with a zero point": concatenation([int16(1, 0), int16(1, 1)], int16(2, 0)),
    "int16 output with a zero point": concatenation([int16(1, 0), int16(1, 0)], int16(2, 1)),
    "another type": concatenation([int8(1), int16(1, 0)], int8(2)),
    "another output type": concatenation([int8(1), int8(1)], int16(2, 0)),
    "uint8": concatenation([TensorSpec((1,), "UINT8")] * 2, TensorSpec((2,), "UINT8")),
    "eleven inputs": concatenation([int8(1)] * 11, int8(11)),
}


@pytest.mark.parametrize("name", REFUSED)
def test_refusals(name: str) -> None:
    phase, message = refusal_of(REFUSED[name])
    assert phase == "allocate"
    assert "operator 0 (CONCATENATION)" in message
    assert "needed" in message


@pytest.mark.parametrize("name", REFUSED)
def test_refused_as_tflm(tflm: TflmSession, name: str) -> None:
    assert_refused_as_tflm(tflm, REFUSED[name])


def test_int16_scales_may_differ(tflm: TflmSession) -> None:
    """Only int8 must have one scale; the integers are copied as they are."""
    model = concatenation([int16(1, 0), TensorSpec((1,), "INT16", 0.125)], int16(2, 0))
    assert_as_tflm(tflm, model, np.int16([[30000]]), np.int16([[-30000]]))


@pytest.mark.parametrize(
    ("sizes", "axis", "out_shape"), [([(2, 3), (2, 4)], 0, (4, 3)), ([(2,), (2,)], 0, (5,)), ([(2,), (2,)], 3, (4,))]
)
def test_what_does_not_fit_is_refused(sizes: list[tuple[int, ...]], axis: int, out_shape: tuple[int, ...]) -> None:
    """TFLM does not look, and writes past its tensors."""
    model = concatenation([TensorSpec(size) for size in sizes], TensorSpec(out_shape), axis=axis)
    assert refusal_of(model)[0] == "allocate"
