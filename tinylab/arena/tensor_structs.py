"""The structs that describe one tensor at run time: a TfLiteTensor, and its quantization where it has one.

Retells InitializeTfLiteTensorFromFlatbuffer of tensorflow/lite/micro/micro_allocator.cc. Scales and shape are not
copied: they point into the model.
"""

from __future__ import annotations

from collections.abc import Iterator

from tinylab.arena.abi import Abi
from tinylab.model import Tensor


def tensor_structs(tensor: Tensor, abi: Abi) -> Iterator[tuple[str, int, int]]:
    """(category, bytes, alignment) of each struct, in order."""
    yield "TfLiteTensor", abi.tensor, abi.pointer_bytes
    if tensor.quantization is not None:
        yield "TfLiteAffineQuantization", abi.affine_quantization, abi.pointer_bytes
        yield "zero points", abi.zero_point_array_bytes(len(tensor.quantization.scales)), 4


def unread_bytes(tensor: Tensor, abi: Abi) -> int:
    """The bytes at the end of a tensor's structs that a Prepare does not read again once it asks for its buffers."""
    quantization = tensor.quantization
    return abi.unread_quantization if quantization is not None and len(quantization.scales) == 1 else 0


def tensor_owner(tensor: Tensor) -> str:
    """How allocations name a tensor."""
    return f'tensor {tensor.index} "{tensor.name}"'
