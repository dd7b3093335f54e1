"""The course's picture of an arena, and arenas side by side."""

from __future__ import annotations

from typing import NamedTuple

from tests.shared import model_bytes, needs_shared
from tests.views.drawn import collisions, texts
from tests.views.plans import M4, hello_plan, kws_plan
from tinylab.model import load_model
from tinylab.runtime import plan_arena
from tinylab.views import (
    ArenaRow,
    arena_rows_picture,
    arena_rows_text,
    needs_rows,
    simple_arena_picture,
    simple_arena_text,
)
from tinylab.views.arena_bars import arena_parts

ROWS = [ArenaRow("separate", 3000, 1500, "two arenas"), ArenaRow("shared", 2000, 1400)]


def test_the_three_parts_by_hand() -> None:
    assert arena_parts(hello_plan()) == (0, 644, 32, 396)
    assert simple_arena_text(hello_plan()).split("\n")[3].split() == ["interpreter", "state", "644", "60.1", "%"]


def test_the_bar_has_the_parts_in_the_courses_order() -> None:
    picture = simple_arena_picture(hello_plan())
    bars = [(patch.get_x(), patch.get_width()) for patch in picture.figure.axes[0].patches]
    assert bars == [(0, 0), (0, 644), (644, 32), (676, 396)]
    said = [text.get_text() for text in texts(picture)]
    assert "operator inputs and outputs\n32 bytes" in said
    assert collisions(picture) == collisions(simple_arena_picture(kws_plan())) == []
    assert "operator variables 0, interpreter state 644" in picture.alt


@needs_shared
def test_variables_are_a_part_of_their_own() -> None:
    plan = plan_arena(load_model(model_bytes("tflm/dtln_noise_suppression.tflite")), M4)
    parts = arena_parts(plan)
    assert parts.variable_bytes == 768
    assert parts.variable_bytes + parts.state_bytes == plan.needs.tail_bytes


def test_rows_as_a_table() -> None:
    assert arena_rows_text(ROWS, "tenancy").split("\n") == [
        "tenancy    head   tail  head + tail",
        "────────  ─────  ─────  ───────────",
        "separate  3,000  1,500        4,500   two arenas",
        "shared    2,000  1,400        3,400",
    ]


def test_rows_as_bars_of_anything_that_has_the_names() -> None:
    class Other(NamedTuple):
        note: str
        tail_bytes: int
        head_bytes: int
        name: str

    picture = arena_rows_picture([*ROWS, Other("", 5, 10, "tiny")], "KWS + VWW")
    bars = [(patch.get_x(), patch.get_width()) for patch in picture.figure.axes[0].patches]
    assert bars == [(0, 3000), (3000, 1500), (0, 2000), (2000, 1400), (0, 10), (10, 5)]
    assert picture.alt.startswith("separate: head 3,000 + tail 1,500 = 4,500 bytes, two arenas; shared:")
    assert collisions(picture) == []


def test_needs_rows_name_target_and_planner() -> None:
    rows = needs_rows([hello_plan()])
    assert rows == (ArenaRow("cortex-m4/reference, greedy", 32, 644, "smallest 1,072 (planning decides)"),)
    assert needs_rows([hello_plan(), kws_plan()])[1].name == "kws_yes_no, cortex-m4/reference, greedy"
