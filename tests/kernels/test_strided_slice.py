"""STRIDED_SLICE: against loops that follow TFLM's, slices written by hand, and the real TFLM."""

from __future__ import annotations

import itertools
from typing import NamedTuple

import numpy as np
import pytest

from tests.builder import TensorSpec, constant, single_operator
from tests.kernels.cells import SAMPLES, Case, Cell, Rng, assert_cell_as_tflm, every, of_types
from tests.kernels.running import Array, assert_as_tflm, assert_refused_as_tflm, outputs_of, random_values, refusal_of
from tinylab.model.options import StridedSliceOptions
from tinylab.peers.tflm import TflmSession

TYPES = ["float32", "int8", "int16", "int32", "bool"]


class Slice(NamedTuple):
    begin: tuple[int, ...]
    end: tuple[int, ...]
    strides: tuple[int, ...]
    options: StridedSliceOptions = StridedSliceOptions()


def slice_model(shape: tuple[int, ...], sliced: Slice, out_shape: tuple[int, ...], dtype: str = "INT8") -> bytes:
    indices = [constant(np.array(values, np.int32)) for values in (sliced.begin, sliced.end, sliced.strides)]
    tensors = [TensorSpec(shape, dtype), *indices]
    return single_operator("STRIDED_SLICE", tensors, [TensorSpec(out_shape, dtype)], sliced.options)


def clamped(value: int, low: int, high: int) -> int:
    return max(low, min(value, high))


def taken_by_tflm(shape: tuple[int, ...], sliced: Slice) -> list[list[int]]:
    """The indices of each axis, one at a time, as strided_slice_logic.h finds them."""
    taken = []
    for axis, (size, stride) in enumerate(zip(shape, sliced.strides, strict=True)):
        bit = 1 << axis
        low, high = (0, size) if stride > 0 else (-1, size - 1)
        start = sliced.begin[axis] + (size if sliced.begin[axis] < 0 else 0)
        start = clamped(start, low, high)
        if sliced.options.begin_mask & bit:
            start = 0 if stride > 0 else size - 1
        stop = sliced.end[axis] + (size if sliced.end[axis] < 0 else 0)
        stop = clamped(stop, low, high)
        if sliced.options.end_mask & bit:
            stop = size if stride > 0 else -1
        if sliced.options.shrink_axis_mask & bit:
            stop = start if start >= size else start + 1
        indices = []
        while start < stop if stride > 0 else start > stop:
            indices.append(start)
            start += stride
        taken.append(indices)
    return taken


def random_slice(rng: np.random.Generator) -> tuple[tuple[int, ...], Slice, list[list[int]], tuple[int, ...]]:
    """(shape, slice, indices of each axis, output shape) of one that takes something."""
    while True:
        shape = tuple(int(size) for size in rng.integers(1, 6, rng.integers(1, 5)))
        rank = len(shape)
        begin, end = (tuple(int(i) for i in rng.integers(-7, 8, rank)) for _ in range(2))
        strides = tuple(int(i) for i in rng.choice([-3, -2, -1, 1, 1, 1, 2, 3], rank))
        begin_mask, end_mask, shrink = (int(mask & rng.integers(16)) for mask in rng.integers(0, 1 << rank, 3))
        shrink &= sum(1 << axis for axis in range(rank) if strides[axis] > 0)
        options = StridedSliceOptions(begin_mask, end_mask, shrink_axis_mask=shrink)
        sliced = Slice(begin, end, strides, options)
        taken = taken_by_tflm(shape, sliced)
        if all(taken):
            out = tuple(len(indices) for axis, indices in enumerate(taken) if not shrink >> axis & 1)
            return shape, sliced, taken, out


def picked(inputs: Array, taken: list[list[int]], out_shape: tuple[int, ...]) -> Array:
    """Element by element."""
    elements = [[sample[place] for place in itertools.product(*taken)] for sample in inputs]
    return np.array(elements, inputs.dtype).reshape(len(inputs), *out_shape)


@pytest.mark.parametrize("dtype", TYPES)
def test_takes_what_the_loops_take(dtype: str) -> None:
    rng = np.random.default_rng(3)
    for _ in range(40):
        shape, sliced, taken, out_shape = random_slice(rng)
        inputs = random_values(rng, dtype, 3, *shape)
        outputs = outputs_of(slice_model(shape, sliced, out_shape, dtype.upper()), inputs)
        np.testing.assert_array_equal(outputs[0], picked(inputs, taken, out_shape), str(sliced))


def random_case(rng: Rng, dtype: str) -> Case:
    shape, sliced, _, out_shape = random_slice(rng)
    return slice_model(shape, sliced, out_shape, dtype.upper()), random_values(rng, dtype, SAMPLES, *shape)


CELLS = of_types("STRIDED_SLICE", random_case, TYPES)


@every(CELLS)
def test_as_tflm(tflm: TflmSession, cell: Cell) -> None:
    assert_cell_as_tflm(tflm, cell)


