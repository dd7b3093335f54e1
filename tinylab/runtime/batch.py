"""Many samples at once: one head of the arena for each sample, side by side, and kernels that see them all.

sample 0 │ head ───────── │     A planned tensor is one strided view over all heads: [samples, *shape].
sample 1 │ head ───────── │     Constants are shared. A later operator overwrites an earlier tensor in each
sample 2 │ head ───────── │     head just as it does on the board.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tinylab.arena import ModelAllocation
from tinylab.errors import InvokeError
from tinylab.model import Subgraph, Tensor, TensorType
from tinylab.runtime.micro_context import MicroContext

Inputs = NDArray[Any] | Sequence[NDArray[Any]]
Outputs = NDArray[Any] | list[NDArray[Any]]

HEADS_BYTES = 4 << 20  # of all heads side by side; kernels' own temporaries are up to 30 times that
MOST_SAMPLES = 256


def samples_at_once(head_bytes: int) -> int:
    """How many samples to run side by side so that memory stays bounded whatever N is."""
    return max(1, min(MOST_SAMPLES, HEADS_BYTES // max(head_bytes, 1)))


def view(buffer: NDArray[np.uint8], tensor: Tensor, offset: int, samples: int) -> NDArray[Any]:
    """`tensor` at `offset` of each of `samples` equal parts of `buffer`: [samples, *shape], no copy."""
    inner = np.empty(tensor.shape, tensor.dtype).strides
    stride = buffer.size // samples
    return np.ndarray((samples, *tensor.shape), tensor.dtype, buffer.data, offset, (stride, *inner))


def side_by_side(context: MicroContext, allocation: ModelAllocation, samples: int) -> MicroContext:
    """The subgraph's tensors over `samples` heads; constants as they are in `context`."""
    heads = np.zeros(samples * max(allocation.plan.head_bytes, 16), np.uint8)
    arrays = dict(context.arrays)
    for planned in allocation.plan.buffers:
        if planned.subgraph_index == context.subgraph.index and planned.tensor_index is not None:
            tensor = context.subgraph.tensors[planned.tensor_index]
            arrays[tensor.index] = view(heads, tensor, planned.offset, samples)
    empty = (tensor for tensor in context.subgraph.tensors if tensor.index in arrays and not tensor.bytes)
    arrays |= {tensor.index: view(heads, tensor, 0, samples) for tensor in empty}
    return MicroContext(context.subgraph, arrays, samples, context.graph)


def computed_tensors(subgraph: Subgraph) -> list[int]:
    """The indices of the tensors that are fed or computed: inputs, each operator's outputs, then variables.

    A RESOURCE is left out: it is no value, but the name of one.
    """
    indices = [*subgraph.inputs, *(index for operator in subgraph.operators for index in operator.outputs)]
    indices += [tensor.index for tensor in subgraph.tensors if tensor.is_variable]
    found = dict.fromkeys(index for index in indices if index >= 0)
    return [index for index in found if subgraph.tensors[index].type is not TensorType.RESOURCE]


def check_inputs(tensors: Sequence[Tensor], inputs: Inputs) -> list[NDArray[Any]]:
    """One array [N, *shape] an input tensor; InvokeError names the first that is of another shape, dtype or count."""
    if not isinstance(inputs, np.ndarray | Sequence):
        raise InvokeError(f"the inputs are an array [N, *shape], or a list of such arrays, not {inputs!r}")
    given = [inputs] if isinstance(inputs, np.ndarray) else list(inputs)
    if len(given) != len(tensors):
        raise InvokeError(
            f"{len(given)} input arrays are given and the model has {len(tensors)} inputs: "
            "one array [N, *shape] an input holds all samples"
        )
    feeds = [
        _check_input(i, tensor, np.asarray(array)) for i, (tensor, array) in enumerate(zip(tensors, given, strict=True))
    ]
    counts = {len(feed) for feed in feeds}
    if len(counts) > 1:
        raise InvokeError(f"the input arrays have different numbers of samples: {sorted(counts)}")
    return feeds


def _check_input(index: int, tensor: Tensor, array: NDArray[Any]) -> NDArray[Any]:
    name = f'input {index} "{tensor.name}"'
    if tensor.is_constant:
        raise InvokeError(f"{name} is a constant of the model: it cannot be fed")
    if array.dtype != tensor.dtype:
        quantize = f"interpreter.input({index}).quantize(x) makes it of real numbers"
        remedy = f"x.astype(np.{tensor.dtype})" if tensor.quantization is None else quantize
        raise InvokeError(f"{name} takes {tensor.dtype} and is given {array.dtype}: {remedy}")
    if array.ndim and array.shape[1:] == tensor.shape:
        return array
    if array.ndim and tensor.shape[:1] == (1,) and array.shape[1:] == tensor.shape[1:]:
        return array.reshape((len(array), *tensor.shape))
    needed = ", ".join(map(str, ("N", *tensor.shape)))
    raise InvokeError(f"{name} takes an array of shape [{needed}] and is given {list(array.shape)}")
