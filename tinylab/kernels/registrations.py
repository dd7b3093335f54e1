"""REGISTRATIONS: every kernel of tinylab by its operator's name, one line a family."""

from __future__ import annotations

from tinylab.kernels import (
    concatenation,
    expand_dims,
    pack,
    pad,
    reshape,
    shape,
    split,
    strided_slice,
    transpose,
)
from tinylab.kernels.kernel_util import Registration

_ALL: tuple[Registration, ...] = (
    concatenation.REGISTRATION,
    expand_dims.REGISTRATION,
    pack.REGISTRATION,
    pad.PAD,
    pad.PADV2,
    reshape.REGISTRATION,
    shape.REGISTRATION,
    split.REGISTRATION,
    strided_slice.REGISTRATION,
    transpose.REGISTRATION,
)

REGISTRATIONS: dict[str, Registration] = {registration.name: registration for registration in _ALL}
