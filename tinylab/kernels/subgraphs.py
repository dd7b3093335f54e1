"""Copies between an operator's tensors and those of a subgraph that it calls: bytes, whatever their types and shapes.

Retells the Copy functions of tensorflow/lite/micro/kernels/kernel_util.cc.
"""

from __future__ import annotations

import numpy as np

from tinylab.errors import InvokeError
from tinylab.kernels.kernel_util import Array, InvokeContext, PrepareContext, refuse
from tinylab.model import Operator


def require_subgraph(context: PrepareContext, subgraph_index: int) -> None:
    """Refuse a subgraph that the model does not have."""
    count = context.graph.num_subgraphs()
    if not 0 <= subgraph_index < count:
        refuse(f"subgraph {subgraph_index} is called", f"one of the model's {count} subgraphs")


def require_number(found: int, needed: int, what: str) -> None:
    """Refuse another number of inputs or outputs than the subgraph has."""
    if found != needed:
        refuse(f"{found} {what}", f"as many as the subgraph has, {needed},")


def copy_inputs_to_subgraph(context: InvokeContext, node: Operator, subgraph_index: int, first: int = 0) -> None:
    """The node's inputs from `first` on become the subgraph's (CopyOpInputsToSubgraphInputs)."""
    arrays = [context.input_data(node, place) for place in range(first, len(node.inputs))]
    _fill_subgraph(context, subgraph_index, arrays)


def copy_outputs_to_subgraph(context: InvokeContext, node: Operator, subgraph_index: int) -> None:
    """The node's outputs become the subgraph's inputs (CopyOpOutputsToSubgraphInputs)."""
    _fill_subgraph(context, subgraph_index, [context.output_data(node, place) for place in range(len(node.outputs))])


def copy_inputs_to_outputs(context: InvokeContext, node: Operator) -> None:
    """The node's inputs become its outputs (CopyOpInputsToOpOutputs)."""
    for place in range(len(node.inputs)):
        _copy(context.input_data(node, place), context.output_data(node, place))


def copy_subgraph_to_outputs(context: InvokeContext, node: Operator, subgraph_index: int) -> None:
    """The subgraph's outputs, if it has any, become the node's (CopySubgraphOutputsToOpOutputs)."""
    count = len(context.graph.subgraph_outputs(subgraph_index))
    if count not in (0, len(node.outputs)):
        raise InvokeError(f"{len(node.outputs)} outputs, but the {count} of subgraph {subgraph_index} are needed")
    for place in range(count):
        _copy(context.graph.subgraph_output_data(subgraph_index, place), context.output_data(node, place))


def _fill_subgraph(context: InvokeContext, subgraph_index: int, arrays: list[Array]) -> None:
    count = len(context.graph.subgraph_inputs(subgraph_index))
    if count != len(arrays):
        raise InvokeError(f"{len(arrays)} inputs, but the {count} of subgraph {subgraph_index} are needed")
    for place, array in enumerate(arrays):
        _copy(array, context.graph.subgraph_input_data(subgraph_index, place))


def _copy(source: Array, destination: Array) -> None:
    if source.nbytes != destination.nbytes:
        raise InvokeError(f"a tensor of {source.nbytes} bytes is copied, but one of {destination.nbytes} is needed")
    if source.nbytes:
        destination.view(np.uint8).reshape(-1)[...] = source.view(np.uint8).reshape(-1)  # uint8 [bytes]
