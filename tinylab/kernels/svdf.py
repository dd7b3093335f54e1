"""state[f] = (state[f] shifted by one, weights_feature[f] · input); output[u] = bias[u] + sum of weights_time · state

Each filter f makes one number of an input and remembers the last `memory` of them in a variable tensor; the `rank`
filters of a unit u are weighted over that memory and added up. Integers know no fused activation.

Retells tensorflow/lite/micro/kernels/svdf.cc and svdf_common.cc. Bound: 1e-5 of the tensor's largest magnitude.

NB: multipliers are formed in double, as in TFLM 8f6596d; 90b983c formed them in float32. No bias and rank 0, of which
TFLM dies, are refused, and so is a state of another type than the time weights.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from tinylab.arithmetic.fixed_point import quantize_multiplier
from tinylab.arithmetic.requantize import requantize
from tinylab.kernels.kernel_util import (
    Array,
    InvokeContext,
    PrepareContext,
    Registration,
    activation_range_float,
    describe,
    refuse,
    require_counts,
    require_same_type,
    require_scale,
    require_type,
    scale_of,
    zero_point_of,
)
from tinylab.model import ActivationFunctionType, Operator, Tensor, TensorType

INPUT, WEIGHTS_FEATURE, WEIGHTS_TIME, BIAS, STATE, OUTPUT = 0, 1, 2, 3, 4, 0


class OpData(NamedTuple):
    """scale_1: (multiplier, shift) from input sums to the state; scale_2: from the state's sums to the output."""

    scale_1: tuple[int, int] = (0, 0)
    scale_2: tuple[int, int] = (0, 0)
    input_zero_point: int = 0
    state_zero_point: int = 0
    output_zero_point: int = 0


def prepare(context: PrepareContext, node: Operator) -> OpData:
    """Refuse shapes and types that do not fit; reduce the scales of integers to two multipliers."""
    require_counts(node, 5, 1)
    if context.optional_input_tensor(node, BIAS) is None:
        refuse("no bias", "one")
    tensors = [*(context.input_tensor(node, place) for place in range(5)), context.output_tensor(node, OUTPUT)]
    input, weights_feature, weights_time, bias, state, output = tensors
    _require_shapes(tensors, node.options.rank)
    require_type(input, TensorType.FLOAT32, TensorType.INT8)
    if input.type == TensorType.FLOAT32:
        for tensor in tensors:
            require_type(tensor, TensorType.FLOAT32)
        return OpData()
    require_type(weights_feature, TensorType.INT8)
    require_type(weights_time, TensorType.INT16, TensorType.INT8)
    require_type(output, TensorType.INT8)
    require_type(bias, TensorType.INT32)
    require_same_type(state, weights_time)
    require_scale(state)
    require_scale(output)
    scales = [float(scale_of(tensor)) for tensor in tensors]
    sum_scale = scales[STATE] * scales[WEIGHTS_TIME]
    if not abs(scales[BIAS] - sum_scale) < 1e-5:
        refuse(f"{describe(bias)} of scale {scales[BIAS]:g}", f"state scale × time weights scale, {sum_scale:g}")
    scale_1 = quantize_multiplier(scales[INPUT] * scales[WEIGHTS_FEATURE] / scales[STATE])
    return OpData(scale_1, quantize_multiplier(sum_scale / scales[-1]), *map(zero_point_of, (input, state, output)))


def _require_shapes(tensors: list[Tensor], rank: int) -> None:
    input, weights_feature, weights_time, bias, state, output = tensors
    if not all(len(tensor.shape) == 2 for tensor in tensors if tensor is not bias):
        refuse(", ".join(map(describe, tensors)), "2 axes for all but the bias")
    (batch, input_size), (filter_count, memory) = input.shape, weights_time.shape
    if rank < 1 or filter_count % rank:
        refuse(f"{filter_count} filters of rank {rank}", "a whole number of units")
    units = filter_count // rank
    shapes = (filter_count, input_size), (units,), (batch, memory * filter_count), (batch, units)
    for tensor, shape in zip((weights_feature, bias, state, output), shapes, strict=True):
        if tensor.shape != shape:
            refuse(describe(tensor), f"shape {shape}")
    if not state.is_variable:
        refuse(f"{describe(state)}, which is no variable", "a variable tensor, which keeps its values")


def invoke(context: InvokeContext, node: Operator, data: OpData) -> None:
    """One step in time."""
    input, weights_feature, weights_time, bias, flat_state = (context.input_data(node, place) for place in range(5))
    output, is_float = context.output_data(node, OUTPUT), input.dtype == np.float32
    wide = np.float32 if is_float else np.float64  # which holds every sum of integers exactly
    state = flat_state.reshape(len(input), *weights_time.shape)  # a view [batch, filters, memory]
    state[..., :-1] = state[..., 1:].copy()
    newest = np.subtract(input, data.input_zero_point, dtype=wide) @ weights_feature.T.astype(wide)  # [batch, filters]
    if not is_float:
        limits = np.iinfo(state.dtype)
        newest = requantize(newest, *data.scale_1, 0, limits.min, limits.max, np.int32) + data.state_zero_point
    state[..., -1] = newest.astype(state.dtype)  # int8 and int16 wrap, as in C
    remembered = (np.subtract(state, data.state_zero_point, dtype=wide) * weights_time).sum(axis=-1)
    sums = remembered.reshape(*output.shape, -1).sum(axis=-1) + bias  # float [batch, units]
    if is_float:
        output[...] = _activated(sums, node.options.fused_activation_function)
    else:
        output[...] = requantize(sums, *data.scale_2, data.output_zero_point, -128, 127, np.int8)


def _activated(x: Array, activation: ActivationFunctionType) -> Array:
    """float32 `x` after the fused activation: here TANH and SIGN_BIT too (ActivationValFloat)."""
    others = {ActivationFunctionType.TANH: np.tanh, ActivationFunctionType.SIGN_BIT: np.signbit}
    return others[activation](x) if activation in others else np.clip(x, *activation_range_float(activation))


REGISTRATION = Registration("SVDF", prepare, invoke, per_sample=True, stateful=True)
