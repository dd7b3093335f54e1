"""tinylab/model/flatbuffer.py: every read that would leave the file is refused, and the message names the place.

The tables are laid out by hand here, so that each can be broken at one known byte.
"""

from __future__ import annotations

import struct
from typing import NamedTuple

import pytest

from tinylab.errors import ModelError
from tinylab.model.enums import Padding
from tinylab.model.flatbuffer import FlatBuffer, Place
from tinylab.model.slots import ByteView, Float32Array, Int32, Int32s, Text

WHERE = Place(Place(None, "subgraph 0"), "tensor 3")


class Leaf(NamedTuple):
    number: Int32 = -7
    name: Text = ""
    numbers: Int32s = ()
    padding: Padding = Padding.SAME
    array: Float32Array | None = None
    data: ByteView = memoryview(b"")


class Tree(NamedTuple):
    leaf: Leaf | None = None
    leaves: tuple[Leaf, ...] = ()


# byte 0: the vtable; 16: the table; 40: the name; 48: the numbers; 60: the array; 68: the end
VTABLE = struct.pack("<8H", 16, 24, 4, 8, 12, 20, 16, 0)
TABLE = struct.pack("<iiIIIbxxx", 16, 42, 40 - 24, 48 - 28, 60 - 32, 1)
LEAF = VTABLE + TABLE + b"\3\0\0\0abc\0" + struct.pack("<Iii", 2, 5, -5) + struct.pack("<If", 1, 0.5)


def read(data: bytes, position: int = 16) -> Leaf:
    return FlatBuffer(memoryview(data)).table(Leaf, position, WHERE)


def patched(position: int, form: str, value: int) -> bytes:
    data = bytearray(LEAF)
    struct.pack_into(form, data, position, value)
    return bytes(data)


def test_a_table_is_read_slot_by_slot() -> None:
    leaf = read(LEAF)
    assert leaf[:4] == (42, "abc", (5, -5), Padding.VALID)
    assert leaf.array is not None
    assert leaf.array.tolist() == [0.5]
    assert leaf.data == b""


def test_a_slot_that_the_vtable_leaves_out_has_its_default() -> None:
    assert read(patched(4, "<H", 0)).number == -7
    assert read(patched(0, "<H", 8))[2:] == ((), Padding.SAME, None, b"")


def test_an_array_is_a_read_only_view() -> None:
    data = bytearray(LEAF)
    array = FlatBuffer(memoryview(data).toreadonly()).table(Leaf, 16, WHERE).array
    assert array is not None
    assert not array.flags.writeable
    struct.pack_into("<f", data, 64, 2.0)
    assert array[0] == 2.0


def test_a_name_that_is_not_utf_8_is_latin_1() -> None:
    assert read(patched(44, "<B", 0xE9)).name == "ébc"


@pytest.mark.parametrize(
    ("data", "step", "message"),
    [
        (patched(16, "<i", 17), "", "the uint16 begins at byte -1 of 68"),
        (patched(16, "<i", -(2**31)), "", "ends at byte 2147483666 of 68"),
        (patched(0, "<H", 2), "", "a vtable of 2 bytes for a table of 24"),
        (patched(0, "<H", 70), "", "the vtable ends at byte 70 of 68"),
        (patched(2, "<H", 3), "", "a vtable of 16 bytes for a table of 3"),
        (patched(2, "<H", 60), "", "the table ends at byte 76 of 68"),
        (patched(4, "<H", 2), ", number", "lies at byte 2 of a table of 24"),
        (patched(4, "<H", 21), ", number", "lies at byte 21 of a table of 24"),
        (patched(24, "<I", 0xFFFFFFFF), ", name", "the part it points to ends at byte 4294967323 of 68"),
        (patched(40, "<I", 25), ", name", "the vector of 25 entries ends at byte 69 of 68"),
        (patched(48, "<I", 5), ", numbers", "the vector of 5 entries ends at byte 72 of 68"),
        (patched(48, "<I", 0xFFFFFFFF), ", numbers", "the vector of 4294967295 entries ends at"),
        (patched(36, "<b", 2), ", padding", "2 is unknown (Padding goes from 0 to 1)"),
        (patched(60, "<I", 2), ", array", "the vector of 2 entries ends at byte 72 of 68"),
        (LEAF[:67], ", array", "the vector of 1 entries ends at byte 68 of 67"),
        (LEAF[:20], "", "the table ends at byte 40 of 20"),
    ],
)
def test_a_read_that_leaves_its_part_is_refused(data: bytes, step: str, message: str) -> None:
    with pytest.raises(ModelError) as caught:
        read(data)
    assert message in str(caught.value)
    assert caught.value.place == f"subgraph 0, tensor 3{step}"
    assert str(caught.value).startswith(caught.value.place + ": ")


@pytest.mark.parametrize("size", range(len(LEAF)))
def test_a_file_cut_anywhere_is_refused(size: int) -> None:
    with pytest.raises(ModelError):
        read(LEAF[:size])


def test_a_message_names_the_entry_even_where_its_name_comes_later() -> None:
    tree = struct.pack("<4H", 8, 8, 0, 4) + struct.pack("<iI", 8, 4) + struct.pack("<II", 1, 20)  # leaf at 20 + 20
    broken = bytearray(tree + LEAF)
    struct.pack_into("<I", broken, 24 + 48, 9)
    with pytest.raises(ModelError) as caught:
        FlatBuffer(memoryview(broken)).table(Tree, 8, Place(None, ""))
    assert caught.value.place == 'leave 0 "abc", numbers'


def test_a_part_that_is_pointed_to_too_often_ends_the_reading() -> None:
    count = 100_000
    tree = struct.pack("<4H", 8, 8, 0, 4) + struct.pack("<iI", 8, 4)
    leaves = struct.pack("<I", count)
    leaf = 20 + 4 * count + 16
    leaves += b"".join(struct.pack("<I", leaf - 20 - 4 * index) for index in range(count))
    with pytest.raises(ModelError, match="again and again"):
        FlatBuffer(memoryview(tree + leaves + LEAF)).table(Tree, 8, Place(None, ""))
