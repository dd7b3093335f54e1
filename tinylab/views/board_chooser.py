"""The board chooser: pick a board, kernels and reserves, and see at once whether the models fit."""

from __future__ import annotations

import html
from collections.abc import Sequence

import ipywidgets

from tinylab import boards
from tinylab.boards import FitReport
from tinylab.errors import TinylabError
from tinylab.model import Model
from tinylab.views.boards import fit_picture, fit_text

_STYLE = {"description_width": "11rem"}
_WIDE = {"width": "34rem"}


def board_chooser(models: Model | Sequence[Model], first: str = "arduino_nano_33_ble_sense") -> BoardChooser:
    """A widget: does what is to run fit? It starts with the board named `first`. `.state` is the FitReport it shows."""
    return BoardChooser(models, first)


class BoardChooser(ipywidgets.VBox):  # type: ignore[misc]  # ipywidgets has no types
    """What board_chooser returns. state: the FitReport that it shows; text: the same in words.

    All of it works by keyboard: Tab goes from control to control, arrow keys choose, numbers are typed.
    """

    def __init__(self, models: Model | Sequence[Model], first: str) -> None:
        self._models = models
        self._state = boards.fit(models, first)  # raises what the widget could not show anything beside
        self._redrawing = False
        titles = [(boards.load(name).title, name) for name in boards.names()]
        self.board = ipywidgets.Dropdown(
            options=sorted(titles), value=first, description="board", style=_STYLE, layout=_WIDE
        )
        self.kernels = ipywidgets.Dropdown(description="kernels", style=_STYLE, layout=_WIDE)
        self.arena = ipywidgets.Dropdown(
            options=["shared", "separate", "two arenas"], description="arena", style=_STYLE, layout=_WIDE
        )
        self.resolver = ipywidgets.Dropdown(
            options=[("the needed operators", "needed"), ("all operators", "all")],
            description="op resolver",
            style=_STYLE,
            layout=_WIDE,
        )
        self.application_flash = _size("your code, bytes", boards.Reserves().application_flash_bytes)
        self.application_ram = _size("your variables, bytes", boards.Reserves().application_ram_bytes)
        self._picture = ipywidgets.HTML()
        self._words = ipywidgets.HTML()
        controls = [self.board, self.kernels, self.arena, self.resolver, self.application_flash, self.application_ram]
        super().__init__([*controls, self._picture, self._words])
        self.board.observe(lambda _: self._take_board(), names="value")
        for control in controls[1:]:
            control.observe(lambda _: self._show(), names="value")
        self._take_board()

    @property
    def state(self) -> FitReport:
        """What is shown, as a frozen value to take away."""
        return self._state

    @property
    def text(self) -> str:
        """What is shown, in words."""
        return fit_text(self._state)

    def _take_board(self) -> None:
        """The kernels that the board has, its own choice first."""
        self._redrawing = True
        self.kernels.options = list(boards.load(self.board.value).targets)  # chooses the first
        self._redrawing = False
        self._show()

    def _show(self) -> None:
        if self._redrawing:
            return
        try:
            self._state = boards.fit(
                self._models,
                self.board.value,
                kernels=self.kernels.value,
                arena=self.arena.value,
                resolver=self.resolver.value,
                application_flash_bytes=self.application_flash.value,
                application_ram_bytes=self.application_ram.value,
            )
        except TinylabError as error:  # a model that the board's kernels refuse: said, and the last picture stays
            self._words.value = f'<pre role="alert">{html.escape(str(error))}</pre>'
            return
        self._picture.value = fit_picture(self._state).html()
        self._words.value = f'<pre aria-live="polite">{html.escape(self.text)}</pre>'

    def __repr__(self) -> str:
        return "(the board chooser: a list of boards, choices, bars and text; it needs a running kernel)"


def _size(label: str, value: int) -> ipywidgets.BoundedIntText:
    return ipywidgets.BoundedIntText(
        value=value, min=0, max=1 << 30, step=1024, description=label, style=_STYLE, layout=_WIDE
    )
