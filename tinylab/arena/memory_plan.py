"""What happened in an arena, as frozen values: the head's memory plan, each allocation of the tail, and the needs."""

from __future__ import annotations

from typing import NamedTuple

from tinylab.arena.abi import ARENA_ALIGNMENT
from tinylab.arena.single_arena_buffer_allocator import align_up


class PlannedBuffer(NamedTuple):
    """One buffer of the head: where it lies and when it is alive.

    subgraph_index, tensor_index: the tensor, or tensor_index None for a scratch buffer of operator node_index.
    name: the tensor's name, or "scratch of operator N". requested_bytes: what it needs; size_bytes: that, rounded up
    to 16.
    offset: bytes from the start of the arena. first_used, last_used: moments, inclusive (0: the inputs are filled; n:
    operator n - 1 runs).
    """

    subgraph_index: int
    tensor_index: int | None
    node_index: int | None
    name: str
    requested_bytes: int
    size_bytes: int
    offset: int
    first_used: int
    last_used: int

    @property
    def end(self) -> int:
        """The first byte behind the buffer."""
        return self.offset + self.size_bytes

    def shares_bytes_with(self, other: PlannedBuffer) -> bool:
        """Whether any byte of the arena belongs to both, be it at different moments."""
        return self.offset < other.end and other.offset < self.end

    def alive_at(self, moment: int) -> bool:
        """Whether its bytes are in use at `moment`."""
        return self.first_used <= moment <= self.last_used


class MemoryPlan(NamedTuple):
    """The planned head of one model: all buffers in planning order, and the bytes the head needs for them.

    moment_names: what happens at each moment: "inputs" are filled, an operator runs, or "subgraph 1" is entered.
    """

    buffers: tuple[PlannedBuffer, ...]
    head_bytes: int
    moment_names: tuple[str, ...] = ()

    @property
    def moment_count(self) -> int:
        """How many moments the plan spans: operators + 1 in a model of one subgraph."""
        return max((buffer.last_used for buffer in self.buffers), default=0) + 1

    def bytes_alive_at(self, moment: int) -> int:
        """The sum of the sizes of the buffers in use at `moment`."""
        return sum(buffer.size_bytes for buffer in self.buffers if buffer.alive_at(moment))

    def overwritten_by(self, buffer: PlannedBuffer) -> tuple[PlannedBuffer, ...]:
        """The buffers, dead by then, whose bytes `buffer` takes; the one that died last comes first."""
        dead = [b for b in self.buffers if b.last_used < buffer.first_used and b.shares_bytes_with(buffer)]
        return tuple(sorted(dead, key=lambda b: -b.last_used))

    @property
    def lower_bound_bytes(self) -> int:
        """The largest sum of sizes in use at one moment: no plan can do with a smaller head."""
        return max(map(self.bytes_alive_at, range(self.moment_count)), default=0)


class ModelAllocation(NamedTuple):
    """Where one model's tensors lie: (subgraph, tensor) -> bytes from the arena's start.

    offsets: planned tensors, in the head. variable_offsets: variables, in the tail. resource_offsets: the buffers of
    resource variables, by their id, in the tail.
    """

    plan: MemoryPlan
    offsets: dict[tuple[int, int], int]
    variable_offsets: dict[tuple[int, int], int]
    resource_offsets: dict[int, int]


class AllocationRecord(NamedTuple):
    """One allocation in the tail, in the order in which TFLM makes them.

    category: what it is ("TfLiteEvalTensor[]"); owner: for whom ("operator 3 CONV_2D", "tensor 7 ...", or "").
    requested_bytes: what was asked for; used_bytes: how far the tail moved, alignment included; offset: bytes from
    the arena's start. item_count: how many structs an array holds, as TFLM's recorder counts them; else 1.
    """

    category: str
    owner: str
    requested_bytes: int
    used_bytes: int
    offset: int
    item_count: int = 1


class ArenaEvent(NamedTuple):
    """One step of AllocateTensors that moved something: what it asked for, and how full the arena then was, in bytes.

    phase: "create", "start", "parse", "Init", "Prepare", "plan" or "graph tensors"; owner: as in AllocationRecord.
    section: which end moved ("head", "temp", "tail"), or "planner": what the memory planner works in for a moment.
    head_bytes, temp_bytes, tail_bytes: after it. needed_bytes: in an arena below this, this step fails.
    """

    phase: str
    owner: str
    section: str
    category: str
    requested_bytes: int
    head_bytes: int
    temp_bytes: int
    tail_bytes: int
    needed_bytes: int


class ArenaNeeds(NamedTuple):
    """What an arena must hold, in bytes, whatever its size.

    head_bytes, tail_bytes: what is used in the end; used_bytes: their sum (arena_used_bytes); smallest_arena_bytes:
    the smallest multiple of 16 in which everything fits at every moment, also while memory is planned.
    two_arenas_bytes: where head and tail lie in an arena each, the smallest (persistent, non-persistent) ones, whose
    sum smallest_arena_bytes then is.
    """

    head_bytes: int
    tail_bytes: int
    smallest_arena_bytes: int
    two_arenas_bytes: tuple[int, int] | None = None

    @property
    def used_bytes(self) -> int:
        """arena_used_bytes()."""
        return self.head_bytes + self.tail_bytes

    @property
    def binding(self) -> str:
        """What decides the smallest arena: "planning" (temp memory of Prepare or the planner), or "layout" (head and
        tail).
        """
        return "planning" if self.smallest_arena_bytes > align_up(self.used_bytes, ARENA_ALIGNMENT) else "layout"
