"""The contact sheet: its figure and the text that says the same."""

from __future__ import annotations

import numpy as np
import pytest

from tinylab.views import contact_sheet, contact_sheet_text

NAMES = ("no_person", "person")
LABELS = np.array([0, 1, 1])
SCORES = np.array([[0.2, 0.8], [0.1, 0.9], [0.7, 0.3]])


@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize("dtype", ["uint8", "float32"])
def test_a_sheet_has_a_place_for_every_picture(channels: int, dtype: str) -> None:
    sheet = contact_sheet(np.zeros((3, 8, 8, channels), dtype), LABELS, NAMES, columns=2)
    assert len(sheet.figure.axes) == 4
    assert [axes.get_title() for axes in sheet.figure.axes] == ["no_person", "person", "person", ""]
    assert sheet.png().startswith(b"\x89PNG")


def test_what_a_net_says_stands_over_its_pictures() -> None:
    sheet = contact_sheet(np.zeros((3, 8, 8, 3), np.uint8), LABELS, NAMES, SCORES)
    titles = [axes.get_title() for axes in sheet.figure.axes]
    assert titles == ["person 0.80", "person 0.90", "no_person 0.70"]
    colours = [axes.spines["left"].get_edgecolor() for axes in sheet.figure.axes]
    assert colours[0] == colours[2] != colours[1]


def test_the_text_counts() -> None:
    plain, counted = (contact_sheet_text(LABELS, NAMES, scores).splitlines() for scores in (None, SCORES))
    assert [line.split() for line in plain[-2:]] == [["no_person", "1"], ["person", "2"]]
    assert [line.split() for line in counted[-2:]] == [["no_person", "1", "0"], ["person", "2", "1"]]
