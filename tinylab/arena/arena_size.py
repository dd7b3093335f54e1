"""The size of an arena that is none, or too small for the allocator itself."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from tinylab.errors import ArenaError


def check_arena_sizes(sizes: Iterable[object]) -> None:
    """ArenaError for what is no size of an arena."""
    for size in sizes:
        if isinstance(size, bool) or not isinstance(size, int | np.integer) or size < 0:
            raise ArenaError(f"an arena size is a whole number of bytes, 0 or more, and this is {size!r}")


def too_small_for_the_allocator(arena_bytes: int, least: int, target_name: str, error: ArenaError) -> ArenaError:
    """An error about one of the allocator's own objects, made into one about the arena; least: bytes that they take."""
    return ArenaError(
        f"arena of {arena_bytes} bytes cannot hold even the allocator, which takes {least} on {target_name}: "
        "TFLM does not look, and writes to address 0",
        arena_bytes=int(arena_bytes),
        requested_bytes=error.requested_bytes,
        available_bytes=error.available_bytes,
        missing_bytes=least - int(arena_bytes),
        needed_bytes=least,
    )
