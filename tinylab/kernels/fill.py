"""output = value everywhere.

Retells tensorflow/lite/micro/kernels/fill.cc.
"""

from __future__ import annotations

from tinylab.kernels.kernel_util import (
    InvokeContext,
    PrepareContext,
    Registration,
    describe,
    refuse,
    require_same_type,
    require_type,
    require_type_at_invoke,
)
from tinylab.model import Operator, TensorType

DIMS, VALUE, OUTPUT = 0, 1, 0


def prepare(context: PrepareContext, node: Operator) -> None:
    """Refuse dims that are computed or not the output's, and a value that is no scalar."""
    dims, value = context.input_tensor(node, DIMS), context.input_tensor(node, VALUE)
    output = context.output_tensor(node, OUTPUT)
    if value.shape:
        refuse(describe(value), "a scalar")
    require_same_type(value, output)
    constant = dims.constant()
    if constant is None:
        refuse(describe(dims) + " is not constant", "a constant")
    require_type(dims, TensorType.INT8, TensorType.INT16, TensorType.INT32, TensorType.INT64)
    if dims.shape != (len(output.shape),) or tuple(constant.tolist()) != output.shape:
        refuse(f"{describe(output)} and dims {constant.tolist()}", "one shape")


def invoke(context: InvokeContext, node: Operator, data: None) -> None:
    """Fill."""
    require_type_at_invoke(context.input_tensor(node, VALUE), TensorType.FLOAT32, TensorType.INT32, TensorType.INT8)
    output, value = context.output_data(node, OUTPUT), context.input_data(node, VALUE)
    output[...] = value.reshape(-1, *(1,) * (output.ndim - 1))


REGISTRATION = Registration("FILL", prepare, invoke)
