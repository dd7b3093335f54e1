"""The reference kernels: one file an operator family, named like TFLM's kernels/*.cc, and the table of them all."""

from __future__ import annotations

from tinylab.kernels.registrations import REGISTRATIONS

__all__ = ["REGISTRATIONS"]
