"""One step of an LSTM in integers and in float32.

Retells tensorflow/lite/micro/kernels/lstm_eval.h, lstm_eval.cc and lstm_eval_common.cc. In integers each gate's sum is
in steps of 2**-12, what an activation gives in steps of 2**-15, the cell state in steps of a power of two of its own.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tinylab.arithmetic.fixed_point import quantize_multiplier
from tinylab.arithmetic.requantize import requantize, requantize_int64
from tinylab.arithmetic.sigmoid_table import checked_log2, logistic_int16, tanh_int16
from tinylab.kernels.kernel_util import Array, describe, refuse, require_scale, scale_of, zero_point_of
from tinylab.kernels.lstm_tensors import LstmTensors
from tinylab.model import Tensor, TensorType
from tinylab.model.options import UnidirectionalSequenceLSTMOptions

GATE_SCALE, ACTIVATED_SCALE = 2.0**-12, 2.0**-15
INT16_MIN, INT16_MAX = -(2**15), 2**15 - 1

Rescaling = tuple[int, int]  # multiplier, shift


class Multipliers(NamedTuple):
    """One for each gate's units, int32 [4 * units]."""

    multipliers: NDArray[np.int32]
    shifts: NDArray[np.int32]


class IntegerSteps(NamedTuple):
    """int8 or int16 activations and an int16 cell state."""

    input_zero_point: int
    hidden_zero_point: int
    input_rescaling: Multipliers
    recurrent_rescaling: Multipliers
    is_int64: bool  # int16 activations: sums are int64, and rescaled in other steps
    forget_rescaling: Rescaling
    candidate_rescaling: Rescaling
    hidden_rescaling: Rescaling
    cell_shift: int  # log2 of what the cell state is in steps of 2**-12
    cell_clip: int  # 0: none

    @property
    def dtype(self) -> type:
        """Of weights: sums of integers are exact in it."""
        return np.float64

    def from_input(self, x: Array, weights: Array, bias: Array) -> NDArray[np.int16]:
        """What the input gives to the gates' sums, bias included: int16 [time, batch, 4 * units]."""
        return self._weighted(x, self.input_zero_point, weights, bias, self.input_rescaling)

    def step(self, gates: Array, hidden: Array, cell: Array, weights: Array) -> tuple[Array, Array]:
        """(cell state int16, hidden state) after one step, [batch, units]."""
        recurrent = self._weighted(hidden, self.hidden_zero_point, weights, 0, self.recurrent_rescaling)
        total = _saturated(np.add(gates, recurrent, dtype=np.int32))  # int16 [batch, 4 * units]
        input_sum, forget_sum, candidate_sum, output_sum = np.split(total, 4, axis=-1)
        input_gate, forget_gate, output_gate = (
            logistic_int16(gate, 3, 0) for gate in (input_sum, forget_sum, output_sum)
        )
        kept = _product(forget_gate, cell, self.forget_rescaling)
        new = _product(input_gate, tanh_int16(candidate_sum, 3, 0), self.candidate_rescaling)
        cell = _saturated(np.add(kept, new, dtype=np.int32))
        if self.cell_clip:
            cell = np.clip(cell, -self.cell_clip, self.cell_clip)
        shift = self.cell_shift
        activated = tanh_int16(cell, 3 << shift, 0) if shift >= 0 else tanh_int16(cell, 3, -shift)
        hidden_limits = np.iinfo(hidden.dtype)
        rescaling = *self.hidden_rescaling, self.hidden_zero_point, int(hidden_limits.min), int(hidden_limits.max)
        return cell, requantize(activated * output_gate, *rescaling, hidden.dtype)

    def _weighted(self, x: Array, zero_point: int, weights: Array, bias: Array | int, by: Multipliers) -> Array:
        centered = np.subtract(x, zero_point, dtype=self.dtype)
        sums = (centered @ weights).astype(np.int64) + bias  # int64 [..., 4 * units]
        rescale = requantize_int64 if self.is_int64 else requantize
        return rescale(sums, *by, 0, INT16_MIN, INT16_MAX, np.int16)


