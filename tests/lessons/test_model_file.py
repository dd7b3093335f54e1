"""The exercises of notebook 02, as readers may get them wrong."""

from __future__ import annotations

import struct
from typing import Any

import numpy as np

import tinylab as tl
from tinylab.lessons import check


def field(data: Any, table: int, slot: int, sign: int = -1, short: bool = True, absent: bool = True) -> int | None:
    """A slot's position as a reader may find it, and as readers may get it wrong."""
    vtable = table + sign * struct.unpack_from("<i", data, table)[0]
    if short and 4 + 2 * slot >= struct.unpack_from("<H", data, vtable)[0]:
        return None
    offset: int = struct.unpack_from("<H", data, vtable + 4 + 2 * slot)[0]
    return table + offset if offset or not absent else None


def from_the_table(data: Any, table: int, slot: int) -> int | None:
    position = field(data, table, slot)
    return None if position is None else position - table


def follow(data: Any, position: int | None) -> int:
    assert position is not None
    return int(position + struct.unpack_from("<I", data, position)[0])


def view(data: Any, buffer: int, after_length: int = 4) -> Any:
    entry = follow(data, follow(data, field(data, follow(data, 0), 4)) + 4 + 4 * buffer)
    start = follow(data, field(data, entry, 0))
    return data[start + after_length : start + after_length + struct.unpack_from("<I", data, start)[0]]


HELLO = tl.zoo.load("hello_world").data
VERSION = field(HELLO, follow(HELLO, 0), 0)

WRONG: dict[str, list[tuple[Any, str]]] = {
    "02-1": [
        ((0, -40, "oslo"), "sensor is not 0: its slot is left out"),
        ((7, 2**32 - 40, "oslo"), "the same bits without one"),
        ((7, struct.unpack(">i", struct.pack("<i", -40))[0], "oslo"), "wrong order"),
        ((7, 8, "oslo"), "celsius is not 8"),
        ((7, -40, ""), "place is not ''"),
        ((7, -40), "three values"),
        (7, "three values"),
    ],
    "02-2": [
        (lambda *given: field(*given, sign=1), "slot 0 of the table at 28 (model)"),
        (lambda *given: field(*given, short=False), "is left out, so None is needed"),
        (lambda *given: field(*given, absent=False), "is left out, so None is needed"),
        (from_the_table, "is counted from the table's start"),
        (lambda: 0, "TypeError"),
        (28, "a function is needed"),
    ],
    "02-3": [
        (lambda *given: np.array(view(*given)), "they are a copy"),
        (lambda *given: view(*given, after_length=0), "four bytes early"),
        (lambda data, buffer: data[480:500], "got 20"),
        (lambda data, buffer: view(data, 0), "AssertionError"),
        (b"", "a function is needed"),
    ],
    "02-4": [
        ((VERSION, 5), "schema version 5"),
        ((VERSION, 3), "still loads"),
        ((7, ord("4")), "this is not a TensorFlow Lite model"),
        ((VERSION, 256), "two numbers are needed"),
        ((10**6, 4), "two numbers are needed"),
        (3, "two numbers are needed"),
    ],
}


def test_right_answers_in_another_form() -> None:
    assert check("02-1", [7, -40, b"oslo"]).done
    assert check("02-2", field).done
    assert check("02-3", view).done
