"""TRANSPOSE: against loops over every element and the real TFLM."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from tests.builder import TensorSpec, constant, single_operator
from tests.kernels.cells import Cell, assert_cell_as_tflm, every, of_types
from tests.kernels.running import Array, assert_refused_as_tflm, outputs_of, random_values, refusal_of
from tinylab.peers.tflm import TflmSession

TYPES = ["float32", "int8", "int16"]


def transpose_model(perm: TensorSpec, shape: tuple[int, ...], out_shape: tuple[int, ...], dtype: str = "int8") -> bytes:
    return single_operator(
        "TRANSPOSE", [TensorSpec(shape, dtype.upper()), perm], [TensorSpec(out_shape, dtype.upper())]
    )


def transposed(inputs: Array, perm: tuple[int, ...]) -> Array:
    """Element by element: output[i, j, k] = input at i, j, k along the axes perm[0], perm[1], perm[2]."""
    shape = inputs.shape[1:]
    outputs = np.empty((len(inputs), *(shape[axis] for axis in perm)), inputs.dtype)
    for place in itertools.product(*map(range, outputs.shape[1:])):
        source = [0] * len(perm)
        for axis, index in zip(perm, place, strict=True):
            source[axis] = index
        outputs[(slice(None), *place)] = inputs[(slice(None), *source)]
    return outputs


def random_case(rng: np.random.Generator, dtype: str) -> tuple[bytes, Array, Array]:
    """(model, inputs, expected outputs) of a random shape of 1 to 5 axes."""
    shape = tuple(int(size) for size in rng.integers(1, 5, rng.integers(1, 6)))
    perm = tuple(int(axis) for axis in rng.permutation(len(shape)))
    inputs = random_values(rng, dtype, 3, *shape)
    expected = transposed(inputs, perm)
    return transpose_model(constant(np.array(perm, np.int32)), shape, expected.shape[1:], dtype), inputs, expected


@pytest.mark.parametrize("dtype", TYPES)
def test_moves_every_element_to_its_place(dtype: str) -> None:
    rng = np.random.default_rng(1)
    for _ in range(20):
        model, inputs, expected = random_case(rng, dtype)
        np.testing.assert_array_equal(outputs_of(model, inputs)[0], expected)


CELLS = of_types("TRANSPOSE", random_case, TYPES)


@every(CELLS)
def test_as_tflm(tflm: TflmSession, cell: Cell) -> None:
    assert_cell_as_tflm(tflm, cell)


def test_images_from_channels_last_to_channels_first() -> None:
    image = np.arange(12, dtype=np.int8).reshape(1, 1, 2, 2, 3)
    model = transpose_model(constant(np.int32([0, 3, 1, 2])), (1, 2, 2, 3), (1, 3, 2, 2))
    assert outputs_of(model, image)[0].tolist() == [[[[[0, 3], [6, 9]], [[1, 4], [7, 10]], [[2, 5], [8, 11]]]]]


SWAP = constant(np.int32([1, 0]))
REFUSED = {
    "perm not constant": transpose_model(TensorSpec((2,), "INT32"), (2, 3), (3, 2)),
    "perm too short": transpose_model(constant(np.int32([0])), (2, 3), (3, 2)),
    "perm of two axes": transpose_model(constant(np.int32([[1, 0]])), (2, 3), (3, 2)),
    "perm out of range": transpose_model(constant(np.int32([2, 0])), (2, 3), (3, 2)),
    "perm negative": transpose_model(constant(np.int32([-1, 0])), (2, 3), (3, 2)),
    "another type": single_operator("TRANSPOSE", [TensorSpec((2, 3)), SWAP], [TensorSpec((3, 2), "INT16")]),
    "six axes": transpose_model(constant(np.arange(6, dtype=np.int32)), (1,) * 6, (1,) * 6),
}


@pytest.mark.parametrize("name", REFUSED)
def test_refusals(name: str) -> None:
    phase, message = refusal_of(REFUSED[name])
    assert phase == "allocate"
    assert "operator 0 (TRANSPOSE)" in message
    assert "needed" in message


@pytest.mark.parametrize("name", REFUSED)
def test_refused_as_tflm(tflm: TflmSession, name: str) -> None:
    assert_refused_as_tflm(tflm, REFUSED[name])


@pytest.mark.parametrize("dtype", ["int32", "int64", "uint8", "bool"])
def test_other_types_fail_in_invoke(tflm: TflmSession, dtype: str) -> None:
    model = transpose_model(SWAP, (2, 3), (3, 2), dtype)
    assert refusal_of(model)[0] == "invoke"
    assert_refused_as_tflm(tflm, model)


@pytest.mark.parametrize(("perm", "out_shape"), [((0, 0), (2, 2)), ((1, 0), (2, 3))])
def test_an_axis_twice_and_another_shape_are_refused(perm: tuple[int, ...], out_shape: tuple[int, ...]) -> None:
    """TFLM does not look."""
    assert refusal_of(transpose_model(constant(np.array(perm, np.int32)), (2, 3), out_shape))[0] == "allocate"
