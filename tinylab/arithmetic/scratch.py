"""Memory for temporaries that is kept from call to call.

The operating system hands out large arrays page by page and clears each page: in the first invoke after the start,
that cost 1.2 of 3.1 ms of MLPerf Tiny's ResNet (measured once on a two-core machine).
"""

from __future__ import annotations

import math
import threading
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

KEPT_BYTES = 2**21  # of one place; larger temporaries are made anew

_local = threading.local()


def scratch(place: str, shape: tuple[int, ...], dtype: DTypeLike) -> NDArray[Any]:
    """An array that holds anything at all, in memory that the next call with the same `place` in this thread reuses."""
    needed = math.prod(shape) * np.dtype(dtype).itemsize
    if needed > KEPT_BYTES:
        return np.empty(shape, dtype)
    buffer = _local.__dict__.get(place)
    if buffer is None or buffer.size < needed:
        buffer = _local.__dict__[place] = np.empty(needed, np.uint8)
    return np.ndarray(shape, dtype, buffer.data)
