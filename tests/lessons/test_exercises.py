"""Every exercise: the solution is done, the stub is not yet, wrong answers are named, hints grow, nothing is lost.

The solutions are those that readers get (notebooks/solutions); the wrong answers are what readers may well give
(WRONG in the lesson's test file), each with the words that must name its fault.
"""

from __future__ import annotations

import importlib
import runpy
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import nbformat
import pytest

from tinylab.errors import DataError
from tinylab.lessons import check, checks, record

ROOT = Path(__file__).resolve().parents[2]
OF_LESSON = {lesson.__name__.rsplit(".", 1)[1]: list(lesson.EXERCISES) for lesson in checks.LESSONS}
EXERCISES = [(lesson, name) for lesson, names in OF_LESSON.items() for name in names]


@pytest.fixture(scope="module")
def solutions() -> dict[str, dict[str, Any]]:
    return {name: runpy.run_path(str(ROOT / f"notebooks/solutions/{name}.py"))["SOLUTIONS"] for name in OF_LESSON}


def wrong_answers(lesson: str) -> dict[str, Sequence[tuple[Any, str]]]:
    return importlib.import_module(f"tests.lessons.test_{lesson}").WRONG


def notebook_of(exercise: str) -> Any:
    (path,) = (ROOT / "notebooks").glob(f"{exercise[:2]}_*.ipynb")
    return nbformat.read(path, as_version=4)


@pytest.mark.parametrize(("lesson", "exercise"), EXERCISES)
def test_the_solution_is_done(lesson: str, exercise: str, solutions: dict[str, dict[str, Any]]) -> None:
    verdict = check(exercise, solutions[lesson][exercise])
    assert verdict.done, verdict
    assert not verdict.hint


@pytest.mark.parametrize("lesson", OF_LESSON)
def test_a_module_solves_the_exercises_of_its_lesson(lesson: str, solutions: dict[str, dict[str, Any]]) -> None:
    assert list(solutions[lesson]) == OF_LESSON[lesson]


@pytest.mark.parametrize("exercise", [name for _, name in EXERCISES])
def test_the_stub_is_not_yet_and_leaves_no_trace(exercise: str) -> None:
    assert repr(check(exercise, None)) == "not yet: the answer is still None"
    assert exercise not in record.read()


@pytest.mark.parametrize(("lesson", "exercise"), EXERCISES)
def test_wrong_answers_are_named(lesson: str, exercise: str) -> None:
    wrong = wrong_answers(lesson)[exercise]
    assert len(wrong) >= 2
    for answer, words in wrong:
        verdict = check(exercise, answer)
        assert not verdict.done
        assert words in verdict.because


@pytest.mark.parametrize(("lesson", "exercise"), EXERCISES)
def test_hints_grow(lesson: str, exercise: str) -> None:
    answer, _ = wrong_answers(lesson)[exercise][0]
    hints = checks.HINTS[exercise]
    assert len(hints) >= 2
    said = [check(exercise, answer).hint for _ in range(len(hints) + 2)]
    assert said == ["", *(f"hint {n} of {len(hints)}: {hint}" for n, hint in enumerate(hints, 1)), said[-2]]


@pytest.mark.parametrize("exercise", [name for _, name in EXERCISES])
def test_the_notebook_asks_for_it_and_leaves_it_open(exercise: str) -> None:
    cells = notebook_of(exercise).cells
    (asked,) = [cell.source for cell in cells if cell.cell_type == "code" and f'check("{exercise}"' in cell.source]
    assert "None" in asked.splitlines()[-2]
    assert any(f"**{exercise}.**" in cell.source for cell in cells if cell.cell_type == "markdown")


def test_every_lesson_has_two_to_four_exercises() -> None:
    assert {lesson: len(names) for lesson, names in OF_LESSON.items() if not 2 <= len(names) <= 4} == {}


def test_how_many_checks_there_are(capsys: pytest.CaptureFixture[str]) -> None:
    wrong = sum(len(wrong_answers(lesson)[name]) for lesson, name in EXERCISES)
    with capsys.disabled():
        print(
            f"\n{len(EXERCISES)} checks in {len(OF_LESSON)} lessons, each with solution and stub; {wrong} wrong answers"
        )


def test_an_unknown_exercise_lists_those_there_are() -> None:
    with pytest.raises(DataError, match=r"there is no exercise '99-9': there are .*06-1, .*07-1, .*08-1, 08-2, .*10-1"):
        check("99-9", 1)
