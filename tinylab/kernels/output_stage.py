"""What becomes of the sums of convolutions and FULLY_CONNECTED: bias, scale, zero point, activation.

Retells the ends of the loops in tensorflow/lite/kernels/internal/reference/integer_ops/conv.h, fully_connected.h.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from tinylab.arithmetic.requantization import Write, requantization
from tinylab.arithmetic.requantize import requantize, requantize_int64
from tinylab.kernels.kernel_util import Array, activation_range_float, activation_range_quantized
from tinylab.model import Tensor, TensorType


class OutputStage(NamedTuple):
    """What becomes of a sum: bias is added, it is scaled by multiplier * 2**(shift - 31), moved and clamped.

    multiplier, shift: int32 [channels], or one of each; multiplier is None for float32.
    int64_sums: TFLM adds int16 products up in int64, and then rounds once.
    """

    multiplier: NDArray[np.int32] | int | None
    shift: NDArray[np.int32] | int
    zero_point: int
    activation_min: float
    activation_max: float
    int64_sums: bool = False

    @property
    def is_float(self) -> bool:
        """Whether the operator is float32: sums are rounded, and nothing is scaled."""
        return self.multiplier is None

    def write(self, sums: Array, bias: Array | None, output: Array) -> None:
        """`output` [..., channels] from `sums` of its shape and `bias` [channels]."""
        if bias is not None:
            sums = sums + bias
        if self.multiplier is None:
            np.clip(sums, self.activation_min, self.activation_max, out=output)
            return
        scale = requantize_int64 if self.int64_sums else requantize
        low, high = int(self.activation_min), int(self.activation_max)
        output[...] = scale(sums, self.multiplier, self.shift, self.zero_point, low, high, output.dtype)

    def writer(self, weights: Array, bias: Array | None, input_zero_point: int, input_dtype: np.dtype[Any]) -> Write:
        """write(sums, output), as above, of sums over `weights` [..., taps, channels] times inputs as they are.

        The inputs' zero point is not taken off them, but off the bias: as often as the weights add up to.
        """
        if self.multiplier is None:
            return lambda sums, output: self.write(sums, bias, output)
        total = weights.sum(axis=-2).reshape(-1).astype(np.float64)  # exact, as every sum over weights is
        moved = (0 if bias is None else bias) - input_zero_point * total  # float64 [channels]
        if self.int64_sums:
            return lambda sums, output: self.write(sums, moved, output)
        largest_sum = np.abs(weights).sum(axis=-2).reshape(-1) * -float(np.iinfo(input_dtype).min)
        low, high = int(self.activation_min), int(self.activation_max)
        return requantization(moved, self.multiplier, self.shift, self.zero_point, low, high, largest_sum)


def float_stage(options: Any) -> OutputStage:
    """The stage of a float32 operator with these options."""
    return OutputStage(None, 0, 0, *activation_range_float(options.fused_activation_function))


def quantized_stage(
    input: Tensor,
    bias: Tensor | None,
    output: Tensor,
    options: Any,
    multipliers: tuple[NDArray[np.int32] | int, NDArray[np.int32] | int],
    zero_point: int,
) -> OutputStage:
    """The stage of an integer operator. Sums of int16 inputs are int64, unless the bias is int32 or is said to be."""
    low, high = activation_range_quantized(options.fused_activation_function, output)
    bias_type = getattr(options, "quantized_bias_type", None) if bias is None else bias.type
    int64_sums = input.type == TensorType.INT16 and bias_type != TensorType.INT32
    return OutputStage(*multipliers, zero_point, low, high, int64_sums)


def constant_writer(
    stage: OutputStage,
    weights: Array | None,
    summed_bias: Array | None,
    bias: Tensor | None,
    zero_point: int,
    input: Tensor,
) -> Write | None:
    """`stage.writer`; None where the graph computes weights or bias."""
    if weights is None or (bias is not None and summed_bias is None):
        return None
    return stage.writer(weights, summed_bias, zero_point, input.dtype)
