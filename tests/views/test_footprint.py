"""Flash as text says every figure, bars add up to it, and the widget follows its boxes."""

from __future__ import annotations

import pytest

from tinylab import views
from tinylab.footprint import FlashEstimate, estimate_flash

NAMES = ("CONV_2D", "FULLY_CONNECTED", "SOFTMAX")
PNG = b"\x89PNG\r\n\x1a\n"


def test_text_says_the_total_its_error_and_every_operator() -> None:
    estimate = estimate_flash(NAMES, model_bytes=20_000, application_bytes=5_000)
    text = views.flash_text(estimate)
    lines = text.splitlines()
    assert lines[0] == (
        f"flash of TFLM on cortex-m4/reference: {estimate.total_bytes:,} bytes (error: {estimate.error})"
    )
    row = estimate.operator("CONV_2D")
    other, both = row.shared_with[0]
    figures = [f"{size:,}" for size in (row.alone_bytes, row.added_bytes, row.shared_bytes)]
    assert ["CONV_2D", *figures, other, f"{both:,}"] in [line.split() for line in lines]
    for size in (estimate.core_bytes, estimate.shared_bytes, *estimate.by_origin.values(), estimate.naive_bytes):
        assert f"{size:,}" in text
    assert lines[-1] == f"beside it: model 20,000, application 5,000; together {estimate.total_bytes + 25_000:,}"


def test_text_of_a_link_and_of_many_operators() -> None:
    assert views.flash_text(estimate_flash("ABS")).startswith(
        "flash of TFLM on cortex-m4/reference: 15,104 bytes (a real link)"
    )
    every = estimate_flash("ABS").with_every_operator()
    assert "and 115 more" in views.flash_text(every, most_operators=3)


def test_text_of_registrations_for_one_type_says_what_is_not_known() -> None:
    text = views.flash_text(estimate_flash(NAMES, "cortex-m4/cmsis-nn", registrations="int8"))
    assert "cmsis-nn, int8 registrations: " in text
    assert "saved by the registrations" in text
    assert "libgcc" not in text
    int16 = views.flash_text(estimate_flash(NAMES, "cortex-m4/cmsis-nn", registrations="int16"))
    assert "its error is unknown" in int16


def test_several_estimates_as_one_table() -> None:
    needed = estimate_flash(NAMES)
    lines = views.flash_comparison_text({"needed": needed, "every": needed.with_every_operator()}).splitlines()
    assert lines[2].split()[:3] == ["needed", "3", "10,880"]
    assert lines[3].split()[:3] == ["every", "118", "10,880"]
    assert lines[2].split()[-2:] == [f"{needed.total_bytes:,}", f"{needed.naive_bytes:,}"]


@pytest.mark.parametrize(
    "estimate",
    [
        estimate_flash(()),
        estimate_flash("ABS", log_strings=True),
        estimate_flash(NAMES, model_bytes=7_000, application_bytes=3_000),
        estimate_flash(NAMES, "cortex-m4/cmsis-nn", registrations="int8"),
        estimate_flash("ABS").with_every_operator(),
    ],
    ids=["none", "one", "three", "int8", "every"],
)
def test_the_bar_is_as_long_as_the_firmware(estimate: FlashEstimate) -> None:
    picture = views.flash_picture(estimate)
    bars = picture.figure.axes[0].patches
    assert sum(bar.get_width() for bar in bars) == estimate.firmware_bytes
    assert max(bar.get_x() + bar.get_width() for bar in bars) == estimate.firmware_bytes
    assert picture.png().startswith(PNG)
    assert picture.text == views.flash_text(estimate)


def test_several_bars_share_their_colours_and_one_legend() -> None:
    needed = estimate_flash(NAMES)
    several = {"needed": needed, "without": needed.without("SOFTMAX")}
    picture = views.flash_picture(several)
    assert picture.text == views.flash_comparison_text(several)
    colours = {}
    for bar in picture.figure.axes[0].patches:
        colours.setdefault(bar.get_width(), set()).add(bar.get_facecolor())
    assert len(colours[needed.operator("CONV_2D").own_bytes]) == 1
    labels = [text.get_text() for text in picture.figure.legends[0].get_texts()]
    assert len(labels) == len(set(labels))
    assert {"core", "shared and alignment", *NAMES} <= set(labels)


def test_the_widget_shows_what_is_ticked() -> None:
    asked: list[tuple[str, ...]] = []

    def estimate(names: list[str]) -> FlashEstimate:
        asked.append(tuple(names))
        return estimate_flash(names)

    widget = views.resolver_cost(estimate, [*NAMES, "RELU"], ["CONV_2D", "SOFTMAX"])  # type: ignore[arg-type]
    grid, picture, text = widget.children
    assert asked == [("CONV_2D", "SOFTMAX")]
    assert [box.description for box in grid.children] == [*NAMES, "RELU"]
    before = bytes(picture.value)
    grid.children[0].value = False
    grid.children[3].value = True
    assert asked[1:] == [("SOFTMAX",), ("SOFTMAX", "RELU")]
    assert bytes(picture.value).startswith(PNG)
    assert bytes(picture.value) != before
    assert f"{estimate_flash(['SOFTMAX', 'RELU']).total_bytes:,} bytes" in text.value
    for box in grid.children:
        box.value = False
    assert asked[-1] == ()
    assert "10,880 bytes (a real link)" in text.value
    assert "0x" not in repr(widget)
