"""The arena player: step through a model's operators and look into the arena; try sizes and see where one fails."""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Sequence
from typing import Any

import ipywidgets
from numpy.typing import NDArray

from tinylab.arena import TARGETS, PlannedBuffer, Target, find_target
from tinylab.arena.memory_planners import DEFAULT_PLANNER, MEMORY_PLANNERS
from tinylab.arena.target import DEFAULT_TARGET
from tinylab.errors import TinylabError
from tinylab.model import Model
from tinylab.runtime import ArenaPlan, ArenaTrace, trace_arena
from tinylab.views.allocation_figure import allocation_picture
from tinylab.views.arena_figure import arena_picture
from tinylab.views.buffer_kinds import buffer_kind, short_name
from tinylab.views.player_state import (
    WINDOW_BYTES,
    ArenaStep,
    arena_size_text,
    arena_step,
    arena_step_text,
    buffer_text,
    bytes_text,
    moment_text,
)
from tinylab.views.spoken import spoken
from tinylab.views.text import shorten

FOLLOW = -1  # the choice that is no buffer: look at what the operator writes
_FOLLOWED = ("what the operator writes", FOLLOW)
_CHANGED = re.compile(r"\*[0-9a-f]{2}\b")  # a byte as bytes_text marks it
_WIDE = {"width": "36rem"}
_STYLE = {"description_width": "9rem"}
_BUTTONS = {**_STYLE, "button_width": "11rem"}


def arena_player(
    model: Model,
    inputs: NDArray[Any] | Sequence[NDArray[Any]],
    target: str | Target = DEFAULT_TARGET,
    *,
    memory_planner: str = DEFAULT_PLANNER,
    targets: Sequence[str] | None = None,
    trace: Callable[..., ArenaTrace] = trace_arena,
) -> ArenaPlayer:
    """A widget about one inference of `model`: its operators one by one, a tensor's bytes before and after each, what
    it overwrote and who reads it next; and arenas of any size, with the step that fails in one that is too small.

    inputs: one sample ([1, *shape]), or one array an input. targets: names to choose from, by default all.
    trace: makes the values: called as trace_arena is. Errors are trace_arena's.
    """
    name = find_target(target).name
    names = list(dict.fromkeys([name, *(sorted(TARGETS) if targets is None else targets)]))

    def make(target_name: str, planner: str) -> ArenaTrace:
        return trace(model, inputs, target_name, memory_planner=planner)

    return ArenaPlayer(make, names, memory_planner)


