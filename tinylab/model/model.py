"""What a .tflite file says: Model, Subgraph, Tensor, Operator. Frozen values; constants stay views of the file."""

from __future__ import annotations

import functools
import hashlib
import math
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tinylab.errors import ModelError
from tinylab.model.enums import BuiltinOperator, TensorType

# NumPy's dtype of one element in the arena, where TFLM gives an INT4 a byte of its own and a RESOURCE an int32.
# Types that NumPy lacks are their bits.
_DTYPES: dict[TensorType, np.dtype[Any]] = {
    TensorType.FLOAT32: np.dtype("<f4"),
    TensorType.FLOAT16: np.dtype("<f2"),
    TensorType.INT32: np.dtype("<i4"),
    TensorType.UINT8: np.dtype("u1"),
    TensorType.INT64: np.dtype("<i8"),
    TensorType.BOOL: np.dtype("?"),
    TensorType.INT16: np.dtype("<i2"),
    TensorType.COMPLEX64: np.dtype("<c8"),
    TensorType.INT8: np.dtype("i1"),
    TensorType.FLOAT64: np.dtype("<f8"),
    TensorType.COMPLEX128: np.dtype("<c16"),
    TensorType.UINT64: np.dtype("<u8"),
    TensorType.RESOURCE: np.dtype("<i4"),
    TensorType.UINT32: np.dtype("<u4"),
    TensorType.UINT16: np.dtype("<u2"),
    TensorType.INT4: np.dtype("i1"),
    TensorType.BFLOAT16: np.dtype("<u2"),
    TensorType.INT2: np.dtype("i1"),
    TensorType.UINT4: np.dtype("u1"),
    TensorType.FLOAT8_E4M3FN: np.dtype("u1"),
    TensorType.FLOAT8_E5M2: np.dtype("u1"),
}
_PACKED_BITS = {TensorType.INT4: 4, TensorType.UINT4: 4, TensorType.INT2: 2}


@dataclass(frozen=True, eq=False, slots=True)
class Quantization:
    """Affine quantization: real = scale × (quantized - zero_point), per tensor or per slice along one dimension.

    scales: float32 [n]; zero_points: int64 [n]; n is 1, or the size of `quantized_dimension`.
    """

    scales: NDArray[np.float32]
    zero_points: NDArray[np.int64]
    quantized_dimension: int

    @property
    def scale(self) -> float:
        """The first scale: the only one, where the tensor has one."""
        return float(self.scales[0])

    @property
    def zero_point(self) -> int:
        """The first zero point."""
        return int(self.zero_points[0])

    @property
    def per_channel(self) -> bool:
        """Whether there is more than one scale."""
        return len(self.scales) > 1

    def __repr__(self) -> str:
        if self.per_channel:
            return f"Quantization({len(self.scales)} scales along dimension {self.quantized_dimension})"
        return f"Quantization(scale={self.scale:.6g}, zero_point={self.zero_point})"


@dataclass(frozen=True, eq=False, slots=True)
class Tensor:
    """One tensor of a subgraph.

    shape: as planned for (TFLM never resizes); shape_signature: with -1 where the size was free, () where not given.
    data: the constant's bytes in the file, or None for a tensor that is computed or fed.
    buffer_index: its place in Model.buffers. is_variable: keeps its value from one invoke to the next.
    """

    index: int
    name: str
    type: TensorType
    shape: tuple[int, ...]
    shape_signature: tuple[int, ...]
    quantization: Quantization | None
    buffer_index: int
    data: memoryview | None
    is_variable: bool

    @property
    def dtype(self) -> np.dtype[Any]:
        """NumPy's type of one element in the arena: INT4 has a byte of its own there; BFLOAT16 and FLOAT8 are bits."""
        return dtype_of(self.type)

    @property
    def element_count(self) -> int:
        """The number of elements: 1 for a scalar."""
        return math.prod(self.shape)

    @property
    def bytes(self) -> int:
        """What it takes in the arena (TfLiteTensor.bytes): an INT4 constant takes half of that in the file."""
        return self.element_count * self.dtype.itemsize

    @property
    def is_constant(self) -> bool:
        """Whether its data is in the file."""
        return self.data is not None

    def constant(self) -> NDArray[Any] | None:
        """The constant, read-only, of `dtype` and `shape`, a view of the file; None where the tensor is no constant.

        INT4, UINT4, INT2: the packed bytes as they lie, uint8 [bytes]. STRING and sparse or compressed data likewise.
        """
        if self.data is None:
            return None
        if self.type not in _DTYPES or self.type in _PACKED_BITS or len(self.data) != self.bytes:
            return np.frombuffer(self.data, np.uint8)
        return np.frombuffer(self.data, self.dtype).reshape(self.shape)

    def __repr__(self) -> str:
        kind = " constant" if self.is_constant else " variable" if self.is_variable else ""
        return f"Tensor({self.index} {self.name!r} {self.type.name} {list(self.shape)}{kind})"


