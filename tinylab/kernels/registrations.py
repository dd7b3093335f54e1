"""REGISTRATIONS: every kernel of tinylab by its operator's name, one line a family."""

from __future__ import annotations

from tinylab.kernels import (
    activations,
    add,
    concatenation,
    conv,
    depthwise_conv,
    dequantize,
    expand_dims,
    fully_connected,
    leaky_relu,
    logistic,
    mul,
    pack,
    pad,
    pooling,
    quantize,
    reduce,
    reshape,
    shape,
    softmax,
    split,
    strided_slice,
    sub,
    tanh,
    transpose,
)
from tinylab.kernels.kernel_util import Registration

_ALL: tuple[Registration, ...] = (
    activations.RELU,
    activations.RELU6,
    add.REGISTRATION,
    concatenation.REGISTRATION,
    conv.REGISTRATION,
    depthwise_conv.REGISTRATION,
    dequantize.REGISTRATION,
    expand_dims.REGISTRATION,
    fully_connected.REGISTRATION,
    leaky_relu.REGISTRATION,
    logistic.REGISTRATION,
    mul.REGISTRATION,
    pack.REGISTRATION,
    pad.PAD,
    pad.PADV2,
    pooling.AVERAGE_POOL_2D,
    pooling.MAX_POOL_2D,
    quantize.REGISTRATION,
    reduce.MEAN,
    reshape.REGISTRATION,
    shape.REGISTRATION,
    softmax.REGISTRATION,
    split.REGISTRATION,
    strided_slice.REGISTRATION,
    sub.REGISTRATION,
    tanh.REGISTRATION,
    transpose.REGISTRATION,
)

REGISTRATIONS: dict[str, Registration] = {registration.name: registration for registration in _ALL}
