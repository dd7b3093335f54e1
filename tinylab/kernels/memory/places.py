"""Which tensors a Prepare looks at, said as places of a node."""

from __future__ import annotations

from collections.abc import Callable

from tinylab.kernels.kernel_util import PrepareContext
from tinylab.model import Operator, Tensor

OUTPUT = -1  # the first output; -2 is the second. Inputs are 0, 1, ...

# In the order in which they are asked for, a tensor that is asked for twice twice; or a function where that depends on
# the node. (): Prepare looks at none, or there is no Prepare.
Places = tuple[int, ...]
PlacesOf = Callable[[PrepareContext, Operator], Places]


def tensors_at(context: PrepareContext, node: Operator, places: Places) -> tuple[Tensor, ...]:
    """The tensors at these places, in order. An optional input that the model leaves out is passed over."""
    found = (
        context.output_tensor(node, OUTPUT - place) if place <= OUTPUT else context.optional_input_tensor(node, place)
        for place in places
    )
    return tuple(tensor for tensor in found if tensor is not None)


def dims_bytes(rank: int) -> int:
    """A TfLiteIntArray of one int32 a dimension behind their number."""
    return 4 + 4 * rank
