"""The board chooser: pick a board, kernels and reserves, and see at once whether the models fit."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import ipywidgets

from tinylab import boards
from tinylab.boards import FitReport
from tinylab.errors import TinylabError
from tinylab.model import Model
from tinylab.views.boards import fit_picture, fit_text
from tinylab.views.spoken import spoken

_STYLE = {"description_width": "11rem"}
_WIDE = {"width": "34rem"}
_MOST_NAMED = 6  # boards that an ambiguous name is answered with


def board_chooser(models: Model | Sequence[Model], first: str = "arduino_nano_33_ble_sense") -> BoardChooser:
    """A widget: does what is to run fit? It starts with the board named `first`. `.state` is the FitReport it shows."""
    return BoardChooser(models, first)


class BoardChooser(ipywidgets.VBox):  # type: ignore[misc]  # ipywidgets has no types
    """What board_chooser returns. state: the FitReport that it shows; text: the same in words.

    All of it works by keyboard: Tab goes from control to control, the space bar presses, numbers and the board are
    typed; a part of the board's name is enough (`pico 2`, then Tab).
    NB: no menus, since a JupyterLab notebook takes the arrow keys that a menu would need.
    """

    def __init__(self, models: Model | Sequence[Model], first: str) -> None:
        self._models = models
        self._state = boards.fit(models, first)  # raises what the widget could not show anything beside
        self._redrawing = False
        self._titles = dict(sorted(((name, boards.load(name).title) for name in boards.names()), key=lambda it: it[1]))
        self._make_controls()
        self._picture, self._words = ipywidgets.HTML(), ipywidgets.HTML()
        choices = [self.kernels, self.arena, self.resolver, self.application_flash, self.application_ram]
        board = ipywidgets.HBox([self.board, self.previous, self.next], layout={"flex_flow": "row wrap"})
        super().__init__([board, *choices, self._picture, self._words])
        self.previous.on_click(lambda _: self._step(-1))
        self.next.on_click(lambda _: self._step(+1))
        self.board.observe(lambda _: self._find_board(), names="value")
        for control in choices:
            control.observe(lambda _: self._show(), names="value")
        self._take_board(first)

    @property
    def state(self) -> FitReport:
        """What is shown, as a frozen value to take away."""
        return self._state

    @property
    def text(self) -> str:
        """What is shown, in words."""
        return fit_text(self._state)

    def _make_controls(self) -> None:
        self.board = ipywidgets.Combobox(
            options=list(self._titles.values()),
            description="board",
            placeholder="a part of its name",
            continuous_update=False,
            style=_STYLE,
            layout={**_WIDE, "flex": "0 0 auto"},  # the buttons move to the next line before it shrinks
        )
        self.previous = ipywidgets.Button(description="previous", tooltip="the board before, by name")
        self.next = ipywidgets.Button(description="next", tooltip="the board after, by name")
        self.kernels = _choice("kernels", [])
        self.arena = _choice("arena", ["shared", "separate", "two arenas"])
        self.resolver = _choice("op resolver", [("the needed operators", "needed"), ("all operators", "all")])
        self.application_flash = _size("your code, bytes", boards.Reserves().application_flash_bytes)
        self.application_ram = _size("your variables, bytes", boards.Reserves().application_ram_bytes)

    def _find_board(self) -> None:
        """What was typed names one board, or the reader is told which ones it could be."""
        if self._redrawing:
            return
        typed = self.board.value.strip()
        found = self._boards_named(typed)
        if len(found) == 1:
            self._take_board(found[0])
            return
        names = ", ".join(self._titles[name] for name in found[:_MOST_NAMED])
        more = f" and {len(found) - _MOST_NAMED} more" if len(found) > _MOST_NAMED else ""
        which = f"is a part of {len(found)} boards' names: {names}{more}" if found else "is in no board's name"
        self._refuse(f'"{typed}" {which}. Type more of one name; below is still {self._titles[self._board]}.')

    def _boards_named(self, typed: str) -> list[str]:
        """The board of that name or title; if there is none, those that have it in either."""
        typed = typed.lower()
        exact = [name for name, title in self._titles.items() if typed in (name, title.lower())]
        return exact or [name for name, title in self._titles.items() if typed in f"{name} {title.lower()}"]

    def _step(self, by: int) -> None:
        """To the next board by name or the one before, round and round."""
        names = list(self._titles)
        self._take_board(names[(names.index(self._board) + by) % len(names)])

    def _take_board(self, name: str) -> None:
        """The kernels that the board has, its own choice first."""
        self._board = name
        self._redrawing = True
        self.board.value = self._titles[name]
        self.kernels.options = kernels = list(boards.load(name).targets)
        self.kernels.value = kernels[0]  # choosing none is possible too, and then no button looks pressed
        self._redrawing = False
        self._show()

    def _show(self) -> None:
        if self._redrawing:
            return
        try:
            self._state = boards.fit(
                self._models,
                self._board,
                kernels=self.kernels.value,
                arena=self.arena.value,
                resolver=self.resolver.value,
                application_flash_bytes=self.application_flash.value,
                application_ram_bytes=self.application_ram.value,
            )
        except TinylabError as error:  # a model that the board's kernels refuse: said, and the last picture stays
            self._refuse(str(error))
            return
        self._picture.value = fit_picture(self._state).html()
        self._words.value = spoken(self.text)

    def _refuse(self, why: str) -> None:
        self._words.value = spoken(why, role="alert")

    def __repr__(self) -> str:
        return "(the board chooser: a board's name, choices, bars and text; it needs a running kernel)"


def _choice(label: str, options: Sequence[Any]) -> ipywidgets.ToggleButtons:
    return ipywidgets.ToggleButtons(options=options, description=label, style={**_STYLE, "button_width": "11rem"})


def _size(label: str, value: int) -> ipywidgets.BoundedIntText:
    return ipywidgets.BoundedIntText(
        value=value, min=0, max=1 << 30, step=1024, description=label, style=_STYLE, layout=_WIDE
    )
