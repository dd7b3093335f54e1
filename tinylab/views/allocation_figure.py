"""AllocateTensors as a picture: what head, temp, planner and tail take at every step, and so why an arena can need
more than it uses.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from tinylab.arena import ArenaEvent
from tinylab.runtime import ArenaPlan
from tinylab.views.arena import needs_text
from tinylab.views.buffer_kinds import LOOKS, legend_patches
from tinylab.views.labels import text_inches
from tinylab.views.picture import Picture, axes_at
from tinylab.views.text import table

_WIDTH_INCHES, _HEIGHT_INCHES = 8.4, 3.4


def allocation_text(plan: ArenaPlan) -> str:
    """AllocateTensors phase by phase: steps, and the fullest moment of each in bytes; then what decides."""
    rows = []
    for phase, events in phases(plan.events):
        fullest = max(events, key=lambda event: event.needed_bytes)
        sizes = (fullest.head_bytes, fullest.temp_bytes, planner_bytes(fullest), fullest.tail_bytes)
        rows.append((phase, fullest.category, len(events), *(f"{size:,}" for size in (*sizes, fullest.needed_bytes))))
    headers = ("phase", "fullest at", "steps", "head", "temp", "planner", "tail", "needs an arena of")
    return f"AllocateTensors of {plan.model.name}\n{table(headers, rows, left=2)}\n{needs_text(plan)}"


def allocation_picture(plan: ArenaPlan, arena_bytes: int | None = None) -> Picture:
    """Head, temp, the planner's work area and tail stacked, a step of AllocateTensors after another; the lines are
    the smallest arena that works and arena_used_bytes. Phases of few steps are drawn wider than they last.

    arena_bytes: a size to try: a line of its own, and a cross at the first step that does not fit.
    """
    needs, events = plan.needs, plan.events
    edges = step_edges([len(of_it) for _, of_it in phases(events)])
    figure = Figure(figsize=(_WIDTH_INCHES + 1.0, _HEIGHT_INCHES + 1.5))
    axes = axes_at(figure, 0.8, 0.75, _WIDTH_INCHES, _HEIGHT_INCHES)
    tall = max(needs.smallest_arena_bytes, plan.peak.needed_bytes)
    axes.set_xlim(0, edges[-1])
    axes.set_ylim(0, max(tall, arena_bytes or 0) * 1.12)
    bottoms = np.zeros(len(events))
    for kind, sizes in _layers(events).items():
        look = LOOKS[kind]
        values = np.array(sizes)
        tops = bottoms + values
        axes.stairs(
            tops, edges, baseline=bottoms, fill=True, facecolor=look.colour, hatch=look.hatch, edgecolor="black", lw=0.4
        )
        bottoms = tops
    _draw_lines(axes, plan, edges)
    if arena_bytes is not None:
        _draw_attempt(axes, plan, edges, arena_bytes)
    _name_phases(axes, plan, edges)
    axes.set_ylabel("bytes", size=8)
    axes.yaxis.set_major_formatter("{x:,.0f}")
    axes.tick_params(axis="y", labelsize=7)
    _write_title(figure, plan)
    said = f"Bytes of {', '.join(_layers(events))} at each step of AllocateTensors, stacked. The {needs_text(plan)}."
    return Picture(figure, allocation_text(plan), said.replace("\n", "; "))


def _draw_lines(axes: Axes, plan: ArenaPlan, edges: Sequence[float]) -> None:
    """What it needs, what it uses in the end, and the step that needs most."""
    needs, (_, high) = plan.needs, axes.get_ylim()
    box = {"facecolor": "white", "edgecolor": "none", "pad": 0.6}
    for value, line, text, where in (
        (
            needs.smallest_arena_bytes,
            "--",
            f"smallest arena that works: {needs.smallest_arena_bytes:,} bytes",
            "bottom",
        ),
        (needs.used_bytes, ":", f"arena_used_bytes: {needs.used_bytes:,}", "top"),
    ):
        axes.axhline(value, color="black", linewidth=1.1, linestyle=line)
        place = value + high * (0.014 if where == "bottom" else -0.014)
        axes.text(edges[-1] * 0.01, place, text, size=8, va=where, bbox=box)
    peak = plan.events.index(plan.peak)
    middle, top = (edges[peak] + edges[peak + 1]) / 2, needs.smallest_arena_bytes + high * 0.045
    axes.plot([middle], [top], marker="v", color="black", markersize=7, clip_on=False)
    axes.text(middle - edges[-1] * 0.012, top, "peak", size=8, va="center", ha="right")


def _draw_attempt(axes: Axes, plan: ArenaPlan, edges: Sequence[float], arena_bytes: int) -> None:
    """An arena of that size, and where it is full."""
    axes.axhline(arena_bytes, color="black", linewidth=2.2)
    event = plan.fails_at(arena_bytes)
    middle = edges[-1] / 2
    said = f"an arena of {arena_bytes:,} bytes works"
    if event is not None:
        at = plan.events.index(event)
        middle, said = (edges[at] + edges[at + 1]) / 2, f"{arena_bytes:,} bytes: fails here"
        axes.plot([middle], [arena_bytes], marker="X", color="white", markeredgecolor="black", markersize=13, zorder=5)
    left = middle > edges[-1] / 2
    axes.annotate(
        said,
        (middle, arena_bytes),
        xytext=(-10 if left else 10, -6),
        textcoords="offset points",
        size=9,
        weight="bold",
        ha="right" if left else "left",
        va="top",
        zorder=6,
        bbox={"facecolor": "white", "edgecolor": "black", "linewidth": 0.5, "pad": 1.5},
    )


def planner_bytes(event: ArenaEvent) -> int:
    """What the memory planner works in at this step."""
    return event.requested_bytes if event.section == "planner" else 0


def phases(events: Sequence[ArenaEvent]) -> list[tuple[str, list[ArenaEvent]]]:
    """The events by phase, in order."""
    return [(phase, list(of_it)) for phase, of_it in itertools.groupby(events, key=lambda event: event.phase)]


def step_edges(counts: Sequence[int]) -> list[float]:
    """Where each step begins and the last ends: a phase is as wide as its steps, but never less than a tenth of all."""
    least = sum(counts) / 10
    widths = [max(count, least) / count for count in counts for _ in range(count)]
    return [0.0, *itertools.accumulate(widths)]


def _layers(events: Sequence[ArenaEvent]) -> dict[str, list[int]]:
    """The stack from below: kind -> bytes at each event. Before the plan, the head holds scratch requests."""
    planned_from = next(index for index, event in enumerate(events) if event.category == "planned buffers")
    is_planned = [index >= planned_from for index in range(len(events))]
    return {
        "scratch requests": [0 if done else e.head_bytes for e, done in zip(events, is_planned, strict=True)],
        "head": [e.head_bytes if done else 0 for e, done in zip(events, is_planned, strict=True)],
        "temp": [event.temp_bytes for event in events],
        "planner": [planner_bytes(event) for event in events],
        "tail": [event.tail_bytes for event in events],
    }


def _name_phases(axes: Axes, plan: ArenaPlan, edges: Sequence[float]) -> None:
    """The phases below the axis, a line between any two."""
    start, places, names = 0, [], []
    inch = edges[-1] / _WIDTH_INCHES
    for phase, events in phases(plan.events):
        end = start + len(events)
        places.append((edges[start] + edges[end]) / 2)
        fits = text_inches(phase, 8)[0] * inch < edges[end] - edges[start]
        names.append(phase if fits else phase.replace(" ", "\n"))
        if start:
            axes.axvline(edges[start], color="black", linewidth=0.5, alpha=0.5)
        start = end
    axes.set_xticks(places, names, fontsize=8)
    axes.tick_params(axis="x", length=0)
    axes.set_xlabel("steps of AllocateTensors, by phase", size=8)


def _write_title(figure: Figure, plan: ArenaPlan) -> None:
    width, height = figure.get_size_inches()
    title = f"AllocateTensors of {plan.model.name} on {plan.target.name}: {plan.needs.binding} decides"
    figure.text(0.1 / width, 1 - 0.06 / height, title, size=11, weight="bold", va="top")
    shown = {kind for kind, sizes in _layers(plan.events).items() if any(sizes)}
    figure.legend(
        handles=legend_patches(shown),
        loc="lower left",
        bbox_to_anchor=(0.8 / width, (0.75 + _HEIGHT_INCHES + 0.04) / height),
        ncols=len(shown),
        fontsize=8,
        frameon=False,
        borderaxespad=0,
        handlelength=1.6,
    )
