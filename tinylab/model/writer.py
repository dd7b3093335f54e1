"""write_model: a Model, loaded or changed, as the bytes of a .tflite file.

A model is changed with dataclasses.replace; what is written is what load_model reads again: the same subgraphs,
tensors, operators, options, constants, metadata and signatures, under the same indices.

NB: what a Model does not hold is not written: quantization's min, max and details, which converters keep for
themselves, and the option tables that have no fields. Constants that lay behind the FlatBuffer, as in files over 2 GB,
come to lie in it, each at a multiple of 16 bytes; operator codes that no operator uses are left out.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from tinylab.errors import ModelError
from tinylab.model import schema
from tinylab.model.enums import BuiltinOperator
from tinylab.model.flatbuffer import quoted
from tinylab.model.flatbuffer_builder import build_flatbuffer
from tinylab.model.model import Model, Operator, Quantization, Signature, Subgraph, Tensor
from tinylab.model.reader import load_model

MOST_BYTES = 2**31 - 2**20  # a FlatBuffer's offsets reach 2 GB; some room is left for all that is not a constant

# Operators whose options the schema has and a Model has not (OPTIONS_OF): TFLM runs none of them. From
# STABLEHLO_LOGISTIC on, operators keep theirs in a union of their own.
_OPTIONS_NOT_READ = """
    BIDIRECTIONAL_SEQUENCE_LSTM BIDIRECTIONAL_SEQUENCE_RNN BUCKETIZE CALL CONCAT_EMBEDDINGS CONV_3D CONV_3D_TRANSPOSE
    EMBEDDING_LOOKUP_SPARSE FAKE_QUANT GELU HASHTABLE LOCAL_RESPONSE_NORMALIZATION LSH_PROJECTION LSTM MULTINOMIAL
    ONE_HOT RANDOM_STANDARD_NORMAL RANDOM_UNIFORM REVERSE_SEQUENCE RNN SKIP_GRAM SPARSE_TO_DENSE
    UNIDIRECTIONAL_SEQUENCE_RNN UNIQUE
