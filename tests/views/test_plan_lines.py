"""The lines of GreedyMemoryPlanner::PrintMemoryPlan, worked out by hand from what it does."""

from __future__ import annotations

from tests.views.plans import hello_plan, planned, scratch_plan
from tinylab.arena import MemoryPlan
from tinylab.views import memory_plan_text


def test_the_lines_of_a_plan_by_hand() -> None:
    # 2,400 bytes across 80 columns: 30 a column; the scratch buffer of 16 has none.
    assert memory_plan_text(scratch_plan()).split("\n") == [
        "0 (id=0): size=1600, offset=0, first_used=0 last_used=1",
        "1 (id=1): size=800, offset=1600, first_used=1 last_used=2",
        "* (id=2): size=16, offset=0, first_used=2 last_used=2",
        "   0: " + "0" * 53 + "." * 27 + " (2k)",
        "   1: " + "0" * 53 + "1" * 27 + " (3k)",
        "   2: " + "." * 53 + "1" * 27 + " (1k)",
    ]


def test_hello_world_by_hand() -> None:
    """A head below 80 bytes is drawn a byte a column; four buffers of 16."""
    assert memory_plan_text(hello_plan()).split("\n") == [
        "0 (id=0): size=16, offset=16, first_used=0 last_used=1",
        "1 (id=1): size=16, offset=0, first_used=1 last_used=2",
        "2 (id=2): size=16, offset=16, first_used=2 last_used=3",
        "* (id=3): size=16, offset=0, first_used=3 last_used=3",
        "   0: " + "." * 16 + "0" * 16 + "." * 48 + " (1k)",
        "   1: " + "1" * 16 + "0" * 16 + "." * 48 + " (1k)",
        "   2: " + "1" * 16 + "2" * 16 + "." * 48 + " (1k)",
        "   3: " + "*" * 16 + "2" * 16 + "." * 48 + " (1k)",
    ]


def test_an_overlap_is_marked() -> None:
    plan = MemoryPlan((planned("a", 80, 0, 0, 1), planned("b", 80, 40, 0, 1, 1)), 120)
    assert memory_plan_text(plan).split("\n")[2] == "   0: " + "0" * 26 + "!" * 27 + "1" * 27 + " (1k)"


def test_letters_go_on_from_digits_and_begin_again() -> None:
    plan = MemoryPlan(tuple(planned("t", 16, 0, 0, 1, k) for k in range(64)), 16)
    letters = [line[0] for line in memory_plan_text(plan).split("\n")[:64]]
    assert (letters[9], letters[10], letters[35], letters[36], letters[61], letters[62]) == tuple("9azAZ0")


def test_what_is_never_used_shows_as_a_line_only() -> None:
    plan = MemoryPlan((planned("never", 16, 0, -1, -1),), 16)
    assert memory_plan_text(plan).split("\n") == [
        "* (id=0): size=16, offset=0, first_used=-1 last_used=-1",
        "   0: " + "." * 80 + " (0k)",
    ]
