"""outputs = then(inputs) where the condition holds, else(inputs): each a subgraph; only one of them runs.

Retells tensorflow/lite/micro/kernels/if.cc.
"""

from __future__ import annotations

from tinylab.kernels.kernel_util import InvokeContext, PrepareContext, Registration, describe, refuse, require_type
from tinylab.kernels.subgraphs import (
    copy_inputs_to_subgraph,
    copy_subgraph_to_outputs,
    require_number,
    require_subgraph,
)
from tinylab.model import Operator, TensorType
from tinylab.model.options import IfOptions

CONDITION, FIRST_ARGUMENT = 0, 1


def prepare(context: PrepareContext, node: Operator) -> IfOptions:
    """Refuse a condition that is not one bool, and a `then` with other tensors; TFLM looks at `else` in Invoke."""
    options = node.options or IfOptions()
    condition = context.input_tensor(node, CONDITION)
    require_type(condition, TensorType.BOOL)
    if condition.element_count != 1:
        refuse(describe(condition), "one condition")
    then = options.then_subgraph_index
    require_subgraph(context, then)
    require_subgraph(context, options.else_subgraph_index)
    require_number(len(node.inputs) - FIRST_ARGUMENT, len(context.graph.subgraph_inputs(then)), "inputs")
    require_number(len(node.outputs), len(context.graph.subgraph_outputs(then)), "outputs")
    return options


def invoke(context: InvokeContext, node: Operator, options: IfOptions) -> None:
    """Run one branch."""
    condition = bool(context.input_data(node, CONDITION).item())
    branch = options.then_subgraph_index if condition else options.else_subgraph_index
    copy_inputs_to_subgraph(context, node, branch, FIRST_ARGUMENT)
    context.graph.invoke_subgraph(branch)
    copy_subgraph_to_outputs(context, node, branch)


REGISTRATION = Registration("IF", prepare, invoke)
