"""What BATCH_MATMUL asks of the arena: room for the transposed matrices, which stays.

Retells batch_matmul.cc and batch_matmul_common.cc of tensorflow/lite/micro/kernels/.
"""

from __future__ import annotations

from tinylab.kernels.kernel_util import PrepareContext
from tinylab.kernels.memory.requests import OUTPUT, LooksAt, Prepare, PrepareOnAbi, PrepareRequests
from tinylab.kernels.memory.sizes import EVAL_TENSOR_BYTES, dims_bytes
from tinylab.model import Operator, Tensor, TensorType
from tinylab.model.options import BatchMatMulOptions

LHS, RHS = 0, 1
QUANTIZATION_BYTES = 28


def _batch_matmul(context: PrepareContext, node: Operator, abi: str) -> PrepareRequests:
    """The kernel wants the left matrices by rows and the right ones by columns: the others it turns, also constants."""
    lhs, rhs = context.input_tensor(node, LHS), context.input_tensor(node, RHS)
    options = node.options or BatchMatMulOptions()
    persistent: tuple[int, ...] = ()
    if lhs.type in (TensorType.INT8, TensorType.INT16):
        persistent += (QUANTIZATION_BYTES,)
    if options.adj_x:
        persistent += _transposed(lhs, abi)
    if not options.adj_y:
        persistent += _transposed(rhs, abi)
    return PrepareRequests((*persistent, dims_bytes(len(context.output_tensor(node, 0).shape))))


def _transposed(tensor: Tensor, abi: str) -> tuple[int, ...]:
    """A tensor of its own: TfLiteEvalTensor, dimensions, data."""
    return EVAL_TENSOR_BYTES[abi], dims_bytes(len(tensor.shape)), tensor.bytes


PREPARE: dict[str, Prepare] = {}
PREPARE_BY_ABI: dict[str, PrepareOnAbi] = {"BATCH_MATMUL": _batch_matmul}

LOOKS_AT: dict[str, LooksAt] = {"BATCH_MATMUL": (LHS, RHS, OUTPUT)}
