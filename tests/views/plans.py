"""Arena plans and traces that several tests of the views look at."""

from __future__ import annotations

import functools

import numpy as np

from tests.arena.models import hello_world
from tinylab import zoo
from tinylab.arena import MemoryPlan, PlannedBuffer
from tinylab.runtime import ArenaPlan, ArenaTrace, plan_arena, trace_arena

M4 = "cortex-m4/reference"


@functools.cache
def hello_plan() -> ArenaPlan:
    """The structure of hello_world_int8: head 32 + tail 644, and 1,072 needed while it is planned."""
    return plan_arena(hello_world(), M4)


@functools.cache
def kws_plan() -> ArenaPlan:
    return plan_arena(zoo.load("kws_yes_no"), M4)


@functools.cache
def hello_trace() -> ArenaTrace:
    return trace_arena(hello_world(), np.array([[40]], np.int8), M4)


def planned(
    name: str,
    size: int,
    offset: int,
    first: int,
    last: int,
    tensor_index: int | None = 0,
    node_index: int | None = None,
) -> PlannedBuffer:
    return PlannedBuffer(0, tensor_index, node_index, name, size, size, offset, first, last)


def scratch_plan() -> MemoryPlan:
    """A tensor, a scratch buffer beside it, and an output."""
    return MemoryPlan(
        (
            planned("in", 1600, 0, 0, 1),
            planned("out", 800, 1600, 1, 2, 1),
            planned("scratch of operator 1", 16, 0, 2, 2, None, 1),
        ),
        2400,
        ("inputs", "ADD", "MEAN"),
    )
