"""tinylab/views/timing.py: tables and bars say what the values say, and what they are not."""

from __future__ import annotations

import numpy as np

from tests.builder import OperatorSpec, SubgraphSpec, TensorSpec, build_model, constant
from tinylab import timing, views
from tinylab.model import Model, load_model


def three_layers() -> Model:
    """A law, a guess (one size only was measured) and an operator that nobody knows."""
    weights = constant(np.ones((3, 10), np.int8), scale=0.1)
    activations = [TensorSpec((1, 3), "INT8", 0.5) for _ in range(3)]
    operators = [
        OperatorSpec("FULLY_CONNECTED", [0, 1, -1], [2]),
        OperatorSpec("LOGISTIC", [2], [3]),
        OperatorSpec("MyOperator", [3], [4]),
    ]
    tensors = [TensorSpec((1, 10), "INT8", 0.5), weights, *activations]
    return load_model(build_model([SubgraphSpec(tensors, operators)]), name="three")


ESTIMATE = timing.estimate_instructions(three_layers(), "cortex-m4/cmsis-nn")


def test_the_table_has_every_operator_and_how_it_is_known() -> None:
    text = views.instructions_text(ESTIMATE)
    lines = text.splitlines()
    assert lines[0] == f"three on cortex-m4/cmsis-nn: more than {ESTIMATE.total_instructions:,} instructions an invoke"
    dense, sigmoid, custom = (next(line for line in lines if line.startswith(f"{index} ")) for index in range(3))
    assert dense.split() == ["0", "FULLY_CONNECTED", "INT8", "–", "30", *dense.split()[5:]]
    assert f"{ESTIMATE.operators[0].instructions:,}" in dense
    assert [line.split()[-1] for line in (dense, sigmoid, custom)] == ["law", "guess", "unknown"]
    assert "guess: LOGISTIC INT8: measured at one size only" in text
    assert "unknown: MyOperator INT8: never measured, and nothing like it was" in text
    assert "interpreter: 177 (57 + 40 n)" in text
    assert f"error: {ESTIMATE.error}" in text


def test_equal_reasons_stand_once() -> None:
    sigmoid = ESTIMATE.guessed[0]
    twice = timing.InstructionEstimate(
        "m", ESTIMATE.target, False, (sigmoid, sigmoid), ESTIMATE.overhead, 137, ESTIMATE.error, 1, 0.1
    )
    assert "2 × guess: LOGISTIC INT8: measured at one size only" in views.instructions_text(twice).splitlines()


def test_the_picture_has_a_bar_an_operator_and_the_text() -> None:
    picture = views.instructions_picture(ESTIMATE)
    (axes,) = picture.figure.axes
    widths = [bar.get_width() for bar in axes.patches]  # type: ignore[attr-defined]
    assert widths == [row.instructions or 0 for row in ESTIMATE.operators]
    assert [bar.get_hatch() for bar in axes.patches] == [None, "///", "///"]
    assert [label.get_text() for label in axes.get_yticklabels()] == ["0 FULLY_CONNECTED", "1 LOGISTIC", "2 MyOperator"]
    assert [note.get_text() for note in axes.texts] == [" unknown"]
    assert picture.text == views.instructions_text(ESTIMATE)
    assert picture.png().startswith(b"\x89PNG")


def test_milliseconds_never_stand_without_what_they_are_not() -> None:
    estimate = timing.estimate_time(three_layers(), "nucleo_l4r5zi")
    for text in (views.time_text(estimate), views.times_text([estimate])):
        assert text.endswith(timing.INSTRUCTIONS_ARE_NOT_CYCLES)
        assert "2.65 (2.07–2.99)" in text or "nucleo_l4r5zi" in text
    assert "and 1 operators that nobody measured" in views.time_text(estimate)
    assert f"error: {estimate.error}" in views.time_text(estimate)
    assert "energy: " in views.time_text(estimate)
    assert "energy: " not in views.time_text(timing.estimate_time(three_layers(), "sparkfun_edge"))
    assert views.times_text([]).splitlines()[0].startswith("model")


def test_published_and_overhead_tables_have_every_row() -> None:
    published = views.published_text(timing.left_out_rows()).splitlines()
    assert len(published) == 2 + len(timing.published_rows())
    overhead = views.overhead_text(timing.overhead_rows())
    assert [line.split()[2] for line in overhead.splitlines()[2:6]] == ["<0.1%", "<0.1%", "3.3%", "4.1%"]
    assert "57 + 40 n instructions" in overhead
