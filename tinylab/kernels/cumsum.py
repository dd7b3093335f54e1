"""output[i] = input[0] + ... + input[i], along one axis; without input[i] where exclusive, from the end where reverse.

Retells tensorflow/lite/micro/kernels/cumsum.cc and tensorflow/lite/kernels/internal/reference/cumsum.h. The sums of
int8 start not from the number 0 but from -zero_point, as in TFLM. float32 is exact: one is added after another.

NB: the axis may be computed by the graph, and differ from sample to sample.
"""

from __future__ import annotations

import numpy as np

from tinylab.arithmetic.requantize import requantize
from tinylab.errors import InvokeError
from tinylab.kernels.common_scale import CommonScale, common_scale, rescale
from tinylab.kernels.kernel_util import (
    Array,
    InvokeContext,
    PrepareContext,
    Registration,
    describe,
    refuse,
    require_counts,
    require_same_shape,
    require_same_type,
    require_type,
)
from tinylab.model import ActivationFunctionType, Operator, TensorType
from tinylab.model.options import CumsumOptions

INPUT, AXIS, OUTPUT = 0, 1, 0

OpData = CommonScale | None  # None for float32


def prepare(context: PrepareContext, node: Operator) -> OpData:
    """Refuse all but one int32 axis; reduce the two scales of int8 to multipliers."""
    require_counts(node, 2, 1)
    input, axis = context.input_tensor(node, INPUT), context.input_tensor(node, AXIS)
    output = context.output_tensor(node, OUTPUT)
    require_type(input, TensorType.FLOAT32, TensorType.INT8)
    require_type(axis, TensorType.INT32)
    if axis.element_count != 1 or not input.shape:
        refuse(f"{describe(axis)} and {describe(input)}", "one axis number, and at least one axis")
    require_same_type(input, output)
    require_same_shape(input, output)
    if input.type == TensorType.FLOAT32:
        return None
    return common_scale(input, input, output, ActivationFunctionType.NONE)


def invoke(context: InvokeContext, node: Operator, data: OpData) -> None:
    """Add up."""
    tensor = context.input_tensor(node, INPUT)
    input, output = context.input_data(node, INPUT), context.output_data(node, OUTPUT)
    rank, axes = len(tensor.shape), context.input_data(node, AXIS).ravel()  # int32 [samples]
    wrong = axes[(axes < -rank) | (axes >= rank)]
    if wrong.size:
        raise InvokeError(f"axis {wrong[0]} of {describe(tensor)}, but one from {-rank} to {rank - 1} is needed")
    for axis in set(axes.tolist()):
        chosen = slice(None) if len(axes) == 1 else np.flatnonzero(axes == axis)
        samples = input if len(input) == 1 else input[chosen]
        output[chosen] = cumulated(node, data, samples, axis % rank - rank)


def cumulated(node: Operator, data: OpData, x: Array, axis: int) -> Array:
    """The sums along an axis counted from the end, of x's type and shape."""
    options = node.options
    assert isinstance(options, CumsumOptions)
    x = np.moveaxis(x, axis, -1)
    x = x[..., ::-1] if options.reverse else x
    terms = x if data is None else rescale(data.input1, x)  # float32 or int32 [samples, ..., size of the axis]
    start = terms.dtype.type(0) if data is None else rescale(data.input1, np.zeros(1, np.int8))
    with_start = np.concatenate([np.broadcast_to(start, (*terms.shape[:-1], 1)), terms], axis=-1)
    with np.errstate(invalid="ignore", over="ignore"):
        sums = np.add.accumulate(with_start, axis=-1)  # of its type: int32 wraps, as in C
    sums = sums[..., :-1] if options.exclusive else sums[..., 1:]
    if data is not None:
        rescaling = data.output_multiplier, data.output_shift, data.output_zero_point
        sums = requantize(sums, *rescaling, data.activation_min, data.activation_max, np.int8)
    return np.moveaxis(sums[..., ::-1] if options.reverse else sums, -1, axis)


REGISTRATION = Registration("CUMSUM", prepare, invoke)
