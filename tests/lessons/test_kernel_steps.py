"""The steps of one output element: every number is the kernel's own."""

from __future__ import annotations

import numpy as np
import pytest

import tinylab as tl
from tests.lessons.test_a_kernel import layer
from tinylab.errors import DataError
from tinylab.lessons.a_kernel import dense_model
from tinylab.lessons.kernel_steps import kernel_run, kernel_step_picture, kernel_step_text
from tinylab.model import ActivationFunctionType

X = np.array([21, -80, 5, 112], np.int8)


@pytest.mark.parametrize(("output_scale", "largest"), [(0.1137, 127), (0.0004, 1)])  # the second has a shift above 0
def test_the_last_step_is_the_interpreters_byte(output_scale: float, largest: int) -> None:
    rng = np.random.default_rng(1)
    weights, bias = rng.integers(-largest, largest + 1, (3, 5)), rng.integers(-9, 10, 3) * largest
    for activation in (ActivationFunctionType.NONE, ActivationFunctionType.RELU6):
        model = dense_model(
            weights, bias, input=(0.05, 3), weight_scale=0.02, output=(output_scale, -9), activation=activation
        )
        xs = rng.integers(-128, 128, (20, 1, 5)).astype(np.int8)
        xs //= 127 // largest  # few sums are clamped
        ys = tl.MicroInterpreter(model, tl.resolver_for(model), 2_000).predict(xs)
        for x, y in zip(xs, ys, strict=True):
            runs = [kernel_run(model, x, output) for output in range(3)]
            assert [run.result for run in runs] == y.ravel().tolist()


def test_the_steps_say_what_they_compute() -> None:
    run = kernel_run(layer(), X, 1)
    assert [step.name for step in run.steps] == [
        *("bias", "product 0", "product 1", "product 2", "product 3"),
        *("multiply", "shift", "zero point", "clamp"),
    ]
    assert run.steps[2].formula == "-2800 + (-80 - (-4)) * 101 = -10476"
    assert [step.input_index for step in run.steps[:3]] == [None, 0, 1]
    text = kernel_step_text(run, 2)
    assert text.splitlines()[0] == "output 1, step 2 of 8"
    assert text.splitlines()[-1].startswith("> product 1")
    assert "product 2" not in text


def test_the_picture_shows_no_number_that_is_yet_to_come() -> None:
    run = kernel_run(layer(), X, 1)
    shown = [{text.get_text() for text in kernel_step_picture(run, step).figure.axes[0].texts} for step in (2, 8)]
    sums, high = str(run.steps[4].value), str(run.steps[5].value)
    assert not {sums, high, str(run.result), "2668"} & shown[0]
    assert {str(run.steps[2].value), "21", "112", "23"} <= shown[0]
    assert {sums, high, str(run.result), "2668"} <= shown[1]
    picture = kernel_step_picture(run, 8)
    assert picture.text == kernel_step_text(run, 8)
    assert picture.png().startswith(b"\x89PNG")


def test_what_has_no_such_steps_is_refused() -> None:
    with pytest.raises(DataError, match="one FULLY_CONNECTED of at most 16 inputs is needed"):
        kernel_run(tl.zoo.load("kws_tiny_conv"), X, 0)
    with pytest.raises(DataError, match="4 inputs and output 2: the layer takes 4 and gives 2"):
        kernel_run(layer(), X, 2)
    with pytest.raises(DataError, match="3 inputs and output 0: the layer takes 4 and gives 2"):
        kernel_run(layer(), X[:3], 0)
