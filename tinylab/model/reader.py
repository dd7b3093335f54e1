"""load_model: a .tflite file, checked while it is read.

flatbuffer.py sees to it that no read leaves the file; here is what the parts must be to one another: every index in its
range, every constant as large as its shape, quantization that fits its tensor. The real TFLM checks almost nothing of
this: a damaged model there is a crash.
"""

from __future__ import annotations

import math
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Any, NamedTuple

import numpy as np

from tinylab.errors import ModelError
from tinylab.model import c_array, schema
from tinylab.model.enums import BuiltinOperator
from tinylab.model.flatbuffer import FlatBuffer, Place, quoted
from tinylab.model.model import Model, Operator, Quantization, Signature, Subgraph, Tensor, constant_bytes
from tinylab.model.slots import Uint32

INT32_MAX = 2**31 - 1
OFFLINE_MEMORY_ALLOCATION = "OfflineMemoryAllocation"  # the metadata of a model that brings its own memory plan
COMPRESSED = "COMPRESSION_METADATA"  # its presence says that constants may be shorter than their shapes


def load_model(source: str | os.PathLike[str] | Any, *, name: str | None = None) -> Model:
    """Read a .tflite model, or a .cc or .h file that holds one as a C array (`xxd -i`, tl.export_cpp).

    source: a path, or the .tflite file's bytes in anything with the buffer protocol (bytes, bytearray, mmap, uint8
    array). They are not copied, so they must not change while the model is in use. name: how the model is called in
    messages; by default the file's stem (of a C file without "_model_data"), or "model".

    Raises ModelError, which names the place, if the file is no TensorFlow Lite model or is damaged; OSError if the path
    cannot be read; TypeError if the source is neither path nor buffer.
    """
    if isinstance(source, (str, os.PathLike)):
        path = Path(source)
        if c_array.is_c_source(path):
            return load_model(c_array.read_model_array(path), name=name or path.stem.removesuffix("_model_data"))
        return load_model(path.read_bytes(), name=name or path.stem)
    data = memoryview(source)
    try:
        data = data.cast("B")
    except (TypeError, ValueError) as error:
        raise ModelError(f"the buffer is not a plain run of bytes ({error}): pass bytes(buffer)") from None
    return _ModelReader(data.toreadonly(), name or "model").model()


class _Version(NamedTuple):
    """The first slot of schema.Model."""

    version: Uint32 = 0


class _OperatorCode(NamedTuple):
    code: BuiltinOperator
    name: str
    version: int


