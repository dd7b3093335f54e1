"""TensorView: one tensor of an interpreter, its description and its bytes in the arena (TFLM: TfLiteTensor)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from tinylab.errors import InvokeError
from tinylab.model import Tensor, TensorType


@dataclass(frozen=True, eq=False)
class TensorView:
    """data: a NumPy view into the arena, of the tensor's shape and dtype: assign into it (`view.data[...] = x`)."""

    tensor: Tensor
    data: NDArray[Any]

    @property
    def name(self) -> str:
        """The tensor's name in the model."""
        return self.tensor.name

    @property
    def shape(self) -> tuple[int, ...]:
        """The planned shape."""
        return self.tensor.shape

    @property
    def type(self) -> TensorType:
        """The schema's type."""
        return self.tensor.type

    def quantize(self, real: ArrayLike) -> NDArray[Any]:
        """Real numbers in this tensor's integers.

        Round(real / scale) + zero point, clipped; float32 tensors: unchanged.
        """
        return quantize(self.tensor, real)

    def dequantize(self, integers: NDArray[Any] | None = None) -> NDArray[np.float32]:
        """The tensor's value in real numbers, float32 of its shape: scale × (data - zero point).

        integers: others of this tensor's, of any shape, as `predict` gives them.
        """
        return dequantize(self.tensor, self.data if integers is None else integers)

    def __repr__(self) -> str:
        return f"TensorView({self.name!r} {self.type.name} {list(self.shape)})"


def quantize(tensor: Tensor, real: ArrayLike) -> NDArray[Any]:
    """Real numbers, of any shape, in `tensor`'s integers (ties away from zero, as TFLM's QUANTIZE)."""
    values = np.asarray(real, np.float32)
    if tensor.type is TensorType.FLOAT32:
        return values
    if tensor.quantization is None or tensor.quantization.scale <= 0:
        raise InvokeError(
            f'tensor {tensor.index} "{tensor.name}" is {tensor.type.name} without a scale: give it integers'
        )
    with np.errstate(over="ignore"):  # infinity is clipped like any large number
        ratio = (values / np.float32(tensor.quantization.scale)).astype(np.float64)  # float64: so that + 0.5 is exact
    rounded = np.copysign(np.floor(np.abs(ratio) + 0.5), ratio) + tensor.quantization.zero_point
    limits = np.iinfo(tensor.dtype)
    quantized: NDArray[Any] = np.clip(rounded, limits.min, limits.max).astype(tensor.dtype)
    return quantized


def dequantize(tensor: Tensor, values: NDArray[Any]) -> NDArray[np.float32]:
    """`tensor`'s integers, of any shape, in real numbers (one scale a tensor)."""
    if tensor.quantization is None:
        return values.astype(np.float32)
    offset = values.astype(np.float32) - np.float32(tensor.quantization.zero_point)
    return (offset * np.float32(tensor.quantization.scale)).astype(np.float32)
