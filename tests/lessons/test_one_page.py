"""The exercises of notebook 12, as readers may get them wrong; and the count of the page's lines."""

from __future__ import annotations

import linecache
from typing import Any

import numpy as np

import tinylab as tl
from tinylab.lessons.one_page import cell_lines, page_picture, pooling_model

PLAN = tl.plan_arena(tl.zoo.load("kws_yes_no"), "cortex-m4/reference")
NEEDS, BUFFERS = PLAN.needs, PLAN.memory_plan.buffers


def windows(x: np.ndarray) -> np.ndarray:
    """[1, 25, 10, 32] as [rows, 5, columns, 5, channels]."""
    return x.reshape(5, 5, 2, 5, 32)


def knows_no_code_17(data: bytes, x: np.ndarray) -> None:
    raise KeyError(17)


WRONG: dict[str, list[tuple[Any, str]]] = {
    "12-1": [
        (NEEDS.head_bytes, "with reuse"),
        (sum(buffer.requested_bytes for buffer in BUFFERS), "rounded up to a multiple of 16"),
        ("all", "add up the sizes"),
    ],
    "12-2": [
        (knows_no_code_17, "code 17 is MAX_POOL_2D"),
        (lambda data, x: windows(x).mean(axis=(1, 3)), "number 0: expected"),
        (lambda data, x: np.maximum(windows(x).max(axis=(1, 3)), 0), "sample 0, number 0: expected -100, got 0"),
        (lambda data, x: x, "320 numbers are needed, and it gives 8000"),
        (lambda data: data, "TypeError"),
        (17, "a function is needed"),
    ],
    "12-3": [
        (NEEDS.head_bytes, "that is the head"),
        (NEEDS.used_bytes, "head and tail"),
        (NEEDS.smallest_arena_bytes, "head included"),
        (tl.arena_needs(tl.zoo.load("kws_yes_no")).tail_bytes, "pointers are twice as long"),
        (0, "the other end of the arena"),
    ],
}


def test_the_real_tflm_runs_the_exercises_model() -> None:
    model = pooling_model()
    x = np.arange(8000).reshape(1, 1, 25, 10, 32).astype(np.int8)
    run = tl.peers.tflm.run(bytes(model.data), x)
    interpreter = tl.MicroInterpreter(model, tl.resolver_for(model), 100_000)
    ours = interpreter.predict(x)
    assert np.array_equal(ours[0].ravel(), windows(x).max(axis=(1, 3)).ravel())
    if run.ran:
        assert np.array_equal(run.outputs[0], ours)


def test_lines_are_counted_once_a_cell_and_blank_ones_never() -> None:
    source = "import math\n\n\ndef one():\n    return 1\n\n\ndef two():\n    return 2  # two\n"
    linecache.cache["<a cell>"] = (len(source), None, source.splitlines(keepends=True), "<a cell>")
    defined: dict[str, Any] = {}
    exec(compile(source, "<a cell>", "exec"), defined)
    lines = ["import math", "def one():", "    return 1", "def two():", "    return 2  # two"]
    assert cell_lines([defined["one"], defined["two"]]) == lines


def test_the_picture_says_what_it_shows() -> None:
    picture = page_picture({"read the file": 45, "kernels": 60})
    assert picture.text.splitlines()[-1].split() == ["all", "105", "lines"]
    assert picture.png().startswith(b"\x89PNG")
