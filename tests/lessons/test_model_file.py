"""The exercises of notebook 02: solution, stub and named wrong answers."""

from __future__ import annotations

import struct
from typing import Any

import numpy as np
import pytest

import tinylab as tl
from tinylab.lessons import check
from tinylab.lessons.model_file import EXERCISES


@pytest.mark.parametrize("exercise", EXERCISES)
def test_the_stub_is_not_yet(exercise: str) -> None:
    assert repr(check(exercise, None)) == "not yet: the answer is still None"


@pytest.mark.parametrize(
    ("answer", "because"),
    [
        ((0, -40, "oslo"), "sensor is not 0: its slot is left out"),
        ((7, 2**32 - 40, "oslo"), "the same bits without one"),
        ((7, struct.unpack(">i", struct.pack("<i", -40))[0], "oslo"), "wrong order"),
        ((7, 8, "oslo"), "celsius is not 8"),
        ((7, -40, ""), "place is not ''"),
        ((7, -40), "three values"),
        (7, "three values"),
    ],
)
def test_a_table_by_hand(answer: Any, because: str) -> None:
    verdict = check("02-1", answer)
    assert not verdict.done
    assert because in verdict.because
    assert check("02-1", (7, -40, "oslo")).done
    assert check("02-1", (7, -40, b"oslo")).done


def field(data: Any, table: int, slot: int, sign: int = -1, short: bool = True, absent: bool = True) -> int | None:
    """A slot's position as a reader may find it, and as readers may get it wrong."""
    vtable = table + sign * struct.unpack_from("<i", data, table)[0]
    if short and 4 + 2 * slot >= struct.unpack_from("<H", data, vtable)[0]:
        return None
    offset: int = struct.unpack_from("<H", data, vtable + 4 + 2 * slot)[0]
    return table + offset if offset or not absent else None


def test_a_slot_of_a_table() -> None:
    assert check("02-2", field).done
    assert "slot 0 of the table at 28 (model)" in repr(check("02-2", lambda d, t, s: field(d, t, s, sign=1)))
    assert "is left out, so None is needed" in repr(check("02-2", lambda d, t, s: field(d, t, s, short=False)))
    assert "is left out, so None is needed" in repr(check("02-2", lambda d, t, s: field(d, t, s, absent=False)))
    from_the_table = check("02-2", lambda d, t, s: None if field(d, t, s) is None else (field(d, t, s) or 0) - t)
    assert "is counted from the table's start" in repr(from_the_table)
    assert "TypeError" in repr(check("02-2", lambda: 0))
    assert "a function is needed" in repr(check("02-2", 28))


def view(data: Any, buffer: int, length_too: bool = False) -> Any:
    def follow(table: int, slot: int) -> int:
        position = field(data, table, slot)
        assert position is not None
        return int(position + struct.unpack_from("<I", data, position)[0])

    root = struct.unpack_from("<I", data, 0)[0]
    entry = follow(root, 4) + 4 + 4 * buffer
    start = follow(entry + struct.unpack_from("<I", data, entry)[0], 0)
    count = struct.unpack_from("<I", data, start)[0]
    return data[start : start + count] if length_too else data[start + 4 : start + 4 + count]


def test_a_weight_without_a_copy() -> None:
    assert check("02-3", view).done
    assert "they are a copy" in repr(check("02-3", lambda data, buffer: np.array(view(data, buffer))))
    assert "four bytes early" in repr(check("02-3", lambda data, buffer: view(data, buffer, length_too=True)))
    assert "got 20" in repr(check("02-3", lambda data, buffer: data[480:500]))
    assert "AssertionError" in repr(check("02-3", lambda data, buffer: view(data, 0)))
    assert "a function is needed" in repr(check("02-3", b""))


def version_position() -> int:
    data = tl.zoo.load("hello_world").data
    position = field(data, struct.unpack_from("<I", data, 0)[0], 0)
    assert position is not None
    return position


def test_one_byte_of_damage() -> None:
    position = version_position()
    assert check("02-4", (position, 4)).done
    assert "schema version 5" in repr(check("02-4", (position, 5)))
    assert "still loads" in repr(check("02-4", (position, 3)))
    assert "this is not a TensorFlow Lite model" in repr(check("02-4", (7, ord("4"))))
    for answer in (3, (10**6, 4), (position, 256), ("a", "b")):
        assert "two numbers are needed" in repr(check("02-4", answer))
