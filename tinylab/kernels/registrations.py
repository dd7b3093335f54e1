"""REGISTRATIONS: every kernel of tinylab by its operator's name, one line a family."""

from __future__ import annotations

from tinylab.kernels import (
    concatenation,
    conv,
    depthwise_conv,
    expand_dims,
    fully_connected,
    pack,
    pad,
    pooling,
    reshape,
    shape,
    split,
    strided_slice,
    transpose,
)
from tinylab.kernels.kernel_util import Registration

_ALL: tuple[Registration, ...] = (
    concatenation.REGISTRATION,
    conv.REGISTRATION,
    depthwise_conv.REGISTRATION,
    expand_dims.REGISTRATION,
    fully_connected.REGISTRATION,
    pack.REGISTRATION,
    pad.PAD,
    pad.PADV2,
    pooling.AVERAGE_POOL_2D,
    pooling.MAX_POOL_2D,
    reshape.REGISTRATION,
    shape.REGISTRATION,
    split.REGISTRATION,
    strided_slice.REGISTRATION,
    transpose.REGISTRATION,
)

REGISTRATIONS: dict[str, Registration] = {registration.name: registration for registration in _ALL}
