"""The file explorer of notebook 02: choose a byte of a .tflite file, and see which part it belongs to."""

from __future__ import annotations

import html
from typing import Any

import ipywidgets

from tinylab.lessons.file_map import KINDS, Part, file_map, part_text
from tinylab.model import Model

_STYLE = {"description_width": "6rem"}
_WIDE = {"width": "34rem"}


def file_explorer(model: Model) -> FileExplorer:
    """A widget: a slider over the bytes, a menu of the parts of one kind, and the part in words. `.state` is it."""
    return FileExplorer(model)


class FileExplorer(ipywidgets.VBox):  # type: ignore[misc]  # ipywidgets has no types
    """What file_explorer returns. state: the Part that is shown; text: the same in words.

    All of it works by keyboard: Tab goes from control to control, arrow keys move, numbers are typed.
    """

    def __init__(self, model: Model) -> None:
        self._model, self._map = model, file_map(model)
        kinds = [kind for kind in KINDS if self._map.bytes_of(kind)]
        self.kind = ipywidgets.Dropdown(options=kinds, description="kind", style=_STYLE, layout=_WIDE)
        self.part = ipywidgets.Dropdown(description="part", style=_STYLE, layout=_WIDE)
        last = model.bytes - 1
        self.byte = ipywidgets.IntSlider(value=0, max=last, description="byte", style=_STYLE, layout=_WIDE)
        self._words = ipywidgets.HTML()
        super().__init__([self.kind, self.part, self.byte, self._words])
        self._list_parts()
        self.kind.observe(lambda _: self._list_parts(), names="value")
        self.part.observe(lambda _: self._go(), names="value")
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

    def _list_parts(self) -> None:
        """The parts of the kind that was chosen; the first of them is gone to."""
        chosen = [part for part in self._map.parts if part.kind == self.kind.value]
        self.part.options = [(f"{part.start_offset:,}  {part.place}", part.start_offset) for part in chosen]
        self.part.value = chosen[0].start_offset

    def _go(self) -> None:
        if self.part.value is not None:
            self.byte.value = self.part.value

    def _show(self) -> None:
        self._words.value = f'<pre role="status" aria-live="polite">{html.escape(self.text)}</pre>'

    def __repr__(self) -> str:
        return "(the file explorer: menus, a slider over the bytes and text; it needs a running kernel)"

    def _repr_mimebundle_(self, **arguments: Any) -> dict[str, Any]:
        bundle: dict[str, Any] = super()._repr_mimebundle_(**arguments)
        # A page without a kernel shows this instead of the widget.
        return {**bundle, "text/plain": f"{self!r}\n{self.text}"}
