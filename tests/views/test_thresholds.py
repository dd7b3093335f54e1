"""The threshold as text, figure and slider: the same numbers in all three."""

from __future__ import annotations

import numpy as np
import pytest

from tests.views.drawn import collisions
from tinylab import views

SCORES = np.array([0.9, 0.5, 0.2, 0.6, 0.5, 0.1])
LABELS = np.array([1, 1, 1, 0, 0, 0])


def test_text_counts_and_shares() -> None:
    lines = views.threshold_text(SCORES, LABELS, 0.55).splitlines()
    assert lines[0] == '"person" where the score is at least 0.550'
    assert lines[-2].split() == ["misses", "2", "of", "3", "with", "a", "person", "66.7", "%"]
    assert lines[-1].split() == ["false", "alarms", "1", "of", "3", "without", "33.3", "%"]


def test_the_figure_is_what_the_text_says() -> None:
    picture = views.threshold_picture(SCORES, LABELS, 0.55)
    scored, shares = picture.figure.axes
    misses, false_alarms, line = shares.lines
    assert misses.get_ydata()[141] == pytest.approx(200 / 3)  # 141/256 is the first step above 0.55
    assert false_alarms.get_ydata()[141] == pytest.approx(100 / 3)
    assert list(line.get_xdata()) == [0.55, 0.55]
    assert sum(patch.get_height() for patch in scored.patches) == len(SCORES)
    assert picture.text == views.threshold_text(SCORES, LABELS, 0.55)
    assert "66.7 % missed, 33.3 % false alarms" in picture.alt
    assert picture.png().startswith(b"\x89PNG")
    assert collisions(picture) == []


def test_the_slider_shows_what_it_is_moved_to() -> None:
    slider = views.threshold_slider(SCORES, LABELS)
    assert slider.state.threshold == 0.5
    before = slider.children[2].value
    slider.threshold.value = 0.75
    assert slider.state == (0.75, 2, 3, 0, 3)
    assert "0 of 3 without" in slider.children[1].value
    assert "aria-live" in slider.children[1].value
    assert before != slider.children[2].value
    assert slider.threshold.description == "threshold"


def test_it_is_text_without_a_kernel() -> None:
    slider = views.threshold_slider(SCORES, LABELS, first=0.25)
    shown = slider._repr_mimebundle_()["text/plain"]
    assert shown.startswith("(the threshold slider")
    assert slider.text in shown
