"""MEAN, SUM and REDUCE_ALL: against Python that follows the C++, by hand, and against the real TFLM."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import ArrayLike

from tests.arithmetic.test_fixed_point import c_multiply
from tests.builder import TensorSpec, constant, single_operator
from tests.kernels.cells import SAMPLES, Case, Cell, Rng, assert_cell_as_tflm, every, values
from tests.kernels.elementwise import op_data, random_scale, random_shape, random_tensor
from tests.kernels.reducing import random_axes, reduction
from tests.kernels.running import assert_as_tflm, assert_refused_as_tflm, outputs_of, random_values, refusal_of
from tinylab.arithmetic.fixed_point import quantize_multiplier
from tinylab.kernels.reduce import MEAN, OpData
from tinylab.model.options import ReducerOptions
from tinylab.peers.tflm import TflmSession


def mean_model(
    input: TensorSpec, axes: ArrayLike, output: TensorSpec, *, keep_dims: bool = False, computed_axes: bool = False
) -> bytes:
    """MEAN; `output`'s shape is found here."""
    like = {"type": output.type, "scale": output.scale, "zero_point": output.zero_point}
    return reduction("MEAN", input, axes, keep_dims=keep_dims, computed_axes=computed_axes, **like)


def random_case(name: str, dtype: str) -> Cell:
    """Into another scale, or the same; of bools nearly all are true."""

    def case(rng: Rng) -> Case:
        shape = random_shape(rng, 5)
        input, output = random_tensor(rng, shape, dtype), random_tensor(rng, shape, dtype)
        quantization = {} if rng.random() < 0.3 else {"scale": output.scale, "zero_point": output.zero_point}
        axes, keep_dims = random_axes(rng, len(shape)), bool(rng.integers(2))
        inputs = rng.random((SAMPLES, *shape)) < 0.9 if dtype == "bool" else values(rng, dtype, *shape)
        return reduction(name, input, axes, keep_dims=keep_dims, **quantization), [inputs]

    return Cell(case)


CELLS = {
    **{(name, dtype): random_case(name, dtype) for name in ("MEAN", "SUM") for dtype in ("float32", "int8", "int16")},
    ("REDUCE_ALL", "bool"): random_case("REDUCE_ALL", "bool"),
}


@every(CELLS)
def test_as_tflm(tflm: TflmSession, cell: Cell) -> None:
    assert_cell_as_tflm(tflm, cell)


@pytest.mark.parametrize("dtype", ["int8", "int16", "float32"])
@pytest.mark.parametrize("keep_dims", [True, False])
@pytest.mark.parametrize("axes", [(1, 2), (2, 1), (-2, -3)])
def test_of_images_as_tflm(tflm: TflmSession, dtype: str, keep_dims: bool, axes: tuple[int, int]) -> None:
    """Height and width of four axes, which TFLM sums by a loop of its own where the dimensions are kept."""
    rng = np.random.default_rng(2)
    shape = (2, 13, 9, 5)
    model = mean_model(random_tensor(rng, shape, dtype), axes, random_tensor(rng, shape, dtype), keep_dims=keep_dims)
    assert_as_tflm(tflm, model, random_values(rng, dtype, 4, *shape))


@pytest.mark.parametrize("dtype", ["int8", "int16"])
def test_many_elements_as_tflm(tflm: TflmSession, dtype: str) -> None:
    """All at one end of the type, so that the sum is as large as it gets: int16 sums beyond int32 wrap."""
    count = 2**17 + 3
    input = TensorSpec((count,), dtype.upper(), 0.5, 7)
    limits = np.iinfo(dtype)
    for value in (limits.min, limits.max):
        assert_as_tflm(tflm, mean_model(input, [0], input), np.full((1, count), value, dtype))
        assert_as_tflm(tflm, reduction("SUM", input, [0], scale=1e5), np.full((1, count), value, dtype))


