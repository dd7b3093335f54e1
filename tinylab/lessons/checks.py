"""What every exercise shares: the verdict as a value, and the table of exercises."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tinylab.errors import DataError
from tinylab.lessons import keyword_spotting, op_resolver, several_models, tensor_arena, will_it_fit
from tinylab.lessons.verdict import Verdict

__all__ = ["Verdict", "check"]

_LESSONS = (tensor_arena, op_resolver, keyword_spotting, several_models, will_it_fit)
_EXERCISES: dict[str, Callable[[Any], Verdict]] = {
    name: verdict for lesson in _LESSONS for name, verdict in lesson.EXERCISES.items()
}


def check(exercise: str, answer: Any) -> Verdict:
    """The verdict on an answer: done, or not yet with the first difference. DataError lists the exercises there are."""
    if exercise not in _EXERCISES:
        raise DataError(f"there is no exercise {exercise!r}: there are {', '.join(sorted(_EXERCISES))}")
    if answer is None:
        return Verdict(False, "the answer is still None")
    return _EXERCISES[exercise](answer)
