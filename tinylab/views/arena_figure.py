"""The arena as a picture: addresses up, operators across, one box a buffer; beside it, the whole arena."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

from matplotlib.axes import Axes
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from tinylab.arena import ArenaEvent, MemoryPlan, PlannedBuffer
from tinylab.runtime import ArenaPlan
from tinylab.views.arena import arena_text, needs_text, peak_text
from tinylab.views.bars import Part, stacked_bar
from tinylab.views.buffer_kinds import (
    LOOKS,
    buffer_kind,
    legend_patches,
    memory_plan_of,
    moment_name,
    peak_moment,
    short_name,
)
from tinylab.views.labels import Labeller
from tinylab.views.picture import Picture, axes_at

_HEAD_INCHES, _SUM_INCHES, _NAMES_INCHES, _TITLE_INCHES = 3.9, 0.8, 1.35, 0.8
_WHOLE_INCHES = 3.5  # the two bars of the whole arena, with their labels


def arena_picture(
    plan: MemoryPlan | ArenaPlan,
    operator_names: Sequence[str] = (),
    title: str | None = None,
    *,
    moment: int | None = None,
    selected: PlannedBuffer | None = None,
    whole_arena: bool = True,
) -> Picture:
    """The head over time: each buffer a box; across, the moments it is alive; up, its bytes. Boxes never overlap:
    that is what planning means. Below it, the bytes alive at each moment, the peak marked. Of an ArenaPlan, the whole
    arena stands at the left: while it is planned, and when it is ready to run.

    operator_names: of the main subgraph, in order, where `plan` does not know them. moment, selected: to point at.
    whole_arena: False leaves the left part out.
    """
    memory_plan = memory_plan_of(plan)
    if operator_names and not memory_plan.moment_names:
        memory_plan = memory_plan._replace(moment_names=("inputs", *operator_names))
    count = max(memory_plan.moment_count, 1)
    width = min(max(0.32 * count, 4.6), 10.0)
    whole = plan if isinstance(plan, ArenaPlan) and whole_arena else None
    left = 0.9 + (_WHOLE_INCHES + 0.7 if whole else 0)
    bottom = _NAMES_INCHES + _SUM_INCHES + 0.12
    figure = Figure(figsize=(left + width + 0.2, bottom + _HEAD_INCHES + _TITLE_INCHES))
    head = axes_at(figure, left, bottom, width, _HEAD_INCHES)
    sums = axes_at(figure, left, _NAMES_INCHES, width, _SUM_INCHES)
    _draw_head(head, plan, memory_plan, selected, moment)
    _draw_sums(sums, memory_plan, moment)
    kinds = {buffer_kind(plan, buffer) for buffer in memory_plan.buffers}
    if whole:
        _draw_whole(axes_at(figure, 0.75, _NAMES_INCHES, _WHOLE_INCHES, _SUM_INCHES + 0.12 + _HEAD_INCHES), whole)
    heading = title or (f"{plan.model.name} on {plan.target.name}" if isinstance(plan, ArenaPlan) else "")
    _write_title(figure, left, bottom, heading or "tensor arena: the head over time", kinds)
    return Picture(figure, arena_text(plan), _alt(plan, memory_plan, heading))


def planning_peak(plan: ArenaPlan) -> ArenaEvent:
    """The step that needs the largest arena before the planned head is laid out."""
    before = [event for event in plan.events if event.category != "planned buffers" and event.phase != "graph tensors"]
    return max(before, key=lambda event: event.needed_bytes)


def _draw_head(
    axes: Axes,
    plan: MemoryPlan | ArenaPlan,
    memory_plan: MemoryPlan,
    selected: PlannedBuffer | None,
    moment: int | None,
) -> None:
    count, top = max(memory_plan.moment_count, 1), max(memory_plan.head_bytes, 1)
    axes.set_xlim(-0.5, count - 0.5)
    axes.set_ylim(-0.012 * top, top * 1.1)  # a thin box at 0 shows above the axis
    if moment is not None:
        axes.axvspan(moment - 0.5, moment + 0.5, facecolor="#DDDDDD", zorder=0)
    for buffer in memory_plan.buffers:
        if buffer.last_used >= 0:
            look = LOOKS[buffer_kind(plan, buffer)]
            place = (buffer.first_used - 0.5, buffer.offset)
            box = Rectangle(place, _width(buffer), buffer.size_bytes, facecolor=look.colour, hatch=look.hatch)
            box.set(edgecolor="black", linewidth=3 if buffer == selected else 0.6, gid="buffer")
            box.set(zorder=3 if buffer == selected else 2)
            if moment is not None and not buffer.alive_at(moment):
                box.set(facecolor=_paler(look.colour), edgecolor="black" if buffer == selected else "#999999")
            axes.add_patch(box)
    axes.axhline(top, color="black", linewidth=0.9, linestyle="--", zorder=1)
    peak = peak_moment(memory_plan)
    axes.plot([peak], [top * 1.05], marker="v", color="black", markersize=6)
    x, side = (count - 0.5, "right") if peak < count / 2 else (-0.5, "left")
    axes.text(x, top * 1.015, f" head: {memory_plan.head_bytes:,} bytes ", size=8, ha=side, va="bottom")
    _label_buffers(axes, plan, memory_plan, moment)
    axes.set_ylabel("head: bytes from the arena's start", size=8)
    axes.yaxis.set_major_formatter("{x:,.0f}")
    axes.tick_params(labelsize=7)
    axes.tick_params(axis="x", bottom=False, labelbottom=False)


def _label_buffers(axes: Axes, plan: MemoryPlan | ArenaPlan, memory_plan: MemoryPlan, moment: int | None) -> None:
    """Name and size of each buffer for which there is room; inputs and outputs first, they are looked for."""
    count, top = max(memory_plan.moment_count, 1), max(memory_plan.head_bytes, 1)
    kinds = {buffer: buffer_kind(plan, buffer) for buffer in memory_plan.buffers if buffer.last_used >= 0}
    boxes = {buffer: (buffer.first_used - 0.5, buffer.offset, _width(buffer), buffer.size_bytes) for buffer in kinds}
    labeller = Labeller(axes, [*boxes.values(), (-0.5, top, count, top * 0.1)])
    for buffer in sorted(kinds, key=lambda buffer: not kinds[buffer].startswith("graph")):
        look, name, size = LOOKS[kinds[buffer]], short_name(buffer), f"{buffer.requested_bytes:,}"
        pale = moment is not None and not buffer.alive_at(moment)
        colour = "#666666" if pale else look.text_colour
        labeller.label(
            boxes[buffer], (f"{name}\n{size} B", f"{name}\n{size}", name), 7, colour, on_white=bool(look.hatch)
        )


def _width(buffer: PlannedBuffer) -> int:
    return buffer.last_used - buffer.first_used + 1


def _paler(colour: str) -> tuple[float, float, float]:
    """A colour mixed with three parts of white: of what is not alive."""
    red, green, blue = (0.75 + 0.25 * part for part in to_rgb(colour))
    return red, green, blue


def _draw_sums(axes: Axes, plan: MemoryPlan, moment: int | None) -> None:
    moments = range(max(plan.moment_count, 1))
    sums, peak = [plan.bytes_alive_at(moment) for moment in moments], peak_moment(plan)
    colours = ["black" if moment == peak else "#BBBBBB" for moment in moments]
    axes.bar(moments, sums, width=1, color=colours, edgecolor="black", linewidth=0.4)
    if moment is not None:
        axes.axvspan(moment - 0.5, moment + 0.5, facecolor="#DDDDDD", zorder=0)
        axes.bar([moment], [sums[moment]], width=1, facecolor="none", edgecolor="black", linewidth=2.5)
    axes.set_xlim(-0.5, len(moments) - 0.5)
    axes.set_ylim(0, max(plan.head_bytes, 1) * 1.45)
    axes.axhline(plan.head_bytes, color="black", linewidth=0.9, linestyle="--")
    right = peak > len(moments) / 2
    axes.text(
        peak + (0.5 if right else -0.5),
        plan.head_bytes * 1.06,
        f"peak: {sums[peak]:,} bytes alive",
        size=7,
        ha="right" if right else "left",
        va="bottom",
    )
    axes.set_ylabel("bytes alive", size=8)
    axes.yaxis.set_major_formatter("{x:,.0f}")
    axes.set_yticks([0, plan.head_bytes])
    names = [moment_name(plan, moment) for moment in moments]
    axes.set_xticks(moments, names, rotation=90, fontsize=7 if len(names) <= 60 else 5.5)
    axes.tick_params(axis="y", labelsize=7)
    if moment is not None:
        axes.get_xticklabels()[moment].set_fontweight("bold")


def _draw_whole(axes: Axes, plan: ArenaPlan) -> None:
    """Two bars: the arena while it is planned, and when it is ready to run."""
    needs, event = plan.needs, planning_peak(plan)
    smallest = needs.smallest_arena_bytes
    axes.set_xlim(0, 3.6)
    axes.set_ylim(0, smallest * 1.1)
    work = event.requested_bytes if event.section == "planner" else 0
    when = "while planning" if event.phase == "plan" else f"during {event.phase}"
    sizes = [
        ("scratch requests", "scratch\nrequests", event.head_bytes),
        ("temp", "temp", event.temp_bytes),
        ("planner", "planner's\nwork area", work),
    ]
    stacked_bar(axes, 0.15, 0.55, _parts(sizes, [("tail", "tail", event.tail_bytes)], smallest), 7)
    stacked_bar(axes, 1.95, 0.55, _parts([("head", "head", needs.head_bytes)], _tail_sizes(plan), smallest), 7)
    axes.axhline(smallest, color="black", linewidth=0.9, linestyle="--")
    decides = "planning" if needs.binding == "planning" else "layout"
    axes.text(
        0.1, smallest * 1.012, f"smallest arena: {smallest:,} bytes ({decides} decides)", size=8, ha="left", va="bottom"
    )
    axes.set_xticks(
        [0.43, 2.23],
        [f"{when}\n(needs {event.needed_bytes:,})", f"ready to run\n(uses {needs.used_bytes:,})"],
        fontsize=8,
    )
    axes.set_ylabel("bytes from the arena's start", size=8)
    axes.yaxis.set_major_formatter("{x:,.0f}")
    axes.tick_params(axis="y", labelsize=7)
    axes.spines[["top", "right"]].set_visible(False)


def _parts(low: Sequence[tuple[str, str, int]], high: Sequence[tuple[str, str, int]], arena_bytes: int) -> list[Part]:
    """(kind, label, bytes) from the arena's start upwards, what is left free, and the same from its end downwards."""
    parts, start, end = [], 0, arena_bytes
    for kind, label, size in low:
        if size:
            parts.append(Part(kind, f"{label}\n{size:,}", start, size))
            start += size
    for kind, label, size in high:
        end -= size
        parts.append(Part(kind, f"{label}\n{size:,}", end, size))
    return [*parts, Part("free", f"free\n{end - start:,}", start, end - start)] if end > start else parts