class FloatSteps(NamedTuple):
    """float32 throughout."""

    cell_clip: float  # 0: none

    @property
    def dtype(self) -> type:
        """Of weights."""
        return np.float32

    def from_input(self, x: Array, weights: Array, bias: Array) -> Array:
        """What the input gives to the gates' sums, bias included: float32 [time, batch, 4 * units]."""
        return x @ weights + bias

    def step(self, gates: Array, hidden: Array, cell: Array, weights: Array) -> tuple[Array, Array]:
        """(cell state, hidden state) after one step, float32 [batch, units]."""
        input_sum, forget_sum, candidate_sum, output_sum = np.split(gates + hidden @ weights, 4, axis=-1)
        cell = _logistic(forget_sum) * cell + _logistic(input_sum) * np.tanh(candidate_sum)
        if self.cell_clip > 0:
            cell = np.clip(cell, -np.float32(self.cell_clip), np.float32(self.cell_clip))
        return cell, np.tanh(cell) * _logistic(output_sum)


def float_steps(options: UnidirectionalSequenceLSTMOptions) -> FloatSteps:
    return FloatSteps(options.cell_clip)


def integer_steps(tensors: LstmTensors, options: UnidirectionalSequenceLSTMOptions) -> IntegerSteps:
    """Scales reduced to multipliers."""
    for tensor in (tensors.input, tensors.hidden_state, tensors.cell_state):
        require_scale(tensor)
    hidden_scale, cell_scale = float(scale_of(tensors.hidden_state)), float(scale_of(tensors.cell_state))
    units = tensors.hidden_state.shape[1]
    if not 2**-27 <= cell_scale <= 8:
        refuse(f"{describe(tensors.cell_state)} with scale {cell_scale:g}", "a scale from 2**-27 to 8")
    cell_shift = checked_log2(scale_of(tensors.cell_state))[0] + 12
    clip = max(min(options.cell_clip / cell_scale, INT16_MAX), INT16_MIN) if options.cell_clip > 0 else 0
    return IntegerSteps(
        zero_point_of(tensors.input),
        zero_point_of(tensors.hidden_state),
        _multipliers(tensors.input, tensors.input_weights, units),
        _multipliers(tensors.hidden_state, tensors.recurrent_weights, units),
        tensors.input.type == TensorType.INT16,
        quantize_multiplier(ACTIVATED_SCALE * cell_scale / cell_scale),
        quantize_multiplier(ACTIVATED_SCALE * ACTIVATED_SCALE / cell_scale),
        quantize_multiplier(ACTIVATED_SCALE * ACTIVATED_SCALE / hidden_scale),
        cell_shift,
        int(clip),
    )


def _multipliers(input: Tensor, weights: tuple[Tensor, ...], units: int) -> Multipliers:
    """Of each gate: input scale × weight scale / GATE_SCALE, in double as in TFLM 8f6596d (in 90b983c: in float32)."""
    pairs = []
    for weight in weights:
        require_scale(weight)
        if weight.quantization is None or weight.quantization.per_channel:
            refuse(f"{describe(weight)} with a scale a channel", "one scale")
        pairs.append(quantize_multiplier(float(scale_of(input)) * float(scale_of(weight)) / GATE_SCALE))
    multipliers, shifts = np.array(pairs, np.int32).T
    return Multipliers(np.repeat(multipliers, units), np.repeat(shifts, units))


def _product(a: Array, b: Array, rescaling: Rescaling) -> NDArray[np.int16]:
    return requantize(np.multiply(a, b, dtype=np.int32), *rescaling, 0, INT16_MIN, INT16_MAX, np.int16)


def _saturated(x: Array) -> NDArray[np.int16]:
    return np.clip(x, INT16_MIN, INT16_MAX).astype(np.int16)


def _logistic(x: Array) -> Array:
    """1 / (1 + exp(-x)) in float32; exp cannot overflow where the result is not 0."""
    return np.float32(1) / (np.float32(1) + np.exp(np.minimum(-x, np.float32(88))))
