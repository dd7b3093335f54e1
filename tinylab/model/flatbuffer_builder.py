"""FlatBuffers, written: the tables of tinylab/model/schema.py and options.py as the bytes of a file.

The NamedTuples that tell the reader how a slot is read (slots.py) tell here how it is written. What the two might have
wrong together is caught by tests that read the files with code that is not ours.
"""

from __future__ import annotations

import struct
from typing import Any

import flatbuffers
import numpy as np
from flatbuffers import number_types

from tinylab.errors import ModelError
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

BUFFER_ALIGNMENT = 16  # as the schema asks of a buffer's data: force_align: 16


def build_flatbuffer(root: schema.Model, identifier: bytes = schema.FILE_IDENTIFIER) -> bytes:
    """The file with `root` as its root table.

    A union's slot (Operator.builtin_options) takes the NamedTuple itself; a slot that tinylab does not read takes True,
    and an empty table is written for it. Whether the tables fit one another is not looked at.

    Raises ModelError, which names the place, where a value cannot be written into its slot.
    """
    builder = flatbuffers.Builder(1024)
    builder.Finish(write_table(builder, root), file_identifier=identifier)
    return bytes(builder.Output())


def write_table(builder: flatbuffers.Builder, value: Any, place: str = "") -> int:
    """Write a table behind all that it points to; its position. place: where it is, for messages."""
    schema_of: Any = type(value)
    slots = slots_of(schema_of)
    fields = []
    for index, (slot, field) in enumerate(zip(slots, value, strict=True)):
        if not _is_default(slot, field):
            fields.append((index, slot, _child(builder, slot, field, _below(place, slot.name))))
    builder.StartObject(len(slots))
    for index, slot, field in fields:
        try:
            if isinstance(slot.kind, Number):
                builder.Prepend(slot.kind.flags, field)
            elif isinstance(slot.kind, Enumeration):
                builder.Prepend(number_types.Int8Flags, field)
            else:
                builder.PrependUOffsetTRelative(field)
        except (TypeError, struct.error) as error:
            raise _unwritable(field, _below(place, slot.name), error) from None
        builder.Slot(index)
    return int(builder.EndObject())


def write_tables(builder: flatbuffers.Builder, positions: list[int]) -> int:
    """Write the vector of the tables that lie at `positions`; its own position."""
    builder.StartVector(4, len(positions), 4)
    for position in reversed(positions):
        builder.PrependUOffsetTRelative(position)
    return int(builder.EndVector())


def _is_default(slot: Slot, field: Any) -> bool:
    """Whether a field may be left out of the file: empty vectors are, as the converter does."""
    if field is None:
        return True
    if isinstance(slot.kind, (Number, Enumeration, Union, Unread)):
        return type(field) in (bool, int, float, type(slot.default)) and bool(field == slot.default)
    return isinstance(slot.kind, (String, Bytes, Numbers, Array, Tables)) and len(field) == 0


def _child(builder: flatbuffers.Builder, slot: Slot, field: Any, place: str) -> Any:
    """What a table holds for a field: a number, or the position of what was written for it."""
    kind = slot.kind
    if isinstance(kind, (Number, Enumeration)):
        return field
    if isinstance(kind, (Table, Union)):
        return write_table(builder, field, place)
    if isinstance(kind, Tables):
        step = place.removesuffix("s").replace("_", " ")
        return write_tables(builder, [write_table(builder, entry, f"{step} {i}") for i, entry in enumerate(field)])
    try:
        if isinstance(kind, String):
            return builder.CreateString(field)
        if isinstance(kind, Bytes):
            return _bytes(builder, field)
        if isinstance(kind, (Numbers, Array)):
            return builder.CreateNumpyVector(np.asarray(field, number_types.to_numpy_type(kind.flags)))
    except (TypeError, ValueError, OverflowError) as error:
        raise _unwritable(field, place, error) from None
    builder.StartObject(0)  # Unread
    return builder.EndObject()


def _bytes(builder: flatbuffers.Builder, data: Any) -> int:
    data = bytes(data)
    builder.StartVector(1, len(data), BUFFER_ALIGNMENT)
    builder.head = builder.Head() - len(data)
    builder.Bytes[builder.Head() : builder.Head() + len(data)] = data
    return int(builder.EndVector())


def _below(place: str, step: str) -> str:
    return f"{place}, {step}" if place else step


def _unwritable(field: Any, place: str, error: Exception) -> ModelError:
    shown = repr(field) if isinstance(field, str) else str(field)
    return ModelError(f"{shown[:60]} cannot be written here ({error})", place=place, found=field)
