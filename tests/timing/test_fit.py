"""tinylab/timing/fit.py: laws come back from counts that obey them; what is left out is left out; data as shipped."""

from __future__ import annotations

import json

import pytest

from tasks import timing_data
from tests.shared import SHARED
from tests.timing import made
from tinylab.timing.builds import BUILDS
from tinylab.timing.fit import CountedModel, CountedOperator, fit_laws, leave_one_out

BUILD = BUILDS["cortex-m4/reference"]
SIZES = [(10, 3), (40, 12), (100, 10), (7, 90), (64, 64), (640, 128)]


def counted(depth: int, units: int, sha256: str = "", *, times: int = 1) -> CountedModel:
    """A model of `times` dense operators that take 7 instructions a MAC, 57 an output and 390 a call."""
    node = made.node(made.dense(depth, units))
    operator = CountedOperator(node, 7 * depth * units + 57 * units + 390)
    invoke = times * operator.instructions + BUILD.overhead.instructions(times)
    return CountedModel(f"{depth}x{units}", sha256 or f"{depth}x{units}", (operator,) * times, invoke)


def test_a_law_is_found_again() -> None:
    law = fit_laws(BUILD, [counted(*size) for size in SIZES])["FULLY_CONNECTED INT8"]
    assert law.parts == pytest.approx({"MACs": 7, "outputs": 57, "calls": 390}, rel=0.01)
    assert (law.models, law.paths[""].rows, law.paths[""].sizes) == (6, 6, 6)
    assert law.worst < 0.002


def test_one_size_is_given_to_the_innermost_loop() -> None:
    law = fit_laws(BUILD, [counted(10, 3), counted(10, 3, "another")])["FULLY_CONNECTED INT8"]
    assert law.parts == pytest.approx({"MACs": (7 * 30 + 57 * 3 + 390) / 30, "outputs": 0, "calls": 0}, rel=1e-4)
    assert law.paths[""].only_size == 30


def test_a_model_left_out_teaches_nothing_about_itself() -> None:
    """All obey one law but one, which takes twice as long: left out, it is predicted at half."""
    odd = counted(30, 30, times=2)
    twice = tuple(CountedOperator(each.node, 2 * each.instructions) for each in odd.operators)
    total = sum(each.instructions for each in twice) + BUILD.overhead.instructions(2)
    odd = odd._replace(operators=twice, invoke_instructions=total)
    (left,) = leave_one_out(BUILD, [*(counted(*size) for size in SIZES), odd])
    assert left.model == "30x30"
    assert left.error == pytest.approx(-0.5, abs=0.01)
    assert left.guessed == 0


def test_one_file_under_two_names_is_left_out_with_itself() -> None:
    twins = [counted(30, 30, "same", times=2), counted(30, 30, "same", times=2)]
    for left in leave_one_out(BUILD, twins):
        assert left.operators[0][1].basis == "unknown"  # nothing else was ever counted
        assert left.predicted == BUILD.overhead.instructions(2)


@made.needs_measurements
def test_the_laws_shipped_are_those_that_the_measured_files_give() -> None:
    shipped = json.loads((timing_data.DATA / "laws.json").read_text(encoding="utf-8"))
    fitted = json.loads(timing_data.text_of(timing_data.laws_content(SHARED)))
    assert fitted["source"] == shipped["source"]
    for target, content in fitted["targets"].items():
        assert same(content, shipped["targets"][target])


def same(fitted: object, shipped: object) -> bool:
    """Equal; numbers to a thousandth, since linear algebra differs in its last digits from machine to machine."""
    if isinstance(fitted, dict) and isinstance(shipped, dict):
        return fitted.keys() == shipped.keys() and all(same(fitted[key], shipped[key]) for key in fitted)
    if isinstance(fitted, list) and isinstance(shipped, list):
        return len(fitted) == len(shipped) and all(map(same, fitted, shipped))
    if isinstance(fitted, float) and isinstance(shipped, int | float):
        return fitted == pytest.approx(shipped, rel=1e-3, abs=1e-3)
    return fitted == shipped
