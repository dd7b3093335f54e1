"""AllocateTensors over time."""

from __future__ import annotations

import pytest

from tests.shared import model_bytes, needs_shared
from tests.views.drawn import collisions, texts
from tests.views.plans import M4, hello_plan, kws_plan
from tinylab.model import load_model
from tinylab.runtime import plan_arena
from tinylab.views import allocation_picture, allocation_text
from tinylab.views.allocation_figure import step_edges


def test_allocation_text_has_the_fullest_step_of_each_phase() -> None:
    lines = allocation_text(hello_plan()).split("\n")
    assert lines[3].split() == ["create", "MicroAllocator", "3", "0", "0", "0", "116", "116"]
    assert lines[8].split() == ["plan", "GreedyMemoryPlanner", "4", "144", "244", "160", "512", "1,072"]
    assert lines[9].split() == ["graph", "tensors", "zero", "points", "8", "32", "0", "0", "644", "676"]


def test_the_stack_is_head_temp_planner_and_tail() -> None:
    plan = hello_plan()
    layers = [patch.get_data() for patch in allocation_picture(plan).figure.axes[0].patches]
    peak = plan.events.index(plan.peak)
    assert [int(layer.values[peak] - layer.baseline[peak]) for layer in layers] == [144, 0, 244, 160, 512]
    assert [int(layer.values[-1] - layer.baseline[-1]) for layer in layers] == [0, 32, 0, 0, 644]


def test_lines_say_what_it_needs_and_uses() -> None:
    said = [text.get_text() for text in texts(allocation_picture(hello_plan()))]
    assert "smallest arena that works: 1,072 bytes" in said
    assert "arena_used_bytes: 676" in said


def test_a_size_that_is_tried_shows_where_it_fails() -> None:
    assert "688 bytes: fails here" in [text.get_text() for text in texts(allocation_picture(hello_plan(), 688))]
    assert "an arena of 1,072 bytes works" in [
        text.get_text() for text in texts(allocation_picture(hello_plan(), 1072))
    ]


def test_a_short_phase_is_a_tenth_at_least() -> None:
    assert step_edges([1, 2, 97]) == pytest.approx([0, 10, 15, 20, *range(21, 118)])


def test_no_label_lies_on_another() -> None:
    for plan in (hello_plan(), kws_plan()):
        assert collisions(allocation_picture(plan)) == []


@needs_shared
@pytest.mark.parametrize("file", ["tflm/person_detect.tflite", "tflm/dtln_noise_suppression.tflite"])
def test_no_label_lies_on_another_in_real_models(file: str) -> None:
    assert collisions(allocation_picture(plan_arena(load_model(model_bytes(file)), M4))) == []
