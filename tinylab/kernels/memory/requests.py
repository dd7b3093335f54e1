"""What one operator puts into the arena: the value that every kernel library's functions return."""

from __future__ import annotations

from typing import NamedTuple


class MemoryRequests(NamedTuple):
    """What one operator puts into the arena, in bytes.

    builtin_data: (bytes, alignment) of its parsed parameters, or None; op_data: what Init asks for, or None;
    persistent: what Prepare asks for, in order; scratch: the buffers it needs while it runs, in order.
    """

    builtin_data: tuple[int, int] | None = None
    op_data: int | None = None
    persistent: tuple[int, ...] = ()
    scratch: tuple[int, ...] = ()
