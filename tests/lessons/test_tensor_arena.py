"""The exercises of notebook 06, as readers may get them wrong; and the figures that the notebook carries over."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

import tinylab as tl
from tests.shared import model_bytes, needs_shared
from tinylab.kernels.memory.resource_variables import table_requests
from tinylab.lessons import check
from tinylab.lessons.published_arenas import PAPER, PERSON_DETECT, PublishedArena
from tinylab.lessons.tensor_arena import HOURGLASS
from tinylab.runtime.model_allocation import allocated_in

Buffers = Sequence[tuple[int, int, int]]


def place(buffers: Buffers, *, lifetimes: bool = True, sort: bool = True, last_first: bool = True) -> list[int]:
    """The greedy planner as a reader may write it, and as readers may get it wrong."""
    order = list(range(len(buffers)))
    if sort:
        order.sort(key=lambda i: (-buffers[i][0], -i if last_first else i))
    offsets: dict[int, int] = {}
    for i in order:
        size, first, last = buffers[i]
        offset = 0
        for j in sorted(offsets, key=lambda j: offsets[j]):
            overlaps = not lifetimes or (buffers[j][1] <= last and first <= buffers[j][2])
            if overlaps and offsets[j] - offset < size:
                offset = max(offset, offsets[j] + buffers[j][0])
            elif overlaps:
                break
        offsets[i] = offset
    return [offsets[i] for i in range(len(buffers))]


def needs(target: str) -> tl.ArenaNeeds:
    return tl.arena_needs(tl.zoo.load("hello_world"), target)


FORGOT_THE_SHORTCUT = [(0, 1), (1, 2), (2, 3), (3, 3)]
COUNTED_FROM_OPERATOR_0 = [(0, 2), (0, 1), (1, 2), (2, 2)]

WRONG: dict[str, list[tuple[Any, str]]] = {
    "06-1": [
        (FORGOT_THE_SHORTCUT, "tensor 0: expected a life that begins at 0 and ends at 3, got (0, 1)"),
        (COUNTED_FROM_OPERATOR_0, "tensor 0: expected a life that begins at 0 and ends at 3, got (0, 2)"),
        ([(0, 3)], "4 pairs"),
        (7, "4 pairs"),
    ],
    "06-2": [
        (lambda buffers: place(buffers, lifetimes=False), "expected [0, 0], got [32, 0]"),
        (lambda buffers: place(buffers, sort=False), "expected"),
        (lambda buffers: place(buffers, last_first=False), "expected [16, 0], got [0, 16]"),
        (lambda buffers: [buffers[9]], "IndexError"),
        (lambda buffers: None, "TypeError"),
        ([0, 112, 64, 0], "a function is needed"),
    ],
    "06-3": [
        (needs("cortex-m4/cmsis-nn").smallest_arena_bytes, "too small"),
        (needs("cortex-m55/cmsis-nn").used_bytes, "is arena_used_bytes there"),
        (10**6, "more than is needed"),
        ("many", "too small"),
    ],
    "06-4": [
        (place(HOURGLASS), "a valid plan of 160 bytes; 112 are possible"),
        ([0, 0, 48, 0], "a and b share bytes while both are alive (moment 1)"),
        ([50, 0, 64, 0], "no multiple of 16"),
        ([0, 64], "4 offsets"),
        (3, "4 offsets"),
    ],
}


def test_right_answers_in_another_form() -> None:
    assert check("06-1", ([0, 3], [1, 2], [2, 3], [3, 3])).done
    assert check("06-2", place).done


# -- the figures that are carried over ---------------------------------------------------------------------------------


def ours(rows: Sequence[PublishedArena]) -> dict[tuple[str, str], tuple[int, int]]:
    return {
        (row.model, row.what): (int(row.persistent.replace(",", "")), int(row.non_persistent.replace(",", "")))
        for row in rows
        if row.source.startswith("tinylab")
    }


@needs_shared
@pytest.mark.parametrize("name", ["keyword_scrambled", "person_detect"])  # test_conv_model is no file, but a C array
def test_tinylabs_figures_beside_the_papers(name: str) -> None:
    ram = tl.arena_needs(tl.load_model(model_bytes(f"tflm/{name}.tflite")), "cortex-m4/reference")
    assert ours(PAPER)[name, "tinylab"] == (ram.tail_bytes, ram.head_bytes)


@needs_shared
def test_tinylabs_figures_of_person_detect() -> None:
    model = tl.load_model(model_bytes("tflm/person_detect.tflite"))
    found = {}
    for library in ("cmsis-nn", "reference"):
        ram = tl.arena_needs(model, f"cortex-m4/{library}")
        found[f"tinylab: plain, {library}".replace("cmsis-nn", "CMSIS-NN")] = (ram.tail_bytes, ram.head_bytes)
    recorder = allocated_in(tl.RecordingMicroAllocator.unbounded("cortex-m4/cmsis-nn"), [model])
    found["... with the recording allocator"] = (recorder.record().tail_bytes, recorder.record().head_bytes)
    benchmark = tl.RecordingMicroAllocator.unbounded("cortex-m4/cmsis-nn")
    benchmark.allocate_resource_variables(*table_requests(100, "ilp32"))
    record = allocated_in(benchmark, [model]).record()
    found["... and a table for 100 resource variables"] = (record.tail_bytes, record.head_bytes)
    assert {what: sizes for (_, what), sizes in ours(PERSON_DETECT).items()} == found
    assert PERSON_DETECT[0][2:4] == PERSON_DETECT[-1][2:4]  # TFLM's README, to the byte
