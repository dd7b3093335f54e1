"""The arena in words."""

from __future__ import annotations

from tests.views.plans import hello_plan, kws_plan, planned, scratch_plan
from tinylab.arena import MemoryPlan
from tinylab.views import arena_text
from tinylab.views.arena import needs_text, peak_text


def test_arena_text_of_a_plan_says_kinds_writers_and_readers() -> None:
    lines = arena_text(hello_plan()).split("\n")
    assert lines[0] == "head: 32 bytes for 4 buffers of 64 bytes in all"
    assert lines[3].split() == ["t7", "dense", "0", "16", "0", "16", "1–2", "intermediate", "0", "1"]
    assert lines[4].split() == ["t9", "dense", "2", "1", "0", "16", "3–3", "graph", "output", "2", "–"]
    assert lines[5].split() == ["t0", "input", "1", "16", "32", "0–1", "graph", "input", "–", "0"]
    assert lines[7] == "peak: 32 bytes alive at 0 FULLY_CONNECTED; no plan can be smaller"


def test_the_peak_says_how_far_the_head_is_above_the_bound() -> None:
    plan = MemoryPlan((planned("a", 64, 0, 0, 1), planned("b", 32, 96, 1, 1, 1)), 128)
    assert peak_text(plan) == "peak: 96 bytes alive at operator 0; the head is 32 bytes above this bound"
    assert peak_text(scratch_plan()).startswith("peak: 2,400 bytes alive at 0 ADD;")


def test_needs_text_says_what_decides() -> None:
    assert needs_text(hello_plan()) == (
        "smallest arena that works on cortex-m4/reference: 1,072 bytes: planning decides (plan of hello_world: "
        "GreedyMemoryPlanner)\narena_used_bytes is 676 (head 32 + tail 644)"
    )
    assert "20,416 bytes: the final layout decides\narena_used_bytes is 20,404" in needs_text(kws_plan())
