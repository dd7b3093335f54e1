"""The arena in words: which bytes hold which tensor while which operator runs, what lies in the tail, and the peak."""

from __future__ import annotations

from collections.abc import Sequence

from tinylab.arena import AllocationRecord, MemoryPlan, PlannedBuffer
from tinylab.runtime import ArenaPlan
from tinylab.views.buffer_kinds import buffer_kind, memory_plan_of, moment_name, peak_moment, short_name
from tinylab.views.text import shorten, table


def arena_text(plan: MemoryPlan | ArenaPlan) -> str:
    """The head as a table: one row a buffer, lowest offset first; where the peak is; of an ArenaPlan, who writes and
    reads each, and what decides the smallest arena.
    """
    memory_plan = memory_plan_of(plan)
    buffers = sorted(memory_plan.buffers, key=lambda buffer: (buffer.offset, buffer.first_used))
    total = sum(buffer.size_bytes for buffer in buffers)
    headers = ["tensor or scratch buffer", "bytes", "from", "to", "alive"]
    rows: list[list[object]] = [[_name(b), b.requested_bytes, b.offset, b.end, _moments(b)] for b in buffers]
    lines = [f"head: {memory_plan.head_bytes:,} bytes for {len(buffers)} buffers of {total:,} bytes in all"]
    if isinstance(plan, ArenaPlan):
        headers += ["kind", "written by", "read by"]
        for row, buffer in zip(rows, buffers, strict=True):
            row += [buffer_kind(plan, buffer), _operator(plan.writer(buffer)), readers_text(plan, buffer)]
    lines += [table(headers, rows), peak_text(memory_plan)]
    if isinstance(plan, ArenaPlan):
        lines.append(needs_text(plan))
    return "\n".join(lines)


def tail_text(records: Sequence[AllocationRecord]) -> str:
    """The tail by category, in the order in which each first appears: how often, bytes asked for, bytes used."""
    rows = []
    for category in dict.fromkeys(record.category for record in records):
        of_it = [record for record in records if record.category == category]
        rows.append((category, len(of_it), sum(r.requested_bytes for r in of_it), sum(r.used_bytes for r in of_it)))
    total = sum(record.used_bytes for record in records)
    return f"tail: {total:,} bytes\n" + table(("category", "count", "requested", "used"), rows)


def peak_text(plan: MemoryPlan) -> str:
    """The moment of the largest sum, and how far the head is above it."""
    moment, bound = peak_moment(plan), plan.lower_bound_bytes
    gap = plan.head_bytes - bound
    above = "no plan can be smaller" if gap == 0 else f"the head is {gap:,} bytes above this bound"
    return f"peak: {bound:,} bytes alive at {moment_name(plan, moment)}; {above}"


def needs_text(plan: ArenaPlan) -> str:
    """The smallest arena that works, and what decides it; in a second line what it uses."""
    needs = plan.needs
    used = f"arena_used_bytes is {needs.used_bytes:,} (head {needs.head_bytes:,} + tail {needs.tail_bytes:,})"
    smallest = f"smallest arena that works on {plan.target.name}: {needs.smallest_arena_bytes:,} bytes"
    if needs.binding == "layout":
        return f"{smallest}: the final layout decides\n{used}"
    return f"{smallest}: planning decides ({event_text(plan.peak.phase, plan.peak.owner, plan.peak.category)})\n{used}"


def event_text(phase: str, owner: str, category: str) -> str:
    """A step of AllocateTensors in words: "Prepare of operator 3 CONV_2D: TfLiteTensor"."""
    of = f" of {owner}" if owner and phase != "graph tensors" else f", {owner}" if owner else ""
    return f"{phase}{of}: {category}"


def readers_text(plan: ArenaPlan, buffer: PlannedBuffer) -> str:
    """The operators that read a buffer, by index; a dash for none."""
    readers = () if buffer.tensor_index is None else plan.readers(buffer)
    return ", ".join(map(str, readers)) or "–"


def _name(buffer: PlannedBuffer) -> str:
    return buffer.name if buffer.tensor_index is None else f"{short_name(buffer)} {shorten(buffer.name, 36)}"


def _operator(index: int | None) -> str:
    return "–" if index is None else str(index)


def _moments(buffer: PlannedBuffer) -> str:
    return f"{buffer.first_used}–{buffer.last_used}"
