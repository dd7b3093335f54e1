"""What every operator that reference.py and signal.py leave out asks of the arena: the tables of each family, merged.

Of TFLM's 118 operators two stay unknown: `UNKNOWN` names them.
"""

from __future__ import annotations

from collections.abc import Callable

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
from tinylab.kernels.memory.places import Places, PlacesOf, tensors_at
from tinylab.kernels.memory.requests import PrepareRequests
from tinylab.model import Operator

UNKNOWN = frozenset({"TFLM_DECODE", "ethos-u"})

# The same under each ABI; those that are not; and what each looks at. Who is in LOOKS_AT alone asks for nothing.
PREPARE: dict[str, Callable[[PrepareContext, Operator], PrepareRequests]] = {}
PREPARE_BY_ABI: dict[str, Callable[[PrepareContext, Operator, str], PrepareRequests]] = {}
LOOKS_AT: dict[str, Places | PlacesOf] = {}

for _family in (along_axes, batch_matmul, control_flow, elementwise, post_processing, shapes, signal_frames):
    PREPARE |= _family.PREPARE
    PREPARE_BY_ABI |= _family.PREPARE_BY_ABI
    LOOKS_AT |= _family.LOOKS_AT


def prepare_requests(context: PrepareContext, node: Operator, abi: str) -> PrepareRequests:
    """What the Prepare of one node of LOOKS_AT asks for; `abi` is "ilp32" or "lp64"."""
    if node.name in PREPARE_BY_ABI:
        requests = PREPARE_BY_ABI[node.name](context, node, abi)
    elif node.name in PREPARE:
        requests = PREPARE[node.name](context, node)
    else:
        requests = PrepareRequests()
    places = LOOKS_AT[node.name]
    return requests._replace(looked_at=tensors_at(context, node, places(context, node) if callable(places) else places))
