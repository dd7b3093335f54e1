"""The contact sheet and the pixels of one picture: figures, and the text that says the same."""

from __future__ import annotations

import numpy as np
import pytest

from tinylab.views import contact_sheet, contact_sheet_text, pixels_picture, pixels_text

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
    assert "1 no_person, 2 person, each with the answer" in sheet.alt


def test_the_text_counts() -> None:
    plain, counted = (contact_sheet_text(LABELS, NAMES, scores).splitlines() for scores in (None, SCORES))
    assert [line.split() for line in plain[-2:]] == [["no_person", "1"], ["person", "2"]]
    assert [line.split() for line in counted[-2:]] == [["no_person", "1", "0"], ["person", "2", "1"]]


@pytest.mark.parametrize("channels", [1, 3])
def test_pixels_are_shown_as_the_net_gets_them(channels: int) -> None:
    picture = np.arange(8 * 8 * channels, dtype=np.uint8).reshape(8, 8, channels)
    quantized = (picture.astype(np.int16) - 128).astype(np.int8)
    shown = pixels_picture(picture, quantized, corner=(2, 3), side=4)
    whole, *details = shown.figure.axes
    assert len(details) == channels
    assert [text.get_text() for text in details[-1].texts] == [str(v) for v in quantized[2:6, 3:7, -1].ravel()]
    assert whole.patches[0].get_xy() == (2.5, 1.5)
    cells = pixels_text(picture, quantized, corner=(2, 3)).splitlines()[-1].split()
    name = "grey" if channels == 1 else "blue"
    values = [quantized[2, 3, -1], quantized[..., -1].min(), quantized[..., -1].max(), picture[2, 3, -1]]
    assert cells == [name, *map(str, values)]


def test_a_grey_input_of_a_coloured_picture_has_no_pixel_beside_it() -> None:
    shown = pixels_picture(np.zeros((8, 8, 3), np.uint8), np.zeros((8, 8, 1), np.int8), corner=(0, 0), side=2)
    assert "pixel" not in shown.text
    assert "grey" in shown.text
