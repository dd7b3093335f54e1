"""The exercises of notebook 11: the solution is done, named wrong answers are not yet, and nothing raises."""

from __future__ import annotations

from collections.abc import Sequence

import tinylab as tl
from tinylab.lessons import check

BOTH = [tl.zoo.load("kws_yes_no"), tl.zoo.load("kws_tiny_conv")]
NANO = "arduino_nano_33_ble_sense"


def test_what_is_left() -> None:
    left = tl.fit(BOTH, NANO).ram.margin_bytes
    assert check("11-1", left).done
    assert repr(check("11-1", None)) == "not yet: the answer is still None"
    assert "with an arena each" in repr(check("11-1", tl.fit(BOTH, NANO, arena="separate").ram.margin_bytes))
    assert "the first model alone" in repr(check("11-1", tl.fit(BOTH[0], NANO).ram.margin_bytes))
    assert not check("11-1", left - 1).done
    assert not check("11-1", "much").done


def verdict(available: int, lines: Sequence[int], doubt: int) -> str:
    margin = available - sum(lines)
    if abs(margin) < doubt:
        return "too close to call"
    return "fits" if margin >= 0 else "does not fit"


def test_the_verdict_by_hand() -> None:
    assert check("11-2", verdict).done
    without_doubt = check("11-2", lambda available, lines, doubt: verdict(available, lines, 0))
    assert "a doubt of 20 it gives 'fits', expected 'too close to call'" in repr(without_doubt)
    strict = check("11-2", lambda available, lines, doubt: "fits" if available > sum(lines) else "does not fit")
    assert "lines [50, 50] and a doubt of 0" in repr(strict)
    assert "ZeroDivisionError" in repr(check("11-2", lambda *_: 1 / 0))
    assert "a function is needed" in repr(check("11-2", "fits"))


def test_the_smallest_board() -> None:
    smallest = tl.fit_table(BOTH).fitting[0].board.name
    assert check("11-3", smallest).done
    assert "a board with less RAM too" in repr(check("11-3", "esp_eye"))
    assert "does not fit both" in repr(check("11-3", "arduino_nano_33_iot"))
    assert "is no board's name" in repr(check("11-3", "nano"))
    assert not check("11-3", 7).done
