"""The exercises of notebook 01: first fit by hand, fragmentation by hand, how long a battery lasts."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tinylab.lessons.verdict import Verdict, no_function

# Free blocks as (offset, size in bytes), a request, and the offset that first fit gives (None: it fails).
HOLES = (
    (((0, 64), (128, 32)), 32, 0),
    (((0, 16), (64, 48), (128, 32)), 32, 64),
    (((0, 16), (64, 24), (128, 32)), 32, 128),
    (((8, 32),), 32, 8),
    (((0, 16), (64, 16), (128, 16)), 32, None),
    ((), 8, None),
)


def first_fit(answer: Any) -> Verdict:
    """01-1: a function (holes, size) that gives the offset first fit takes, or None."""
    if not callable(answer):
        return no_function(answer)
    for holes, size, wanted in HOLES:
        try:
            given = answer(list(holes), size)
        except Exception as error:  # whatever a reader's function raises is shown, never thrown
            return Verdict(False, f"for holes {list(holes)} and {size} bytes it raises {error!r}")
        if given != wanted or isinstance(given, bool):
            return Verdict(False, f"for holes {list(holes)} and {size} bytes: expected {wanted}, got {given!r}")
    return Verdict(True, "and in the last two cases enough bytes may be free: they are not in one piece")


# Sizes of the free blocks of a heap, in bytes.
FREE_BLOCKS = (96, 320, 32, 64, 128)


def unusable_bytes(answer: Any) -> Verdict:
    """01-2: of FREE_BLOCKS' bytes, how many the largest possible request can not use."""
    wanted = sum(FREE_BLOCKS) - max(FREE_BLOCKS)
    if answer == wanted:
        return Verdict(True, f"{wanted} of {sum(FREE_BLOCKS)} bytes are free and of no use to it")
    why = {sum(FREE_BLOCKS): "that is all that is free", max(FREE_BLOCKS): "that much one request can use"}
    return Verdict(False, f"{answer!r}: {why.get(answer, 'all that is free, less the largest piece')}")


COIN_CELL_JOULES = 2_430  # 225 mAh at 3 V
MICROJOULES, PER_SECOND = 10_000, 5


def battery_days(answer: Any) -> Verdict:
    """01-3: days that a coin cell lasts at PER_SECOND inferences of MICROJOULES each, and nothing else; to a tenth."""
    seconds = COIN_CELL_JOULES / (MICROJOULES * 1e-6 * PER_SECOND)
    days = seconds / 86_400
    try:
        given = float(answer)
    except (TypeError, ValueError):
        return Verdict(False, f"a number of days is needed, and this is {answer!r}")
    if abs(given - days) <= 0.05:
        return Verdict(True, f"{days:.2f} days: an inference must become cheaper, or rarer")
    if abs(given - seconds) <= 1:
        return Verdict(False, f"{given:,.0f} is seconds: a day has 86,400")
    if abs(given - days * PER_SECOND) <= 0.25:
        return Verdict(False, f"{given:g} days would be one inference a second, and there are {PER_SECOND}")
    return Verdict(False, f"{given:g}: joules in the cell, divided by joules a second, in days")


EXERCISES: dict[str, Callable[[Any], Verdict]] = {
    "01-1": first_fit,
    "01-2": unusable_bytes,
    "01-3": battery_days,
}

HINTS: dict[str, tuple[str, ...]] = {
    "01-1": (
        "walk the holes in their order and stop at the first one that is large enough",
        "a loop with return offset, and return None after it",
    ),
    "01-2": (
        "the largest request that can succeed is as large as the largest free block",
        "sum(free) - max(free)",
    ),
    "01-3": (
        "10,000 microjoules are 0.01 joules; five of them a second are 0.05 watts",
        "2430 / 0.05 are seconds; divide by 86,400",
    ),
}
