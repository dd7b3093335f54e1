"""EXPAND_DIMS: the same elements with one axis more, on the real TFLM too."""

from __future__ import annotations

import numpy as np
import pytest

from tests.builder import TensorSpec, constant, single_operator
from tests.kernels.cells import Case, Cell, Rng, assert_cell_as_tflm, every, of_types, values
from tests.kernels.elementwise import random_shape
from tests.kernels.running import assert_as_tflm, assert_refused_as_tflm, outputs_of, random_values, refusal_of
from tinylab.peers.tflm import TflmSession

TYPES = ["float32", "int8", "int16"]
SHAPE = (2, 3, 4)


def expand_model(axis: TensorSpec, out_shape: tuple[int, ...], dtype: str = "int8") -> bytes:
    return single_operator(
        "EXPAND_DIMS", [TensorSpec(SHAPE, dtype.upper()), axis], [TensorSpec(out_shape, dtype.upper())]
    )


@pytest.mark.parametrize("dtype", TYPES)
@pytest.mark.parametrize("axis", range(-4, 4))
def test_is_numpys_expand_dims(tflm: TflmSession, axis: int, dtype: str) -> None:
    inputs = random_values(np.random.default_rng(1), dtype, 3, *SHAPE)
    expected = np.expand_dims(inputs, axis if axis < 0 else axis + 1)
    for axis_tensor in (constant(np.int32([axis])), constant(np.int32(axis))):
        model = expand_model(axis_tensor, expected.shape[1:], dtype)
        np.testing.assert_array_equal(outputs_of(model, inputs)[0], expected)
        assert_as_tflm(tflm, model, inputs)


def random_case(rng: Rng, dtype: str) -> Case:
    shape = random_shape(rng)
    axis = int(rng.integers(-len(shape) - 1, len(shape) + 1))
    inputs = values(rng, dtype, *shape)
    expanded = np.expand_dims(inputs[0], axis).shape
    tensors = TensorSpec(shape, dtype.upper()), constant(np.int32(axis if rng.random() < 0.5 else [axis]))
    return single_operator("EXPAND_DIMS", tensors, [TensorSpec(expanded, dtype.upper())]), inputs


CELLS = of_types("EXPAND_DIMS", random_case, TYPES)


@every(CELLS)
def test_as_tflm(tflm: TflmSession, cell: Cell) -> None:
    assert_cell_as_tflm(tflm, cell)


REFUSED = {
    "axis too large": expand_model(constant(np.int32([4])), (2, 3, 4, 1)),
    "axis of two axes": expand_model(constant(np.int32([[0]])), (1, 2, 3, 4)),
    "axis of another type": expand_model(constant(np.int64([0])), (1, 2, 3, 4)),
    "axis not constant": expand_model(TensorSpec((1,), "INT32"), (1, 2, 3, 4)),
    "1 at another place": expand_model(constant(np.int32([0])), (2, 1, 3, 4)),
    "another size": expand_model(constant(np.int32([0])), (1, 4, 3, 2)),
    "no axis more": expand_model(constant(np.int32([0])), (2, 3, 4)),
}


@pytest.mark.parametrize("name", REFUSED)
def test_refusals(name: str) -> None:
    phase, message = refusal_of(REFUSED[name])
    assert phase == "allocate"
    assert "operator 0 (EXPAND_DIMS)" in message
    assert "needed" in message


@pytest.mark.parametrize("name", REFUSED)
def test_refused_as_tflm(tflm: TflmSession, name: str) -> None:
    assert_refused_as_tflm(tflm, REFUSED[name])


def test_an_axis_before_the_first_is_refused() -> None:
    """TFLM reads before the shape here."""
    assert refusal_of(expand_model(constant(np.int32([-5])), (1, 2, 3, 4)))[0] == "allocate"


@pytest.mark.parametrize("dtype", ["int32", "uint8", "bool"])
def test_other_types_fail_in_invoke(tflm: TflmSession, dtype: str) -> None:
    model = expand_model(constant(np.int32([0])), (1, *SHAPE), dtype)
    assert refusal_of(model)[0] == "invoke"
    assert_refused_as_tflm(tflm, model)
