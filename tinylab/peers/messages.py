"""Messages between a session and its worker: a length, a JSON header, then the bytes of the arrays it lists.

Not pickle: a worker runs other people's models, and what it sends back can then be nothing but numbers and text.
"""

from __future__ import annotations

import json
import math
import struct
from collections.abc import Sequence
from typing import IO, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

_LENGTH = struct.Struct("<Q")


class Message(NamedTuple):
    header: dict[str, Any]
    arrays: tuple[NDArray[Any], ...]


def write_message(stream: IO[bytes], header: dict[str, Any], arrays: Sequence[NDArray[Any]] = ()) -> None:
    """Write one message and flush. Raises OSError where the other side is gone."""
    layout = [[array.dtype.str, list(array.shape)] for array in arrays]
    text = json.dumps({"header": header, "arrays": layout}).encode()
    stream.write(_LENGTH.pack(len(text)) + text)
    for array in arrays:
        stream.write(np.ascontiguousarray(array).tobytes())
    stream.flush()


def read_message(stream: IO[bytes]) -> Message | None:
    """The next message (its arrays are read-only), or None where the stream ends, even in the middle of one."""
    length = _read(stream, _LENGTH.size)
    text = None if length is None else _read(stream, _LENGTH.unpack(length)[0])
    if text is None:
        return None
    content = json.loads(text)
    arrays = []
    for name, shape in content["arrays"]:
        dtype = np.dtype(name)
        data = _read(stream, math.prod(shape) * dtype.itemsize)
        if data is None:
            return None
        arrays.append(np.frombuffer(data, dtype).reshape(shape))
    return Message(content["header"], tuple(arrays))


def _read(stream: IO[bytes], size_bytes: int) -> bytes | None:
    data = stream.read(size_bytes)
    return data if len(data) == size_bytes else None
