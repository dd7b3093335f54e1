"""The head over time: boxes are the plan, kinds look different, and no label lies on another."""

from __future__ import annotations

import pytest

from tests.shared import model_bytes, needs_shared
from tests.views.drawn import collisions, texts
from tests.views.plans import M4, hello_plan, kws_plan, scratch_plan
from tinylab.model import load_model
from tinylab.runtime import plan_arena
from tinylab.views import Picture, arena_picture
from tinylab.views.buffer_kinds import LOOKS

REAL = [
    "tflm/hello_world_int8.tflite",
    "tflm/person_detect.tflite",
    "tflm/dtln_noise_suppression.tflite",
    "cfu_playground/hps_model_2022_01_05_89ops.tflite",
    "esphome/v2_hey_jarvis.tflite",
]


def boxes(picture: Picture) -> dict[tuple[float, ...], str | None]:
    found = [patch for patch in picture.figure.axes[0].patches if patch.get_gid() == "buffer"]
    return {(p.get_x(), p.get_y(), p.get_width(), p.get_height()): p.get_hatch() or None for p in found}


def test_boxes_are_the_plan_and_scratch_is_hatched() -> None:
    assert boxes(arena_picture(scratch_plan())) == {
        (-0.5, 0, 2, 1600): None,
        (0.5, 1600, 2, 800): None,
        (1.5, 0, 1, 16): "////",
    }


def test_kinds_differ_in_grey() -> None:
    def grey(kind: str) -> float:
        red, green, blue = (int(LOOKS[kind].colour[place : place + 2], 16) for place in (1, 3, 5))
        return 0.299 * red + 0.587 * green + 0.114 * blue

    steps = [grey(kind) for kind in ("graph input", "intermediate", "graph output")]
    assert steps[1] - steps[0] > 40
    assert steps[2] - steps[1] > 40
    assert all(LOOKS[kind].hatch for kind in ("scratch", "variable", "temp", "planner"))


def test_the_whole_arena_stands_beside_the_head() -> None:
    said = [text.get_text() for text in texts(arena_picture(hello_plan()))]
    assert "smallest arena: 1,072 bytes (planning decides)" in said
    assert "ready to run\n(uses 676)" in said
    assert {"tail\n644", "head\n32", "free\n396", "planner's\nwork area\n160", "temp\n244"} <= set(said)
    assert "ready to run\n(uses 676)" not in [
        text.get_text() for text in texts(arena_picture(hello_plan(), whole_arena=False))
    ]


def test_the_peak_is_marked() -> None:
    said = [text.get_text() for text in texts(arena_picture(kws_plan()))]
    assert "peak: 16,000 bytes alive" in said
    assert " head: 16,000 bytes " in said


def test_pointing_at_a_moment_pales_what_is_dead_and_frames_what_is_selected() -> None:
    plan = hello_plan()
    picture = arena_picture(plan, moment=2, selected=plan.memory_plan.buffers[1])
    patches = [patch for patch in picture.figure.axes[0].patches if patch.get_gid() == "buffer"]
    alive = [max(patch.get_facecolor()[:3]) - min(patch.get_facecolor()[:3]) > 0.4 for patch in patches]
    assert alive == [False, True, True, False]
    assert [patch.get_linewidth() > 2 for patch in patches] == [False, True, False, False]


def test_the_alternative_text_is_sentences() -> None:
    alt = arena_picture(hello_plan()).alt
    assert alt.startswith("hello_world on cortex-m4/reference: 4 buffers over 4 moments")
    assert "\n" not in alt
    assert "1,072 bytes" in alt


@pytest.mark.parametrize("moment", [None, 2])
def test_no_label_lies_on_another(moment: int | None) -> None:
    for plan in (hello_plan(), kws_plan(), scratch_plan()):
        assert collisions(arena_picture(plan, moment=moment)) == []


@needs_shared
@pytest.mark.parametrize("file", REAL)
def test_no_label_lies_on_another_in_real_models(file: str) -> None:
    assert collisions(arena_picture(plan_arena(load_model(model_bytes(file)), M4))) == []


@needs_shared
def test_variables_are_told_apart_in_the_tail() -> None:
    plan = plan_arena(load_model(model_bytes("tflm/dtln_noise_suppression.tflite")), M4)
    bar = [(patch.get_gid(), patch.get_height()) for patch in arena_picture(plan).figure.axes[2].patches]
    assert ("variable", 768) in bar
    assert sum(height for kind, height in bar[-5:] if kind in ("tail", "variable")) == plan.needs.tail_bytes
