"""What happened in one invoke, node by node, as frozen values: for views, never a live interpreter."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from numpy.typing import NDArray

from tinylab.model import Operator
from tinylab.runtime.micro_context import MicroContext


class TensorValue(NamedTuple):
    """A copy of one tensor after a node ran.

    Index and name in the subgraph, and its value, dtype and shape of the tensor.
    """

    tensor_index: int
    name: str
    value: NDArray[Any]


class NodeTrace(NamedTuple):
    """One node of the dispatch loop: what it read and what it wrote."""

    subgraph_index: int
    node_index: int
    operator_name: str
    inputs: tuple[TensorValue, ...]
    outputs: tuple[TensorValue, ...]


class InvokeTrace(NamedTuple):
    """All nodes of one invoke, in the order in which they ran."""

    nodes: tuple[NodeTrace, ...]


def trace_node(node: Operator, context: MicroContext) -> NodeTrace:
    """Copies of what a node read and wrote, just after it ran."""

    def values(indices: Sequence[int]) -> tuple[TensorValue, ...]:
        tensors = [context.subgraph.tensors[i] for i in indices if i in context.arrays]
        return tuple(TensorValue(t.index, t.name, context.arrays[t.index][0].copy()) for t in tensors)

    return NodeTrace(context.subgraph.index, node.index, node.name, values(node.inputs), values(node.outputs))