class ArenaPlayer(ipywidgets.VBox):  # type: ignore[misc]  # ipywidgets has no types
    """What arena_player returns. state: the ArenaStep that it shows; text: the same in words.

    All of it works by keyboard: Tab goes from control to control, the space bar presses, left and right arrow move
    (in Notebook 7, which takes them: Page Up, Page Down, or the number beside the slider, typed).
    NB: no menus, since a JupyterLab notebook takes the arrow keys that a menu would need.
    """

    def __init__(self, make: Callable[[str, str], ArenaTrace], targets: Sequence[str], planner: str) -> None:
        self._make = make
        self._trace = make(targets[0], planner)
        self._redrawing = True
        self._make_controls(targets, planner)
        words = ipywidgets.VBox([self._words, self.first_byte, self._bytes])
        super().__init__(
            [
                self.target,
                self.planner,
                _heading("one inference, operator by operator"),
                ipywidgets.HBox([self.moment, self.previous, self.next, self.play]),
                self.buffer,
                ipywidgets.HBox([words, self._head], layout={"flex_flow": "row wrap"}),  # side by side where they fit
                _heading("how large must the arena be?"),
                self.arena_bytes,
                self._verdict,
                self._allocation,
            ]
        )
        self._take_trace()

    @property
    def state(self) -> ArenaStep:
        """What is shown, as a frozen value to take away."""
        return arena_step(self._trace, self.moment.value, self._chosen(), self.arena_bytes.value)

    @property
    def text(self) -> str:
        """What is shown, in words."""
        return arena_step_text(self.state, self.first_byte.value)

    def _make_controls(self, targets: Sequence[str], planner: str) -> None:
        self.target = ipywidgets.ToggleButtons(options=list(targets), description="target", style=_BUTTONS)
        self.planner = ipywidgets.ToggleButtons(
            options=list(MEMORY_PLANNERS), value=planner, description="memory planner", style=_BUTTONS
        )
        last = len(self._trace.heads) - 1
        self.moment = ipywidgets.IntSlider(
            min=0, max=last, description="after moment", continuous_update=False, layout=_WIDE, style=_STYLE
        )
        self.previous = ipywidgets.Button(description="previous", tooltip="one operator back")
        self.next = ipywidgets.Button(description="next", tooltip="one operator on")
        self.play = ipywidgets.Play(min=0, max=last, interval=1500, description="play", show_repeat=False)
        self.buffer = ipywidgets.ToggleButtons(
            options=[_FOLLOWED], description="look at", style={**_STYLE, "button_width": "auto"}
        )
        self.first_byte = ipywidgets.BoundedIntText(
            min=0, step=WINDOW_BYTES, description="bytes from", style=_STYLE, layout={"width": "16rem"}
        )
        self.arena_bytes = ipywidgets.IntSlider(
            min=0, step=16, description="arena, bytes", continuous_update=False, layout=_WIDE, style=_STYLE
        )
        self._words, self._bytes, self._verdict = ipywidgets.HTML(), ipywidgets.HTML(), ipywidgets.HTML()
        self._head, self._allocation = ipywidgets.HTML(), ipywidgets.HTML()
        ipywidgets.link((self.play, "value"), (self.moment, "value"))
        self.previous.on_click(lambda _: self._move(-1))
        self.next.on_click(lambda _: self._move(+1))
        for control in (self.target, self.planner):
            control.observe(lambda _: self._retrace(), names="value")
        for control in (self.moment, self.buffer):
            control.observe(lambda _: self._show_step(), names="value")
        self.first_byte.observe(lambda _: self._show_bytes(), names="value")
        self.arena_bytes.observe(lambda _: self._show_size(), names="value")

    def _chosen(self) -> PlannedBuffer | None:
        """The buffer that was picked, or None where the view follows the operators."""
        return None if self.buffer.value == FOLLOW else self._trace.plan.memory_plan.buffers[self.buffer.value]

    def _move(self, by: int) -> None:
        self.moment.value = min(max(self.moment.value + by, 0), self.moment.max)

    def _retrace(self) -> None:
        """Another target or planner: run the model again; a refusal is shown, and the values before it stay."""
        try:
            self._trace = self._make(self.target.value, self.planner.value)
        except TinylabError as error:
            self._words.value = _pre(f"{self.target.value}, {self.planner.value} planner: {error}")
            return
        self._take_trace()

    def _take_trace(self) -> None:
        """Show a new trace: its buffers to choose from, and arenas up to a quarter more than it needs."""
        plan = self._trace.plan
        self._redrawing = True
        buffers = plan.memory_plan.buffers
        chosen = self.buffer.label
        self.buffer.tooltips = ["follows the operators", *(_tooltip(plan, buffer) for buffer in buffers)]
        self.buffer.options = [_FOLLOWED, *((short_name(buffer), i) for i, buffer in enumerate(buffers))]
        labels = [label for label, _ in self.buffer.options]
        self.buffer.label = chosen if chosen in labels else labels[0]
        smallest = plan.needs.smallest_arena_bytes
        self.arena_bytes.max = -(-smallest * 5 // 4 // 16) * 16
        self.arena_bytes.value = smallest
        self._redrawing = False
        self._show_step()
        self._show_size()

    def _show_step(self) -> None:
        if self._redrawing:
            return
        step = self.state
        self.first_byte.max = max(len(step.after) - 1, 0)
        self._words.value = _pre(f"{moment_text(step)}\n{buffer_text(step)}")
        self._head.value = arena_picture(step.plan, moment=step.moment, selected=step.buffer, whole_arena=False).html()
        self._show_bytes()

    def _show_bytes(self) -> None:
        if not self._redrawing:
            self._bytes.value = _pre("\n".join(bytes_text(self.state, self.first_byte.value)), marked=True)

    def _show_size(self) -> None:
        if self._redrawing:
            return
        self._verdict.value = _pre(arena_size_text(self.state))
        self._allocation.value = allocation_picture(self._trace.plan, self.arena_bytes.value).html()

    def __repr__(self) -> str:
        return "(the arena player: sliders, buttons, pictures and text; it needs a running kernel)"

    def _repr_mimebundle_(self, **arguments: Any) -> dict[str, Any]:
        bundle: dict[str, Any] = super()._repr_mimebundle_(**arguments)
        # A page without a kernel shows this instead of the widget.
        return {**bundle, "text/plain": f"{self!r}\n{self.text}"}


def _heading(text: str) -> ipywidgets.HTML:
    return ipywidgets.HTML(f"<b>{html.escape(text)}</b>")


def _tooltip(plan: ArenaPlan, buffer: PlannedBuffer) -> str:
    """More about the buffer of a button."""
    kind = buffer_kind(plan, buffer)
    return f"{short_name(buffer)}: {kind}, {buffer.requested_bytes:,} bytes, {shorten(buffer.name, 32)}"


def _pre(text: str, *, marked: bool = False) -> str:
    """Text as it stands. marked: "*7f" stands out."""
    words = spoken(text)
    return _CHANGED.sub(r"<mark>\g<0></mark>", words) if marked else words
