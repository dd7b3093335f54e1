"""The tenant mixer of notebook 10: choose models and a target, and see what each way of sharing memory costs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import ipywidgets

from tinylab.arena import TARGETS, Target, find_target
from tinylab.errors import TinylabError
from tinylab.model import Model
from tinylab.runtime import compare_tenancy
from tinylab.runtime.tenancy import Tenancy
from tinylab.views import ArenaRow, arena_rows_picture, arena_rows_text
from tinylab.views.spoken import spoken

Compare = Callable[[Sequence[Model], str], Tenancy]


def tenancy_rows(tenancy: Tenancy) -> tuple[ArenaRow, ...]:
    """One row a form, for views.arena_rows_text and its picture; the note: the arena that it needs, and the saving."""
    return tuple(
        ArenaRow(
            form.name, form.head_bytes, form.tail_bytes, f"needs {form.arena_bytes:,}, {_saving(form.saved_bytes)}"
        )
        for form in tenancy.forms
    )


def _saving(saved_bytes: int) -> str:
    if not saved_bytes:
        return "saves nothing"
    return f"saves {saved_bytes:,}" if saved_bytes > 0 else f"costs {-saved_bytes:,} more"


def tenancy_text(tenancy: Tenancy) -> str:
    """The rows as a table, and a line for each form that there is not, with the reason."""
    lines = [f"not {name}: {reason}" for name, reason in tenancy.left_out]
    return "\n".join([arena_rows_text(tenancy_rows(tenancy), "form"), *lines])


def tenant_mixer(
    models: Sequence[Model], target: str | Target = "cortex-m4/reference", *, compare: Compare = compare_tenancy
) -> TenantMixer:
    """A widget: a button for each target, a box to tick a model, and the forms of sharing as text and bars.

    models: in the order in which they are allocated; all are ticked at first. compare: makes the values.
    """
    return TenantMixer(models, find_target(target).name, compare)


class TenantMixer(ipywidgets.VBox):  # type: ignore[misc]  # ipywidgets has no types
    """What tenant_mixer returns. text: what it shows, in words. Tab and the space bar are enough to use it.

    NB: no menu, since a JupyterLab notebook takes the arrow keys that a menu would need.
    """

    def __init__(self, models: Sequence[Model], target: str, compare: Compare) -> None:
        self._models, self._compare = list(models), compare
        self.target = ipywidgets.ToggleButtons(
            options=sorted(TARGETS), value=target, description="target", style={"button_width": "11rem"}
        )
        self.ticks = [ipywidgets.Checkbox(value=True, description=model.name, indent=False) for model in models]
        self._words, self._bars = ipywidgets.HTML(), ipywidgets.HTML()
        self.text = ""
        for control in (self.target, *self.ticks):
            control.observe(lambda _: self._show(), names="value")
        super().__init__([self.target, ipywidgets.HBox(self.ticks), self._words, self._bars])
        self._show()

    def _show(self) -> None:
        chosen = [model for model, tick in zip(self._models, self.ticks, strict=True) if tick.value]
        try:
            tenancy = self._compare(chosen, self.target.value)
        except TinylabError as error:  # no model is ticked, say
            self.text, self._bars.value = str(error), ""
        else:
            title = f"{' and '.join(model.name for model in chosen)} on {self.target.value}"
            self.text = f"{title}\n{tenancy_text(tenancy)}"
            self._bars.value = arena_rows_picture(tenancy_rows(tenancy), title).html()
        self._words.value = spoken(self.text)

    def __repr__(self) -> str:
        return "(the tenant mixer: buttons, boxes to tick, text and bars; it needs a running kernel)"

    def _repr_mimebundle_(self, **arguments: Any) -> dict[str, Any]:
        bundle: dict[str, Any] = super()._repr_mimebundle_(**arguments)
        # A page without a kernel shows this instead of the widget.
        return {**bundle, "text/plain": f"{self!r}\n{self.text}"}
