"""FlatBuffers, read in place: every read of a model file goes through this one reader, which checks it first.

What a table's slots are is told by the NamedTuples of tinylab/model/schema.py and options.py (see slots.py).

NB: nothing is copied but names and short vectors of integers: weights and quantization stay views of the file. Neither
alignment nor overlap is checked, as neither can lead a reader astray: NumPy reads unaligned numbers correctly.
"""

from __future__ import annotations

import struct
from typing import Any, NamedTuple, NoReturn, TypeVar, cast

from flatbuffers import number_types

from tinylab.errors import ModelError
from tinylab.model.slots import String, slots_of

T = TypeVar("T", bound=tuple[Any, ...])

# What reading may cost, in bytes of Python objects: they are larger than the bytes they are read from, and a damaged
# file can point to one part many times. No sound model comes near.
COST_PER_FILE_BYTE = 16
COST_CONSTANT = 1 << 18


class Place(NamedTuple):
    """Where in the file a reader is: a step ("tensor 3", "shape") below its parent. `table` has its name."""

    parent: Place | None
    step: str
    table: tuple[type[Any], int] | None = None


class FlatBuffer:
    """The bytes of one file, and the reads it allows: each raises ModelError where it would leave the file."""

    def __init__(self, data: memoryview) -> None:
        """data: the whole file, uint8 [size]."""
        self.data = data
        self.size = len(data)
        self.budget = COST_CONSTANT + COST_PER_FILE_BYTE * self.size

    def root(self, identifier: bytes, place: Place) -> int:
        """The position of the file's root table, after its four-byte identifier was found to be the one needed."""
        self.check(0, 8, "header", place)
        found = bytes(self.data[4:8])
        if found != identifier:
            raise ModelError(
                f"this is not a TensorFlow Lite model: bytes 4 to 7 are {found!r}, and {identifier!r} is needed",
                found=found,
                needed=identifier,
            )
        return self.follow(0, place)

    def table(self, schema: type[T], position: int, place: Place) -> T:
        """The table at `position`, as the NamedTuple `schema`, with all the tables below it."""
        slots = slots_of(schema)
        offsets, table_bytes = self._offsets(position, len(slots), place)
        self.spend(220 + 20 * len(slots), place)
        values = [slot.default for slot in slots]
        for index, offset in enumerate(offsets):
            if offset == 0:
                continue
            slot = slots[index]
            if offset < 4 or offset + slot.kind.width > table_bytes:
                self.fail(f"lies at byte {offset} of a table of {table_bytes}: the file is damaged", place, slot.name)
            values[index] = slot.kind.read(self, position + offset, Place(place, slot.name))
        return cast(Any, schema)(*values)  # type: ignore[no-any-return]

    def _offsets(self, position: int, slot_count: int, place: Place) -> tuple[tuple[int, ...], int]:
        """Where each slot lies, counted from the table's start (0: it is left out), and the bytes of the table."""
        vtable = position - self.number(number_types.Int32Flags, position, place)
        vtable_bytes = self.number(number_types.Uint16Flags, vtable, place)
        table_bytes = self.number(number_types.Uint16Flags, vtable + 2, place)
        if vtable_bytes < 4 or table_bytes < 4:
            self.fail(f"a vtable of {vtable_bytes} bytes for a table of {table_bytes}: the file is damaged", place)
        self.check(vtable, vtable_bytes, "vtable", place)
        self.check(position, table_bytes, "table", place)
        present = min(slot_count, vtable_bytes // 2 - 2)
        return struct.unpack_from(f"<{present}H", self.data, vtable + 4), table_bytes

    def number(self, flags: Any, position: int, place: Place) -> Any:
        """One little-endian number; flags: its type, of flatbuffers.number_types."""
        self.check(position, flags.bytewidth, flags.name, place)
        return flags.py_type(flags.packer_type.unpack_from(self.data, position)[0])

    def follow(self, position: int, place: Place) -> int:
        """The position that the offset stored at `position` leads to."""
        target: int = position + self.number(number_types.Uint32Flags, position, place)
        self.check(target, 4, "part it points to", place)
        return target

    def vector(self, position: int, width: int, place: Place) -> tuple[int, int]:
        """The vector whose offset is stored at `position`: (where its first element lies, how many it has)."""
        start = self.follow(position, place) + 4
        count: int = self.number(number_types.Uint32Flags, start - 4, place)
        self.check(start, count * width, f"vector of {count} entries", place)
        return start, count

    def check(self, position: int, byte_count: int, what: str, place: Place) -> None:
        """Refuse a part that begins before the file or ends behind it."""
        end = position + byte_count
        if position < 0 or end > self.size:
            wrong = f"ends at byte {end}" if position >= 0 else f"begins at byte {position}"
            advice = "the file is cut off or damaged: fetch it or convert it again"
            message = f"the {what} {wrong} of {self.size}: {advice}"
            raise ModelError(message, place=self.describe(place), found=end, needed=self.size)

    def spend(self, cost: int, place: Place) -> None:
        """Count what has been read (in bytes, roughly, of Python objects), and stop where no sound file would lead."""
        self.budget -= cost
        if self.budget < 0:
            self.fail("the file points to the same parts again and again: it is damaged or hostile", place)

    def fail(self, message: str, place: Place, step: str = "") -> NoReturn:
        """Raise ModelError for a place, or for a step below it."""
        raise ModelError(message, place=self.describe(Place(place, step) if step else place))

    def describe(self, place: Place | None) -> str:
        """'subgraph 0, tensor 3 "conv/kernel", shape': the steps from the root, with the names of the tables."""
        steps = []
        while place is not None:
            if place.step:
                steps.append(place.step + (quoted(self._name(*place.table)) if place.table else ""))
            place = place.parent
        return ", ".join(reversed(steps))

    def _name(self, schema: Any, position: int) -> str:
        """The name that the table at `position` has, or "": it may be damaged itself."""
        names = [slot.name for slot in slots_of(schema)]
        try:
            index = names.index("name")
            offset = self._offsets(position, len(names), NOWHERE)[0][index]
            return String().read(self, position + offset, NOWHERE) if offset else ""
        except (ModelError, IndexError, ValueError):
            return ""


NOWHERE = Place(None, "")


def quoted(name: str) -> str:
    """A name as it stands behind a place's number: ' "conv/kernel"', shortened if need be, or nothing."""
    return f' "{name if len(name) <= 60 else name[:57] + "..."}"' if name else ""
