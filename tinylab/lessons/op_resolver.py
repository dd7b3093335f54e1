"""The exercises of notebook 07: what an operator adds, the union of sections by hand, one resolver for two models."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tinylab import zoo
from tinylab.footprint import FlashEstimate, estimate_flash
from tinylab.lessons.verdict import Verdict, no_function

TARGET = "cortex-m4/reference"
MODELS = ("kws_tiny_conv", "kws_yes_no")
OPERATOR = "SOFTMAX"


def _estimate(model: str) -> FlashEstimate:
    return estimate_flash(zoo.load(model), TARGET)


def what_an_operator_adds(answer: Any) -> Verdict:
    """07-1: the flash, in bytes, that the zoo's tiny_conv would save without its SOFTMAX."""
    row = _estimate(MODELS[0]).operator(OPERATOR)
    if answer == row.added_bytes:
        return Verdict(True, f"{row.added_bytes:,} bytes: the rest of its {row.alone_bytes:,} the others need anyway")
    if answer == row.alone_bytes:
        return Verdict(False, f"{answer:,} is what it costs alone, and other operators keep the code that they share")
    return Verdict(False, f"{answer!r} is not what the total falls by when {OPERATOR} goes")


# Sections of three made-up operators, and how many bytes each has.
SECTIONS = {"A": {"a", "memcpy"}, "B": {"b", "memcpy", "round"}, "C": {"c", "round"}}
SIZES = {"a": 100, "b": 200, "c": 50, "memcpy": 30, "round": 8}
CORE_BYTES = 1_000


def flash_by_hand(answer: Any) -> Verdict:
    """07-2: a function (operators, sections, sizes, core_bytes) -> bytes of flash."""
    if not callable(answer):
        return no_function(answer)
    for operators, wanted in (([], 1_000), (["A"], 1_130), (["A", "B"], 1_338), (["B", "A", "B"], 1_338)):
        try:
            given = answer(list(operators), {name: set(of) for name, of in SECTIONS.items()}, dict(SIZES), CORE_BYTES)
        except Exception as error:  # whatever a reader's function raises is shown, never thrown
            return Verdict(False, f"for {operators} it raises {error!r}")
        if given != wanted:
            return Verdict(False, f"for {operators} it gives {given!r}, expected {wanted:,}")
    return Verdict(True, "memcpy is counted once, however many operators need it, and so is an operator named twice")


def one_resolver_for_two(answer: Any) -> Verdict:
    """07-3: the flash, in bytes, that a resolver for both of the zoo's models takes."""
    first, second = (_estimate(model) for model in MODELS)
    both = first.add(*second.operator_names).total_bytes
    if answer == both:
        return Verdict(True, f"{both:,} bytes, only {both - second.total_bytes:,} more than for {MODELS[1]} alone")
    if answer == first.total_bytes + second.total_bytes:
        return Verdict(False, "that is two programs: in one, the core and the operators of both models are linked once")
    return Verdict(False, f"{answer!r} is not the flash of the operators of both")


EXERCISES: dict[str, Callable[[Any], Verdict]] = {
    "07-1": what_an_operator_adds,
    "07-2": flash_by_hand,
    "07-3": one_resolver_for_two,
}

HINTS: dict[str, tuple[str, ...]] = {
    "07-1": (
        "not what SOFTMAX costs alone: other operators share some of its code",
        'tl.estimate_flash(tl.zoo.load("kws_tiny_conv")).operator("SOFTMAX").added_bytes',
    ),
    "07-2": (
        "a section is linked once, however many operators need it: make a set of the sections first",
        "core_bytes + the sizes of set().union(*(sections[name] for name in operators))",
    ),
    "07-3": (
        "one program has one core: the operators of both models are one set",
        "first.add(*second.operator_names).total_bytes, where both are estimates",
    ),
}
