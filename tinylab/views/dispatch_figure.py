"""The dispatch loop as a picture: node after node from the top, with the bytes that each reads and writes."""

from __future__ import annotations

from tinylab.runtime import ArenaTrace
from tinylab.views.dispatch_step import DispatchStep, dispatch_step_text, dispatch_steps, dispatch_text
from tinylab.views.picture import COLOURS, Picture, new_figure

# Told apart in grey too, by their hatches.
_PARTS = (
    ("read from the arena", "arena_bytes_read", COLOURS[0], ""),
    ("read from flash", "flash_bytes_read", COLOURS[1], "///"),
    ("written to the arena", "bytes_written", COLOURS[2], "..."),
)
_POINTED_AT = "#DDDDDD"


def dispatch_picture(trace: ArenaTrace, selected: int | None = None) -> Picture:
    """Three bars a node: bytes read from the arena, read from flash, written. selected: the node to point at.

    The text says the same: of one node where one is selected, else the table of all.
    """
    steps = dispatch_steps(trace)
    figure = new_figure(8.0, 1.7 + 0.42 * len(steps))
    axes = figure.add_subplot()
    most = max(max(_sizes(step)) for step in steps)
    for place, step in enumerate(steps):
        if place == selected:
            axes.axhspan(place - 0.5, place + 0.5, color=_POINTED_AT, zorder=0)
        for number, (size, (label, _, colour, hatch)) in enumerate(zip(_sizes(step), _PARTS, strict=True)):
            at = place + 0.27 * (number - 1)
            name = None if place else label
            axes.barh(at, size, height=0.25, color=colour, hatch=hatch, edgecolor="white", linewidth=0.3, label=name)
            axes.annotate(f" {size:,}", (size, at), va="center", fontsize=6)
    axes.set_yticks(range(len(steps)), [_label(step, step.index == selected) for step in steps], fontsize=8)
    axes.set_ylim(len(steps) - 0.4, -0.6)
    axes.set_xlim(0, most * 1.12)
    axes.set_xlabel("bytes")
    axes.xaxis.set_major_formatter(lambda value, _: f"{value:,.0f}")
    axes.set_title(f"the dispatch loop of {trace.plan.model.name}: first node at the top", fontsize=10)
    figure.legend(loc="outside lower center", ncols=3, fontsize=8, frameon=False)
    text = dispatch_text(trace) if selected is None else dispatch_step_text(steps[selected])
    return Picture(figure, text, _alt(trace, steps, selected))


def _sizes(step: DispatchStep) -> tuple[int, int, int]:
    return step.arena_bytes_read, step.flash_bytes_read, step.bytes_written


def _label(step: DispatchStep, is_selected: bool) -> str:
    return f"{'> ' if is_selected else ''}{step.index} {step.operator}"


def _alt(trace: ArenaTrace, steps: tuple[DispatchStep, ...], selected: int | None) -> str:
    """One sentence: the picture's text stands beside it."""
    heaviest = max(steps, key=lambda step: sum(_sizes(step)))
    said = (
        f"The {len(steps)} nodes of {trace.plan.model.name}, one below the other, each with three bars: bytes read "
        f"from the arena, read from flash, written. Node {heaviest.index} {heaviest.operator} moves most."
    )
    return said if selected is None else f"{said} Node {selected} {steps[selected].operator} is pointed at."
