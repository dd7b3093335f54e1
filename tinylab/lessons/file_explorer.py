"""The file explorer of notebook 02: choose a byte of a .tflite file, and see which part it belongs to."""

from __future__ import annotations

from typing import Any

import ipywidgets

from tinylab.lessons.file_map import KINDS, Part, file_map, part_text
from tinylab.model import Model
from tinylab.views.spoken import spoken

_STYLE = {"description_width": "6rem"}
_WIDE = {"width": "34rem"}


def file_explorer(model: Model) -> FileExplorer:
    """A widget: buttons for the kinds and from part to part, a slider over the bytes, and the part in words."""
    return FileExplorer(model)


class FileExplorer(ipywidgets.VBox):  # type: ignore[misc]  # ipywidgets has no types
    """What file_explorer returns. state: the Part that is shown; text: the same in words.

    All of it works by keyboard: Tab goes from control to control, the space bar presses, left and right arrow move.
    NB: no menus, since a JupyterLab notebook takes the arrow keys that a menu would need.
    """

    def __init__(self, model: Model) -> None:
        self._model, self._map = model, file_map(model)
        kinds = [kind for kind in KINDS if self._map.bytes_of(kind)]
        self.kind = ipywidgets.ToggleButtons(
            options=kinds, description="kind", style={**_STYLE, "button_width": "12rem"}
        )
        self.previous = ipywidgets.Button(description="previous of this kind", layout={"width": "13rem"})
        self.next = ipywidgets.Button(description="next of this kind", layout={"width": "13rem"})
        last = model.bytes - 1
        self.byte = ipywidgets.IntSlider(value=0, max=last, description="byte", style=_STYLE, layout=_WIDE)
        self._words = ipywidgets.HTML()
        super().__init__([self.kind, ipywidgets.HBox([self.previous, self.next]), self.byte, self._words])
        self.kind.observe(lambda _: self._go_to_kind(), names="value")
        self.previous.on_click(lambda _: self._step(-1))
        self.next.on_click(lambda _: self._step(1))
        self.byte.observe(lambda _: self._show(), names="value")
        self._show()

    @property
    def state(self) -> Part:
        """What is shown, as a frozen value to take away."""
        return self._map.part_at(self.byte.value)

    @property
    def text(self) -> str:
        """What is shown, in words."""
        return part_text(self._map, self.byte.value, self._model.data)

    def _starts(self) -> list[int]:
        """Where the parts of the chosen kind begin."""
        return [part.start_offset for part in self._map.parts if part.kind == self.kind.value]

    def _go_to_kind(self) -> None:
        if self.state.kind != self.kind.value:  # else the slider has moved, and the button follows it
            self.byte.value = self._starts()[0]

    def _step(self, by: int) -> None:
        """To the next part of the kind or the one before, round and round."""
        starts = self._starts()
        self.byte.value = starts[(starts.index(self.state.start_offset) + by) % len(starts)]

    def _show(self) -> None:
        self.kind.value = self.state.kind
        self._words.value = spoken(self.text)

    def __repr__(self) -> str:
        return "(the file explorer: buttons, a slider over the bytes and text; it needs a running kernel)"

    def _repr_mimebundle_(self, **arguments: Any) -> dict[str, Any]:
        bundle: dict[str, Any] = super()._repr_mimebundle_(**arguments)
        # A page without a kernel shows this instead of the widget.
        return {**bundle, "text/plain": f"{self!r}\n{self.text}"}
