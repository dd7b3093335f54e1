"""One turn of the dispatch loop, as a value and in words: the operator, its kernel, what it reads and writes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from tinylab.arena import PlannedBuffer
from tinylab.kernels import REGISTRATIONS
from tinylab.model import Operator, Tensor
from tinylab.runtime import ArenaTrace
from tinylab.views.text import element, shorten, table

_SHOWN_VALUES = 6


class DispatchTensor(NamedTuple):
    """What a node is handed. values: before the node ran for an input, after it for an output.

    offset: in the arena's head; None for a constant, which lies in flash with the model, and for a variable, which lies
    in the tail (values: none are known).
    """

    tensor: Tensor
    offset: int | None
    values: NDArray[Any]

    @property
    def name(self) -> str:
        """As in the arena's pictures: "t12"."""
        return f"t{self.tensor.index}"


@dataclass(frozen=True, eq=False)
class DispatchStep:
    """Node `index` of `count`, in the order in which they run. kernel: the file whose invoke is called."""

    model: str
    target: str
    index: int
    count: int
    operator: str
    kernel: str
    inputs: tuple[DispatchTensor, ...]
    outputs: tuple[DispatchTensor, ...]

    @property
    def arena_bytes_read(self) -> int:
        """Bytes of the inputs that lie in the arena: in its head, variables in its tail."""
        return sum(one.tensor.bytes for one in self.inputs if not one.tensor.is_constant)

    @property
    def flash_bytes_read(self) -> int:
        """Bytes of the inputs that are constants."""
        return sum(one.tensor.bytes for one in self.inputs if one.tensor.is_constant)

    @property
    def bytes_written(self) -> int:
        """Bytes of the outputs."""
        return sum(one.tensor.bytes for one in self.outputs)

    def __repr__(self) -> str:
        return dispatch_step_text(self)


def dispatch_step(trace: ArenaTrace, index: int) -> DispatchStep:
    """The turn of the loop that runs node `index`; IndexError where there is none."""
    plan = trace.plan
    operators = plan.model.subgraphs[0].operators
    if not 0 <= index < len(operators):
        raise IndexError(f"{plan.model.name} has nodes 0 to {len(operators) - 1}, and no node {index}")
    operator, find = operators[index], _finder(trace)
    return DispatchStep(
        model=plan.model.name,
        target=plan.target.name,
        index=index,
        count=len(operators),
        operator=operator.name,
        kernel=kernel_file(operator),
        inputs=tuple(find(tensor, moment=index) for tensor in operator.inputs if tensor >= 0),
        outputs=tuple(find(tensor, moment=index + 1) for tensor in operator.outputs if tensor >= 0),
    )


def dispatch_steps(trace: ArenaTrace) -> tuple[DispatchStep, ...]:
    """Every turn of one invoke."""
    return tuple(dispatch_step(trace, index) for index in range(len(trace.plan.model.subgraphs[0].operators)))


def _finder(trace: ArenaTrace) -> Callable[..., DispatchTensor]:
    """(tensor index, moment) -> what lies there then. Moment 0 fills the inputs; moment n runs node n - 1."""
    tensors = trace.plan.model.subgraphs[0].tensors
    planned: dict[int | None, PlannedBuffer] = {
        buffer.tensor_index: buffer for buffer in trace.plan.memory_plan.buffers if not buffer.subgraph_index
    }

    def find(index: int, moment: int) -> DispatchTensor:
        if buffer := planned.get(index):
            return DispatchTensor(tensors[index], buffer.offset, trace.values_of(buffer, moment))
        constant = tensors[index].constant()
        return DispatchTensor(tensors[index], None, np.array([]) if constant is None else constant)

    return find


def kernel_file(operator: Operator) -> str:
    """Where tinylab's kernel of an operator stands: "kernels/conv.py"."""
    registration = REGISTRATIONS.get(operator.name)
    if registration is None:
        return "its author's own"
    module: str = registration.prepare.__module__
    return module.removeprefix("tinylab.").replace(".", "/") + ".py"


def dispatch_step_text(step: DispatchStep) -> str:
    """The node in words: a line for what it is, one a tensor, and the bytes that it moves."""
    moved = f"{step.arena_bytes_read:,} bytes of the arena and {step.flash_bytes_read:,} of flash read"
    lines = [
        f"{step.model} on {step.target}: node {step.index} of 0 to {step.count - 1}",
        f"{step.operator} -> invoke() of {step.kernel}",
        *(_tensor_line("reads", one) for one in step.inputs),
        *(_tensor_line("writes", one) for one in step.outputs),
        f"  in all: {moved}, {step.bytes_written:,} written",
    ]
    return "\n".join(lines)


def _tensor_line(does: str, one: DispatchTensor) -> str:
    tensor = one.tensor
    where = "of flash" if one.offset is None else f"of the arena from {one.offset:,}"
    if tensor.is_variable:
        where = "of the arena's tail: a variable, which stays"
    flat = one.values.reshape(-1)
    values = ", ".join(map(element, flat[:_SHOWN_VALUES])) + (", …" if flat.size > _SHOWN_VALUES else "")
    what = f"{tensor.type.name.lower()} {list(tensor.shape)}, {tensor.bytes:,} bytes {where}"
    return f"  {does:6} {one.name:4} {what}" + (f": {values}" if values else "")


def dispatch_text(trace: ArenaTrace) -> str:
    """All turns of one invoke as a table: node, operator, kernel, tensors, bytes."""
    rows = [
        (
            str(step.index),
            step.operator,
            step.kernel,
            " ".join(one.name for one in step.inputs),
            " ".join(one.name for one in step.outputs),
            f"{step.arena_bytes_read:,}",
            f"{step.flash_bytes_read:,}",
            f"{step.bytes_written:,}",
        )
        for step in dispatch_steps(trace)
    ]
    columns = ("node", "operator", "kernel", "reads", "writes", "from arena", "from flash", "to arena")
    title = f"{shorten(trace.plan.model.name, 40)} on {trace.plan.target.name}: {len(rows)} turns of the dispatch loop"
    return "\n".join([title, table(columns, rows, left=5)])