@dataclass(frozen=True, eq=False, slots=True)
class Operator:
    """One operator of a subgraph.

    name: TFLM's ("CONV_2D"), or a custom operator's own. version: of the operator's definition.
    inputs, outputs, intermediates: tensor indices; -1 stands for an optional one that is left out.
    options: the NamedTuple of options.py that belongs to `code`, or None where that operator has no options.
    custom_options: what a custom operator was given, b"" otherwise.
    """

    index: int
    code: BuiltinOperator
    name: str
    version: int
    inputs: tuple[int, ...]
    outputs: tuple[int, ...]
    intermediates: tuple[int, ...]
    options: Any
    custom_options: memoryview

    def __repr__(self) -> str:
        return f"Operator({self.index} {self.name} {list(self.inputs)} -> {list(self.outputs)})"


@dataclass(frozen=True, eq=False, slots=True)
class Subgraph:
    """One graph: its operators in execution order. inputs, outputs: tensor indices."""

    index: int
    name: str
    tensors: tuple[Tensor, ...]
    inputs: tuple[int, ...]
    outputs: tuple[int, ...]
    operators: tuple[Operator, ...]

    def __repr__(self) -> str:
        tensors, operators = len(self.tensors), len(self.operators)
        return f"Subgraph({self.index} {self.name!r}, {tensors} tensors, {operators} operators)"


@dataclass(frozen=True, slots=True)
class Signature:
    """Names for the inputs and outputs of a subgraph, kept from TensorFlow. inputs, outputs: name -> tensor index."""

    name: str
    subgraph_index: int
    inputs: Mapping[str, int]
    outputs: Mapping[str, int]


@dataclass(frozen=True, eq=False)
class Model:
    """A .tflite file.

    name: the file's stem, or what load_model was told; data: the whole file; version: of the schema, always 3.
    buffers: the constants, by buffer index (0 is empty); metadata: name -> bytes.
    """

    name: str
    data: memoryview
    version: int
    description: str
    subgraphs: tuple[Subgraph, ...]
    buffers: tuple[memoryview, ...]
    metadata: Mapping[str, memoryview]
    signatures: tuple[Signature, ...]

    @property
    def bytes(self) -> int:
        """The size of the file."""
        return len(self.data)

    @functools.cached_property
    def sha256(self) -> str:
        """The file's SHA-256, in hexadecimal."""
        return hashlib.sha256(self.data).hexdigest()

    def operator_counts(self) -> dict[str, int]:
        """How often each operator occurs, all subgraphs together, in the order in which they first appear."""
        return dict(Counter(operator.name for subgraph in self.subgraphs for operator in subgraph.operators))

    def __repr__(self) -> str:
        counts = ", ".join(f"{count} {name}" for name, count in self.operator_counts().items())
        return f"Model({self.name!r}, {self.bytes:,} bytes: {counts})"


def dtype_of(tensor_type: TensorType) -> np.dtype[Any]:
    """NumPy's type of one element in the arena; ModelError for STRING and VARIANT, which have none."""
    if tensor_type not in _DTYPES:
        raise ModelError(f"{tensor_type.name} elements have no fixed size: TFLM cannot hold them in the arena")
    return _DTYPES[tensor_type]


def constant_bytes(tensor_type: TensorType, shape: tuple[int, ...]) -> int | None:
    """The bytes of a constant in the file, where INT4 lies packed; None for STRING and VARIANT, which vary."""
    if tensor_type not in _DTYPES:
        return None
    bits = _PACKED_BITS.get(tensor_type, 8 * _DTYPES[tensor_type].itemsize)
    return (math.prod(shape) * bits + 7) // 8
