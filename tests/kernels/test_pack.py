"""PACK: against np.stack and the real TFLM."""

from __future__ import annotations

import numpy as np
import pytest

from tests.builder import TensorSpec, constant, single_operator
from tests.kernels.cells import Cell, assert_cell_as_tflm, every, of_types
from tests.kernels.running import Array, assert_as_tflm, assert_refused_as_tflm, outputs_of, random_values, refusal_of
from tinylab.model.options import PackOptions
from tinylab.peers.tflm import TflmSession

TYPES = ["float32", "int8", "int16", "int32", "int64"]


def random_case(rng: np.random.Generator, dtype: str) -> tuple[bytes, list[Array], Array]:
    """(model, inputs, expected outputs): up to four tensors of up to four axes, scalars among them."""
    shape = tuple(int(size) for size in rng.integers(1, 4, rng.integers(0, 5)))
    count = int(rng.integers(1, 5))
    axis = int(rng.integers(-len(shape) - 1, len(shape) + 1))
    inputs = [random_values(rng, dtype, 3, *shape) for _ in range(count)]
    expected = np.stack(inputs, axis if axis < 0 else axis + 1)
    tensors = [TensorSpec(shape, dtype.upper())] * count
    output = TensorSpec(expected.shape[1:], dtype.upper())
    return single_operator("PACK", tensors, [output], PackOptions(count, axis)), inputs, expected


@pytest.mark.parametrize("dtype", TYPES)
def test_is_numpys_stack(dtype: str) -> None:
    rng = np.random.default_rng(1)
    for _ in range(20):
        model, inputs, expected = random_case(rng, dtype)
        np.testing.assert_array_equal(outputs_of(model, *inputs)[0], expected)


CELLS = of_types("PACK", random_case, TYPES)


@every(CELLS)
def test_as_tflm(tflm: TflmSession, cell: Cell) -> None:
    assert_cell_as_tflm(tflm, cell)


def test_a_constant_among_the_inputs(tflm: TflmSession) -> None:
    """As in a shape that is packed together: [the batch, 49]."""
    tensors = [TensorSpec((), "INT32"), constant(np.int32(49))]
    model = single_operator("PACK", tensors, [TensorSpec((2,), "INT32")], PackOptions(2, 0))
    batches = np.int32([1, 7, 3])
    assert outputs_of(model, batches)[0].tolist() == [[1, 49], [7, 49], [3, 49]]
    assert_as_tflm(tflm, model, batches)


@pytest.mark.parametrize("dtype", ["UINT8", "BOOL"])
def test_other_types_fail_in_invoke(tflm: TflmSession, dtype: str) -> None:
    model = single_operator("PACK", [TensorSpec((2,), dtype)], [TensorSpec((1, 2), dtype)], PackOptions(1, 0))
    phase, message = refusal_of(model)
    assert phase == "invoke"
    assert "operator 0 (PACK)" in message
    assert_refused_as_tflm(tflm, model)


@pytest.mark.parametrize(
    ("input_count", "shape", "out_shape", "options"),
    [
        (2, (3,), (2, 3), PackOptions(3, 0)),
        (2, (3,), (2, 4), PackOptions(2, 0)),
        (2, (3,), (3, 2), PackOptions(2, 0)),
        (2, (3,), (2, 3), PackOptions(2, 2)),
    ],
)
def test_what_does_not_fit_is_refused(
    input_count: int, shape: tuple[int, ...], out_shape: tuple[int, ...], options: PackOptions
) -> None:
    """TFLM's PACK has no Prepare and does not look."""
    model = single_operator("PACK", [TensorSpec(shape)] * input_count, [TensorSpec(out_shape)], options)
    assert refusal_of(model)[0] == "allocate"
