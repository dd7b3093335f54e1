"""What every operator that reference.py and signal.py leave out asks of the arena: the tables of each family, merged.

Of TFLM's 118 operators two stay unknown: TFLM_DECODE and ethos-u.
"""

from __future__ import annotations

from tinylab.kernels.kernel_util import PrepareContext
from tinylab.kernels.memory import (
    along_axes,
    batch_matmul,
    control_flow,
    elementwise,
    post_processing,
    shapes,
    signal_frames,
)
from tinylab.kernels.memory.requests import LooksAt, PrepareOnAbi, PrepareRequests, on_any_abi
from tinylab.model import Operator


def _nothing(context: PrepareContext, node: Operator, abi: str) -> PrepareRequests:
    return PrepareRequests()


PREPARE: dict[str, PrepareOnAbi] = {}
LOOKS_AT: dict[str, LooksAt] = {}

# Who is in a family's LOOKS_AT alone asks for nothing.
for _family in (along_axes, batch_matmul, control_flow, elementwise, post_processing, shapes, signal_frames):
    PREPARE |= {**dict.fromkeys(_family.LOOKS_AT, _nothing), **on_any_abi(_family.PREPARE), **_family.PREPARE_BY_ABI}
    LOOKS_AT |= _family.LOOKS_AT
