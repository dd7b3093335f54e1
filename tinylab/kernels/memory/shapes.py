"""What operators that move elements about ask of the arena.

Retells batch_to_space_nd.cc, broadcast_args.cc, broadcast_to.cc, depth_to_space.cc, dynamic_update_slice.cc,
embedding_lookup.cc, fill.cc, gather.cc, gather_nd.cc, mirror_pad.cc, resize_bilinear.cc,
resize_nearest_neighbor.cc, reverse.cc, slice.cc, space_to_batch_nd.cc, space_to_depth.cc, split_v.cc,
squeeze.cc and unpack.cc of tensorflow/lite/micro/kernels/, and CreateWritableTensorDimsWithCopy of kernel_util.cc.

NB: those that make the output's dimensions anew also fill them in, and TFLM plans the output with these. Here they are
taken to be what the file says.
"""

from __future__ import annotations

from tinylab.kernels.kernel_util import PrepareContext
from tinylab.kernels.memory.requests import OUTPUT, LooksAt, Prepare, PrepareOnAbi, PrepareRequests
from tinylab.kernels.memory.sizes import dims_bytes
from tinylab.model import Operator

INT_BYTES = 4
EMBEDDING_LOOKUP_OP_DATA_BYTES = {"ilp32": 8, "lp64": 16}


def _writable_dims(context: PrepareContext, node: Operator) -> PrepareRequests:
    """The output's dimensions lie in the file: to be written they are copied."""
    return PrepareRequests((dims_bytes(len(context.output_tensor(node, 0).shape)),))


def _embedding_lookup(context: PrepareContext, node: Operator, abi: str) -> PrepareRequests:
    """The same, and OpData behind it, in Prepare and not in Init."""
    (dims,) = _writable_dims(context, node).persistent
    return PrepareRequests((dims, EMBEDDING_LOOKUP_OP_DATA_BYTES[abi]))


def _mirror_pad(context: PrepareContext, node: Operator) -> PrepareRequests:
    """How many elements a step along each axis is, in the output and in the input."""
    per_axis = INT_BYTES * len(context.input_tensor(node, 0).shape)
    return PrepareRequests((), (per_axis, per_axis))


PREPARE: dict[str, Prepare] = {
    "DEPTH_TO_SPACE": _writable_dims,
    "GATHER": _writable_dims,
    "GATHER_ND": _writable_dims,
    "MIRROR_PAD": _mirror_pad,
    "SPACE_TO_DEPTH": _writable_dims,
}
PREPARE_BY_ABI: dict[str, PrepareOnAbi] = {
    "EMBEDDING_LOOKUP": _embedding_lookup,
}

LOOKS_AT: dict[str, LooksAt] = {
    "BATCH_TO_SPACE_ND": (0, OUTPUT),
    "BROADCAST_ARGS": (0, 1, OUTPUT),
    "BROADCAST_TO": (0, 1, OUTPUT),
    "DEPTH_TO_SPACE": (0, OUTPUT),
    "DYNAMIC_UPDATE_SLICE": (0, 1, 2, OUTPUT),
    "EMBEDDING_LOOKUP": (0, 1, OUTPUT),
    "FILL": (0, 1, OUTPUT),
    "GATHER": (0, 1, OUTPUT),
    "GATHER_ND": (0, 1, OUTPUT),
    "MIRROR_PAD": (0, 1, OUTPUT),
    "RESIZE_BILINEAR": (0, 1, OUTPUT),
    "RESIZE_NEAREST_NEIGHBOR": (0, 1, OUTPUT),
    "REVERSE_V2": (0, 1, OUTPUT),
    "SLICE": (0, 1, 2, OUTPUT),
    "SPACE_TO_BATCH_ND": (0, OUTPUT),
    "SPACE_TO_DEPTH": (0, OUTPUT),
    "SPLIT_V": (2,),
    "SQUEEZE": (0, OUTPUT),
    "UNPACK": (),
}
