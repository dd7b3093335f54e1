"""fit_table: the same answers as fit, board by board."""

from __future__ import annotations

import pytest

import tinylab as tl
from tests.boards.made import board
from tinylab.boards import Reserves

KWS = tl.zoo.load("kws_yes_no")


def test_it_says_what_fit_says() -> None:
    table = tl.fit_table(KWS)
    assert [report.board.name for report in table.reports] == list(tl.boards.names())
    for report in table.reports:
        alone = tl.fit(KWS, report.board)
        assert (report.flash, report.ram, report.verdict) == (alone.flash, alone.ram, alone.verdict)


def test_boards_of_your_own_and_other_reserves() -> None:
    table = tl.fit_table([KWS, KWS], ["esp_eye", board()], reserves=Reserves(0, 1_000_000, 0))
    assert [report.board.name for report in table.reports] == ["esp_eye", "made"]
    assert table.fitting == ()
    assert table.report("made").models == ("kws_yes_no", "kws_yes_no")
    with pytest.raises(StopIteration):
        table.report("esp32_cam")


def test_fitting_is_smallest_first() -> None:
    sizes = [report.board.ram_app_bytes for report in tl.fit_table(KWS).fitting]
    assert sizes == sorted(sizes)
    assert len(sizes) > 30
