"""resource variable = value.

Retells tensorflow/lite/micro/kernels/assign_variable.cc. The first ASSIGN_VARIABLE that is prepared for a variable asks
for its buffer, so its size is fixed then: memory/resource_variables.py says which one that is.
"""

from __future__ import annotations

from tinylab.kernels.kernel_util import (
    InvokeContext,
    PrepareContext,
    Registration,
    describe,
    refuse,
    require_counts,
    require_type,
)
from tinylab.model import Operator, TensorType

VARIABLE, VALUE = 0, 1


def prepare(context: PrepareContext, node: Operator) -> None:
    """Refuse what is no handle of one variable."""
    require_counts(node, 2, 0)
    variable = context.input_tensor(node, VARIABLE)
    context.input_tensor(node, VALUE)
    require_type(variable, TensorType.RESOURCE, TensorType.INT32)
    if variable.element_count != 1:
        refuse(describe(variable), "one variable")


def invoke(context: InvokeContext, node: Operator, data: None) -> None:
    """Copy the value's bytes into the variable."""
    variable = int(context.input_data(node, VARIABLE).item())
    context.graph.resource_variables.assign(variable, context.input_data(node, VALUE))


REGISTRATION = Registration("ASSIGN_VARIABLE", prepare, invoke, stateful=True)
