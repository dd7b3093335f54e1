"""Run a subgraph in the first invoke, and never again: it gives resource variables their start.

Retells tensorflow/lite/micro/kernels/call_once.cc. As there, a reset does not have it run again.
"""

from __future__ import annotations

from dataclasses import dataclass

from tinylab.kernels.kernel_util import InvokeContext, PrepareContext, Registration, require_counts
from tinylab.kernels.subgraphs import require_subgraph
from tinylab.model import Operator
from tinylab.model.options import CallOnceOptions


@dataclass
class OpData:
    """What Invoke needs; has_run changes once."""

    init_subgraph_index: int
    has_run: bool = False


def prepare(context: PrepareContext, node: Operator) -> OpData:
    """Check that there is such a subgraph."""
    options = node.options or CallOnceOptions()
    require_counts(node, 0, 0)
    require_subgraph(context, options.init_subgraph_index)
    return OpData(options.init_subgraph_index)


def invoke(context: InvokeContext, node: Operator, data: OpData) -> None:
    """Run it the first time; one that fails runs again."""
    if not data.has_run:
        context.graph.invoke_subgraph(data.init_subgraph_index)
        data.has_run = True


REGISTRATION = Registration("CALL_ONCE", prepare, invoke, stateful=True)
