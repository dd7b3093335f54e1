"""output = scale * (input - zero_point), in float32.

Retells tensorflow/lite/micro/kernels/dequantize.cc, dequantize_common.cc and
tensorflow/lite/kernels/internal/reference/dequantize.h. Only a tensor's first scale is read.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from tinylab.kernels.kernel_util import (
    InvokeContext,
    PrepareContext,
    Registration,
    require_counts,
    require_same_size,
    require_type,
    scale_of,
    zero_point_of,
)
from tinylab.model import Operator, TensorType

INPUT, OUTPUT = 0, 0


class OpData(NamedTuple):
    """The input's quantization."""

    scale: float
    zero_point: int


def prepare(context: PrepareContext, node: Operator) -> OpData:
    """Refuse other types than int8, int16 and uint8 into float32."""
    require_counts(node, 1, 1)
    input, output = context.input_tensor(node, INPUT), context.output_tensor(node, OUTPUT)
    require_type(input, TensorType.INT8, TensorType.INT16, TensorType.UINT8)
    require_type(output, TensorType.FLOAT32)
    require_same_size(input, output)
    return OpData(float(scale_of(input)), zero_point_of(input))


def invoke(context: InvokeContext, node: Operator, data: OpData) -> None:
    """Multiply in double, and round the product once."""
    output = context.output_data(node, OUTPUT)
    centered = context.input_data(node, INPUT).astype(np.int32) - data.zero_point  # int32 [samples, *shape]
    output[...] = (data.scale * centered).reshape(len(centered), *output.shape[1:])


REGISTRATION = Registration("DEQUANTIZE", prepare, invoke)