class _ModelReader:
    """Reads one file."""

    def __init__(self, data: memoryview, name: str) -> None:
        self.file = FlatBuffer(data)
        self.name = name

    def root(self) -> schema.Model:
        """The tables of the whole file; its version is looked at first, as another may lay out the rest differently."""
        place = Place(None, "")
        position = self.file.root(schema.FILE_IDENTIFIER, place)
        version = self.file.table(_Version, position, place).version
        if version != schema.SCHEMA_VERSION:
            raise ModelError(
                f"the model has schema version {version}, and version {schema.SCHEMA_VERSION} is supported",
                place="version",
                found=version,
                needed=schema.SCHEMA_VERSION,
            )
        return self.file.table(schema.Model, position, place)

    def model(self) -> Model:
        root = self.root()
        if not root.subgraphs:
            raise ModelError("the model has no subgraph: there is nothing to run", place="subgraphs")
        self.buffers = tuple(
            self._outside(buffer.offset, buffer.size, f"buffer {index}") if buffer.offset > 1 else buffer.data
            for index, buffer in enumerate(root.buffers)
        )
        self.codes = [self._operator_code(index, code) for index, code in enumerate(root.operator_codes)]
        metadata = self._metadata(root.metadata)
        self.may_be_compressed = COMPRESSED in metadata
        subgraphs = tuple(self._subgraph(index, subgraph) for index, subgraph in enumerate(root.subgraphs))
        return Model(
            name=self.name,
            data=self.file.data,
            version=root.version,
            description=root.description,
            subgraphs=subgraphs,
            buffers=self.buffers,
            metadata=metadata,
            signatures=tuple(_signature(i, entry, subgraphs) for i, entry in enumerate(root.signature_defs)),
        )

    def _outside(self, offset: int, size: int, place: str) -> memoryview:
        """Bytes that lie behind the FlatBuffer, in files too large for its 32-bit offsets."""
        self.file.check(offset, size, f"data of {size} bytes", Place(None, place))
        return self.file.data[offset : offset + size]

    def _operator_code(self, index: int, entry: schema.OperatorCode) -> _OperatorCode:
        # Codes above 127 do not fit the older field, which then holds 127; older files have the older field alone.
        number = max(entry.builtin_code, entry.deprecated_builtin_code)
        place = f"operator code {index}"
        try:
            code = BuiltinOperator(number)
        except ValueError:
            last = max(BuiltinOperator)
            raise ModelError(
                f"there is no built-in operator {number} (the last is {last.name}, {last:d}): "
                "the file is damaged, or newer than tinylab",
                place=place,
                found=number,
                needed=int(last),
            ) from None
        if code == BuiltinOperator.CUSTOM and not entry.custom_code:
            raise ModelError("a CUSTOM operator has no custom_code to name it: the file is damaged", place=place)
        name = entry.custom_code if code == BuiltinOperator.CUSTOM else code.name
        return _OperatorCode(code, name or "", entry.version)

    def _metadata(self, entries: Sequence[schema.Metadata]) -> Mapping[str, memoryview]:
        metadata = {}
        for index, entry in enumerate(entries):
            _check_index(entry.buffer, self.buffers, "buffer", f"metadata {index}{quoted(entry.name)}")
            metadata[entry.name] = self.buffers[entry.buffer]
        return MappingProxyType(metadata)

    def _subgraph(self, index: int, entry: schema.SubGraph) -> Subgraph:
        place = f"subgraph {index}{quoted(entry.name)}"
        tensors = tuple(self._tensor(i, tensor, place) for i, tensor in enumerate(entry.tensors))
        for what, indices in (("inputs", entry.inputs), ("outputs", entry.outputs)):
            for tensor in indices:
                _check_index(tensor, tensors, "tensor", f"{place}, {what}")
        operators = tuple(self._operator(i, each, tensors, place) for i, each in enumerate(entry.operators))
        return Subgraph(index, entry.name, tensors, entry.inputs, entry.outputs, operators)

    def _tensor(self, index: int, entry: schema.Tensor, parent: str) -> Tensor:
        place = f"{parent}, tensor {index}{quoted(entry.name)}"
        if entry.external_buffer:
            raise ModelError("its data lies in another file, which TFLM cannot read", place=place)
        _check_index(entry.buffer, self.buffers, "buffer", place)
        needed = _checked_size(entry, place)
        data = self.buffers[entry.buffer]
        if len(data) not in (0, needed) and needed is not None and not (entry.sparsity or self.may_be_compressed):
            raise ModelError(
                f"buffer {entry.buffer} has {len(data)} bytes, {entry.type.name} {list(entry.shape)} takes {needed}: "
                f"the file is damaged",
                place=place,
                found=len(data),
                needed=needed,
            )
        return Tensor(
            index=index,
            name=entry.name,
            type=entry.type,
            shape=entry.shape,
            shape_signature=entry.shape_signature,
            quantization=_quantization(entry, place),
            buffer_index=entry.buffer,
            data=data if len(data) else None,
            is_variable=entry.is_variable,
        )

    def _operator(self, index: int, entry: schema.Operator, tensors: Sequence[Tensor], parent: str) -> Operator:
        _check_index(entry.opcode_index, self.codes, "operator code", f"{parent}, operator {index}")
        code, name, version = self.codes[entry.opcode_index]
        place = f"{parent}, operator {index} ({name})"
        for what in ("inputs", "outputs", "intermediates"):
            for tensor in getattr(entry, what):
                if tensor != -1:
                    _check_index(tensor, tensors, "tensor", f"{place}, {what}")
        custom_options = entry.custom_options
        if entry.large_custom_options_offset > 1:
            where = f"{place}, large_custom_options"
            custom_options = self._outside(entry.large_custom_options_offset, entry.large_custom_options_size, where)
        return Operator(
            index=index,
            code=code,
            name=name,
            version=version,
            inputs=entry.inputs,
            outputs=entry.outputs,
            intermediates=entry.intermediates,
            options=self._options(code, entry, place),
            custom_options=custom_options,
        )

    def _options(self, code: BuiltinOperator, entry: schema.Operator, place: str) -> Any:
        """The operator's options: the schema's defaults where the file has none."""
        options = schema.OPTIONS_OF.get(code)
        if options is None:
            return None
        if not entry.builtin_options_type or not entry.builtin_options:
            return options()
        number = entry.builtin_options_type
        found = (
            schema.BUILTIN_OPTIONS[number - 1] if number <= len(schema.BUILTIN_OPTIONS) else f"union member {number}"
        )
        if found != options.__name__:
            raise ModelError(
                f"it carries {found} and needs {options.__name__}: the file is damaged",
                place=place,
                found=found,
                needed=options.__name__,
            )
        return self.file.table(options, entry.builtin_options, Place(Place(None, place), "builtin_options"))


