"""The exercises of notebook 00, as readers may get them wrong; and its picture."""

from __future__ import annotations

from typing import Any

import numpy as np

import tinylab as tl
from tinylab.lessons.start_here import wave_picture

MODEL = tl.zoo.load("hello_world")

WRONG: dict[str, list[tuple[Any, str]]] = {
    "00-1": [
        (0.141, "is the real number"),
        (round(3.0 / 0.0245147) - 128, "is 3 as the input has it"),
        (500, "is not what invoke leaves"),
        ("one", "is not what invoke leaves"),
    ],
    "00-2": [
        (tl.arena_needs(MODEL, "cortex-m4/reference").smallest_arena_bytes - 16, "is not smallest_arena_bytes there"),
        (tl.arena_needs(MODEL, "cortex-m4/cmsis-nn").used_bytes, "is arena_used_bytes, and planning needs more"),
        ("little", "is not smallest_arena_bytes there"),
    ],
}


def test_the_picture_names_the_worst_place() -> None:
    x = np.linspace(0, 6, 7, dtype=np.float32)
    said = np.sin(x)
    said[4] += 0.25
    assert wave_picture(x, said).text == (
        "7 inputs from 0.00 to 6.00: the network is within 0.250 of the sine, furthest away at x = 4.00"
    )