"""
OPTIONS_NOT_READ = frozenset(BuiltinOperator[name] for name in _OPTIONS_NOT_READ.split())


def write_model(model: Model) -> bytes:
    """The .tflite file of `model`: a FlatBuffer with the identifier TFL3, which load_model, TFLM and LiteRT read.

    Raises ModelError, which names the place, where something cannot be written: parts that do not fit one another (an
    index out of range, a constant of another size than its shape, a tensor whose data is not its buffer's), options
    that tinylab does not know, more than 2 GB.
    """
    size = sum(len(buffer) for buffer in model.buffers)
    if size > MOST_BYTES:
        raise ModelError(
            f"{size:,} bytes of constants: a FlatBuffer holds {MOST_BYTES:,}",
            place="buffers",
            found=size,
            needed=MOST_BYTES,
        )
    data = build_flatbuffer(_ModelTables(model).root())
    try:
        load_model(data, name=model.name)  # it has every check of how the parts must fit one another
    except ModelError as error:
        raise ModelError(
            f"what was written would not load ({error}): change the model there",
            found=error.found,
            needed=error.needed,
        ) from None
    return data


class _ModelTables:
    """The schema's tables of one model."""

    def __init__(self, model: Model) -> None:
        self.model = model
        self.buffers = list(model.buffers)
        self.codes: list[schema.OperatorCode] = []

    def root(self) -> schema.Model:
        model = self.model
        _check_indices(model.subgraphs, "subgraph", "")
        subgraphs = tuple(self._subgraph(subgraph) for subgraph in model.subgraphs)
        metadata = tuple(schema.Metadata(name, self._buffer_of(data)) for name, data in model.metadata.items())
        return schema.Model(
            version=model.version,
            operator_codes=tuple(self.codes),
            subgraphs=subgraphs,
            description=model.description,
            buffers=tuple(schema.Buffer(buffer) for buffer in self.buffers),
            metadata=metadata,
            signature_defs=tuple(_signature(signature) for signature in model.signatures),
        )

    def _buffer_of(self, data: memoryview) -> int:
        """The buffer that metadata lies in: the one it was read from, or a new one."""
        for index, buffer in enumerate(self.buffers):
            if buffer is data:
                return index
        self.buffers.append(memoryview(data))
        return len(self.buffers) - 1

    def _subgraph(self, subgraph: Subgraph) -> schema.SubGraph:
        place = f"subgraph {subgraph.index}{quoted(subgraph.name)}"
        _check_indices(subgraph.tensors, "tensor", place)
        _check_indices(subgraph.operators, "operator", place)
        return schema.SubGraph(
            tensors=tuple(self._tensor(tensor, place) for tensor in subgraph.tensors),
            inputs=subgraph.inputs,
            outputs=subgraph.outputs,
            operators=tuple(self._operator(operator, place) for operator in subgraph.operators),
            name=subgraph.name,
        )

    def _tensor(self, tensor: Tensor, parent: str) -> schema.Tensor:
        if 0 <= tensor.buffer_index < len(self.model.buffers):  # load_model says so of any other
            self._check_data(tensor, self.model.buffers[tensor.buffer_index], parent)
        return schema.Tensor(
            shape=tensor.shape,
            type=tensor.type,
            buffer=tensor.buffer_index,
            name=tensor.name,
            quantization=_quantization(tensor.quantization),
            is_variable=tensor.is_variable,
            shape_signature=tensor.shape_signature,
        )

    def _check_data(self, tensor: Tensor, buffer: memoryview, parent: str) -> None:
        data = memoryview(b"") if tensor.data is None else tensor.data
        if data is not buffer and data != buffer:
            raise ModelError(
                f"its data ({len(data)} bytes) is not that of its buffer {tensor.buffer_index} ({len(buffer)} bytes): "
                "change Model.buffers too",
                place=f"{parent}, tensor {tensor.index}{quoted(tensor.name)}",
                found=len(data),
                needed=len(buffer),
            )

    def _operator(self, operator: Operator, parent: str) -> schema.Operator:
        code = schema.OperatorCode(
            deprecated_builtin_code=min(operator.code, BuiltinOperator.PLACEHOLDER_FOR_GREATER_OP_CODES),
            custom_code=operator.name if operator.code == BuiltinOperator.CUSTOM else None,
            version=operator.version,
            builtin_code=operator.code,
        )
        if code not in self.codes:
            self.codes.append(code)
        place = f"{parent}, operator {operator.index} ({operator.name})"
        return schema.Operator(
            opcode_index=self.codes.index(code),
            inputs=operator.inputs,
            outputs=operator.outputs,
            builtin_options_type=_options_type(operator, place),
            builtin_options=0 if operator.options is None else operator.options,
            custom_options=operator.custom_options,
            intermediates=operator.intermediates,
        )


def _options_type(operator: Operator, place: str) -> int:
    """The number of the options' table in the schema's union; 0 for an operator that has none."""
    needed = schema.OPTIONS_OF.get(operator.code)
    if operator.code in OPTIONS_NOT_READ or operator.code >= BuiltinOperator.STABLEHLO_LOGISTIC:
        raise ModelError(
            "tinylab does not read its options, so they would be lost: TFLM has no such operator", place=place
        )
    if needed is None and operator.options is None:
        return 0
    if needed is None or not isinstance(operator.options, needed):
        found, name = type(operator.options).__name__, "None" if needed is None else needed.__name__
        raise ModelError(f"its options are {found} and must be {name}", place=place, found=found, needed=name)
    return 1 + schema.BUILTIN_OPTIONS.index(needed.__name__)


def _quantization(quantization: Quantization | None) -> schema.QuantizationParameters | None:
    if quantization is None:
        return None
    return schema.QuantizationParameters(
        scale=quantization.scales,
        zero_point=quantization.zero_points,
        quantized_dimension=quantization.quantized_dimension,
    )


def _signature(signature: Signature) -> schema.SignatureDef:
    inputs, outputs = (
        tuple(schema.TensorMap(name, index) for name, index in names.items())
        for names in (signature.inputs, signature.outputs)
    )
    return schema.SignatureDef(inputs, outputs, signature.name, subgraph_index=signature.subgraph_index)


def _check_indices(parts: Sequence[Any], what: str, parent: str) -> None:
    """Refuse parts that were moved without being numbered anew: others speak of them by index."""
    for place, part in enumerate(parts):
        if part.index != place:
            raise ModelError(
                f"{what} {place} has the index {part.index}: number it anew, and all that refers to it",
                place=parent,
                found=part.index,
                needed=place,
            )
