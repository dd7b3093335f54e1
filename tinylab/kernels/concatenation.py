"""output = the inputs, one after another along one axis.

Retells tensorflow/lite/micro/kernels/concatenation.cc and tensorflow/lite/kernels/internal/reference/concatenation.h.

NB: inputs whose shapes do not add up to the output's are refused; a release build of TFLM does not look.
"""

from __future__ import annotations

from itertools import accumulate, pairwise
from typing import NamedTuple

from tinylab.kernels.kernel_util import (
    InvokeContext,
    PrepareContext,
    Registration,
    describe,
    refuse,
    require_same_type,
    require_type,
    scale_of,
    zero_point_of,
)
from tinylab.model import ActivationFunctionType, Operator, Tensor, TensorType
from tinylab.model.options import ConcatenationOptions

OUTPUT = 0
MAX_INPUT_COUNT, MAX_RANK = 10, 6
TYPES = (
    TensorType.FLOAT32,
    TensorType.INT8,
    TensorType.INT16,
    TensorType.INT32,
    TensorType.INT64,
    TensorType.BOOL,
)


class OpData(NamedTuple):
    """Where each input goes: slices of the output's axis `axis`."""

    axis: int  # not negative, samples not counted
    places: tuple[slice, ...]


def prepare(context: PrepareContext, node: Operator) -> OpData:
    """Refuse inputs that would have to be rescaled or do not fit; find the place of each."""
    options: ConcatenationOptions = node.options
    output = context.output_tensor(node, OUTPUT)
    if options.fused_activation_function != ActivationFunctionType.NONE:
        refuse(f"a fused {options.fused_activation_function.name}", "no activation")
    require_type(output, *TYPES)
    if len(node.inputs) > MAX_INPUT_COUNT:
        refuse(f"{len(node.inputs)} inputs", f"at most {MAX_INPUT_COUNT}")
    inputs = [context.input_tensor(node, index) for index in range(len(node.inputs))]
    for input in inputs:
        _check_quantization(input, output)

    axis = options.axis if options.axis >= 0 else len(output.shape) + options.axis
    if not 0 <= axis < len(output.shape):
        refuse(f"axis {options.axis}", f"one of the {len(output.shape)} axes of {describe(output)}")
    sizes = [input.shape[axis] if axis < len(input.shape) else 0 for input in inputs]
    for input, size in zip(inputs, sizes, strict=True):
        if (*output.shape[:axis], size, *output.shape[axis + 1 :]) != input.shape:
            refuse(f"{describe(input)} in {describe(output)}", f"a shape that differs in axis {axis} alone")
    if sum(sizes) != output.shape[axis]:
        refuse(f"{sum(sizes)} elements along axis {axis} of the inputs", f"{output.shape[axis]} of {describe(output)}")
    return OpData(axis, tuple(slice(*ends) for ends in pairwise(accumulate(sizes, initial=0))))


def _check_quantization(input: Tensor, output: Tensor) -> None:
    require_same_type(input, output)
    if len(input.shape) > MAX_RANK:
        refuse(describe(input), f"at most {MAX_RANK} axes")
    same_scale = scale_of(input) == scale_of(output) and zero_point_of(input) == zero_point_of(output)
    if input.type == TensorType.INT8 and not same_scale:
        refuse(f"{describe(input)} and {describe(output)}", "one scale and zero point for both")
    if input.type == TensorType.INT16 and (zero_point_of(input) or zero_point_of(output)):
        refuse(f"{describe(input)} into {describe(output)}", "zero point 0 in both")


def invoke(context: InvokeContext, node: Operator, data: OpData) -> None:
    """Copy each input to its place."""
    output = context.output_data(node, OUTPUT)
    for index, place in enumerate(data.places):
        output[(slice(None),) * (1 + data.axis) + (place,)] = context.input_data(node, index)


REGISTRATION = Registration("CONCATENATION", prepare, invoke)
