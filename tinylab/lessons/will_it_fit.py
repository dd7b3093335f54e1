"""The exercises of notebook 11: boards that fit, a verdict by hand, the smallest board for two models."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tinylab import boards, zoo
from tinylab.lessons.verdict import Verdict, no_function

MODEL = "kws_yes_no"
MODELS = ("kws_yes_no", "kws_tiny_conv")
BOARD = "arduino_nano_33_ble_sense"


def what_is_left(answer: Any) -> Verdict:
    """11-1: the RAM, in bytes, that both of the zoo's keyword spotters leave free on the Nano 33 BLE Sense."""
    both = [zoo.load(name) for name in MODELS]
    left = boards.fit(both, BOARD).ram.margin_bytes
    if answer == left:
        return Verdict(True, f"{left:,} bytes: the second model costs a tail, an interpreter and a row of the resolver")
    if answer == boards.fit(both, BOARD, arena="separate").ram.margin_bytes:
        return Verdict(False, f"{answer:,} is what is left with an arena each: let them share one")
    if answer == boards.fit(both[0], BOARD).ram.margin_bytes:
        return Verdict(False, f"{answer:,} is what the first model alone leaves")
    return Verdict(False, f"{answer!r} is not the margin of the RAM budget for both models")


# (what is there, what takes it, how far the sum may be wrong) and the verdict.
CASES = (
    (100, [50, 50], 0, "fits"),
    (100, [50, 51], 0, "does not fit"),
    (100, [40, 50], 5, "fits"),
    (100, [40, 50], 20, "too close to call"),
    (100, [60, 50], 20, "too close to call"),
    (100, [60, 50], 10, "does not fit"),
)


def verdict_by_hand(answer: Any) -> Verdict:
    """11-2: a function (available, lines, doubt) -> "fits", "too close to call" or "does not fit"."""
    if not callable(answer):
        return no_function(answer)
    for available, lines, doubt, wanted in CASES:
        asked = f"for {available} bytes, lines {lines} and a doubt of {doubt}"
        try:
            given = answer(available, list(lines), doubt)
        except Exception as error:  # whatever a reader's function raises is shown, never thrown
            return Verdict(False, f"{asked} it raises {error!r}")
        if given != wanted:
            return Verdict(False, f"{asked} it gives {given!r}, expected {wanted!r}")
    return Verdict(True, "a margin says something only where it is larger than what may be wrong")


def smallest_board(answer: Any) -> Verdict:
    """11-3: the name of the board with the least RAM that both of the zoo's keyword spotters fit together."""
    fitting = boards.fit_table([zoo.load(name) for name in MODELS]).fitting
    smallest = fitting[0].board
    if answer == smallest.name:
        return Verdict(True, f"{smallest.title}, {smallest.ram_app_bytes:,} bytes of RAM for an application")
    if answer not in boards.names():
        return Verdict(False, f"{answer!r} is no board's name: tl.boards.names() has them")
    if answer not in [report.board.name for report in fitting]:
        return Verdict(False, f"{answer} does not fit both")
    return Verdict(False, f"both fit {answer}, and a board with less RAM too")


EXERCISES: dict[str, Callable[[Any], Verdict]] = {
    "11-1": what_is_left,
    "11-2": verdict_by_hand,
    "11-3": smallest_board,
}

HINTS: dict[str, tuple[str, ...]] = {
    "11-1": (
        "tl.fit takes a list of models; they share an arena unless you say otherwise",
        "tl.fit([first, second], board).ram.margin_bytes",
    ),
    "11-2": (
        "margin = available - sum(lines); compare its absolute value with the doubt",
        "a margin of exactly the doubt is not too close to call, and a margin of 0 without doubt fits",
    ),
    "11-3": (
        "tl.fit_table(models) tries every board",
        "its .fitting is sorted by RAM: the first one's .board.name",
    ),
}
