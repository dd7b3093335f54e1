"""SPLIT: against np.split and the real TFLM."""

from __future__ import annotations

import numpy as np
import pytest

from tests.builder import TensorSpec, constant, single_operator
from tests.kernels.cells import Cell, assert_cell_as_tflm, every, of_types
from tests.kernels.running import Array, assert_refused_as_tflm, outputs_of, random_values, refusal_of
from tinylab.model.options import SplitOptions
from tinylab.peers.tflm import TflmSession

TYPES = ["float32", "int8", "int16", "int32"]


def split_model(
    axis: TensorSpec, shape: tuple[int, ...], out_shapes: list[tuple[int, ...]], dtype: str = "int8"
) -> bytes:
    outputs = [TensorSpec(out_shape, dtype.upper()) for out_shape in out_shapes]
    return single_operator("SPLIT", [axis, TensorSpec(shape, dtype.upper())], outputs, SplitOptions(len(outputs)))


def random_case(rng: np.random.Generator, dtype: str) -> tuple[bytes, Array, list[Array]]:
    """(model, inputs, expected outputs): up to four pieces of a tensor of up to five axes."""
    shape = [int(size) for size in rng.integers(1, 4, rng.integers(1, 6))]
    axis, count = int(rng.integers(-len(shape), len(shape))), int(rng.integers(1, 5))
    shape[axis] *= count
    inputs = random_values(rng, dtype, 3, *shape)
    pieces = np.split(inputs, count, axis if axis < 0 else axis + 1)
    axis_tensor = constant(np.int32(axis))
    return split_model(axis_tensor, tuple(shape), [piece.shape[1:] for piece in pieces], dtype), inputs, pieces


@pytest.mark.parametrize("dtype", TYPES)
def test_is_numpys_split(dtype: str) -> None:
    rng = np.random.default_rng(1)
    for _ in range(20):
        model, inputs, pieces = random_case(rng, dtype)
        for output, piece in zip(outputs_of(model, inputs), pieces, strict=True):
            np.testing.assert_array_equal(output, piece)


CELLS = of_types("SPLIT", random_case, TYPES)


@every(CELLS)
def test_as_tflm(tflm: TflmSession, cell: Cell) -> None:
    assert_cell_as_tflm(tflm, cell)


def test_a_computed_axis_is_refused(tflm: TflmSession) -> None:
    model = split_model(TensorSpec((), "INT32"), (4,), [(2,), (2,)])
    phase, message = refusal_of(model)
    assert phase == "allocate"
    assert "operator 0 (SPLIT)" in message
    assert "is not constant, but a constant is needed" in message
    assert_refused_as_tflm(tflm, model)


IN_INVOKE = {
    "axis too large": split_model(constant(np.int32(1)), (4,), [(2,), (2,)]),
    "axis too small": split_model(constant(np.int32(-2)), (4,), [(2,), (2,)]),
    "int64": split_model(constant(np.int32(0)), (4,), [(2,), (2,)], "int64"),
    "uint8": split_model(constant(np.int32(0)), (4,), [(2,), (2,)], "uint8"),
    "bool": split_model(constant(np.int32(0)), (4,), [(2,), (2,)], "bool"),
}


@pytest.mark.parametrize("name", IN_INVOKE)
def test_failures_in_invoke(name: str) -> None:
    phase, message = refusal_of(IN_INVOKE[name])
    assert phase == "invoke"
    assert "operator 0 (SPLIT)" in message
    assert "needed" in message


@pytest.mark.parametrize("name", IN_INVOKE)
def test_fails_in_invoke_as_tflm(tflm: TflmSession, name: str) -> None:
    assert_refused_as_tflm(tflm, IN_INVOKE[name])


@pytest.mark.parametrize("out_shapes", [[(2,), (3,)], [(1,), (3,)], [(2, 1), (2, 1)]])
def test_what_does_not_fit_is_refused(out_shapes: list[tuple[int, ...]]) -> None:
    """TFLM does not look, and reads past its input."""
    assert refusal_of(split_model(constant(np.int32(0)), (4,), out_shapes))[0] == "allocate"
