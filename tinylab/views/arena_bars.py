"""Arenas as bars: the course's picture of one, and several side by side."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple, Protocol

from matplotlib.figure import Figure

from tinylab.runtime import ArenaPlan
from tinylab.views.arena import needs_text
from tinylab.views.bars import spread
from tinylab.views.buffer_kinds import LOOKS, legend_patches
from tinylab.views.labels import text_inches
from tinylab.views.picture import Picture, axes_at, new_figure
from tinylab.views.text import shorten, table


class ArenaRow(NamedTuple):
    """One arena to compare: a model, a target, a planner, or several models together. Sizes in bytes."""

    name: str
    head_bytes: int
    tail_bytes: int
    note: str = ""


class AnyArenaRow(Protocol):
    """What rows must have: those of other values will do as well."""

    @property
    def name(self) -> str: ...
    @property
    def head_bytes(self) -> int: ...
    @property
    def tail_bytes(self) -> int: ...
    @property
    def note(self) -> str: ...


class ArenaParts(NamedTuple):
    """One arena in the course's three parts, in bytes, and what is left free of the smallest arena that works."""

    variable_bytes: int
    state_bytes: int
    head_bytes: int
    free_bytes: int


def arena_parts(plan: ArenaPlan) -> ArenaParts:
    """Operator variables (variable tensors), interpreter state (the rest of the tail: structs, OpData, persistent
    buffers), operator inputs and outputs (the head, scratch buffers among them).
    """
    variables = sum(record.used_bytes for record in plan.allocations if record.category == "variable")
    needs = plan.needs
    free = needs.smallest_arena_bytes - needs.used_bytes
    return ArenaParts(variables, needs.tail_bytes - variables, needs.head_bytes, free)


def simple_arena_text(plan: ArenaPlan) -> str:
    """The three parts as a table, and the smallest arena that works."""
    parts, whole = arena_parts(plan), plan.needs.smallest_arena_bytes
    rows = [(name, f"{size:,}", f"{100 * size / whole:.1f} %") for name, size in zip(_PART_NAMES, parts, strict=True)]
    return f"{table((f'arena of {plan.model.name}', 'bytes', 'of the arena'), rows)}\n{needs_text(plan)}"


_PART_NAMES = ("operator variables", "interpreter state", "operator inputs and outputs", "free once it is planned")
_PART_KINDS = ("variable", "tail", "head", "free")


def simple_arena_picture(plan: ArenaPlan) -> Picture:
    """The arena as one bar: operator variables | interpreter state | operator inputs and outputs."""
    parts, whole = arena_parts(plan), plan.needs.smallest_arena_bytes
    figure = Figure(figsize=(9, 2.1))
    axes = axes_at(figure, 0.2, 0.1, 8.6, 1.55)
    axes.set_xlim(-0.003 * whole, 1.003 * whole)
    axes.set_ylim(0, 1.55)
    axes.axis("off")
    inch = whole / 8.6
    labels = [f"{name}\n{size:,} bytes" for name, size in zip(_PART_NAMES, parts, strict=True)]
    widths = [text_inches(label, 9)[0] * inch for label in labels]
    starts = [sum(parts[:number]) for number in range(len(parts))]
    middles = [start + size / 2 for start, size in zip(starts, parts, strict=True)]
    places = spread(middles, max(widths) + 0.1 * inch, 0, whole)
    for kind, start, size, label, middle, place in zip(
        _PART_KINDS, starts, parts, labels, middles, places, strict=True
    ):
        look = LOOKS[kind]
        axes.barh(1.2, size, 0.6, left=start, color=look.colour, hatch=look.hatch, edgecolor="black", linewidth=0.8)
        axes.plot([middle, place], [0.9, 0.58], color="black", linewidth=0.6)
        axes.text(place, 0.54, label, size=9, ha="center", va="top")
    title = f"the arena of {plan.model.name} on {plan.target.name}: {whole:,} bytes"
    figure.text(0.2 / 9, 1 - 0.05, title, size=11, weight="bold", va="top")
    said = ", ".join(f"{name} {size:,}" for name, size in zip(_PART_NAMES, parts, strict=True))
    return Picture(figure, simple_arena_text(plan), f"One bar, {title}: {said}.")


def needs_rows(plans: Sequence[ArenaPlan]) -> tuple[ArenaRow, ...]:
    """One row a plan: its target and planner (the model's name where there are several); the note is what it needs."""
    several = len({plan.model.name for plan in plans}) > 1
    rows = []
    for plan in plans:
        name = f"{plan.target.name}, {plan.memory_planner}"
        needs = plan.needs
        note = f"smallest {needs.smallest_arena_bytes:,} ({needs.binding} decides)"
        rows.append(
            ArenaRow(f"{plan.model.name}, {name}" if several else name, needs.head_bytes, needs.tail_bytes, note)
        )
    return tuple(rows)


def arena_rows_text(rows: Sequence[AnyArenaRow], name: str = "arena") -> str:
    """A table: head, tail and their sum in bytes, and the note. name: the header of the first column."""
    cells = [(r.name, f"{r.head_bytes:,}", f"{r.tail_bytes:,}", f"{r.head_bytes + r.tail_bytes:,}") for r in rows]
    lines = table((name, "head", "tail", "head + tail"), cells).split("\n")
    notes = ["", "", *(row.note for row in rows)]
    return "\n".join(f"{line}   {note}".rstrip() for line, note in zip(lines, notes, strict=True))


def arena_rows_picture(rows: Sequence[AnyArenaRow], title: str | None = None) -> Picture:
    """The rows as bars of one scale: head, then tail, then their sum and the note."""
    figure = new_figure(9, 0.9 + 0.38 * len(rows))
    axes = figure.add_subplot()
    whole = max((row.head_bytes + row.tail_bytes for row in rows), default=1) or 1
    for place, row in enumerate(rows):
        for kind, left, size in (("head", 0, row.head_bytes), ("tail", row.head_bytes, row.tail_bytes)):
            axes.barh(place, size, 0.62, left=left, color=LOOKS[kind].colour, edgecolor="black", linewidth=0.6)
        used = row.head_bytes + row.tail_bytes
        said = f"{used:,}" + (f"  {row.note}" if row.note else "")
        axes.text(used + whole * 0.012, place, said, size=8, va="center")
    axes.set_yticks(range(len(rows)), [shorten(row.name, 48) for row in rows], fontsize=8)
    axes.invert_yaxis()
    axes.set_xlim(0, whole * 1.02)
    axes.set_xlabel("bytes", size=8)
    axes.xaxis.set_major_formatter("{x:,.0f}")
    axes.tick_params(axis="x", labelsize=7)
    axes.spines[["top", "right"]].set_visible(False)
    figure.legend(
        handles=legend_patches({"head", "tail"}), loc="outside upper left", ncols=2, fontsize=8, frameon=False
    )
    if title:
        axes.set_title(title, size=10, loc="left")
    return Picture(figure, arena_rows_text(rows), "; ".join(_row_sentence(row) for row in rows) + ".")


def _row_sentence(row: AnyArenaRow) -> str:
    note = f", {row.note}" if row.note else ""
    used = row.head_bytes + row.tail_bytes
    return f"{row.name}: head {row.head_bytes:,} + tail {row.tail_bytes:,} = {used:,} bytes{note}"
