"""kTensorArenaSize: the smallest arena that works on the target, and a margin."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

from tinylab.arena import ArenaNeeds, Target
from tinylab.arena.abi import LP64
from tinylab.arena.target import TARGETS
from tinylab.errors import ArenaError
from tinylab.model import Model
from tinylab.runtime.micro_op_resolver import MicroOpResolver
from tinylab.runtime.model_allocation import shared_arena_needs

DEFAULT_MARGIN_BYTES = 1024
_HOST = TARGETS["x86-64/reference"]
_ALIGNMENT = 16


class TensorArena(NamedTuple):
    """target, needs: where the size comes from. size_bytes: smallest arena and margin, rounded up to 16.

    margin_bytes: what was asked for. host_size_bytes: the same on a 64-bit computer, whose pointers are larger, so that
    the test runs there; None where the target has 64 bits itself.
    """

    target: Target
    needs: ArenaNeeds
    margin_bytes: int
    size_bytes: int
    host_size_bytes: int | None


def tensor_arena(
    models: Sequence[Model],
    target: Target,
    margin_bytes: int | None = None,
    margin: float | None = None,
    op_resolver: MicroOpResolver | None = None,
) -> TensorArena:
    """One arena for all of `models`, in this order. margin_bytes, or margin as a fraction; by default 1,024 bytes.

    op_resolver: where kernels of one's own say what they ask for.
    """
    needs = shared_arena_needs(models, target, op_resolver=op_resolver)
    smallest = needs.smallest_arena_bytes
    extra = _margin_bytes(smallest, margin_bytes, margin)
    host = None
    if target.abi is not LP64:
        host_smallest = shared_arena_needs(models, _HOST, op_resolver=op_resolver).smallest_arena_bytes
        host = _aligned(host_smallest + _margin_bytes(host_smallest, margin_bytes, margin))
    return TensorArena(target, needs, extra, _aligned(smallest + extra), host)


def _margin_bytes(smallest: int, margin_bytes: int | None, margin: float | None) -> int:
    if margin_bytes is not None and margin is not None:
        raise ArenaError("give margin_bytes or margin (a fraction), not both")
    if margin is not None:
        if not 0 <= margin < math.inf:
            raise ArenaError(f"margin is a fraction of the smallest arena, 0 or more, and this is {margin!r}")
        return math.ceil(smallest * margin)
    if margin_bytes is None:
        return DEFAULT_MARGIN_BYTES
    if isinstance(margin_bytes, bool) or not isinstance(margin_bytes, int) or margin_bytes < 0:
        raise ArenaError(f"margin_bytes is a whole number, 0 or more, and this is {margin_bytes!r}")
    return margin_bytes


def _aligned(size: int) -> int:
    return -(-size // _ALIGNMENT) * _ALIGNMENT
