"""The slots of a FlatBuffers table, told by a NamedTuple.

Its fields, in order, are the slots of the table's vtable; their types say how a slot is read, and their defaults stand
where the file leaves a slot out:

    class Pool2DOptions(NamedTuple):
        padding: Padding = Padding.SAME        # an IntEnum: one byte
        stride_w: Int32 = 0                    # a number
    class SubGraph(NamedTuple):
        tensors: tuple[Tensor, ...] = ()       # a vector of tables
        inputs: Int32s = ()                    # a vector of numbers

Each kind of slot has a `width`, its bytes inside the table, and `read`, its value at a position known to be inside.
"""

from __future__ import annotations

import functools
import types
import typing
from dataclasses import dataclass
from enum import IntEnum
from struct import unpack_from
from typing import TYPE_CHECKING, Annotated, Any, NamedTuple

import numpy as np
from flatbuffers import number_types
from numpy.typing import NDArray

if TYPE_CHECKING:
    from tinylab.model.flatbuffer import FlatBuffer, Place


@dataclass(frozen=True)
class Number:
    """A number, of the type that `flags` (flatbuffers.number_types) names."""

    flags: Any

    @property
    def width(self) -> int:
        return int(self.flags.bytewidth)

    def read(self, file: FlatBuffer, position: int, place: Place) -> Any:
        return file.number(self.flags, position, place)


@dataclass(frozen=True)
class Enumeration:
    """One byte that must be a value of `values`."""

    values: type[IntEnum]
    width = 1

    def read(self, file: FlatBuffer, position: int, place: Place) -> IntEnum:
        code = file.number(number_types.Int8Flags, position, place)
        try:
            return self.values(code)
        except ValueError:
            known = f"{self.values.__name__} goes from {min(self.values):d} to {max(self.values):d}"
            file.fail(f"{code} is unknown ({known}): the file is damaged, or newer than tinylab", place)


@dataclass(frozen=True)
class String:
    """A name. One that is not UTF-8 is read as Latin-1, which has a letter for every byte: no name changes a result."""

    width = 4

    def read(self, file: FlatBuffer, position: int, place: Place) -> str:
        start, count = file.vector(position, 1, place)
        file.spend(100 + 4 * count, place)
        name = file.data[start : start + count]
        try:
            return str(name, "utf-8")
        except UnicodeDecodeError:
            return str(name, "latin-1")


@dataclass(frozen=True)
class Bytes:
    """A vector of bytes: a view of the file."""

    width = 4

    def read(self, file: FlatBuffer, position: int, place: Place) -> memoryview:
        start, count = file.vector(position, 1, place)
        return file.data[start : start + count]


@dataclass(frozen=True)
class Numbers:
    """A short vector of numbers, as a tuple."""

    flags: Any
    width = 4

    def read(self, file: FlatBuffer, position: int, place: Place) -> tuple[Any, ...]:
        start, count = file.vector(position, self.flags.bytewidth, place)
        file.spend(40 * count, place)
        return unpack_from(f"<{count}{self.flags.packer_type.format[1:]}", file.data, start)


@dataclass(frozen=True)
class Array:
    """A long vector of numbers: a NumPy view of the file, read-only."""

    flags: Any
    width = 4

    def read(self, file: FlatBuffer, position: int, place: Place) -> NDArray[Any]:
        start, count = file.vector(position, self.flags.bytewidth, place)
        file.spend(200 + count * self.flags.bytewidth, place)
        dtype = number_types.to_numpy_type(self.flags)
        return np.frombuffer(file.data, dtype, count, start) if count else np.empty(0, dtype)


@dataclass(frozen=True)
class Table:
    """A table of its own."""

    schema: type[Any]
    width = 4

    def read(self, file: FlatBuffer, position: int, place: Place) -> Any:
        return file.table(self.schema, file.follow(position, place), place)


@dataclass(frozen=True)
class Tables:
    """A vector of tables, as a tuple."""

    schema: type[Any]
    width = 4

    def read(self, file: FlatBuffer, position: int, place: Place) -> tuple[Any, ...]:
        start, count = file.vector(position, 4, place)
        step = place.step.removesuffix("s").replace("_", " ")
        tables = []
        for index in range(count):
            entry = place._replace(step=f"{step} {index}")
            target = file.follow(start + 4 * index, entry)
            tables.append(file.table(self.schema, target, entry._replace(table=(self.schema, target))))
        return tuple(tables)


@dataclass(frozen=True)
class Union:
    """A table whose schema another slot tells: its position, for `FlatBuffer.table`."""

    width = 4

    def read(self, file: FlatBuffer, position: int, place: Place) -> int:
        return file.follow(position, place)


@dataclass(frozen=True)
class Unread:
    """A slot of which tinylab needs to know only whether it is there."""

    width = 1

    def read(self, file: FlatBuffer, position: int, place: Place) -> bool:
        return True


Kind = Number | Enumeration | String | Bytes | Numbers | Array | Table | Tables | Union | Unread


class Slot(NamedTuple):
    """One field of a table."""

    name: str
    kind: Kind
    default: Any


@functools.cache
def slots_of(schema: type[Any]) -> tuple[Slot, ...]:
    """The slots of a table's vtable, in order, from the annotations of its NamedTuple."""
    hints = typing.get_type_hints(schema, include_extras=True)
    return tuple(Slot(name, _kind(hints[name]), schema._field_defaults[name]) for name in schema._fields)


def _kind(hint: Any) -> Kind:
    """How a field of this type is read."""
    if isinstance(hint, types.UnionType) or typing.get_origin(hint) is typing.Union:  # something | None
        hint = typing.get_args(hint)[0]
        if typing.get_origin(hint) is not Annotated:
            return Table(hint)
    if typing.get_origin(hint) is Annotated:
        return typing.cast(Kind, hint.__metadata__[0])
    if typing.get_origin(hint) is tuple:
        return Tables(typing.get_args(hint)[0])
    return Enumeration(hint)


Bool = Annotated[bool, Number(number_types.BoolFlags)]
Int8 = Annotated[int, Number(number_types.Int8Flags)]
Uint8 = Annotated[int, Number(number_types.Uint8Flags)]
Int32 = Annotated[int, Number(number_types.Int32Flags)]
Uint32 = Annotated[int, Number(number_types.Uint32Flags)]
Uint64 = Annotated[int, Number(number_types.Uint64Flags)]
Float32 = Annotated[float, Number(number_types.Float32Flags)]
Text = Annotated[str, String()]
ByteView = Annotated[memoryview, Bytes()]
Int32s = Annotated[tuple[int, ...], Numbers(number_types.Int32Flags)]
Float32Array = Annotated[NDArray[np.float32], Array(number_types.Float32Flags)]
Int64Array = Annotated[NDArray[np.int64], Array(number_types.Int64Flags)]
UnionPosition = Annotated[int, Union()]
IsPresent = Annotated[bool, Unread()]
