"""output[y, x] = the four input pixels around (y * scale_y, x * scale_x), each weighted by how near it is.

Integers count in 1/1024 of a pixel. Retells tensorflow/lite/micro/kernels/resize_bilinear.cc and
tensorflow/lite/kernels/internal/reference/resize_bilinear.h.

NB: where the rounded scale of integers leads behind the last pixel, TFLM reads behind it, and we read the last again.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tinylab.kernels.kernel_util import (
    Array,
    InvokeContext,
    PrepareContext,
    Registration,
    describe,
    int32_constant,
    refuse,
    require_counts,
    require_same_type,
    require_type,
    require_type_at_invoke,
)
from tinylab.model import Operator, TensorType
from tinylab.model.options import ResizeBilinearOptions

INPUT, SIZE, OUTPUT = 0, 1, 0
ONE = 1 << 10  # a pixel


class Axis(NamedTuple):
    """For each place of the output along one axis, its two neighbours in the input, and their weights."""

    lower: NDArray[np.int32]
    upper: NDArray[np.int32]
    lower_weight: Array  # float32, or int32 in 1/1024
    upper_weight: Array


def prepare(context: PrepareContext, node: Operator) -> tuple[Axis, Axis]:
    """Height and width, all neighbours found."""
    require_counts(node, 2, 1)
    input, size = context.input_tensor(node, INPUT), context.input_tensor(node, SIZE)
    output = context.output_tensor(node, OUTPUT)
    if len(input.shape) != 4 or len(size.shape) != 1:
        refuse(f"{describe(input)} and {describe(size)}", "4 axes and 1")
    require_type(size, TensorType.INT32)
    wanted = int32_constant(size)
    options = node.options or ResizeBilinearOptions()
    if options.half_pixel_centers and options.align_corners:
        refuse("half_pixel_centers and align_corners", "one of them at most")
    require_same_type(input, output)
    if output.shape != (input.shape[0], *wanted, input.shape[3]):  # NB: TFLM does not look
        refuse(f"{describe(output)} and size {wanted}", "that height and width, and the input's batches and channels")
    find = _axis_integer if output.type is TensorType.INT8 else _axis_float
    height, width = (find(input.shape[axis], output.shape[axis], options) for axis in (1, 2))
    return height, width


def _axis_float(input_size: int, output_size: int, options: ResizeBilinearOptions) -> Axis:
    """In float32, operation by operation (ComputeInterpolationValues)."""
    aligned = options.align_corners and output_size > 1
    scale = np.float32(input_size - aligned) / np.float32(output_size - aligned)
    place = np.arange(output_size, dtype=np.float32)
    half = np.float32(0.5 if options.half_pixel_centers else 0)
    place = (place + half) * scale - half
    lower = np.maximum(np.floor(place), 0).astype(np.int32)
    upper = np.minimum(np.ceil(place).astype(np.int32), input_size - 1)
    above = place - lower.astype(np.float32)
    return Axis(lower, upper, np.float32(1) - above, above)


def _axis_integer(input_size: int, output_size: int, options: ResizeBilinearOptions) -> Axis:
    """In 1/1024 (ComputeInterpolationValuesInteger)."""
    aligned = options.align_corners and output_size > 1
    scale = (ONE * (input_size - aligned) + (output_size - aligned) // 2) // (output_size - aligned)
    place = np.arange(output_size, dtype=np.int32) * np.int32(scale)
    if options.half_pixel_centers:
        place = place + np.int32(scale // 2 - ONE // 2)
    lower = np.maximum(place // ONE, 0)
    upper = np.minimum((place + ONE - 1) // ONE, input_size - 1)
    above = place - ONE * lower
    return Axis(lower, upper, ONE - above, above)


def invoke(context: InvokeContext, node: Operator, data: tuple[Axis, Axis]) -> None:
    """Weigh the four neighbours of every place, in TFLM's order."""
    require_type_at_invoke(context.output_tensor(node, OUTPUT), TensorType.FLOAT32, TensorType.INT8)
    input, output = context.input_data(node, INPUT), context.output_data(node, OUTPUT)
    height, width = data
    pixels = input.reshape(len(input), -1, input.shape[4])  # [samples, batches*height*width, channels]
    first = np.arange(input.shape[1])[:, np.newaxis, np.newaxis] * (input.shape[2] * input.shape[3])
    total: Array = np.zeros((), height.upper_weight.dtype)
    for x, x_weight in ((width.lower, width.lower_weight), (width.upper, width.upper_weight)):
        for y, y_weight in ((height.lower, height.lower_weight), (height.upper, height.upper_weight)):
            places = first + y[:, np.newaxis] * input.shape[3] + x  # [batches, out_h, out_w]
            neighbours = pixels[
                :, np.minimum(places, pixels.shape[1] - 1)
            ]  # [samples, batches, out_h, out_w, channels]
            total = total + neighbours * y_weight[:, np.newaxis, np.newaxis] * x_weight[:, np.newaxis]
    if total.dtype != np.float32:  # divided by 2**20, ties away from zero; at most 2**29 in all
        total = np.sign(total) * ((np.abs(total) + (1 << 19)) >> 20)
    output[...] = total.astype(output.dtype)


REGISTRATION = Registration("RESIZE_BILINEAR", prepare, invoke)
