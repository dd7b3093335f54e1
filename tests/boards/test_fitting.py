"""The verdict, and what fit refuses."""

from __future__ import annotations

from typing import Any

import pytest

import tinylab as tl
from tests.boards.made import board
from tinylab.errors import BoardError

HELLO = tl.zoo.load("hello_world")
KWS = tl.zoo.load("kws_yes_no")
MARGIN = tl.fit(KWS, board(ram=524_288)).flash.margin_bytes
DOUBT = tl.fit(KWS, board(ram=524_288)).flash.doubt_bytes


@pytest.mark.parametrize(
    ("left", "verdict", "fits"),
    [
        (DOUBT, "fits", True),
        (DOUBT - 1, "too close to call", True),
        (0, "too close to call", True),
        (-1, "too close to call", False),
        (1 - DOUBT, "too close to call", False),
        (-DOUBT, "does not fit", False),
    ],
)
def test_a_verdict_is_no_surer_than_the_estimate(left: int, verdict: str, fits: bool) -> None:
    report = tl.fit(KWS, board(ram=524_288, flash=524_288 - MARGIN + left))
    assert (report.flash.margin_bytes, report.verdict, report.fits) == (left, verdict, fits)


def test_ram_decides_alone() -> None:
    needed = tl.fit(HELLO, board()).ram.used_bytes
    assert tl.fit(HELLO, board(ram=needed)).verdict == "fits"
    short = tl.fit(HELLO, board(ram=needed - 1))
    assert (short.verdict, short.ram_margin_bytes, short.flash.fits) == ("does not fit", -1, True)


def test_a_short_region_far_from_close_outweighs_a_close_one() -> None:
    report = tl.fit(KWS, board(ram=1_000, flash=524_288 - MARGIN))
    assert report.flash.is_close
    assert report.verdict == "does not fit"


@pytest.mark.parametrize(
    ("choice", "field"),
    [
        ({"kernels": "xnnpack"}, "kernels"),
        ({"arena": "fused"}, "arena"),
        ({"resolver": "some"}, "resolver"),
        ({"optimize": "O3"}, "optimize"),
    ],
)
def test_a_choice_that_there_is_not(choice: dict[str, Any], field: str) -> None:
    with pytest.raises(BoardError, match="is no choice on made: there is ") as caught:
        tl.fit(HELLO, board(), **choice)
    assert (caught.value.field, caught.value.found) == (field, choice[field])


def test_no_cmsis_nn_where_the_core_cannot() -> None:
    message = "is no choice on esp_eye: CMSIS-NN needs the DSP instructions or Helium, and xtensa-lx6 has neither"
    with pytest.raises(BoardError, match=message):
        tl.fit(HELLO, "esp_eye", kernels="cmsis-nn")


def test_no_models_no_sizes() -> None:
    for models in ([], [HELLO, "kws.tflite"]):
        with pytest.raises(BoardError, match="one model or several are needed"):
            tl.fit(models, board())  # type: ignore[arg-type]
    for size in (-1, 1.5):
        with pytest.raises(BoardError, match=r"application_ram_bytes is .*: a whole number of bytes is needed"):
            tl.fit(HELLO, board(), application_ram_bytes=size)  # type: ignore[arg-type]
