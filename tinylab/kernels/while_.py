"""values = inputs; while condition(values): values = body(values); outputs = values. Both are subgraphs.

Retells tensorflow/lite/micro/kernels/while.cc.
"""

from __future__ import annotations

from tinylab.kernels.kernel_util import InvokeContext, PrepareContext, Registration
from tinylab.kernels.subgraphs import (
    copy_inputs_to_outputs,
    copy_inputs_to_subgraph,
    copy_outputs_to_subgraph,
    copy_subgraph_to_outputs,
    require_number,
    require_subgraph,
)
from tinylab.model import Operator
from tinylab.model.options import WhileOptions


def prepare(context: PrepareContext, node: Operator) -> WhileOptions:
    """Refuse subgraphs that take or give another number of tensors."""
    options = node.options or WhileOptions()
    condition, body = options.cond_subgraph_index, options.body_subgraph_index
    require_subgraph(context, condition)
    require_subgraph(context, body)
    require_number(len(node.inputs), len(context.graph.subgraph_inputs(condition)), "inputs")
    require_number(len(node.inputs), len(context.graph.subgraph_inputs(body)), "inputs")
    require_number(len(node.outputs), len(node.inputs), "outputs")
    require_number(len(node.outputs), len(context.graph.subgraph_outputs(body)), "outputs")
    return options


def invoke(context: InvokeContext, node: Operator, options: WhileOptions) -> None:
    """The node's outputs hold the values between two rounds."""
    condition, body = options.cond_subgraph_index, options.body_subgraph_index
    copy_inputs_to_subgraph(context, node, condition)
    copy_inputs_to_outputs(context, node)
    while _holds(context, condition):
        copy_outputs_to_subgraph(context, node, body)
        context.graph.invoke_subgraph(body)
        copy_subgraph_to_outputs(context, node, body)
        copy_outputs_to_subgraph(context, node, condition)


def _holds(context: InvokeContext, condition: int) -> bool:
    """Run the condition's subgraph: the first byte of its first output."""
    context.graph.invoke_subgraph(condition)
    return bool(context.graph.subgraph_output_data(condition, 0).ravel()[0])


REGISTRATION = Registration("WHILE", prepare, invoke)
