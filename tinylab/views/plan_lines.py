"""A memory plan in the lines that TFLM prints for it, to be laid beside a log of the real thing.

Retells GreedyMemoryPlanner::PrintMemoryPlan of tensorflow/lite/micro/memory_planner/greedy_memory_planner.cc, which
TFLM calls when it is built with TF_LITE_SHOW_MEMORY_USE.
"""

from __future__ import annotations

import string

from tinylab.arena import MemoryPlan, PlannedBuffer
from tinylab.runtime import ArenaPlan

GRID_COLUMNS = 80  # kLineWidth
_ORDINALS = string.digits + string.ascii_lowercase + string.ascii_uppercase


def memory_plan_text(plan: MemoryPlan | ArenaPlan) -> str:
    """TFLM's print of a plan, character for character.

    One line a buffer, in planning order; then one line a moment, 80 columns across the head: each buffer by its
    letter, "*" one that is used at a single moment only (a scratch buffer, or the output), "!" where two overlap,
    which no right plan has; and in brackets the sum of what is alive, in kilobytes rounded up.
    NB: columns are rounded down, so that a small buffer may not show at all.
    """
    memory_plan = plan.memory_plan if isinstance(plan, ArenaPlan) else plan
    lines = [
        f"{_letter(number, buffer)} (id={number}): size={buffer.size_bytes}, offset={buffer.offset}, "
        f"first_used={buffer.first_used} last_used={buffer.last_used}"
        for number, buffer in enumerate(memory_plan.buffers)
    ]
    for moment in range(max(memory_plan.moment_count, 1)):
        kilobytes = -(-memory_plan.bytes_alive_at(moment) // 1024)
        lines.append(f"{moment:4d}: {_grid_line(memory_plan, moment)} ({kilobytes}k)")
    return "\n".join(lines)


def _grid_line(plan: MemoryPlan, moment: int) -> str:
    """The head at one moment: 80 columns, the first for the lowest addresses."""
    whole = max(GRID_COLUMNS, plan.head_bytes)
    line = ["."] * GRID_COLUMNS
    for number, buffer in enumerate(plan.buffers):
        if buffer.alive_at(moment):
            for column in range(buffer.offset * GRID_COLUMNS // whole, buffer.end * GRID_COLUMNS // whole):
                line[column] = _letter(number, buffer) if line[column] == "." else "!"
    return "".join(line)


def _letter(number: int, buffer: PlannedBuffer) -> str:
    """The 62 digits and letters, over again from the 63rd buffer on; "*" for a buffer of a single moment."""
    return "*" if buffer.first_used == buffer.last_used else _ORDINALS[number % len(_ORDINALS)]
