"""One view of the arena player as a frozen value: an operator, a buffer, its bytes before and after; and in words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tinylab.arena import PlannedBuffer
from tinylab.runtime import ArenaPlan, ArenaTrace
from tinylab.views.buffer_kinds import buffer_kind, short_name
from tinylab.views.failures import ArenaFailure, arena_failure, failure_text
from tinylab.views.text import element, shorten

WINDOW_BYTES = 64  # how many bytes of a buffer are shown at once
_ROW_BYTES = 16


@dataclass(frozen=True, eq=False)
class ArenaStep:
    """What the arena player shows.

    plan: of the arena; moment: 0 when the inputs have been filled, n after operator n - 1; buffer: the one looked at.
    before, after: what lies in its place, uint8 [requested_bytes], before and after this moment; before is None at
    moment 0. values_before, values_after: the same as the tensor's values.
    overwrote: the dead buffers whose bytes it took; lies_there: the buffers that have its place now, itself included
    while it is alive. written_by, next_reader: operators, None for nobody.
    arena_bytes: a size to try; failure: what then fails, None if nothing does.
    """

    plan: ArenaPlan
    moment: int
    buffer: PlannedBuffer
    before: NDArray[np.uint8] | None
    after: NDArray[np.uint8]
    values_before: NDArray[Any] | None
    values_after: NDArray[Any]
    overwrote: tuple[PlannedBuffer, ...]
    lies_there: tuple[PlannedBuffer, ...]
    written_by: int | None
    next_reader: int | None
    arena_bytes: int
    failure: ArenaFailure | None

    @property
    def changed(self) -> NDArray[np.bool_]:
        """Which bytes this moment changed, bool [requested_bytes]; at moment 0 none."""
        return np.zeros(self.after.shape, np.bool_) if self.before is None else self.before != self.after

    @property
    def is_alive(self) -> bool:
        """Whether the bytes shown are the buffer's own."""
        return self.buffer.alive_at(self.moment)

    def __repr__(self) -> str:
        return arena_step_text(self)


def arena_step(
    trace: ArenaTrace, moment: int, buffer: PlannedBuffer | None = None, arena_bytes: int | None = None
) -> ArenaStep:
    """The step at `moment`.

    buffer: by default what is written then; arena_bytes: by default the smallest that works.
    """
    plan = trace.plan
    buffer = buffer or written_at(plan, moment)
    size = plan.needs.smallest_arena_bytes if arena_bytes is None else arena_bytes
    readers = () if buffer.tensor_index is None else plan.readers(buffer)
    planned = plan.memory_plan.buffers
    return ArenaStep(
        plan=plan,
        moment=moment,
        buffer=buffer,
        before=trace.bytes_of(buffer, moment - 1) if moment else None,
        after=trace.bytes_of(buffer, moment),
        values_before=trace.values_of(buffer, moment - 1) if moment else None,
        values_after=trace.values_of(buffer, moment),
        overwrote=plan.memory_plan.overwritten_by(buffer),
        lies_there=tuple(other for other in planned if other.alive_at(moment) and other.shares_bytes_with(buffer)),
        written_by=plan.writer(buffer),
        next_reader=next((reader for reader in readers if reader >= moment), None),
        arena_bytes=size,
        failure=arena_failure(plan, size),
    )


def written_at(plan: ArenaPlan, moment: int) -> PlannedBuffer:
    """The buffer to look at where none was chosen: a tensor that begins at `moment`, else any that is alive."""
    buffers = plan.memory_plan.buffers
    begun = [buffer for buffer in buffers if buffer.first_used == moment and buffer.tensor_index is not None]
    return next(iter([*begun, *(buffer for buffer in buffers if buffer.alive_at(moment)), *buffers]))


def arena_step_text(step: ArenaStep, first_byte: int = 0) -> str:
    """All of it in words: the operator, the buffer, its bytes from `first_byte` on, and the size that was tried."""
    return "\n".join([moment_text(step), buffer_text(step), *bytes_text(step, first_byte), arena_size_text(step)])


