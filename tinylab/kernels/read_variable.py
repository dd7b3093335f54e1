"""output = the value of a resource variable.

Retells tensorflow/lite/micro/kernels/read_variable.cc.
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

VARIABLE, OUTPUT = 0, 0


def prepare(context: PrepareContext, node: Operator) -> None:
    """Check the numbers of tensors. NB: a release build of TFLM looks at nothing."""
    require_counts(node, 1, 1)
    variable = context.input_tensor(node, VARIABLE)
    require_type(variable, TensorType.RESOURCE, TensorType.INT32)
    if variable.element_count != 1:
        refuse(describe(variable), "one variable")


def invoke(context: InvokeContext, node: Operator, data: None) -> None:
    """Copy the variable's bytes out."""
    variable = int(context.input_data(node, VARIABLE).item())
    context.graph.resource_variables.read(variable, context.output_data(node, OUTPUT))


REGISTRATION = Registration("READ_VARIABLE", prepare, invoke, stateful=True)
