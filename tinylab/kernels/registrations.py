"""REGISTRATIONS: every kernel of tinylab by its operator's name, one line a family."""

from __future__ import annotations

from tinylab.kernels.kernel_util import Registration

_ALL: tuple[Registration, ...] = ()

REGISTRATIONS: dict[str, Registration] = {registration.name: registration for registration in _ALL}
