"""Verdict: what a check says."""

from __future__ import annotations

from typing import Any, NamedTuple


class Verdict(NamedTuple):
    """done: whether the answer is right; because: why, or what differs first; hint: help, once an answer was wrong."""

    done: bool
    because: str
    hint: str = ""

    def __repr__(self) -> str:
        said = f"{'done' if self.done else 'not yet'}: {self.because}"
        return f"{said}\n{self.hint}" if self.hint else said


def no_function(answer: Any) -> Verdict:
    """What is said where an exercise asks for a function and the answer is none."""
    return Verdict(False, f"a function is needed, and this is {type(answer).__name__}")
