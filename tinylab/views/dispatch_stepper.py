"""The dispatch stepper: one inference, node by node, as the interpreter's loop runs it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import ipywidgets
from numpy.typing import NDArray

from tinylab.arena import Target
from tinylab.arena.target import DEFAULT_TARGET
from tinylab.model import Model
from tinylab.runtime import ArenaTrace, trace_arena
from tinylab.views.dispatch_figure import dispatch_picture
from tinylab.views.dispatch_step import DispatchStep, dispatch_step, dispatch_step_text
from tinylab.views.spoken import spoken

_STYLE = {"description_width": "6rem"}


def dispatch_stepper(
    model: Model,
    inputs: NDArray[Any] | Sequence[NDArray[Any]],
    target: str | Target = DEFAULT_TARGET,
    *,
    trace: Callable[..., ArenaTrace] = trace_arena,
) -> DispatchStepper:
    """A widget about one inference of `model`: at each node its operator, the kernel that is called, the tensors that
    it is handed with their bytes, and what it writes.

    inputs: one sample ([1, *shape]), or one array an input. trace: makes the values: called as trace_arena is. Errors
    are trace_arena's.
    """
    return DispatchStepper(trace(model, inputs, target))


class DispatchStepper(ipywidgets.VBox):  # type: ignore[misc]  # ipywidgets has no types
    """What dispatch_stepper returns. state: the DispatchStep that it shows; text: the same in words.

    All of it works by keyboard: Tab goes from control to control, arrow keys move the slider, Enter presses a button.
    """

    def __init__(self, trace: ArenaTrace) -> None:
        self._trace = trace
        last = len(trace.plan.model.subgraphs[0].operators) - 1
        self.node = ipywidgets.IntSlider(
            min=0, max=last, description="node", continuous_update=False, layout={"width": "28rem"}, style=_STYLE
        )
        self.previous = ipywidgets.Button(description="previous", tooltip="one node back")
        self.next = ipywidgets.Button(description="next", tooltip="one node on")
        self.play = ipywidgets.Play(min=0, max=last, interval=1500, description="play", show_repeat=False)
        self._words, self._bars = ipywidgets.HTML(), ipywidgets.HTML()
        ipywidgets.link((self.play, "value"), (self.node, "value"))
        self.previous.on_click(lambda _: self._move(-1))
        self.next.on_click(lambda _: self._move(+1))
        self.node.observe(lambda _: self._show(), names="value")
        controls = ipywidgets.HBox([self.node, self.previous, self.next, self.play])
        super().__init__([controls, self._words, self._bars])
        self._show()

    @property
    def state(self) -> DispatchStep:
        """What is shown, as a frozen value to take away."""
        return dispatch_step(self._trace, self.node.value)

    @property
    def text(self) -> str:
        """What is shown, in words."""
        return dispatch_step_text(self.state)

    def _move(self, by: int) -> None:
        self.node.value = min(max(self.node.value + by, 0), self.node.max)

    def _show(self) -> None:
        self._words.value = spoken(self.text)
        self._bars.value = dispatch_picture(self._trace, self.node.value).html()

    def __repr__(self) -> str:
        return "(the dispatch stepper: a slider, buttons, text and bars; it needs a running kernel)"

    def _repr_mimebundle_(self, **arguments: Any) -> dict[str, Any]:
        bundle: dict[str, Any] = super()._repr_mimebundle_(**arguments)
        # A page without a kernel shows this instead of the widget.
        return {**bundle, "text/plain": f"{self!r}\n{self.text}"}
