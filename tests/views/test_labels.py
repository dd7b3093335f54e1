"""Labels find room in their box, beside it, or none."""

from __future__ import annotations

from matplotlib.figure import Figure

from tinylab.views.bars import spread
from tinylab.views.labels import Labeller, text_inches
from tinylab.views.picture import axes_at


def test_a_text_is_as_wide_as_its_longest_line() -> None:
    width, height = text_inches("MMMM\nM", 10)
    assert width == text_inches("MMMM", 10)[0] > 3 * text_inches("M", 10)[0]
    assert height == 2 * text_inches("M", 10)[1]


def test_inside_then_shorter_then_beside_then_not_at_all() -> None:
    axes = axes_at(Figure(figsize=(4, 4)), 0, 0, 4, 4)
    axes.set_xlim(0, 4)
    axes.set_ylim(0, 4)
    boxes = [(0, 0, 4, 1), (0, 1, 0.4, 0.3), (2, 2, 1, 0.02), (2, 2.02, 2, 1.98), (2, 1, 2, 1)]
    labeller = Labeller(axes, boxes)
    assert labeller.label(boxes[0], ("a long name", "short"), 10, "black")
    assert labeller.label(boxes[1], ("a long name", "st"), 10, "black")
    assert not labeller.label(boxes[2], ("a long name", "short"), 10, "black")  # walled in above and below
    assert [text.get_text() for text in axes.texts] == ["a long name", "st"]
    free = Labeller(axes, boxes[2:3])
    assert free.label(boxes[2], ("a long name", "short"), 10, "black")
    assert axes.texts[-1].get_text() == "short"
    assert axes.texts[-1].get_position()[1] > 2.02


def test_a_second_label_keeps_clear_of_the_first() -> None:
    axes = axes_at(Figure(figsize=(4, 4)), 0, 0, 4, 4)
    axes.set_xlim(0, 4)
    axes.set_ylim(0, 4)
    boxes = [(1, 0.0, 1, 0.01), (1.2, 0.0, 1, 0.01)]
    labeller = Labeller(axes, boxes)
    assert labeller.label(boxes[0], ("first",), 10, "black")
    assert labeller.label(boxes[1], ("second",), 10, "black")
    one, two = (text.get_position()[0] for text in axes.texts)
    assert abs(one - two) >= (text_inches("first", 10)[0] + text_inches("second", 10)[0]) / 2


def test_spread_moves_places_apart_in_order_and_within_bounds() -> None:
    assert spread([5, 1, 5.1], 1, 0, 10) == [5, 1, 6]
    assert spread([9.9, 9.8], 1, 0, 10) == [9.5, 8.5]
    assert spread([0, 0], 2, 0, 10) == [1, 3]
