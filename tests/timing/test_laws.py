"""tinylab/timing/laws.py: a law by hand arithmetic, and what is said where there is none."""

from __future__ import annotations

import numpy as np
import pytest

from tests.builder import TensorSpec, constant
from tests.timing import made
from tinylab.model import Model
from tinylab.timing.builds import BUILDS
from tinylab.timing.laws import Law, MeasuredPath, Prediction, predict
from tinylab.timing.work import Work

BUILD = BUILDS["cortex-m4/reference"]
DSP = BUILDS["cortex-m4/cmsis-nn"]

DENSE = Law({"MACs": 7.0, "outputs": 57.0, "calls": 390.0}, {"": MeasuredPath(43, 20, 0, 9.0)}, 15, 0.01)
ONCE = Law({"elements": 20.0, "calls": 0.0}, {"": MeasuredPath(2, 1, 96, 21.0)}, 2, 0.0)
FLOATS = Law({"MACs": 5.0, "outputs": 20.0, "calls": 375.0}, {"": MeasuredPath(20, 12, 0, 6.0)}, 6, 0.01)


def one_to_one(name: str, elements: int, type: str = "INT8") -> Model:
    shape = (1, elements)
    return made.model(name, [TensorSpec(shape, type, 0.5)], [TensorSpec(shape, type, 0.5)])


def test_a_law_is_a_sum_over_parts() -> None:
    """10 inputs, 3 units: 30 MACs at 7, 3 outputs at 57, a call at 390."""
    assert predict(BUILD, {"FULLY_CONNECTED INT8": DENSE}, made.node(made.dense(10, 3))) == Prediction(771, "law")


def test_what_was_measured_at_one_size_is_a_guess_at_others() -> None:
    laws = {"LOGISTIC INT8": ONCE}
    assert predict(BUILD, laws, made.node(one_to_one("LOGISTIC", 96))) == Prediction(96 * 20.0, "law")
    guess = predict(BUILD, laws, made.node(one_to_one("LOGISTIC", 50)))
    assert guess == Prediction(50 * 20.0, "guess", "measured at one size only")


def test_a_part_that_never_ran_is_named() -> None:
    law = DENSE._replace(parts={"MACs": 7.0, "outputs": 57.0})
    guess = predict(BUILD, {"FULLY_CONNECTED INT8": law}, made.node(made.dense(10, 3)))
    assert guess == Prediction(381, "guess", "without calls, never measured")


def test_a_path_that_was_not_measured_is_in_proportion_to_one_that_was() -> None:
    only_1x1 = {"CONV_2D INT8": Law({}, {"1x1": MeasuredPath(9, 9, 0, 2.0)}, 3, 0.0)}
    guess = predict(DSP, only_1x1, made.node(made.conv((4, 4, 2), (3, 3, 3, 2), (4, 4, 3))))
    assert guess == Prediction(600 * 2.0, "guess", 'the path "other" was not measured')


def test_another_type_is_the_next_best_and_floats_prefer_floats() -> None:
    laws = {"FULLY_CONNECTED INT8": DENSE, "FULLY_CONNECTED FLOAT32": FLOATS}
    shorts = made.model("FULLY_CONNECTED", *dense_of("INT16"))
    assert predict(BUILD, laws, made.node(shorts)) == Prediction(771, "guess", "by the law of FULLY_CONNECTED INT8")


def test_a_relative_stands_in_by_size() -> None:
    laws = {"LEAKY_RELU INT16": Law({}, {"": MeasuredPath(23, 9, 0, 49.0)}, 23, 0.01)}
    assert predict(BUILD, laws, made.node(one_to_one("RELU6", 10))) == Prediction(
        490.0, "guess", "in proportion to LEAKY_RELU INT16"
    )


def test_nothing_is_never_zero() -> None:
    unknown = predict(BUILD, {}, made.node(one_to_one("MyOperator", 10)))
    assert unknown == Prediction(None, "unknown", "never measured, and nothing like it was")


def test_a_kernel_that_runs_as_another_has_its_law() -> None:
    law = Law({"blocks by 16": 90.0, "blocks": 160.0}, {"1x1": MeasuredPath(9, 9, 0, 2.0)}, 3, 0.0)
    three_axes = made.node(made.dense(16, 2, out=(1, 2, 2)))  # a block of two rows by two units, one turn of 16
    guess = predict(DSP, {"CONV_2D INT8": law}, three_axes)
    assert guess == Prediction(250, "guess", "without sums of weights, never measured")


@pytest.mark.parametrize("counts", [{}, {"a": 0}])
def test_no_work_costs_nothing(counts: dict[str, int]) -> None:
    assert Law({"a": 3.0}, {}, 1, 0.0).instructions(Work("", counts)) == 0


def dense_of(type: str) -> tuple[list[TensorSpec | None], list[TensorSpec]]:
    weights = constant(np.ones((3, 10), np.int8), scale=0.1)
    return [TensorSpec((1, 10), type, 0.5), weights, None], [TensorSpec((1, 3), type, 0.5)]
