"""A FlatBuffers writer for the tables of tinylab/model/schema.py and options.py, driven by the reader's NamedTuples.

What the two might have wrong together is caught by tests that read its files with LiteRT's generated code.
"""

from __future__ import annotations

from typing import Any

import flatbuffers
import numpy as np
from flatbuffers import number_types

from tinylab.model import schema
from tinylab.model.slots import (
    Array,
    Bytes,
    Enumeration,
    Number,
    Numbers,
    Slot,
    String,
    Table,
    Tables,
    Union,
    Unread,
    slots_of,
)

BUFFER_ALIGNMENT = 16  # as the schema asks: force_align: 16


def write(root: schema.Model, identifier: bytes = schema.FILE_IDENTIFIER) -> bytes:
    """The file with `root` as its root table. Nothing is checked: tests write broken models too.

    A union's slot (Operator.builtin_options) takes the NamedTuple itself; a slot that tinylab does not read takes True.
    """
    builder = flatbuffers.Builder(1024)
    builder.Finish(_table(builder, root), file_identifier=identifier)
    return bytes(builder.Output())


def _table(builder: flatbuffers.Builder, value: Any) -> int:
    """Write a table behind all that it points to; its position."""
    slots = slots_of(type(value))
    fields = []
    for index, (slot, field) in enumerate(zip(slots, value, strict=True)):
        if _is_default(slot, field):
            continue
        fields.append((index, slot, _child(builder, slot, field)))
    builder.StartObject(len(slots))
    for index, slot, field in fields:
        if isinstance(slot.kind, Number):
            builder.Prepend(slot.kind.flags, field)
        elif isinstance(slot.kind, Enumeration):
            builder.Prepend(number_types.Int8Flags, field)
        else:
            builder.PrependUOffsetTRelative(field)
        builder.Slot(index)
    return int(builder.EndObject())


def _is_default(slot: Slot, field: Any) -> bool:
    """Whether a field may be left out of the file: empty vectors are, as the converter does."""
    if field is None:
        return True
    if isinstance(slot.kind, (Number, Enumeration, Union, Unread)):
        return type(field) in (bool, int, float, type(slot.default)) and field == slot.default
    return isinstance(slot.kind, (String, Bytes, Numbers, Array, Tables)) and len(field) == 0


def _child(builder: flatbuffers.Builder, slot: Slot, field: Any) -> Any:
    """What a table holds for a field: a number, or the position of what was written for it."""
    kind = slot.kind
    if isinstance(kind, (Number, Enumeration)):
        return field
    if isinstance(kind, String):
        return builder.CreateString(field)
    if isinstance(kind, Bytes):
        return _bytes(builder, field)
    if isinstance(kind, (Numbers, Array)):
        return builder.CreateNumpyVector(np.asarray(field, number_types.to_numpy_type(kind.flags)))
    if isinstance(kind, Tables):
        return _offsets(builder, [_table(builder, entry) for entry in field])
    if isinstance(kind, Unread):
        builder.StartObject(0)
        return builder.EndObject()
    assert isinstance(kind, (Table, Union))
    return _table(builder, field)


def _bytes(builder: flatbuffers.Builder, data: Any) -> int:
    data = bytes(data)
    builder.StartVector(1, len(data), BUFFER_ALIGNMENT)
    builder.head = builder.Head() - len(data)
    builder.Bytes[builder.Head() : builder.Head() + len(data)] = data
    return int(builder.EndVector())


def _offsets(builder: flatbuffers.Builder, positions: list[int]) -> int:
    builder.StartVector(4, len(positions), 4)
    for position in reversed(positions):
        builder.PrependUOffsetTRelative(position)
    return int(builder.EndVector())
