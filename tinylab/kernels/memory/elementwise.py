"""What element by element operators ask of the arena: hardly anything.

Retells add_n.cc, ceil.cc, comparisons.cc, elementwise.cc, elu.cc, exp.cc, floor.cc, floor_div.cc, floor_mod.cc,
hard_swish_common.cc, logical.cc, neg.cc, prelu_common.cc, round.cc, select.cc,
squared_difference.cc and zeros_like.cc of tensorflow/lite/micro/kernels/.
"""

from __future__ import annotations

from tinylab.kernels.kernel_util import PrepareContext, require_type
from tinylab.kernels.memory.requests import OUTPUT, LooksAt, Places, Prepare, PrepareOnAbi, PrepareRequests
from tinylab.kernels.memory.sizes import POINTER_BYTES
from tinylab.model import Operator, TensorType

ADD_N_OP_DATA_BYTES = 40


def _add_n(context: PrepareContext, node: Operator, abi: str) -> PrepareRequests:
    """A scratch array of pointers to the inputs; OpData, for int8 alone, here and not in Init."""
    output = context.output_tensor(node, 0)
    require_type(output, TensorType.FLOAT32, TensorType.INT8)
    persistent = (ADD_N_OP_DATA_BYTES,) if output.type is TensorType.INT8 else ()
    return PrepareRequests(persistent, (POINTER_BYTES[abi] * len(node.inputs),), given_back=len(node.inputs) - 1)


def _add_n_places(context: PrepareContext, node: Operator) -> Places:
    """The first input and the output stay while the other inputs are compared with them and given back."""
    return (0, OUTPUT, *range(1, len(node.inputs)))


PREPARE: dict[str, Prepare] = {}
PREPARE_BY_ABI: dict[str, PrepareOnAbi] = {"ADD_N": _add_n}

_ONE_INPUT = (0, OUTPUT)
_TWO_INPUTS = (0, 1, OUTPUT)
_COMPARISON = (0, 1)
LOOKS_AT: dict[str, LooksAt] = {
    "ABS": _ONE_INPUT,
    "ADD_N": _add_n_places,
    "CEIL": _ONE_INPUT,
    "COS": _ONE_INPUT,
    "ELU": _ONE_INPUT,
    "EQUAL": _COMPARISON,
    "EXP": _ONE_INPUT,
    "FLOOR": (),
    "FLOOR_DIV": _TWO_INPUTS,
    "FLOOR_MOD": _TWO_INPUTS,
    "GREATER": _COMPARISON,
    "GREATER_EQUAL": _COMPARISON,
    "HARD_SWISH": _ONE_INPUT,
    "LESS": _COMPARISON,
    "LESS_EQUAL": _COMPARISON,
    "LOG": _ONE_INPUT,
    "LOGICAL_AND": (),
    "LOGICAL_NOT": _ONE_INPUT,
    "LOGICAL_OR": (),
    "NEG": (),
    "NOT_EQUAL": _COMPARISON,
    "PRELU": _TWO_INPUTS,
    "ROUND": _ONE_INPUT,
    "RSQRT": _ONE_INPUT,
    "SELECT_V2": (0, 1, 2, OUTPUT),
    "SIN": _ONE_INPUT,
    "SQRT": _ONE_INPUT,
    "SQUARE": _ONE_INPUT,
    "SQUARED_DIFFERENCE": _TWO_INPUTS,
    "ZEROS_LIKE": _ONE_INPUT,
}
