"""Text says every figure; pictures draw and carry the same text; the report is one page that needs nothing else."""

from __future__ import annotations

import html.parser
import io
import wave
from pathlib import Path

import numpy as np
import pytest

from tests.views.values import LAYERS, PLAN, RECORDS, clip, comparison
from tinylab import views
from tinylab.speech.stream import Detection, SpokenWord, Stream

PNG = b"\x89PNG\r\n\x1a\n"


def test_a_table_aligns_names_left_and_numbers_right() -> None:
    assert views.table(("name", "n"), [("a", 5), ("long", 1234)]) == "name     n\n────  ────\na        5\nlong  1234"


def test_comparison_text_has_every_figure_and_every_note() -> None:
    text = views.comparison_text(comparison())
    assert "83.3 %" in text
    assert "6 of 6" in text
    assert "1,504   656       2,160" in text
    assert "1.25 ms" in text
    assert "LiteRT int8: died: SIGSEGV <while> invoking" in text
    assert text.endswith("smallest arena that works on x86-64/reference: 2,160 bytes")


def test_comparison_text_without_times_is_the_same_on_every_run() -> None:
    text = views.comparison_text(comparison(), times=False)
    assert "ms" not in text
    assert "one inference" not in text


def test_confusion_text_by_hand() -> None:
    lines = views.confusion_text(comparison()).splitlines()
    assert lines[2].split() == ["yes", "2", "0", "0", "100.0", "%"]
    assert lines[3].split() == ["no", "0", "2", "0", "100.0", "%"]
    assert lines[4].split() == ["<odd>", "0", "1", "1", "50.0", "%"]


def test_layers_text_names_the_first_that_parts() -> None:
    text = views.layers_text(LAYERS)
    assert text.endswith("int8 first parts from float at operator 1 (FULLY_CONNECTED)")
    assert "31.2 dB" in text
    assert "equal" in text
    assert "parts" in views.layers_text(LAYERS)
    assert "follows float through every layer" in views.layers_text((LAYERS[0], LAYERS[2]))
    assert "dB" not in views.layers_text(LAYERS, figures=False)


def test_arena_text_lists_buffers_by_offset() -> None:
    lines = views.arena_text(PLAN).splitlines()
    assert lines[0] == "head: 1,504 bytes for 3 buffers of 1,520 bytes in all"
    assert lines[3].split() == ["t0", "input", "490", "0", "496", "0–1"]
    assert lines[5].startswith("…ry/long/name/of/a/tensor/that/goes/on/conv"[-40:][:5]) or "goes/on/conv" in lines[5]


def test_tail_text_adds_up_by_category() -> None:
    lines = views.tail_text(RECORDS).splitlines()
    assert lines[0] == "tail: 216 bytes"
    assert lines[4].split() == ["OpData", "2", "126", "144"]


@pytest.mark.parametrize(
    "picture",
    [
        lambda: views.arena_picture(PLAN, ["CONV_2D", "SOFTMAX"]),
        lambda: views.confusion_picture(comparison()),
        lambda: views.layers_picture(LAYERS),
        lambda: views.clip_picture(clip()),
    ],
    ids=["arena", "confusion", "layers", "clip"],
)
def test_pictures_are_png_and_their_text_says_the_same(picture: object) -> None:
    drawn = picture()  # type: ignore[operator]
    bundle, metadata = drawn._repr_mimebundle_()
    assert bundle["image/png"].startswith(PNG)
    assert bundle["text/plain"] == repr(drawn) == drawn.text
    assert metadata == {"image/png": {"alt": drawn.alt}}
    assert len(drawn.text.splitlines()) > 2
    assert drawn.png() == picture().png()  # type: ignore[operator]


def test_boxes_of_the_arena_picture_are_the_plan() -> None:
    patches = views.arena_picture(PLAN).figure.axes[0].patches
    boxes = [patch for patch in patches if patch.get_gid() == "buffer"]
    placed = [(box.get_x(), box.get_y(), box.get_width(), box.get_height()) for box in boxes]
    assert placed == [(-0.5, 0, 2, 496), (0.5, 496, 2, 1008), (1.5, 0, 1, 16)]


def test_a_confusion_picture_leaves_out_who_did_not_run() -> None:
    assert len(views.confusion_picture(comparison(), ("Keras", "LiteRT", "tinylab")).figure.axes) == 2


def test_stream_picture_and_text() -> None:
    stream = Stream(np.zeros(32_000, np.int16), (SpokenWord("yes", "voice/1", 0.5, 0.9),))
    times, scores = np.array([1.0, 1.5, 2.0]), np.array([[0.9, 0.1], [0.2, 0.8], [0.5, 0.5]])
    picture = views.stream_picture(stream, times, scores, ("silence", "yes"), [Detection("yes", 1.5, 0.8)])
    assert picture.png().startswith(PNG)
    assert "yes   0.50  0.90" in picture.text
    assert "yes    1.5    0.8" in picture.text


def test_clip_text_says_what_was_heard() -> None:
    text = views.clip_text(clip())
    assert text.startswith('clip 7: "yes" by voice/3; class yes; heard as yes (right)')
    assert "0.875" in text
    assert "1 FULLY_CONNECTED" in text


def test_the_report_is_one_page_that_fetches_nothing(tmp_path: Path) -> None:
    path = views.write_report(tmp_path / "new" / "report.html", comparison(), LAYERS, ["CONV_2D", "SOFTMAX"])
    page = path.read_text(encoding="utf-8")
    sources: list[str] = []

    class Reader(html.parser.HTMLParser):
        def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
            sources.extend(value or "" for name, value in attrs if name in ("src", "href"))

    Reader().feed(page)
    assert len(sources) == 3
    assert all(source.startswith("data:image/png;base64,") for source in sources)
    assert "&lt;odd&gt;" in page
    assert "<odd>" not in page
    assert [file.name for file in path.parent.iterdir()] == ["report.html"]


def test_the_explorer_shows_the_clip_that_is_picked() -> None:
    asked: list[int] = []

    def inspect(index: int) -> object:
        asked.append(index)
        return clip()

    box = views.clip_explorer(inspect, 20, first=3)  # type: ignore[arg-type]
    slider, sound, picture, text = box.children
    slider.value = 11
    assert asked == [3, 11]
    assert slider.max == 19
    assert slider.description
    assert picture.value == views.clip_picture(clip()).png()
    assert "&quot;yes&quot; by voice/3" in text.value
    with wave.open(io.BytesIO(sound.value)) as file:
        assert (file.getframerate(), file.getnframes()) == (16_000, 1600)
        assert file.readframes(1600) == clip().samples.tobytes()