def _tail_sizes(plan: ArenaPlan) -> list[tuple[str, str, int]]:
    """The tail from the arena's end downwards, its variables told apart."""
    sizes = []
    for is_variable, records in itertools.groupby(plan.allocations, key=lambda record: record.category == "variable"):
        kind, label = ("variable", "variables") if is_variable else ("tail", "tail")
        sizes.append((kind, label, sum(record.used_bytes for record in records)))
    return sizes


def _write_title(figure: Figure, left: float, bottom: float, title: str, kinds: set[str]) -> None:
    width, height = figure.get_size_inches()
    figure.text(0.1 / width, 1 - 0.06 / height, title, size=11, weight="bold", va="top")
    top = (bottom + _HEAD_INCHES + 0.26) / height
    figure.text(left / width, top, "the head, operator by operator", size=9, va="bottom")
    if left > _WHOLE_INCHES:
        figure.text(0.75 / width, top, "the whole arena", size=9, va="bottom")
    figure.legend(
        handles=legend_patches(kinds),
        loc="lower left",
        bbox_to_anchor=(left / width, (bottom + _HEAD_INCHES + 0.04) / height),
        ncols=len(kinds),
        fontsize=8,
        frameon=False,
        borderaxespad=0,
        handlelength=1.6,
    )


def _alt(plan: MemoryPlan | ArenaPlan, memory_plan: MemoryPlan, heading: str) -> str:
    """The picture in a few sentences."""
    count = len(memory_plan.buffers)
    alt = (
        f"{heading or 'Tensor arena'}: {count} buffers over {memory_plan.moment_count} moments as boxes in a head of "
        f"{memory_plan.head_bytes:,} bytes; {peak_text(memory_plan)}."
    )
    return f"{alt} The {needs_text(plan)}.".replace("\n", "; ") if isinstance(plan, ArenaPlan) else alt
