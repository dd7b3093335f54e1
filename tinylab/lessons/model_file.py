"""The exercises of notebook 02: a FlatBuffer by hand, a slot, a weight without a copy, a damaged byte."""

from __future__ import annotations

import struct
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from tinylab import zoo
from tinylab.errors import ModelError
from tinylab.lessons.file_map import file_map
from tinylab.lessons.verdict import Verdict, no_function
from tinylab.model import load_model, schema
from tinylab.model.flatbuffer import NOWHERE, FlatBuffer
from tinylab.model.slots import Int32, Text, Uint8


class Reading(NamedTuple):
    """table Reading { sensor: ubyte = 7; celsius: int; place: string; }"""

    sensor: Uint8 = 7
    celsius: Int32 = 0
    place: Text = ""


# A file with one Reading, whose identifier is READ: what exercise 02-1 gives to be read by hand.
LISTING = bytes.fromhex(
    "14 00 00 00 52 45 41 44  00 00 0a 00 0c 00 00 00"
    "08 00 04 00 0a 00 00 00  08 00 00 00 d8 ff ff ff"
    "04 00 00 00 6f 73 6c 6f  00 00 00 00"
)


def by_hand(answer: Any) -> Verdict:
    """02-1: (sensor, celsius, place) of the Reading in LISTING."""
    file = FlatBuffer(memoryview(LISTING))
    wanted = file.table(Reading, file.root(b"READ", NOWHERE), NOWHERE)
    if not isinstance(answer, (tuple, list)) or len(answer) != len(wanted):
        return Verdict(False, "three values are needed: (sensor, celsius, place)")
    given = Reading(*answer)
    place = given.place.decode() if isinstance(given.place, bytes) else given.place
    if given.sensor != wanted.sensor:
        return Verdict(False, f"sensor is not {given.sensor!r}: its slot is left out, so the schema says what it is")
    if given.celsius == wanted.celsius % 2**32:
        return Verdict(False, f"celsius is an int, which has a sign: {given.celsius} is the same bits without one")
    if given.celsius == int.from_bytes(wanted.celsius.to_bytes(4, "little", signed=True), "big", signed=True):
        return Verdict(
            False, f"{given.celsius} has the four bytes of celsius in the wrong order: the lowest comes first"
        )
    if given.celsius != wanted.celsius:
        return Verdict(False, f"celsius is not {given.celsius!r}: slot 1's offset is counted from the table's start")
    if place != wanted.place:
        return Verdict(False, f"place is not {given.place!r}: slot 2 holds an offset to a length and then the letters")
    return Verdict(True, f"{wanted.celsius} °C in {wanted.place}, and a default that took no byte of the file")


def _position(data: memoryview, table: int, slot: int) -> int | None:
    """Where a slot of the table at `table` lies; None where it is left out."""
    vtable = table - struct.unpack_from("<i", data, table)[0]
    if 4 + 2 * slot >= struct.unpack_from("<H", data, vtable)[0]:
        return None
    offset: int = struct.unpack_from("<H", data, vtable + 4 + 2 * slot)[0]
    return table + offset if offset else None


def slot_of_a_table(answer: Any) -> Verdict:
    """02-2: a function (data, table, slot) -> where the slot's value lies, or None where it is left out."""
    if not callable(answer):
        return no_function(answer)
    model = zoo.load("hello_world")
    tables = [part for part in file_map(model).parts if part.kind == "tables"]
    for table, place in ((part.start_offset, part.place) for part in tables):
        for slot in range(12):
            wanted = _position(model.data, table, slot)
            asked = f"slot {slot} of the table at {table} ({place})"
            try:
                given = answer(model.data, table, slot)
            except Exception as error:  # whatever a reader's function raises is shown, never thrown
                return Verdict(False, f"for {asked} it raises {error!r}")
            if given == wanted and (given is None) == (wanted is None):
                continue
            if wanted is None:
                return Verdict(False, f"{asked} is left out, so None is needed, and it gives {given}")
            if given == wanted - table:
                return Verdict(False, f"{asked}: {given} is counted from the table's start, not from the file's")
            return Verdict(False, f"{asked}: expected {wanted}, got {given}")
    return Verdict(True, f"all slots of all {len(tables)} tables of hello_world")


def weight_without_a_copy(answer: Any) -> Verdict:
    """02-3: a function (data, buffer) -> the bytes of that entry of Model.buffers, a view of `data`."""
    if not callable(answer):
        return no_function(answer)
    for name in ("hello_world", "kws_tiny_conv"):
        model = zoo.load(name)
        file = np.frombuffer(bytes(model.data), np.uint8)
        for index in (tensor.buffer_index for tensor in model.subgraphs[0].tensors if tensor.is_constant):
            wanted = np.frombuffer(model.buffers[index], np.uint8)
            asked = f"buffer {index} of {name}"
            try:
                given = np.asarray(answer(file, index)).view(np.uint8).ravel()
            except Exception as error:  # whatever a reader's function raises is shown, never thrown
                return Verdict(False, f"for {asked} it raises {error!r}")
            length = len(wanted).to_bytes(4, "little")
            if bytes(given[:4]) == length and bytes(wanted[:4]) != length:
                return Verdict(False, f"{asked} begins four bytes early: the vector's length stands before its bytes")
            if not np.array_equal(given, wanted):
                return Verdict(False, f"{asked} has {len(wanted)} bytes, {wanted[:4]}…; got {len(given)}, {given[:4]}…")
            if not np.shares_memory(given, file):
                return Verdict(False, f"the bytes of {asked} are right, and they are a copy: a view is needed")
    return Verdict(True, "every weight where the file has it, and not one byte copied")


def one_byte_of_damage(answer: Any) -> Verdict:
    """02-4: (position, value): the byte of hello_world which, changed so, makes it a file of schema version 4."""
    try:
        position, value = (int(number) for number in answer)
        damaged = bytearray(zoo.load("hello_world").data)
        damaged[position] = value
    except (TypeError, ValueError, IndexError):
        return Verdict(False, "two numbers are needed: a position in the file, and a byte from 0 to 255")
    try:
        load_model(damaged)
    except ModelError as error:
        if error.place == "version" and error.found == schema.SCHEMA_VERSION + 1:
            return Verdict(True, str(error))
        return Verdict(False, f"tinylab refuses that file, and says: {error}")
    return Verdict(False, f"with {value} at {position} the file still loads")


EXERCISES: dict[str, Callable[[Any], Verdict]] = {
    "02-1": by_hand,
    "02-2": slot_of_a_table,
    "02-3": weight_without_a_copy,
    "02-4": one_byte_of_damage,
}

HINTS: dict[str, tuple[str, ...]] = {
    "02-1": (
        "bytes 0 to 3 say where the table is; the number there, how many bytes before it its vtable lies",
        "the vtable's slots are 0, 8 and 4: the first is left out, the others are counted from the table's start",
    ),
    "02-2": (
        "a slot is left out where the vtable holds 0 for it, and where the vtable ends before it",
        "the vtable's first number is its length: slot n is there only if 4 + 2 * n is less",
    ),
    "02-3": (
        "follow slot 4 of the root to the vector of buffers, then the buffer's own offset, then its slot 0",
        "a vector is its length, four bytes, and then its elements: data[start + 4 : start + 4 + length]",
    ),
    "02-4": (
        "the version is slot 0 of the root table, a number that lies in the table itself",
        "the root table is at 28 and its slot 0 at 28 bytes from there; the lowest byte of a number comes first",
    ),
}
