"""Two quantized inputs brought to one scale, so that their integers can be added: what ADD and SUB share.

Both inputs are expressed in units of twice the larger input scale, over 2**left_shift: so fine that rounding them costs
nothing, and still with a sum that fits in 32 bits. A third multiplier takes the sum to the output's scale.

Retells tensorflow/lite/kernels/internal/reference/add.h and sub.h.

NB: the 65,536 sums of two int8 are computed in prepare and looked up. SUB's multipliers are formed in double, as in
TFLM 8f6596d; 90b983c formed them in float32, which changes about one int16 result in 3,000.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tinylab.arithmetic.fixed_point import INT32_MAX, INT32_MIN, quantize_multiplier
from tinylab.arithmetic.lookup_table import tabulated_pair
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

Terms = NDArray[np.int32]  # inputs in the common scale


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


def common_scale(input1: Tensor, input2: Tensor, output: Tensor, activation: ActivationFunctionType) -> CommonScale:
    """Reduce three scales to three multipliers."""
    for tensor in (input1, input2, output):
        require_scale(tensor)
    left_shift = 20 if output.type == TensorType.INT8 else 15
    scale1, scale2, output_scale = float(scale_of(input1)), float(scale_of(input2)), float(scale_of(output))
    twice_max_input_scale = 2 * max(scale1, scale2)
    return CommonScale(
        Rescaling(zero_point_of(input1), left_shift, *smaller_than_one(scale1 / twice_max_input_scale)),
        Rescaling(zero_point_of(input2), left_shift, *smaller_than_one(scale2 / twice_max_input_scale)),
        *smaller_than_one(twice_max_input_scale / ((1 << left_shift) * output_scale)),
        zero_point_of(output),
        *activation_range_quantized(activation, output),
    )


def smaller_than_one(real: float) -> tuple[int, int]:
    """`quantize_multiplier` of a number between 0 and 1: the shift is never above 0.

    NB: refuses other numbers, on which TFLM's QuantizeMultiplierSmallerThanOneExp aborts.
    """
    multiplier, shift = quantize_multiplier(real) if 0.0 < real < 1.0 else (0, 1)
    if shift > 0:
        refuse(f"scales that make a multiplier of {real}", "one above 0 and below 1")
    return multiplier, shift


def combination(
    scale: CommonScale, combine: Callable[[Terms, Terms], Terms], output: Tensor
) -> Callable[[Array, Array], Array]:
    """`combine`, np.add or np.subtract, in the common scale: a function of two int8 or int16 arrays that broadcast."""
    return tabulated_pair(partial(_combine, scale, combine, output.dtype), output.dtype)


def _combine(
    scale: CommonScale,
    combine: Callable[[Terms, Terms], Terms],
    dtype: np.dtype[np.signedinteger],
    x1: Array,
    x2: Array,
) -> Array:
    total = combine(rescale(scale.input1, x1), rescale(scale.input2, x2))
    rescaling = scale.output_multiplier, scale.output_shift, scale.output_zero_point
    return requantize(total, *rescaling, scale.activation_min, scale.activation_max, dtype)


def rescale(rescaling: Rescaling, x: Array) -> Terms:
    """`x`, int8 or int16, in the common scale: int32 of its shape."""
    shifted = (x.astype(np.int32) - rescaling.zero_point) << rescaling.left_shift
    return requantize(shifted, rescaling.multiplier, rescaling.shift, 0, INT32_MIN, INT32_MAX, np.int32)
