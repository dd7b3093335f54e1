"""output = the id of the resource variable of that container and name.

Retells tensorflow/lite/micro/kernels/var_handle.cc.

NB: the application need not make the table of variables: the interpreter has one, as large as the model needs.
"""

from __future__ import annotations

from typing import NamedTuple

from tinylab.kernels.kernel_util import InvokeContext, PrepareContext, Registration
from tinylab.model import Operator
from tinylab.model.options import VarHandleOptions

OUTPUT = 0


class OpData(NamedTuple):
    """What Invoke needs."""

    resource_id: int


def prepare(context: PrepareContext, node: Operator) -> OpData:
    """Find the variable, or enter it."""
    options = node.options or VarHandleOptions()
    context.output_tensor(node, OUTPUT)
    return OpData(context.graph.resource_variables.create_id_if_none_found(options.container, options.shared_name))


def invoke(context: InvokeContext, node: Operator, data: OpData) -> None:
    """Hand the id on."""
    context.output_data(node, OUTPUT)[...] = data.resource_id


REGISTRATION = Registration("VAR_HANDLE", prepare, invoke, stateful=True)
