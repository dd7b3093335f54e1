"""The options of a custom operator: a FlexBuffer map from names to numbers.

FlexBuffers are FlatBuffers without a schema: each value carries its type, and the buffer is read from its end.
"""

from __future__ import annotations

from flatbuffers import flexbuffers

from tinylab.errors import ModelError


def flexbuffer_integers(data: bytes | memoryview) -> dict[str, int]:
    """Every integer or bool of the map that `data` holds, by name; values of other types are left out.

    ModelError where `data` is not a FlexBuffer map.
    """
    try:
        root = flexbuffers.GetRoot(bytearray(data))
        if not root.IsMap:
            raise ModelError("a FlexBuffer that is not a map")
        names, values = root.AsMap.Keys, root.AsMap.Values
        if len(names) > len(data):
            raise ModelError("a FlexBuffer map with more names than bytes")
        entries = [(names[place].AsKey, values[place]) for place in range(len(names))]
        return {str(name): int(value.AsInt) for name, value in entries if value.IsInt or value.IsBool}
    except ModelError:
        raise
    except Exception as error:  # the reader checks nothing: damaged bytes end anywhere
        raise ModelError(f"bytes that are not a FlexBuffer ({type(error).__name__}: {error})") from None