TEN = np.arange(10, dtype=np.int8)[np.newaxis]
FIRST, LAST = StridedSliceOptions(begin_mask=1), StridedSliceOptions(end_mask=1)
BY_HAND = [
    (Slice((2,), (7,), (2,)), [2, 4, 6]),
    (Slice((-3,), (100,), (1,)), [7, 8, 9]),
    (Slice((5,), (7,), (3,), FIRST), [0, 3, 6]),
    (Slice((5,), (7,), (3,), LAST), [5, 8]),
    (Slice((8,), (2,), (-2,)), [8, 6, 4]),
    (Slice((0,), (0,), (-4,), StridedSliceOptions(begin_mask=1, end_mask=1)), [9, 5, 1]),
    (Slice((3,), (-11,), (-1,)), [3, 2, 1, 0]),  # an end before the first element
    (Slice((0,), (-1,), (1,), StridedSliceOptions(ellipsis_mask=1, new_axis_mask=1)), list(range(9))),  # both ignored
    (Slice((0,), (3,), (1,), StridedSliceOptions(offset=True)), [0, 1, 2]),
]


@pytest.mark.parametrize(("sliced", "expected"), BY_HAND)
def test_by_hand(sliced: Slice, expected: list[int]) -> None:
    assert outputs_of(slice_model((10,), sliced, (len(expected),)), TEN)[0].tolist() == [expected]


@pytest.mark.parametrize(("sliced", "expected"), BY_HAND)
def test_by_hand_as_tflm(tflm: TflmSession, sliced: Slice, expected: list[int]) -> None:
    assert_as_tflm(tflm, slice_model((10,), sliced, (len(expected),)), TEN)


def test_a_dropped_axis_takes_the_element_at_begin() -> None:
    drop = StridedSliceOptions(shrink_axis_mask=1)
    assert outputs_of(slice_model((10,), Slice((-2,), (0,), (1,), drop), ()), TEN)[0].tolist() == [8]


NOTHING = [Slice((10,), (11,), (1,)), Slice((4,), (5,), (-1,))]


@pytest.mark.parametrize("sliced", [one._replace(options=StridedSliceOptions(shrink_axis_mask=1)) for one in NOTHING])
def test_a_dropped_axis_outside_the_input_or_backwards_writes_nothing(tflm: TflmSession, sliced: Slice) -> None:
    assert taken_by_tflm((10,), sliced) == [[]]
    assert outputs_of(slice_model((10,), sliced, ()), TEN)[0].tolist() == [0]  # as the new arena was
    assert tflm.run(slice_model((10,), sliced, ()), TEN).ran  # its output is what lay in its memory before


def test_an_empty_slice(tflm: TflmSession) -> None:
    model = slice_model((10,), Slice((5,), (5,), (1,)), (0,))
    assert outputs_of(model, TEN)[0].shape == (1, 0)
    assert_as_tflm(tflm, model, TEN)


def test_a_constant_input_is_the_same_for_every_sample() -> None:
    """The shape of a tensor whose batch is sliced off: samples 1 among samples N."""
    indices = [constant(np.array([i], np.int32)) for i in (1, 3, 1)]
    model = single_operator("STRIDED_SLICE", [constant(np.int32([5, 6, 7])), *indices], [TensorSpec((2,), "INT32")])
    assert outputs_of(model)[0].tolist() == [[6, 7]]


def refused_models() -> dict[str, bytes]:
    ten, out = TensorSpec((10,), "INT8"), TensorSpec((2,), "INT8")
    index = [constant(np.array([i], np.int32)) for i in (1, 3, 1)]
    fed = TensorSpec((1,), "INT32")

    def model(inputs: list[TensorSpec], output: TensorSpec = out) -> bytes:
        return single_operator("STRIDED_SLICE", inputs, [output], StridedSliceOptions())

    return {
        "output size": model([ten, *index], TensorSpec((3,), "INT8")),
        "output rank": model([ten, *index], TensorSpec((2, 1), "INT8")),
        "stride 0": model([ten, *index[:2], constant(np.int32([0]))]),
        "begin is computed": model([ten, fed, *index[1:]]),
        "end is computed": model([ten, index[0], fed, index[2]]),
        "strides are computed": model([ten, *index[:2], fed]),
        "three inputs": model([ten, *index[:2]]),
        "five axes": slice_model((1,) * 5, Slice((0,) * 5, (1,) * 5, (1,) * 5), (1,) * 5),
        "uint8": slice_model((10,), Slice((1,), (3,), (1,)), (2,), "UINT8"),
        "int64": slice_model((10,), Slice((1,), (3,), (1,)), (2,), "INT64"),
    }


@pytest.mark.parametrize("name", refused_models())
def test_refusals(name: str) -> None:
    phase, message = refusal_of(refused_models()[name])
    assert phase == ("invoke" if name in ("uint8", "int64") else "allocate")
    assert "operator 0 (STRIDED_SLICE)" in message
    assert "needed" in message


@pytest.mark.parametrize("name", refused_models())
def test_refused_as_tflm(tflm: TflmSession, name: str) -> None:
    assert_refused_as_tflm(tflm, refused_models()[name])


def test_fewer_indices_than_axes_are_refused() -> None:
    """TFLM reads past the index tensors here."""
    model = slice_model((2, 2), Slice((0,), (1,), (1,)), (1, 2))
    assert refusal_of(model) == (
        "allocate",
        "operator 0 (STRIDED_SLICE): 1 begin, 1 end, 1 stride indices, but 2 of each is needed",
    )
