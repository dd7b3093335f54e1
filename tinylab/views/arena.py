"""The arena over time: which bytes hold which tensor while which operator runs; and the list of what is in the tail."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from matplotlib.patches import Rectangle

from tinylab.arena import AllocationRecord, MemoryPlan, PlannedBuffer
from tinylab.views.picture import COLOURS, Picture, new_figure
from tinylab.views.text import shorten, table


def arena_text(plan: MemoryPlan) -> str:
    """The plan as a table: one row a buffer, lowest offset first."""
    rows = [
        (shorten(buffer.name, 40), buffer.requested_bytes, buffer.offset, buffer.end, _moments(buffer))
        for buffer in sorted(plan.buffers, key=lambda buffer: (buffer.offset, buffer.first_used))
    ]
    head = f"head: {plan.head_bytes:,} bytes for {len(plan.buffers)} buffers of {_sum(plan.buffers):,} bytes in all"
    return head + "\n" + table(("tensor or scratch buffer", "bytes", "from", "to", "alive"), rows)


def tail_text(records: Sequence[AllocationRecord]) -> str:
    """The tail by category, in the order in which each first appears: how often, bytes asked for, bytes used."""
    rows = []
    for category in dict.fromkeys(record.category for record in records):
        of_it = [record for record in records if record.category == category]
        rows.append((category, len(of_it), sum(r.requested_bytes for r in of_it), sum(r.used_bytes for r in of_it)))
    total = sum(record.used_bytes for record in records)
    return f"tail: {total:,} bytes\n" + table(("category", "count", "requested", "used"), rows)


def arena_picture(
    plan: MemoryPlan, operator_names: Sequence[str] = (), title: str = "tensor arena: the head over time"
) -> Picture:
    """Each buffer as a box: across, the moments it is alive; up, its bytes. Boxes never overlap: that is what
    planning means.

    operator_names: of the main subgraph, in order, to label the moments.
    """
    moments = plan.moment_count
    figure = new_figure(min(12.0, 4.5 + 0.45 * moments), 4.6)
    axes = figure.add_subplot()
    for number, buffer in enumerate(plan.buffers):
        width = buffer.last_used - buffer.first_used + 1
        colour = COLOURS[number % len(COLOURS)]
        left = buffer.first_used - 0.5
        axes.add_patch(
            Rectangle((left, buffer.offset), width, buffer.size_bytes, facecolor=colour, edgecolor="white", alpha=0.85)
        )
        if buffer.size_bytes > plan.head_bytes / 24:
            middle = (left + width / 2, buffer.offset + buffer.size_bytes / 2)
            label = f"{shorten(buffer.name, 6 + 9 * width)}\n{buffer.requested_bytes:,}"
            axes.annotate(label, middle, ha="center", va="center", fontsize=7, color="black")
    axes.set_xlim(-0.5, moments - 0.5)
    axes.set_ylim(0, max(plan.head_bytes, 1) * 1.03)
    axes.axhline(plan.head_bytes, color="black", linewidth=0.8, linestyle="--")
    axes.set_ylabel(f"bytes from the arena's start (head: {plan.head_bytes:,})")
    labels = ["inputs", *operator_names] if len(operator_names) == moments - 1 else [str(i) for i in range(moments)]
    axes.set_xticks(range(moments), labels, rotation=60, ha="right", fontsize=7)
    axes.set_title(title)
    return Picture(figure, arena_text(plan))


def _moments(buffer: PlannedBuffer) -> str:
    return f"{buffer.first_used}–{buffer.last_used}"


def _sum(buffers: Iterable[PlannedBuffer]) -> int:
    return sum(buffer.size_bytes for buffer in buffers)
