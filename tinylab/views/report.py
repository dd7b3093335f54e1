"""HTML pages that can be sent to somebody: a comparison, or one model's arena."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from tinylab.comparison import Comparison, LayerRow
from tinylab.runtime import ArenaPlan
from tinylab.views.allocation_figure import allocation_picture, allocation_text
from tinylab.views.arena import arena_text, needs_text, tail_text
from tinylab.views.arena_bars import (
    AnyArenaRow,
    arena_rows_picture,
    arena_rows_text,
    simple_arena_picture,
    simple_arena_text,
)
from tinylab.views.arena_figure import arena_picture
from tinylab.views.comparison import (
    comparison_text,
    confusion_picture,
    confusion_text,
    layers_picture,
    layers_text,
)
from tinylab.views.html_page import write_page
from tinylab.views.picture import Picture
from tinylab.views.plan_lines import memory_plan_text

_Parts = list[tuple[str, list[Picture | str]]]


def write_report(
    path: str | Path, comparison: Comparison, layers: Sequence[LayerRow] = (), operator_names: Sequence[str] = ()
) -> Path:
    """Write the page of a comparison and return its path: tables and pictures, nothing fetched from anywhere."""
    parts: _Parts = [("", [comparison_text(comparison)])]
    if comparison.labels is not None:
        parts.append(("Confusion", [confusion_picture(comparison), confusion_text(comparison)]))
    if layers:
        parts.append(("Layer by layer", [layers_picture(layers), layers_text(layers)]))
    parts.append(("Arena", [arena_picture(comparison.plan, operator_names), arena_text(comparison.plan)]))
    return write_page(path, f"{comparison.model_name}: side by side", parts)


def write_arena_report(path: str | Path, plan: ArenaPlan, rows: Sequence[AnyArenaRow] = ()) -> Path:
    """Write the page of one model's arena and return its path: every picture, and what it shows as text.

    rows: arenas to set beside it, of other targets, planners or models together (see needs_rows).
    """
    parts: _Parts = [
        ("", [needs_text(plan), simple_arena_picture(plan), simple_arena_text(plan)]),
        ("The head, operator by operator", [arena_picture(plan), arena_text(plan)]),
        ("The head as TFLM prints it", [memory_plan_text(plan)]),
        ("AllocateTensors, step by step", [allocation_picture(plan), allocation_text(plan)]),
        ("The tail", [tail_text(plan.allocations)]),
    ]
    if rows:
        parts.append(("Side by side", [arena_rows_picture(rows), arena_rows_text(rows)]))
    return write_page(path, f"The arena of {plan.model.name} on {plan.target.name}", parts)
