"""Fit as text says every line, bars are as long as what they show, the table marks estimates, the widget follows."""

from __future__ import annotations

import pytest

import tinylab as tl
from tests.boards.made import board
from tests.views.drawn import collisions
from tinylab import views
from tinylab.boards import FitReport

KWS, TINY_CONV = tl.zoo.load("kws_yes_no"), tl.zoo.load("kws_tiny_conv")


def reports() -> list[FitReport]:
    return [
        tl.fit(KWS, "arduino_nano_33_ble_sense"),
        tl.fit([KWS, TINY_CONV], "esp_eye", arena="separate"),
        tl.fit(KWS, board(ram=20_000, flash=100_000)),
        tl.fit(KWS, board(second=30_000), arena="two arenas"),
    ]


@pytest.mark.parametrize("report", reports(), ids=["nano", "esp", "small", "two arenas"])
def test_text_says_every_line(report: FitReport) -> None:
    text, with_sources = views.fit_text(report), views.fit_text(report, sources=True)
    assert text.splitlines()[0].startswith(f"{' + '.join(report.models)} on {report.board.title}: {report.verdict}")
    for line in (line for budget in report.budgets for line in budget.lines):
        for shown, words in ((text, [line.label]), (with_sources, [line.label, line.source])):
            assert all(word in shown for word in [*words, f"{line.bytes:,}", line.known])
    for budget in report.budgets:
        left = f"{abs(budget.margin_bytes):,} {'left' if budget.fits else 'missing'}"
        assert f"{budget.place}: {budget.used_bytes:,} of {budget.available_bytes:,} bytes, {left}" in text
    for note in report.board.notes:
        assert f"note: {note}" in text
    flat = " ".join(text.split())
    assert all(remedy.what in flat for remedy in (*report.remedies, *report.not_enough))
    assert ("would fit" in text) == bool(report.remedies)


def test_text_says_what_stands_in() -> None:
    text = views.fit_text(tl.fit(KWS, "esp_eye"))
    assert "fits (estimate)" in text
    assert "arena by cortex-m4/reference, a stand-in for xtensa-lx6" in text
    pico = views.fit_text(tl.fit(KWS, "raspberry_pi_pico")).splitlines()[1]
    assert pico.endswith("arena by cortex-m4/reference, a stand-in for cortex-m0plus; flash by cortex-m0plus/reference")
    assert "stand-in" not in views.fit_text(tl.fit(KWS, "sparkfun_edge"))


def test_where_nothing_helps_that_is_said() -> None:
    huge = tl.fit(KWS, board(ram=10_000), application_ram_bytes=10_000_000)
    assert huge.remedies == ()
    assert "nothing that tinylab can compute makes it fit" in views.fit_text(huge)


@pytest.mark.parametrize("report", reports(), ids=["nano", "esp", "small", "two arenas"])
def test_bars_are_as_long_as_what_they_show(report: FitReport) -> None:
    picture = views.fit_picture(report)
    axes = picture.figure.axes
    assert len(axes) == len(report.budgets)
    for each, budget in zip(axes, report.budgets, strict=True):
        assert sum(bar.get_width() for bar in each.patches) == budget.used_bytes
        assert each.lines[0].get_xdata()[0] == budget.available_bytes
        assert each.get_xlim()[1] > max(budget.used_bytes, budget.available_bytes)
    assert not collisions(picture)
    assert picture.text == views.fit_text(report)
    assert report.verdict in picture.alt
    labels = [text.get_text() for text in picture.figure.legends[0].get_texts()]
    assert len(labels) == len(set(labels))
    assert {line.group for budget in report.budgets for line in budget.lines} <= set(labels)


def test_the_table_marks_figures_of_another_core() -> None:
    text = views.fit_table_text(tl.fit_table(KWS, ["sparkfun_edge", "raspberry_pi_pico", "esp_eye"]))
    edge, pico, eye = (line.split() for line in text.splitlines()[2:5])
    assert edge[:5] == ["sparkfun_edge", "cortex-m4", "cmsis-nn", "20,464", "82,653"]
    assert pico[3:5] == ["~20,416", f"{tl.estimate_flash(KWS, 'cortex-m0plus/reference').total_bytes:,}"]
    assert eye[3:5] == ["~20,416", f"~{tl.estimate_flash(KWS).total_bytes:,}"]
    assert (edge[-1], pico[-1], eye[-1]) == ("fits", "~fits", "~fits")
    assert text.endswith("kws_yes_no on 3 of 3 boards; ~: estimated from another core")


