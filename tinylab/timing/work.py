"""Work: how often each part of a kernel runs, counted from shapes and options alone.

`work_of` says it for one operator and one kernel library; laws.py holds what each part costs in instructions.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import NamedTuple

from tinylab.model import Operator, Subgraph, Tensor, TensorType

# Where the activations are, of operators whose first input is something else; and the weights, of those that have some.
_ACTIVATIONS = {"TRANSPOSE_CONV": 2, "SPLIT": 1}
_WEIGHTS = dict.fromkeys(("CONV_2D", "DEPTHWISE_CONV_2D", "FULLY_CONNECTED", "TRANSPOSE_CONV", "SVDF"), 1)


class Node(NamedTuple):
    """An operator with its tensors; an optional input that is left out is None."""

    operator: Operator
    inputs: tuple[Tensor | None, ...]
    outputs: tuple[Tensor, ...]

    @property
    def name(self) -> str:
        """TFLM's name of the operator."""
        return self.operator.name

    @property
    def activations(self) -> Tensor | None:
        """The input that the operator transforms, or None where it has no inputs."""
        index = _ACTIVATIONS.get(self.name, 0)
        return self.inputs[index] if index < len(self.inputs) else None

    @property
    def types(self) -> str:
        """What tells kernels apart: "INT8", "INT16 to INT8" where the output has another type, "INT8 with INT4
        weights", or "" without tensors."""
        names = [tensor.type.name for tensor in (self.activations, *self.outputs[:1]) if tensor is not None]
        weights = self.inputs[_WEIGHTS[self.name]] if self.name in _WEIGHTS else None
        packed = weights is not None and weights.type == TensorType.INT4
        return " to ".join(dict.fromkeys(names)) + (" with INT4 weights" if packed else "")

    @property
    def output_count(self) -> int:
        """Elements of all outputs."""
        return sum(tensor.element_count for tensor in self.outputs)

    def shape(self, index: int) -> tuple[int, ...]:
        """The shape of an input; () for one that is left out."""
        tensor = self.inputs[index] if index < len(self.inputs) else None
        return () if tensor is None else tensor.shape


class Work(NamedTuple):
    """What an operator makes a kernel do.

    path: which of the library's ways it takes ("1x1"), or "" where there is one way; counts: how often each part of
    that way runs in one invoke, inner loops first; macs: multiplications with weights, those with padding left out;
    runs_as: another operator whose code runs, or "". Parts of one name are the same code, whatever the path.
    """

    path: str
    counts: Mapping[str, int]
    macs: int = 0
    runs_as: str = ""

    @property
    def size(self) -> int:
        """What a guess is in proportion to: MACs, or how often the innermost loop runs where there are none."""
        return self.macs or max(next(iter(self.counts.values()), 1), 1)


Counter = Callable[[Node], Work]


def node_of(subgraph: Subgraph, operator: Operator) -> Node:
    """The operator with its tensors."""
    inputs = tuple(subgraph.tensors[index] if index >= 0 else None for index in operator.inputs)
    return Node(operator, inputs, tuple(subgraph.tensors[index] for index in operator.outputs))
