"""A progress bar for the long steps of a notebook."""

from __future__ import annotations

from collections.abc import Callable

import ipywidgets
from IPython.display import display


class _Row(ipywidgets.HBox):  # type: ignore[misc]  # ipywidgets has no types
    def __repr__(self) -> str:
        return "(a progress bar, while the cell runs)"  # what a page without a kernel shows


def progress_bar() -> Callable[[str, int, int], None]:
    """A callback (stage, done, total) that draws a bar below the cell, one line for all stages."""
    bar = ipywidgets.IntProgress(min=0, max=1, layout=ipywidgets.Layout(width="24rem"))
    label = ipywidgets.Label()
    display(_Row([bar, label]))  # type: ignore[no-untyped-call]

    def show(stage: str, done: int, total: int) -> None:
        bar.max, bar.value = max(total, 1), done
        label.value = f"{stage}: {done:,} of {total:,}"

    return show
