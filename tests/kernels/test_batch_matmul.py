"""BATCH_MATMUL: against sums in Python's integers, and the real TFLM."""

from __future__ import annotations

import numpy as np
import pytest

from tests.arithmetic.test_fixed_point import c_multiply
from tests.builder import TensorSpec, constant, single_operator
from tests.kernels.cases import assert_refused_in, coin, some_shape, spec
from tests.kernels.cells import NEAR, Cell, assert_cell_as_tflm, every, of_types
from tests.kernels.running import Array, interpreter_of, outputs_of, random_values, refusal_of
from tinylab.arithmetic.fixed_point import quantize_multiplier
from tinylab.model.options import BatchMatMulOptions
from tinylab.peers.tflm import TflmSession

TYPES = ["float32", "int8", "int16"]


def shapes(rng: np.random.Generator) -> tuple[tuple[int, ...], tuple[int, ...], tuple[int, ...]]:
    """x [..., rows, depth], y [..., depth, columns] and their product, of 2 to 5 axes; axes of 1 now and then."""
    outer = some_shape(rng, 0, 3, 3)
    rows, depth, columns = (int(size) for size in rng.integers(1, 7, 3))
    if coin(rng, 0.1):
        depth = int(rng.integers(200, 600))

    def some() -> tuple[int, ...]:
        return tuple(1 if coin(rng, 0.4) else size for size in outer)[int(rng.integers(0, len(outer) + 1)) :]

    x, y = some(), some()
    return (*x, rows, depth), (*y, depth, columns), (*np.broadcast_shapes(x, y), rows, columns)


def random_case(rng: np.random.Generator, dtype: str) -> tuple[bytes, list[Array]]:
    """adj_x, adj_y; a constant for either; scales that make sums fill the output's range or overflow it."""
    x_shape, y_shape, shape = shapes(rng)
    adj_x, adj_y = coin(rng), coin(rng)
    x_shape = (*x_shape[:-2], *x_shape[:-3:-1]) if adj_x else x_shape
    y_shape = (*y_shape[:-2], *y_shape[:-3:-1]) if adj_y else y_shape
    zero_points = rng.integers(-128, 128, 3) if dtype == "int8" else np.zeros(3, int)
    scales = [None] * 3 if dtype == "float32" else [float(np.float32(2.0 ** rng.uniform(-8, 0))) for _ in range(3)]
    if dtype == "int16":
        scales[2] = float(np.float32(2.0 ** rng.uniform(0, 14)))
    specs, feeds = [], []
    for place, one in enumerate((x_shape, y_shape)):
        values = random_values(rng, dtype, 3, *one)
        if coin(rng, 0.3):
            specs.append(constant(values[0], scale=scales[place], zero_point=int(zero_points[place])))
        else:
            specs.append(TensorSpec(one, dtype.upper(), scales[place], int(zero_points[place])))
            feeds.append(values)
    if not feeds:
        return random_case(rng, dtype)
    output = TensorSpec(shape, dtype.upper(), scales[2], int(zero_points[2]))
    return single_operator("BATCH_MATMUL", specs, [output], BatchMatMulOptions(adj_x, adj_y)), feeds


INTEGERS = of_types("BATCH_MATMUL", random_case, ["int8", "int16"])
CELLS = INTEGERS | of_types("BATCH_MATMUL", random_case, ["float32"], bound=NEAR)


@every(CELLS)
def test_as_tflm(tflm: TflmSession, cell: Cell) -> None:
    assert_cell_as_tflm(tflm, cell)


@pytest.mark.parametrize("adj_x", [False, True])
@pytest.mark.parametrize("adj_y", [False, True])
def test_by_hand(adj_x: bool, adj_y: bool) -> None:
    """Sum by sum, in Python's integers."""
    rng = np.random.default_rng(12)
    x, y = random_values(rng, "int8", 2, 3, 5), random_values(rng, "int8", 2, 5, 4)
    inputs = [x.swapaxes(1, 2) if adj_x else x, y.swapaxes(1, 2) if adj_y else y]
    specs = [TensorSpec(inputs[0].shape[1:], "INT8", 0.25, 7), TensorSpec(inputs[1].shape[1:], "INT8", 0.5, -3)]
    model = single_operator(
        "BATCH_MATMUL", specs, [TensorSpec((3, 4), "INT8", 16.0, 11)], BatchMatMulOptions(adj_x, adj_y)
    )
    multiplier, shift = quantize_multiplier(0.25 * 0.5 / 16)
    expected = np.empty((2, 3, 4), np.int8)
    for sample, row, column in np.ndindex(expected.shape):
        total = sum((int(x[sample, row, k]) - 7) * (int(y[sample, k, column]) + 3) for k in range(5))
        expected[sample, row, column] = np.clip(c_multiply(total, multiplier, shift) + 11, -128, 127)
    np.testing.assert_array_equal(outputs_of(model, *inputs)[0], expected)


def test_op_data() -> None:
    """float32 sums as long as they are exact; the two scales multiply in double."""
    for depth, sum_dtype in ((100, np.float32), (2000, np.float64)):
        tensors = [TensorSpec((1, depth), "INT8", 0.3, -1), TensorSpec((depth, 1), "INT8", 0.7, 2)]
        interpreter = interpreter_of(single_operator("BATCH_MATMUL", tensors, [TensorSpec((1, 1), "INT8", 0.9, 3)]))
        data = interpreter._graph._op_data[0, 0]
        scale = float(np.float32(0.3)) * float(np.float32(0.7)) / float(np.float32(0.9))
        assert data[2:] == (-1, 2, 3, *quantize_multiplier(scale), sum_dtype)


def product(x: TensorSpec, y: TensorSpec, output: TensorSpec, options: BatchMatMulOptions | None = None) -> bytes:
    return single_operator("BATCH_MATMUL", [x, y], [output], options)


def of(dtype: str, *shape: int) -> TensorSpec:
    return spec(shape, dtype)


REFUSED = {
    "hybrid": product(of("float32", 2, 3), of("int8", 3, 4), of("float32", 2, 4)),
    "int8 to int16": product(of("int8", 2, 3), of("int8", 3, 4), of("int16", 2, 4)),
    "int32": product(of("int32", 2, 3), of("int32", 3, 4), of("int32", 2, 4)),
    "one axis": product(of("int8", 3), of("int8", 3, 4), of("int8", 1, 4)),
    "six axes": product(of("int8", *(1,) * 6), of("int8", 1, 1), of("int8", *(1,) * 6)),
    "depth": product(of("int8", 2, 3), of("int8", 4, 3), of("int8", 2, 3)),
    "batches": product(of("int8", 2, 2, 3), of("int8", 3, 3, 4), of("int8", 2, 2, 4)),
    "output size": product(of("int8", 2, 3), of("int8", 3, 4), of("int8", 2, 5)),
    "output axes": product(of("int8", 2, 3), of("int8", 3, 4), of("int8", 8)),
    "adj_x": product(of("int8", 2, 3), of("int8", 3, 4), of("int8", 2, 4), BatchMatMulOptions(adj_x=True)),
    "int16 zero point": product(spec((2, 3), "int16", 0.5, 1), of("int16", 3, 4), of("int16", 2, 4)),
}


@pytest.mark.parametrize("name", REFUSED)
def test_refusals(tflm: TflmSession, name: str) -> None:
    assert_refused_in(tflm, "allocate", REFUSED[name])


def test_no_scale() -> None:
    """NB: TFLM divides 0 by 0 and goes on."""
    plain = TensorSpec((2, 2), "INT8")
    assert refusal_of(product(plain, plain, plain))[0] == "allocate"
