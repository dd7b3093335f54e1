"""output = input with its own edges around it, mirrored: REFLECT leaves the edge itself out, SYMMETRIC doubles it.

Retells tensorflow/lite/micro/kernels/mirror_pad.cc. As there, only the place in the whole tensor counts: padding wider
than the axis runs into the next row.

NB: what lies outside the input, or an output of other axes, is refused in Invoke and Prepare; TFLM does not look.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from tinylab.errors import InvokeError
from tinylab.kernels.kernel_util import (
    InvokeContext,
    PrepareContext,
    Registration,
    describe,
    refuse,
    require_counts,
    require_same_type,
    require_type,
    require_type_at_invoke,
)
from tinylab.kernels.sample_rows import by_arguments, rows_of
from tinylab.model import Operator, TensorType
from tinylab.model.enums import MirrorPadMode
from tinylab.model.options import MirrorPadOptions

INPUT, PADDINGS, OUTPUT = 0, 1, 0


def prepare(context: PrepareContext, node: Operator) -> int:
    """What mirrors are moved by: 1 where the edge is left out."""
    require_counts(node, 2, 1)
    input, paddings = context.input_tensor(node, INPUT), context.input_tensor(node, PADDINGS)
    output = context.output_tensor(node, OUTPUT)
    if len(paddings.shape) != 2 or paddings.shape[0] != len(input.shape):
        refuse(describe(paddings), f"a row for each axis of {describe(input)}")
    if paddings.shape[1] != 2 or len(output.shape) != len(input.shape):
        refuse(f"{describe(paddings)} and {describe(output)}", "two columns, and as many axes as the input has")
    require_type(paddings, TensorType.INT32, TensorType.INT64)
    require_same_type(input, output)
    return int((node.options or MirrorPadOptions()).mode == MirrorPadMode.REFLECT)


def invoke(context: InvokeContext, node: Operator, offset: int) -> None:
    """Find each output element's place in the input, then fetch."""
    described = context.input_tensor(node, INPUT)
    require_type_at_invoke(context.output_tensor(node, OUTPUT), TensorType.FLOAT32, TensorType.INT8)
    input, output = context.input_data(node, INPUT), context.output_data(node, OUTPUT)
    elements = input.reshape(len(input), -1)
    for rows, (paddings,) in by_arguments(context.input_data(node, PADDINGS)):
        places = np.zeros((), np.int64)
        for axis, size in enumerate(described.shape):
            along = _mirrored(output.shape[1 + axis], paddings[2 * axis], size, offset)
            places = places[..., np.newaxis] * size + along  # int64 [shape of the output, up to this axis]
        if not 0 <= places.min() <= places.max() < elements.shape[1]:
            raise InvokeError(f"paddings {paddings} of {describe(described)}, but a mirror inside of it is needed")
        output[rows] = rows_of(elements, rows)[:, places]


def _mirrored(count: int, left: int, size: int, offset: int) -> NDArray[np.int64]:
    """Where along one axis each of `count` output places lies in the input (GetInputDimension)."""
    places = np.arange(count)
    last = left + offset - 1
    before = last - np.minimum(places, last - offset)
    behind = size - 1 - offset - np.minimum(places - left - size, size - 1 - offset)
    inside = np.where(places - left >= size, behind, places - left)
    return np.where(places < left, before, inside)


REGISTRATION = Registration("MIRROR_PAD", prepare, invoke)
