"""output[i] = params[indices[i, 0], indices[i, 1], ...]: elements, or slices, each by as many numbers as indices has.

Retells tensorflow/lite/micro/kernels/gather_nd.cc. As there, only the place in the whole tensor is looked at: an index
beyond one axis may fall into the next row.
"""

from __future__ import annotations

import math
from typing import NamedTuple

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
)
from tinylab.model import Operator, TensorType

PARAMS, INDICES, OUTPUT = 0, 1, 0
MAX_INDICES = 5


class OpData(NamedTuple):
    """What Invoke needs."""

    strides: NDArray[np.int64]  # int64 [indices of a slice]: how many slices one step on each axis is
    slice_elements: int


def prepare(context: PrepareContext, node: Operator) -> OpData:
    """Refuse more indices than params has axes."""
    require_counts(node, 2, 1)
    params, indices = context.input_tensor(node, PARAMS), context.input_tensor(node, INDICES)
    output = context.output_tensor(node, OUTPUT)
    require_type(params, TensorType.FLOAT32, TensorType.INT8)
    require_type(indices, TensorType.INT32)
    require_same_type(params, output)
    if not params.shape or not indices.shape:
        refuse(f"{describe(params)} and {describe(indices)}", "an axis at least")
    depth = indices.shape[-1]
    if depth > min(len(params.shape), MAX_INDICES):
        refuse(f"{describe(indices)} into {describe(params)}", f"a last axis of at most its rank and {MAX_INDICES}")
    slice_elements = math.prod(params.shape[depth:])
    if output.element_count != math.prod(indices.shape[:-1]) * slice_elements:
        refuse(f"{describe(output)} from {describe(params)} and {describe(indices)}", "as many elements as are picked")
    strides = [math.prod(params.shape[axis + 1 : depth]) for axis in range(depth)]
    return OpData(np.array(strides, np.int64), slice_elements)


def invoke(context: InvokeContext, node: Operator, data: OpData) -> None:
    """Pick."""
    params, indices = context.input_data(node, PARAMS), context.input_data(node, INDICES)
    output = context.output_data(node, OUTPUT)
    slices = params.reshape(len(params), -1, data.slice_elements)  # [samples, slices, elements]
    places = (indices @ data.strides).reshape(len(indices), -1)  # int64 [samples, slices picked]
    if places.size and not 0 <= places.min() <= places.max() < slices.shape[1]:
        raise InvokeError(
            f"indices of slices {places.min()} to {places.max()}, but 0 to {slices.shape[1] - 1} is needed"
        )
    sample = np.arange(len(output))[:, np.newaxis] % len(params)
    output[...] = slices[sample, places].reshape(output.shape)


REGISTRATION = Registration("GATHER_ND", prepare, invoke)
