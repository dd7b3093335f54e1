"""The kernel stepper: what it shows follows its controls, is a value to take away, and is said in words too."""

from __future__ import annotations

import numpy as np

from tests.lessons.test_a_kernel import layer
from tinylab.lessons.kernel_stepper import kernel_stepper
from tinylab.lessons.kernel_steps import kernel_run


def test_controls_decide_what_is_shown() -> None:
    stepper = kernel_stepper(layer(), [21, -80, 5, 112])
    assert stepper.text.startswith("output 0, step 0 of 8\n> bias")
    stepper.output.value, stepper.step.value = 1, 8
    assert stepper.state.now.name == "clamp"
    assert stepper.state.now.value == -62
    before = stepper._figure.value
    stepper.inputs[1].value = 120
    values = [control.value for control in stepper.inputs]
    assert values == [21, 120, 5, 112]
    assert stepper.state.run == kernel_run(layer(), np.array(values, np.int8), 1)
    assert stepper._figure.value != before
    assert 'alt="output 1, step 8 of 8' in stepper._figure.value
    assert "120 - (-4)" in stepper._words.value


def test_the_buttons_stay_inside() -> None:
    stepper = kernel_stepper(layer(), [0, 0, 0, 0])
    stepper.previous.click()
    assert stepper.state.step == 0
    for _ in range(10):
        stepper.next.click()
    assert stepper.state.step == 8


def test_it_is_text_without_a_kernel() -> None:
    stepper = kernel_stepper(layer(), [0, 0, 0, 0])
    shown = stepper._repr_mimebundle_()["text/plain"]
    assert (
        shown == f"(the kernel stepper: sliders, buttons, text and a figure; it needs a running kernel)\n{stepper.text}"
    )