@pytest.mark.parametrize("name", ["arduino_nano_33_ble_sense", "himax_we_i_plus"])
def test_a_board_with_the_source_of_each_fact(name: str) -> None:
    profile = tl.boards.load(name)
    text = views.board_text(profile)
    for fact in (profile.clock_mhz, profile.ram_bytes, profile.flash_bytes, profile.flash_app_bytes, profile.mcu):
        assert str(fact) in text
    for region in profile.ram_regions:
        assert f"{region.bytes.value:,}" in text
    assert ("not measured" in text) == (profile.rtos_ram_bytes is None)


def test_the_chooser_follows_its_controls() -> None:
    chooser = views.board_chooser([KWS, TINY_CONV])
    assert chooser.state == tl.fit([KWS, TINY_CONV], "arduino_nano_33_ble_sense")
    assert chooser.kernels.value == "cmsis-nn"
    picture, words = chooser.children[-2:]
    assert "<img alt=" in picture.value
    chooser.kernels.value = "reference"
    chooser.arena.value = "separate"
    chooser.application_ram.value = 200_000
    assert chooser.state == tl.fit(
        [KWS, TINY_CONV],
        "arduino_nano_33_ble_sense",
        kernels="reference",
        arena="separate",
        application_ram_bytes=200_000,
    )
    assert "does not fit" in words.value
    before = picture.value
    chooser.board.value = "himax_we_i_plus"
    assert chooser.kernels.options == ("reference",)
    assert (chooser.state.board.name, chooser.state.choice.arena) == ("himax_we_i_plus", "separate")
    assert picture.value != before
    chooser.board.value = "grove_vision_ai_v2"
    assert chooser.kernels.value == "cmsis-nn"
    assert "Seeed Grove Vision AI V2" in chooser.text
    assert "0x" not in repr(chooser)


def test_a_part_of_a_name_finds_the_board_and_buttons_go_on_from_it() -> None:
    chooser = views.board_chooser(KWS)
    words = chooser.children[-1]
    chooser.board.value = "PICO 2"
    assert chooser.state.board.name == "raspberry_pi_pico_2"
    assert chooser.board.value == "Raspberry Pi Pico 2"
    chooser.board.value = "raspberry pi pico"  # one board's whole name, though a part of another's
    assert chooser.state.board.name == "raspberry_pi_pico"
    chooser.next.click()
    assert chooser.state.board.name == "raspberry_pi_pico_2"
    chooser.board.value = "arduino"
    assert chooser.state.board.name == "raspberry_pi_pico_2"
    assert "boards&#x27; names: Arduino GIGA R1 WiFi, " in words.value
    assert " and 1 more. " in words.value
    chooser.board.value = "<abacus>"
    assert "&lt;abacus&gt;&quot; is in no board&#x27;s name" in words.value
    titles = chooser.board.options
    chooser.board.value = titles[0]
    chooser.previous.click()
    assert chooser.state.board.title == titles[-1] == max(titles)


def test_the_chooser_says_what_a_model_is_refused_for() -> None:
    from tests.builder import OperatorSpec, SubgraphSpec, TensorSpec, build_model

    tensors = [TensorSpec((4,), "INT8", 0.5)] * 2
    odd = tl.load_model(build_model([SubgraphSpec(tensors, [OperatorSpec("MY_OWN", [0], [1])])]), name="odd")
    with pytest.raises(tl.TinylabError, match="MY_OWN"):
        views.board_chooser(odd)


def test_the_chooser_shows_a_refusal_and_keeps_the_last_picture(monkeypatch: pytest.MonkeyPatch) -> None:
    chooser = views.board_chooser(KWS)
    picture, words = chooser.children[-2:]
    before = picture.value

    def refuse(*_: object, **__: object) -> FitReport:
        raise tl.TinylabError("<no> such kernel")

    monkeypatch.setattr(tl.boards, "fit", refuse)
    chooser.kernels.value = "reference"
    assert words.value.startswith('<pre role="alert"')
    assert words.value.endswith(">&lt;no&gt; such kernel</pre>")
    assert picture.value == before
    assert chooser.state.choice.kernels == "cmsis-nn"
