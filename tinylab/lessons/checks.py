"""What every exercise shares: the table of exercises, the verdict as a value, hints that grow, the reader's record."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from tinylab.errors import DataError
from tinylab.lessons import (
    a_kernel,
    keyword_spotting,
    model_file,
    one_page,
    op_resolver,
    quantization,
    record,
    several_models,
    start_here,
    tensor_arena,
    the_interpreter,
    visual_wake_words,
    why_micro,
    will_it_fit,
)
from tinylab.lessons.verdict import Verdict

__all__ = ["EXERCISES", "HINTS", "LESSONS", "Verdict", "check"]

LESSONS = (
    start_here,
    why_micro,
    model_file,
    quantization,
    a_kernel,
    the_interpreter,
    tensor_arena,
    op_resolver,
    keyword_spotting,
    visual_wake_words,
    several_models,
    will_it_fit,
    one_page,
)
EXERCISES: dict[str, Callable[[Any], Verdict]] = {
    name: verdict for lesson in LESSONS for name, verdict in lesson.EXERCISES.items()
}
HINTS: dict[str, Sequence[str]] = {name: hints for lesson in LESSONS for name, hints in lesson.HINTS.items()}


def check(exercise: str, answer: Any) -> Verdict:
    """The verdict on an answer: done, or not yet with the first difference.

    From the second wrong answer on it carries a hint, and the hints grow with every further one. The attempt is noted
    in the reader's own folder (`tinylab.lessons.record`), unless the answer is still None. DataError lists the
    exercises there are."""
    if exercise not in EXERCISES:
        raise DataError(f"there is no exercise {exercise!r}: there are {', '.join(sorted(EXERCISES))}")
    if answer is None:
        return Verdict(False, "the answer is still None")
    verdict = EXERCISES[exercise](answer)
    attempts = record.note(exercise, verdict.done)
    return verdict if verdict.done else verdict._replace(hint=_hint(HINTS[exercise], attempts.wrong_count))


def _hint(hints: Sequence[str], wrong_count: int) -> str:
    """None for the first wrong answer: what differs is hint enough; then one after another, and the last stays."""
    tier = min(wrong_count - 1, len(hints))
    return f"hint {tier} of {len(hints)}: {hints[tier - 1]}" if tier else ""
