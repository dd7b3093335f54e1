"""What operators that go along axes ask of the arena.

Retells arg_min_max.cc, cumsum.cc, l2_pool_2d.cc, l2norm.cc, log_softmax.cc and reduce_common.cc of
tensorflow/lite/micro/kernels/.
"""

from __future__ import annotations

from tinylab.kernels.kernel_util import PrepareContext
from tinylab.kernels.memory.requests import OUTPUT, LooksAt, Places, Prepare, PrepareOnAbi, PrepareRequests
from tinylab.kernels.memory.sizes import dims_bytes
from tinylab.model import Operator, TensorType

INT_BYTES = 4
CUMSUM_OP_DATA_BYTES = 36
LOG_SOFTMAX_OP_DATA_BYTES = {"ilp32": 28, "lp64": 40}


def _cumsum(context: PrepareContext, node: Operator) -> PrepareRequests:
    """OpData for int8 alone, in Prepare and not in Init."""
    is_int8 = context.output_tensor(node, 0).type is TensorType.INT8
    return PrepareRequests((CUMSUM_OP_DATA_BYTES,) if is_int8 else ())


def _l2_pool_2d(context: PrepareContext, node: Operator) -> PrepareRequests:
    """The output's dimensions, made anew where they can be written."""
    return PrepareRequests((dims_bytes(len(context.output_tensor(node, 0).shape)),))


def _log_softmax(context: PrepareContext, node: Operator, abi: str) -> PrepareRequests:
    """OpData for int8 alone, in Prepare and not in Init."""
    is_int8 = context.input_tensor(node, 0).type is TensorType.INT8
    return PrepareRequests((LOG_SOFTMAX_OP_DATA_BYTES[abi],) if is_int8 else ())


def _reduce(context: PrepareContext, node: Operator) -> PrepareRequests:
    """Indices of the input and the resolved axes."""
    input, axis = context.input_tensor(node, 0), context.input_tensor(node, 1)
    return PrepareRequests((), (INT_BYTES * len(input.shape), INT_BYTES * axis.element_count))


def _sum(context: PrepareContext, node: Operator) -> PrepareRequests:
    """As MEAN: sums too, and first, where the input is quantized."""
    input, output = context.input_tensor(node, 0), context.output_tensor(node, 0)
    sums = (INT_BYTES * output.element_count,) if input.type in (TensorType.INT8, TensorType.INT16) else ()
    requests = _reduce(context, node)
    return requests._replace(scratch=sums + requests.scratch)


def _simple_places(context: PrepareContext, node: Operator) -> Places:
    """PrepareSimple, which every reduction calls: the output only where there is something to rescale."""
    is_int8 = context.input_tensor(node, 0).type is TensorType.INT8
    return (0, 1, OUTPUT) if is_int8 else (0, 1)


def _min_max_places(context: PrepareContext, node: Operator) -> Places:
    return (*_simple_places(context, node), 0, OUTPUT, 1)


def _sum_places(context: PrepareContext, node: Operator) -> Places:
    return (0, OUTPUT, 1, *_simple_places(context, node))


PREPARE: dict[str, Prepare] = {
    "CUMSUM": _cumsum,
    "L2_POOL_2D": _l2_pool_2d,
    "REDUCE_ALL": _reduce,
    "REDUCE_MAX": _reduce,
    "REDUCE_MIN": _reduce,
    "SUM": _sum,
}
PREPARE_BY_ABI: dict[str, PrepareOnAbi] = {"LOG_SOFTMAX": _log_softmax}

LOOKS_AT: dict[str, LooksAt] = {
    "ARG_MAX": (),
    "ARG_MIN": (),
    "CUMSUM": (0, 1, OUTPUT),
    "L2_NORMALIZATION": (0, OUTPUT),
    "L2_POOL_2D": (OUTPUT, 0),
    "LOG_SOFTMAX": (0, OUTPUT),
    "REDUCE_ALL": _sum_places,
    "REDUCE_MAX": _min_max_places,
    "REDUCE_MIN": _min_max_places,
    "SUM": _sum_places,
}