def _check_index(index: int, entries: Sequence[Any], what: str, place: str) -> None:
    if not 0 <= index < len(entries):
        raise ModelError(
            f"{what} {index} does not exist, there are {len(entries)}: the file is damaged",
            place=place,
            found=index,
            needed=len(entries),
        )


def _checked_size(entry: schema.Tensor, place: str) -> int | None:
    """The bytes of the tensor as a constant; refuses a shape that cannot be. None: its type has no fixed size."""
    if any(size < 0 for size in entry.shape):
        raise ModelError(f"shape {list(entry.shape)[:9]} has a negative size: the file is damaged", place=place)
    if math.prod(entry.shape) > INT32_MAX // 16:
        raise ModelError(
            f"shape {list(entry.shape)[:9]} has more elements than TFLM's 32-bit sizes can count: the file is damaged",
            place=place,
        )
    return constant_bytes(entry.type, entry.shape)


def _quantization(entry: schema.Tensor, place: str) -> Quantization | None:
    """As TFLM reads it: none, unless there are both scales and zero points; one zero point may serve all scales."""
    found = entry.quantization
    if found is None or found.scale is None or found.zero_point is None:
        return None
    scales, zero_points = found.scale, found.zero_point
    if not len(scales) or not len(zero_points):
        return None
    place = f"{place}, quantization"
    if not np.isfinite(scales).all() or scales.min() < 0:
        raise ModelError("a scale is negative or not finite: the file is damaged", place=place)
    if len(zero_points) == 1:
        zero_points = np.broadcast_to(zero_points, scales.shape)
    if len(zero_points) != len(scales):
        raise ModelError(
            f"{len(zero_points)} zero points for {len(scales)} scales: the file is damaged",
            place=place,
            found=len(zero_points),
            needed=len(scales),
        )
    if zero_points.min() < -INT32_MAX - 1 or zero_points.max() > INT32_MAX:
        raise ModelError("a zero point does not fit the 32 bits that TFLM has for it: the file is damaged", place=place)
    rank = len(entry.shape)
    # Older converters give a bias, which has one dimension, the quantized dimension of its filter.
    dimension = 0 if rank <= 1 else found.quantized_dimension
    if not 0 <= dimension < max(rank, 1):
        raise ModelError(
            f"quantized_dimension {dimension} of a tensor of rank {rank}: the file is damaged",
            place=place,
            found=dimension,
            needed=rank,
        )
    if len(scales) > 1 and (rank == 0 or len(scales) != entry.shape[dimension]):
        raise ModelError(
            f"{len(scales)} scales for dimension {dimension} of {list(entry.shape)}: the file is damaged",
            place=place,
            found=len(scales),
            needed=entry.shape[dimension] if rank else 1,
        )
    return Quantization(scales, zero_points, dimension)


def _signature(index: int, entry: schema.SignatureDef, subgraphs: Sequence[Subgraph]) -> Signature:
    place = f"signature {index}{quoted(entry.signature_key)}"
    _check_index(entry.subgraph_index, subgraphs, "subgraph", place)
    tensors = subgraphs[entry.subgraph_index].tensors
    for tensor in (*entry.inputs, *entry.outputs):
        _check_index(tensor.tensor_index, tensors, "tensor", f"{place}{quoted(tensor.name)}")
    inputs, outputs = ({each.name: each.tensor_index for each in maps} for maps in (entry.inputs, entry.outputs))
    return Signature(entry.signature_key, entry.subgraph_index, MappingProxyType(inputs), MappingProxyType(outputs))
