"""The heap of notebook 01 looked at: one moment or a whole story, as text, as a picture, and step by step."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import ipywidgets
import numpy as np
from matplotlib.colors import ListedColormap
from matplotlib.patches import Patch

from tinylab.errors import DataError
from tinylab.lessons.heap import HeapState
from tinylab.views.picture import COLOURS, Picture, new_figure
from tinylab.views.spoken import spoken
from tinylab.views.text import table

FREE, TENSOR, MESSAGE = "free", "tensor", "message"
LOOKS = {FREE: "#FFFFFF", TENSOR: COLOURS[0], MESSAGE: COLOURS[1]}
KINDS = tuple(LOOKS)


def heap_text(state: HeapState) -> str:
    """One moment: each block, and how much of what is free is in one piece."""
    rows = [
        (f"{block.offset:,}", f"{block.size_bytes:,}", block.owner or FREE)
        for block in state.blocks
    ]  # fmt: skip
    return f"{state.event}\n{table(('offset', 'bytes', 'owner'), rows, left=0)}\n{_summary(state)}"


def _summary(state: HeapState) -> str:
    return (
        f"free {state.free_bytes:,} bytes, the largest piece {state.largest_free_bytes:,} "
        f"(fragmentation {100 * state.fragmentation:.0f} %)"
    )


def story_text(states: Sequence[HeapState]) -> str:
    """A whole story in a few lines: how long it is, how free memory fell to pieces, how it ended."""
    worst = max(states, key=lambda state: state.fragmentation)
    last = states[-1]
    return "\n".join(
        [
            f"{len(states) - 1:,} calls of malloc and free",
            f"worst fragmentation: {100 * worst.fragmentation:.0f} %",
            f"the last call: {last.event}",
            _summary(last),
        ]
    )


def story_picture(states: Sequence[HeapState], title: str) -> Picture:
    """Who has which byte, call after call: time to the right, the heap's offsets upwards."""
    size_bytes = _size_bytes(states)
    figure = new_figure(8, 3.4)
    axes = figure.add_subplot()
    cells = np.stack([_column(state, size_bytes) for state in states], axis=1)
    axes.imshow(
        cells,
        origin="lower",
        aspect="auto",
        interpolation="nearest",
        cmap=ListedColormap(list(LOOKS.values())),
        vmin=0,
        vmax=len(KINDS) - 1,
        extent=(0, len(states), 0, size_bytes),
    )
    axes.set(title=title, xlabel="call", ylabel="offset in the heap, bytes")
    patches = [Patch(facecolor=LOOKS[kind], edgecolor="black", label=kind) for kind in KINDS]
    figure.legend(handles=patches, loc="outside right upper")
    return Picture(figure, story_text(states))


def _size_bytes(states: Sequence[HeapState]) -> int:
    if not states:
        raise DataError("a story of a heap needs at least one state: heap.states has them")
    return sum(block.size_bytes for block in states[0].blocks)


def _column(state: HeapState, size_bytes: int, rows: int = 600) -> np.ndarray:
    """One moment as a column of kinds, from offset 0 up: uint8 [rows]. A block of any size has a row at least."""
    column = np.zeros(rows, np.uint8)
    for block in state.blocks:
        first = block.offset * rows // size_bytes
        last = max(first + 1, (block.offset + block.size_bytes) * rows // size_bytes)
        if block.owner is not None:
            column[first:last] = KINDS.index(_kind(block.owner))
    return column


def _kind(owner: str) -> str:
    return TENSOR if owner.startswith(TENSOR) else MESSAGE


def heap_player(states: Sequence[HeapState]) -> HeapPlayer:
    """A widget: step through a story of the heap; the blocks of the moment as a bar and as text."""
    _size_bytes(states)
    return HeapPlayer(states)


class HeapPlayer(ipywidgets.VBox):  # type: ignore[misc]  # ipywidgets has no types
    """What heap_player returns. state: the moment that is shown, a value; text: the same in words. Keyboard: Tab to the
    slider, arrow keys to step, Page Up and Page Down for ten."""

    def __init__(self, states: Sequence[HeapState]) -> None:
        self._states = tuple(states)
        last = len(states) - 1
        self.slider = ipywidgets.IntSlider(value=last, min=0, max=last, description="call", continuous_update=False)
        self._shown = ipywidgets.HTML()
        self.slider.observe(lambda _: self._show(), names="value")
        super().__init__([self.slider, self._shown])
        self._show()

    @property
    def state(self) -> HeapState:
        call: int = self.slider.value
        return self._states[call]

    @property
    def text(self) -> str:
        return f"call {self.slider.value} of {len(self._states) - 1}: {heap_text(self.state)}"

    def _show(self) -> None:
        size_bytes = _size_bytes(self._states)
        bar = "".join(
            f'<span style="display: inline-block; box-sizing: border-box; height: 2em; border: 1px solid black; '
            f'width: {100 * block.size_bytes / size_bytes:.2f}%; background: {LOOKS[_look(block.owner)]}"></span>'
            for block in self.state.blocks
        )
        self._shown.value = (
            f'<div aria-hidden="true" style="white-space: nowrap; font-size: 14px">{bar}</div>{spoken(self.text)}'
        )

    def __repr__(self) -> str:
        return "(the heap player: a slider over the calls, a bar and text; it needs a running kernel)"

    def _repr_mimebundle_(self, **arguments: Any) -> dict[str, Any]:
        bundle: dict[str, Any] = super()._repr_mimebundle_(**arguments)
        # A page without a kernel shows this instead of the widget.
        return {**bundle, "text/plain": f"{self!r}\n{self.text}"}


def _look(owner: str | None) -> str:
    return FREE if owner is None else _kind(owner)
