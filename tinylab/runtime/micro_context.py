"""MicroContext: what a kernel is handed. Descriptions of a node's tensors, and in Invoke their arrays."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from tinylab.errors import InvokeError
from tinylab.kernels.kernel_util import describe
from tinylab.model import Operator, Subgraph, Tensor

if TYPE_CHECKING:
    from tinylab.runtime.micro_graph import MicroGraph

Array = NDArray[Any]


class MicroContext:
    """The tensors of one subgraph, and, once memory is planned, their arrays [samples, *shape] by tensor index."""

    def __init__(
        self,
        subgraph: Subgraph,
        arrays: Mapping[int, Array] | None = None,
        sample_count: int = 1,
        graph: MicroGraph | None = None,
    ) -> None:
        self.subgraph = subgraph
        self.arrays = {} if arrays is None else arrays
        self.sample_count = sample_count
        self._graph = graph

    @property
    def graph(self) -> MicroGraph:
        """All subgraphs of the model, for operators that call one, and the resource variables."""
        if self._graph is None:
            raise InvokeError("this context is of one subgraph alone, with no graph that could run another")
        return self._graph

    @graph.setter
    def graph(self, graph: MicroGraph) -> None:
        self._graph = graph

    def input_tensor(self, node: Operator, index: int) -> Tensor:
        """The description of input `index`; InvokeError where the node has no such input."""
        tensor = self.optional_input_tensor(node, index)
        if tensor is None:
            raise InvokeError(f"input {index} is missing: the node has {len(node.inputs)} inputs: {node.inputs}")
        return tensor

    def optional_input_tensor(self, node: Operator, index: int) -> Tensor | None:
        """The description of input `index`, or None where the model leaves it out."""
        present = index < len(node.inputs) and node.inputs[index] >= 0
        return self.subgraph.tensors[node.inputs[index]] if present else None

    def output_tensor(self, node: Operator, index: int) -> Tensor:
        """The description of output `index`."""
        if index >= len(node.outputs) or node.outputs[index] < 0:
            raise InvokeError(f"output {index} is missing: the node has {len(node.outputs)} outputs: {node.outputs}")
        return self.subgraph.tensors[node.outputs[index]]

    def input_data(self, node: Operator, index: int) -> Array:
        """Input `index` as an array [samples, *shape]; constants have samples = 1."""
        return self.data_of(self.input_tensor(node, index).index)

    def optional_input_data(self, node: Operator, index: int) -> Array | None:
        """The same, or None where the model leaves the input out."""
        tensor = self.optional_input_tensor(node, index)
        return None if tensor is None else self.data_of(tensor.index)

    def output_data(self, node: Operator, index: int) -> Array:
        """Output `index`, an array [samples, *shape] that lies in the arena: assign into it."""
        return self.data_of(self.output_tensor(node, index).index)

    def data_of(self, tensor_index: int) -> Array:
        """Any tensor of the subgraph, an array [samples, *shape]."""
        if tensor_index not in self.arrays:
            raise InvokeError(
                f"{describe(self.subgraph.tensors[tensor_index])} has no data: Prepare sees descriptions alone "
                "(a constant's tensor.constant())"
            )
        return self.arrays[tensor_index]


class SampleContext(MicroContext):
    """One sample of a context, without the samples axis: for registrations with `per_sample=True`."""

    def __init__(self, context: MicroContext, sample: int) -> None:
        super().__init__(context.subgraph, _OneSample(context.arrays, sample), graph=context._graph)


class _OneSample(Mapping[int, Array]):
    def __init__(self, arrays: Mapping[int, Array], sample: int) -> None:
        self._arrays = arrays
        self._sample = sample

    def __getitem__(self, tensor_index: int) -> Array:
        array = self._arrays[tensor_index]
        one: Array = array[self._sample if len(array) > 1 else 0]
        # A scalar tensor must stay a view into the arena, not become a NumPy number.
        return one if array.ndim > 1 else array[self._sample if len(array) > 1 else 0 :][:1].reshape(())

    def __iter__(self) -> Any:
        return iter(self._arrays)

    def __len__(self) -> int:
        return len(self._arrays)


def constant_array(tensor: Tensor) -> Array | None:
    """A tensor's constant as [1, *shape], read-only, in the model's own bytes; None where it has none."""
    constant = tensor.constant()
    return None if constant is None else constant[np.newaxis]
