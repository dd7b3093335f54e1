"""output[..., i, j] = sum over k of x[..., i, k] * y[..., k, j]: a product of matrices for each of the other axes.

Integers: minus the zero points, then scaled as in FULLY_CONNECTED. adj_x, adj_y: that matrix is given transposed.
Retells tensorflow/lite/micro/kernels/batch_matmul.cc and
tensorflow/lite/kernels/internal/reference/batch_matmul.h.
"""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np

from tinylab.arithmetic.requantize import requantize, requantize_int64
from tinylab.kernels.kernel_util import (
    Array,
    InvokeContext,
    PrepareContext,
    Registration,
    broadcast_pair,
    describe,
    refuse,
    require_counts,
    require_same_type,
    require_type,
    single_output_multiplier,
    zero_point_of,
)
from tinylab.model import Operator, Tensor, TensorType
from tinylab.model.options import BatchMatMulOptions

X, Y, OUTPUT = 0, 1, 0
EXACT_FLOAT32 = 2**24  # integers up to here


class OpData(NamedTuple):
    """What Invoke needs."""

    adj_x: bool
    adj_y: bool
    x_zero_point: int
    y_zero_point: int
    output_zero_point: int
    multiplier: int
    shift: int
    sum_dtype: type[np.floating[Any]]  # in which no sum is rounded; of floats, float32


def prepare(context: PrepareContext, node: Operator) -> OpData:
    """Refuse hybrids, and shapes that do not go together."""
    require_counts(node, 2, 1)
    options = node.options or BatchMatMulOptions()
    x, y, output = context.input_tensor(node, X), context.input_tensor(node, Y), context.output_tensor(node, OUTPUT)
    require_type(x, TensorType.FLOAT32, TensorType.INT8, TensorType.INT16)
    require_same_type(x, y)
    require_same_type(x, output)
    depth = _require_shapes(x, y, output, options)
    if x.type == TensorType.FLOAT32:
        return OpData(options.adj_x, options.adj_y, 0, 0, 0, 0, 0, np.float32)
    zero_points = zero_point_of(x), zero_point_of(y), zero_point_of(output)
    if x.type == TensorType.INT16 and any(zero_points):
        refuse(f"INT16 with zero points {zero_points}", "0")
    multiplier, shift = single_output_multiplier(x, y, None, output)
    largest = depth * math.prod(128 + abs(zero_point) for zero_point in zero_points[:2])
    sum_dtype = np.float32 if x.type == TensorType.INT8 and largest < EXACT_FLOAT32 else np.float64
    return OpData(options.adj_x, options.adj_y, *zero_points, multiplier, shift, sum_dtype)


def _require_shapes(x: Tensor, y: Tensor, output: Tensor, options: BatchMatMulOptions) -> int:
    """How long the sums are."""
    for tensor in (x, y):
        if not 2 <= len(tensor.shape) <= 5:
            refuse(describe(tensor), "2 to 5 axes")
    rows, x_depth = x.shape[-2:][:: -1 if options.adj_x else 1]
    y_depth, columns = y.shape[-2:][:: -1 if options.adj_y else 1]
    try:
        shape = (*np.broadcast_shapes(x.shape[:-2], y.shape[:-2]), rows, columns)
    except ValueError:
        refuse(f"{describe(x)} and {describe(y)}", "axes before the last two that broadcast")
    if x_depth != y_depth:
        refuse(f"{describe(x)} and {describe(y)}", "as many columns as rows")
    if len(output.shape) < len(shape) or output.element_count != math.prod(shape):
        refuse(describe(output), f"an output of shape {shape}")
    return x_depth


def invoke(context: InvokeContext, node: Operator, data: OpData) -> None:
    """Multiply all matrices."""
    x = _matrices(context.input_data(node, X), data.adj_x, data.x_zero_point, data)
    y = _matrices(context.input_data(node, Y), data.adj_y, data.y_zero_point, data)
    sums = np.matmul(*broadcast_pair(x, y))  # sum_dtype [samples, *shape of the output]
    output = context.output_data(node, OUTPUT)
    if output.dtype != np.float32:
        limits, scale = np.iinfo(output.dtype), requantize if output.dtype == np.int8 else requantize_int64
        zero_point, low, high = data.output_zero_point, int(limits.min), int(limits.max)
        sums = scale(sums, data.multiplier, data.shift, zero_point, low, high, output.dtype)
    output[...] = sums.reshape(-1, *output.shape[1:])


def _matrices(array: Array, is_transposed: bool, zero_point: int, data: OpData) -> Array:
    """[samples, ..., rows, columns] in sum_dtype, minus the zero point."""
    matrices = array.swapaxes(-1, -2) if is_transposed else array
    return np.subtract(matrices, zero_point, dtype=data.sum_dtype) if zero_point else matrices.astype(data.sum_dtype)


REGISTRATION = Registration("BATCH_MATMUL", prepare, invoke)