def moment_text(step: ArenaStep) -> str:
    """Which operator this is, what it reads and what it writes."""
    plan = step.plan
    where = f"{plan.model.name} on {plan.target.name}, {plan.memory_planner} planner"
    count = plan.memory_plan.moment_count
    at = f"moment {step.moment} of {count - 1}:"
    if not step.moment:
        return f"{where}\n{at} the inputs are filled"
    operator = plan.model.subgraphs[0].operators[step.moment - 1]
    tensors = plan.model.subgraphs[0].tensors
    read = [f"t{index}" for index in operator.inputs if index >= 0 and not tensors[index].is_constant]
    written = [f"t{index}" for index in operator.outputs if index >= 0]
    does = f"reads {', '.join(read) or 'constants only'} and writes {', '.join(written) or 'nothing'}"
    return f"{where}\n{at} operator {operator.index} {operator.name} {does}"


def buffer_text(step: ArenaStep) -> str:
    """The buffer: its place, its life, who wrote it, whom it overwrote and who reads it next."""
    buffer, plan = step.buffer, step.plan
    kind = buffer_kind(plan, buffer)
    if buffer.tensor_index is not None:
        tensor = plan.model.subgraphs[buffer.subgraph_index].tensors[buffer.tensor_index]
        kind += f", {tensor.type.name.lower()} {list(tensor.shape)}"
    place = f"bytes {buffer.offset:,} to {buffer.offset + buffer.requested_bytes - 1:,} of the head"
    alive = f"alive at moments {buffer.first_used} to {buffer.last_used}"
    by = "filled by the application" if step.written_by is None else f"written by operator {step.written_by}"
    reader = "nobody from here on"
    if step.next_reader is not None:
        reader = f"operator {step.next_reader} {plan.model.subgraphs[0].operators[step.next_reader].name}"
    elif kind.startswith("graph output"):
        reader = "the application"
    elif kind == "scratch":
        reader = "its own operator alone"
    lines = [
        f"{short_name(buffer)} {shorten(buffer.name, 48)}: {kind}",
        f"  {place}; {alive}",
        f"  {by}; read next by {reader}",
        f"  it overwrote {_names(step.overwrote) or 'nobody'}",
    ]
    if not step.is_alive:
        lines.append(f"  NOT ALIVE now: these bytes belong to {_names(step.lies_there) or 'nobody'}")
    return "\n".join(lines)


def bytes_text(step: ArenaStep, first_byte: int = 0) -> list[str]:
    """The bytes and values of one window, before and after; "*" marks what this moment changed."""
    lines = [f"  {changed_text(step)}"]
    for row in window_rows(step, first_byte):
        for name, bytes_ in (("before", step.before), ("after", step.after)):
            if bytes_ is not None:
                marks = step.changed[row] if name == "after" else np.zeros(len(bytes_[row]), np.bool_)
                cells = "".join(
                    f"{'*' if mark else ' '}{byte:02x}" for byte, mark in zip(bytes_[row], marks, strict=True)
                )
                lines.append(f"  {row.start if name == 'before' or step.before is None else '':>6} {name:<6} {cells}")
    lines.append(f"  values  {values_text(step, first_byte)}")
    return lines


def changed_text(step: ArenaStep) -> str:
    """How many bytes this moment changed."""
    if step.before is None:
        return f"{len(step.after):,} bytes, as the application filled them"
    return f"{np.count_nonzero(step.changed):,} of {len(step.after):,} bytes changed (*)"


def values_text(step: ArenaStep, first_byte: int = 0) -> str:
    """The first values of the window, after this moment; a changed one with the value before."""
    item = step.values_after.itemsize
    values = step.values_after.reshape(-1)
    start = first_byte // item
    shown = values[start : start + 8]
    before = None if step.values_before is None else step.values_before.reshape(-1)[start : start + 8]
    words = [
        element(value) if before is None or before[i] == value else f"{element(before[i])}→{element(value)}"
        for i, value in enumerate(shown)
    ]
    return ", ".join(words) + (", …" if start + 8 < len(values) else "")


def arena_size_text(step: ArenaStep) -> str:
    """The size that was tried: whether it works, and what fails."""
    return failure_text(step.plan, step.arena_bytes)


def window_rows(step: ArenaStep, first_byte: int) -> list[slice]:
    """The rows of 16 bytes to show, from the row of `first_byte` on."""
    start = max(min(first_byte, len(step.after) - 1), 0) // _ROW_BYTES * _ROW_BYTES
    end = min(start + WINDOW_BYTES, len(step.after))
    return [slice(row, min(row + _ROW_BYTES, end)) for row in range(start, end, _ROW_BYTES)]


def _names(buffers: Sequence[PlannedBuffer]) -> str:
    return ", ".join(short_name(buffer) for buffer in buffers)
