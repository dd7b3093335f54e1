"""The options of a custom operator: a FlexBuffer map from names to numbers, or a vector of numbers.

FlexBuffers are FlatBuffers without a schema: each value carries its type, and the buffer is read from its end.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from flatbuffers import flexbuffers

from tinylab.errors import ModelError

Found = TypeVar("Found")


def flexbuffer_integers(data: bytes | memoryview) -> dict[str, int]:
    """Every integer or bool of the map that `data` holds, by name; values of other types are left out.

    ModelError where `data` is not a FlexBuffer map.
    """
    return {name: value for name, value in flexbuffer_numbers(data).items() if isinstance(value, int)}


def flexbuffer_numbers(data: bytes | memoryview) -> dict[str, int | float]:
    """The same with floats among them."""

    def read(root: Any) -> dict[str, int | float]:
        if not root.IsMap:
            raise ModelError("a FlexBuffer that is not a map")
        names, values = root.AsMap.Keys, root.AsMap.Values
        _check_count(names, data)
        entries = [(str(names[place].AsKey), _number(values[place])) for place in range(len(names))]
        return {name: value for name, value in entries if value is not None}

    return _read(data, read)


def flexbuffer_vector(data: bytes | memoryview) -> list[int | float | None]:
    """The values of the vector or map that `data` holds, in order; None for what is no number."""

    def read(root: Any) -> list[int | float | None]:
        if not (root.IsVector or root.IsMap):
            raise ModelError("a FlexBuffer that is neither vector nor map")
        values = root.AsMap.Values if root.IsMap else root.AsVector
        _check_count(values, data)
        return [_number(values[place]) for place in range(len(values))]

    return _read(data, read)


def _number(value: Any) -> int | float | None:
    if value.IsInt or value.IsBool:
        return int(value.AsInt)
    return float(value.AsFloat) if value.IsFloat else None


def _check_count(values: Any, data: bytes | memoryview) -> None:
    if len(values) > len(data):
        raise ModelError("a FlexBuffer with more values than bytes")


def _read(data: bytes | memoryview, read: Callable[[Any], Found]) -> Found:
    try:
        return read(flexbuffers.GetRoot(bytearray(data)))
    except ModelError:
        raise
    except Exception as error:  # the reader checks nothing: damaged bytes end anywhere
        raise ModelError(f"bytes that are not a FlexBuffer ({type(error).__name__}: {error})") from None
