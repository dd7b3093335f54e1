"""The kernel stepper of notebook 04: choose an output element, step through its kernel, change the inputs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import ipywidgets
import numpy as np

from tinylab.lessons.kernel_steps import KernelRun, KernelStep, kernel_run, kernel_step_picture, kernel_step_text
from tinylab.model import Model
from tinylab.views.spoken import spoken

_STYLE = {"description_width": "initial"}


@dataclass(frozen=True)
class KernelState:
    """What the stepper shows: the run of one output element, and the step that is reached."""

    run: KernelRun
    step: int

    @property
    def now(self) -> KernelStep:
        """The step itself."""
        return self.run.steps[self.step]

    def __repr__(self) -> str:
        return kernel_step_text(self.run, self.step)


def kernel_stepper(model: Model, inputs: Sequence[int]) -> KernelStepper:
    """A widget: sliders for the output element, the step and each input; text and figure follow.

    model: of one FULLY_CONNECTED (see kernel_run); inputs: the int8 values to begin with.
    """
    return KernelStepper(model, [int(value) for value in np.ravel(inputs)])


class KernelStepper(ipywidgets.VBox):  # type: ignore[misc]  # ipywidgets has no types
    """What kernel_stepper returns. state: what it shows, as a frozen value. Tab and arrow keys are enough to use it."""

    def __init__(self, model: Model, inputs: list[int]) -> None:
        self._model = model
        run = kernel_run(model, np.array(inputs, np.int8), 0)
        last_output = model.subgraphs[0].tensors[model.subgraphs[0].outputs[0]].shape[-1] - 1
        self.output = ipywidgets.IntSlider(min=0, max=last_output, description="output", style=_STYLE)
        self.step = ipywidgets.IntSlider(min=0, max=len(run.steps) - 1, description="step", style=_STYLE)
        self.previous = ipywidgets.Button(description="previous", tooltip="one step back")
        self.next = ipywidgets.Button(description="next", tooltip="one step on")
        self.inputs = [
            ipywidgets.BoundedIntText(
                value=value, min=-128, max=127, description=f"input {index}", style=_STYLE, layout={"width": "9rem"}
            )
            for index, value in enumerate(inputs)
        ]
        self._words, self._figure = ipywidgets.HTML(), ipywidgets.HTML()
        self.previous.on_click(lambda _: self._move(-1))
        self.next.on_click(lambda _: self._move(+1))
        for control in (self.output, self.step, *self.inputs):
            control.observe(lambda _: self._show(), names="value")
        rows = [self.output, self.step, self.previous, self.next], self.inputs
        boxes = [ipywidgets.HBox(row, layout={"flex_flow": "row wrap"}) for row in rows]
        super().__init__([*boxes, self._words, self._figure])
        self._show()

    @property
    def state(self) -> KernelState:
        """What is shown, to take away."""
        values = np.array([control.value for control in self.inputs], np.int8)
        return KernelState(kernel_run(self._model, values, self.output.value), self.step.value)

    @property
    def text(self) -> str:
        """What is shown, in words."""
        return repr(self.state)

    def _move(self, by: int) -> None:
        self.step.value = min(max(self.step.value + by, 0), self.step.max)

    def _show(self) -> None:
        state = self.state
        self._words.value = spoken(repr(state))
        self._figure.value = kernel_step_picture(state.run, state.step).html()

    def __repr__(self) -> str:
        return "(the kernel stepper: sliders, buttons, text and a figure; it needs a running kernel)"

    def _repr_mimebundle_(self, **arguments: Any) -> dict[str, Any]:
        bundle: dict[str, Any] = super()._repr_mimebundle_(**arguments)
        # A page without a kernel shows this instead of the widget.
        return {**bundle, "text/plain": f"{self!r}\n{self.text}"}
