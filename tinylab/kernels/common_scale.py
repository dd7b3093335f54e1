"""Two quantized inputs brought to one scale, so that their integers can be added: what ADD and SUB share.

Both inputs are expressed in units of twice the larger input scale, over 2**left_shift: so fine that rounding them costs
nothing, and still with a sum that fits in 32 bits. A third multiplier takes the sum to the output's scale.

Retells tensorflow/lite/kernels/internal/reference/add.h and sub.h.

NB: an int8 input is one of 256 numbers in the common scale, computed in prepare and looked up. SUB's multipliers are
formed in double, as in TFLM 8f6596d; 90b983c formed them in float32, which changes about one int16 result in 3,000.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tinylab.arithmetic.fixed_point import INT32_MAX, INT32_MIN, quantize_multiplier
from tinylab.arithmetic.lookup_table import tabulated
from tinylab.arithmetic.requantize import requantize
from tinylab.kernels.kernel_util import (
    Array,
    activation_range_quantized,
    refuse,
    require_scale,
    scale_of,
    zero_point_of,
)
from tinylab.model import ActivationFunctionType, Tensor, TensorType

QUANTIZED = (TensorType.INT8, TensorType.INT16)


class Rescaling(NamedTuple):
    """One input: (x - zero_point) * 2**left_shift * multiplier * 2**(shift - 31)."""

    zero_point: int
    left_shift: int
    multiplier: int
    shift: int


class CommonScale(NamedTuple):
    """What turns two inputs into int32 that can be added, and the sum into the output."""

    input1: Rescaling
    input2: Rescaling
    output_multiplier: int
    output_shift: int
    output_zero_point: int
    activation_min: int
    activation_max: int
    term1: Callable[[Array], Array]  # int8 or int16 in, int32 in the common scale out
    term2: Callable[[Array], Array]

    def requantize(self, total: NDArray[np.int32], dtype: np.dtype[np.signedinteger]) -> Array:
        """`total`, in the common scale, as the output's integers."""
        rescaling = self.output_multiplier, self.output_shift, self.output_zero_point
        return requantize(total, *rescaling, self.activation_min, self.activation_max, dtype)


def common_scale(input1: Tensor, input2: Tensor, output: Tensor, activation: ActivationFunctionType) -> CommonScale:
    """Reduce three scales to three multipliers."""
    for tensor in (input1, input2, output):
        require_scale(tensor)
    left_shift = 20 if output.type == TensorType.INT8 else 15
    scale1, scale2, output_scale = float(scale_of(input1)), float(scale_of(input2)), float(scale_of(output))
    twice_max_input_scale = 2 * max(scale1, scale2)
    rescaling1 = Rescaling(zero_point_of(input1), left_shift, *smaller_than_one(scale1 / twice_max_input_scale))
    rescaling2 = Rescaling(zero_point_of(input2), left_shift, *smaller_than_one(scale2 / twice_max_input_scale))
    return CommonScale(
        rescaling1,
        rescaling2,
        *smaller_than_one(twice_max_input_scale / ((1 << left_shift) * output_scale)),
        zero_point_of(output),
        *activation_range_quantized(activation, output),
        tabulated(partial(rescale, rescaling1), input1.dtype),
        tabulated(partial(rescale, rescaling2), input2.dtype),
    )


def smaller_than_one(real: float) -> tuple[int, int]:
    """`quantize_multiplier` of a number between 0 and 1: the shift is never above 0.

    NB: refuses other numbers, on which TFLM's QuantizeMultiplierSmallerThanOneExp aborts.
    """
    multiplier, shift = quantize_multiplier(real) if 0.0 < real < 1.0 else (0, 1)
    if shift > 0:
        refuse(f"scales that make a multiplier of {real}", "one above 0 and below 1")
    return multiplier, shift


def rescale(rescaling: Rescaling, x: Array) -> NDArray[np.int32]:
    """`x`, int8 or int16, in the common scale: int32 of its shape."""
    shifted = (x.astype(np.int32) - rescaling.zero_point) << rescaling.left_shift
    return requantize(shifted, rescaling.multiplier, rescaling.shift, 0, INT32_MIN, INT32_MAX, np.int32)