def c_mean(row: list[int], first: tuple[float, int], last: tuple[float, int]) -> int:
    multiplier, shift = quantize_multiplier(first[0] / last[0])
    count = len(row)
    extra = min(count.bit_length() - 1, 32, 31 + shift)
    return c_multiply(sum(row) - first[1] * count, (multiplier << extra) // count, shift - extra) + last[1]


def test_int8_is_the_c_loop() -> None:
    rng = np.random.default_rng(3)
    for _ in range(30):
        rows = random_values(rng, "int8", 1, 4, int(rng.integers(1, 50)))
        first, last = ((random_scale(rng), int(rng.integers(-128, 128))) for _ in range(2))
        model = mean_model(TensorSpec(rows.shape[1:], "INT8", *first), [1], TensorSpec((), "INT8", *last))
        expected = [c_mean(row, first, last) for row in rows[0].tolist()]
        np.testing.assert_array_equal(outputs_of(model, rows)[0][0], np.clip(expected, -128, 127))


def test_by_hand() -> None:
    """(1 + 2 + 3 + 4) / 4 = 2.5 is a tie, away from zero."""
    int8 = TensorSpec((1, 4), "INT8", 1.0)
    assert outputs_of(mean_model(int8, [1], int8), np.array([[[1, 2, 3, 4]]], np.int8))[0].tolist() == [[3]]
    assert outputs_of(mean_model(int8, [1], int8), -np.array([[[1, 2, 3, 4]]], np.int8))[0].tolist() == [[-3]]
    floats = TensorSpec((2, 2), "FLOAT32")
    values = np.array([[[1, 2], [3, 5]]], np.float32)
    assert outputs_of(mean_model(floats, [0], floats), values)[0].tolist() == [[2, 3.5]]
    assert outputs_of(mean_model(floats, [-1], floats, keep_dims=True), values)[0].tolist() == [[[1.5], [4]]]
    assert outputs_of(mean_model(floats, [0, 1, 0, -1], floats), values)[0].tolist() == [2.75]  # each axis once


def test_float_sums_are_in_order(tflm: TflmSession) -> None:
    """1 is lost beside 2**24, one after another; added in pairs they would count."""
    values = np.array([[2.0**24, *[1] * 63]], np.float32)
    floats = TensorSpec((64,), "FLOAT32")
    assert outputs_of(mean_model(floats, [0], floats), values)[0].tolist() == [2.0**18]
    assert_as_tflm(tflm, mean_model(floats, [0], floats), values)


def test_sum_by_hand() -> None:
    """Real 0.5, 1 and 1.5 in steps of 0.5, into steps of 0.25."""
    model = reduction("SUM", TensorSpec((3,), "INT8", 0.5, 3), [0], scale=0.25, zero_point=-5)
    assert outputs_of(model, np.int8([[4, 5, 6]]))[0].tolist() == [-5 + 12]
    floats = reduction("SUM", TensorSpec((2, 2), "FLOAT32"), [-1], keep_dims=True)
    assert outputs_of(floats, np.float32([[[1, 2], [2**24, 1]]]))[0].tolist() == [[[3], [2**24]]]


def test_zeros_add_to_plus_zero(tflm: TflmSession) -> None:
    model, values = reduction("SUM", TensorSpec((2,), "FLOAT32"), [0]), np.float32([[-0.0, -0.0]])
    assert outputs_of(model, values)[0].tobytes() == tflm.run(model, values).require().outputs[0].tobytes()


def test_all_by_hand() -> None:
    model = reduction("REDUCE_ALL", TensorSpec((2, 2), "BOOL"), [1])
    assert outputs_of(model, np.array([[[True, True], [True, False]]]))[0].tolist() == [[True, False]]


def test_op_data_by_hand() -> None:
    model = mean_model(TensorSpec((2, 3), "INT8", 0.5, 3), [1], TensorSpec((), "INT8", 2.0, -4))
    assert op_data(MEAN, model) == OpData(2**30, -1, 3, -4)


def test_axes_may_be_computed(tflm: TflmSession) -> None:
    """Others for each sample: of a square, rows or columns."""
    square = TensorSpec((2, 2), "INT8", 1.0)
    model = mean_model(square, [0], square, computed_axes=True)
    values = np.array([[[0, 2], [4, 8]]] * 3, np.int8)
    axes = np.array([[0], [1], [-1]], np.int32)
    assert outputs_of(model, values, axes)[0].tolist() == [[2, 5], [1, 6], [1, 6]]
    assert_as_tflm(tflm, model, values, axes)


def bad_axis(type: str) -> bytes:
    """Axis 2 of a tensor with two."""
    tensor = TensorSpec((2, 2), type, None if type == "FLOAT32" else 0.5)
    return single_operator("MEAN", [tensor, constant(np.int32([2]))], [tensor._replace(shape=(2,))], ReducerOptions())


FLOAT, INT8 = TensorSpec((2, 2), "FLOAT32"), TensorSpec((2, 2), "INT8", 0.5)
REFUSED = {
    "int64 axes": (single_operator("MEAN", [FLOAT, constant(np.int64([1]))], [FLOAT], ReducerOptions()), "allocate"),
    "uint8": (mean_model(TensorSpec((2, 2), "UINT8", 0.5), [1], TensorSpec((), "UINT8", 0.5)), "invoke"),
    "int32": (mean_model(TensorSpec((2, 2), "INT32"), [1], TensorSpec((), "INT32")), "invoke"),
    "float axis out of range": (bad_axis("FLOAT32"), "invoke"),
    "sum of uint8": (reduction("SUM", TensorSpec((2, 2), "UINT8", 0.5), [1]), "invoke"),
    "sum of int32": (reduction("SUM", TensorSpec((2, 2), "INT32"), [1]), "invoke"),
    "sum into another type": (reduction("SUM", INT8, [1], type="INT16"), "invoke"),
    "sum along int64 axes": (reduction("SUM", INT8, [1], axis_type="INT64"), "allocate"),
    "all of int8": (reduction("REDUCE_ALL", INT8, [1]), "allocate"),
    "all into int8": (reduction("REDUCE_ALL", TensorSpec((2, 2), "BOOL"), [1], type="INT8"), "invoke"),
}
# Where TFLM dies, leaves zeros, writes beside the output, or divides by zero.
REFUSED_HERE = {
    "no axes": (single_operator("MEAN", [FLOAT], [FLOAT], ReducerOptions()), "allocate"),
    "int8 axis out of range": (bad_axis("INT8"), "invoke"),
    "another output type": (mean_model(INT8, [1], FLOAT), "allocate"),
    "no output scale": (mean_model(INT8, [1], INT8._replace(scale=None)), "allocate"),
    "output too small": (
        single_operator("MEAN", [FLOAT, constant(np.int32([1]))], [FLOAT._replace(shape=(1,))], ReducerOptions()),
        "invoke",
    ),
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
