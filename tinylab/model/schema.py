"""The tables of a TensorFlow Lite file, schema version 3: one NamedTuple a table, its fields the table's slots.

The enumerations are in enums.py and the operators' options in options.py. Retells
tensorflow/compiler/mlir/lite/schema/schema.fbs.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from tinylab.model import options
from tinylab.model.enums import BuiltinOperator, TensorType
from tinylab.model.slots import (
    Bool,
    ByteView,
    Float32Array,
    Int8,
    Int32,
    Int32s,
    Int64Array,
    IsPresent,
    Text,
    Uint8,
    Uint32,
    Uint64,
    UnionPosition,
)

FILE_IDENTIFIER = b"TFL3"
SCHEMA_VERSION = 3
NO_BYTES = memoryview(b"")


class QuantizationParameters(NamedTuple):
    min: IsPresent = False
    max: IsPresent = False
    scale: Float32Array | None = None
    zero_point: Int64Array | None = None
    details_type: Uint8 = 0
    details: IsPresent = False
    quantized_dimension: Int32 = 0


class Tensor(NamedTuple):
    shape: Int32s = ()
    type: TensorType = TensorType.FLOAT32
    buffer: Uint32 = 0
    name: Text = ""
    quantization: QuantizationParameters | None = None
    is_variable: Bool = False
    sparsity: IsPresent = False
    shape_signature: Int32s = ()
    has_rank: Bool = False
    variant_tensors: IsPresent = False
    external_buffer: Uint32 = 0


class OperatorCode(NamedTuple):
    deprecated_builtin_code: Int8 = 0
    custom_code: Text | None = None
    version: Int32 = 1
    builtin_code: Int32 = 0


class Operator(NamedTuple):
    opcode_index: Uint32 = 0
    inputs: Int32s = ()
    outputs: Int32s = ()
    builtin_options_type: Uint8 = 0
    builtin_options: UnionPosition = 0
    custom_options: ByteView = NO_BYTES
    custom_options_format: Int8 = 0
    mutating_variable_inputs: IsPresent = False
    intermediates: Int32s = ()
    large_custom_options_offset: Uint64 = 0
    large_custom_options_size: Uint64 = 0
    builtin_options_2_type: Uint8 = 0
    builtin_options_2: IsPresent = False
    debug_metadata_index: Int32 = -1


class SubGraph(NamedTuple):
    tensors: tuple[Tensor, ...] = ()
    inputs: Int32s = ()
    outputs: Int32s = ()
    operators: tuple[Operator, ...] = ()
    name: Text = ""
    debug_metadata_index: Int32 = -1


class Buffer(NamedTuple):
    data: ByteView = NO_BYTES
    offset: Uint64 = 0
    size: Uint64 = 0


class Metadata(NamedTuple):
    name: Text = ""
    buffer: Uint32 = 0


class TensorMap(NamedTuple):
    name: Text = ""
    tensor_index: Uint32 = 0


class SignatureDef(NamedTuple):
    inputs: tuple[TensorMap, ...] = ()
    outputs: tuple[TensorMap, ...] = ()
    signature_key: Text = ""
    deprecated_tag: IsPresent = False
    subgraph_index: Uint32 = 0


class Model(NamedTuple):
    version: Uint32 = 0
    operator_codes: tuple[OperatorCode, ...] = ()
    subgraphs: tuple[SubGraph, ...] = ()
    description: Text = ""
    buffers: tuple[Buffer, ...] = ()
    metadata_buffer: IsPresent = False
    metadata: tuple[Metadata, ...] = ()
    signature_defs: tuple[SignatureDef, ...] = ()
    external_buffer_groups: IsPresent = False
    external_buffers: IsPresent = False


# The members of the union Operator.builtin_options, which the file numbers from 1: each name stands for <name>Options.
_BUILTIN_OPTIONS = """
    Conv2D DepthwiseConv2D ConcatEmbeddings LSHProjection Pool2D SVDF RNN FullyConnected Softmax Concatenation
    Add L2Norm LocalResponseNormalization LSTM ResizeBilinear Call Reshape SkipGram SpaceToDepth
    EmbeddingLookupSparse Mul Pad Gather BatchToSpaceND SpaceToBatchND Transpose Reducer Sub Div Squeeze
    SequenceRNN StridedSlice Exp TopKV2 Split LogSoftmax Cast Dequantize MaximumMinimum ArgMax Less Neg PadV2
    Greater GreaterEqual LessEqual Select Slice TransposeConv SparseToDense Tile ExpandDims Equal NotEqual Shape
    Pow ArgMin FakeQuant Pack LogicalOr OneHot LogicalAnd LogicalNot Unpack FloorDiv Square ZerosLike Fill
    BidirectionalSequenceLSTM BidirectionalSequenceRNN UnidirectionalSequenceLSTM FloorMod Range
    ResizeNearestNeighbor LeakyRelu SquaredDifference MirrorPad Abs SplitV Unique ReverseV2 AddN GatherNd Cos
    Where Rank ReverseSequence MatrixDiag Quantize MatrixSetDiag HardSwish If While DepthToSpace
    NonMaxSuppressionV4 NonMaxSuppressionV5 ScatterNd SelectV2 Densify SegmentSum BatchMatMul Cumsum CallOnce
    BroadcastTo Rfft2d Conv3D Hashtable HashtableFind HashtableImport HashtableSize VarHandle ReadVariable
    AssignVariable Random Bucketize Gelu DynamicUpdateSlice UnsortedSegmentProd UnsortedSegmentMax
    UnsortedSegmentMin UnsortedSegmentSum ATan2 Sign Bitcast BitwiseXor RightShift
"""
BUILTIN_OPTIONS = tuple(f"{name}Options" for name in _BUILTIN_OPTIONS.split())

# The options of each operator; one that is not here has none.
OPTIONS_OF: dict[BuiltinOperator, type[tuple[Any, ...]]] = {
    BuiltinOperator.ADD: options.AddOptions,
    BuiltinOperator.ARG_MAX: options.ArgMaxOptions,
    BuiltinOperator.ARG_MIN: options.ArgMinOptions,
    BuiltinOperator.AVERAGE_POOL_2D: options.Pool2DOptions,
    BuiltinOperator.BATCH_MATMUL: options.BatchMatMulOptions,
    BuiltinOperator.CALL_ONCE: options.CallOnceOptions,
    BuiltinOperator.CAST: options.CastOptions,
    BuiltinOperator.CONCATENATION: options.ConcatenationOptions,
    BuiltinOperator.CONV_2D: options.Conv2DOptions,
    BuiltinOperator.CUMSUM: options.CumsumOptions,
    BuiltinOperator.DEPTH_TO_SPACE: options.DepthToSpaceOptions,
    BuiltinOperator.DEPTHWISE_CONV_2D: options.DepthwiseConv2DOptions,
    BuiltinOperator.DIV: options.DivOptions,
    BuiltinOperator.FULLY_CONNECTED: options.FullyConnectedOptions,
    BuiltinOperator.GATHER: options.GatherOptions,
    BuiltinOperator.IF: options.IfOptions,
    BuiltinOperator.L2_NORMALIZATION: options.L2NormOptions,
    BuiltinOperator.L2_POOL_2D: options.Pool2DOptions,
    BuiltinOperator.LEAKY_RELU: options.LeakyReluOptions,
    BuiltinOperator.MAX_POOL_2D: options.Pool2DOptions,
    BuiltinOperator.MEAN: options.ReducerOptions,
    BuiltinOperator.MIRROR_PAD: options.MirrorPadOptions,
    BuiltinOperator.MUL: options.MulOptions,
    BuiltinOperator.PACK: options.PackOptions,
    BuiltinOperator.REDUCE_ALL: options.ReducerOptions,
    BuiltinOperator.REDUCE_ANY: options.ReducerOptions,
    BuiltinOperator.REDUCE_MAX: options.ReducerOptions,
    BuiltinOperator.REDUCE_MIN: options.ReducerOptions,
    BuiltinOperator.REDUCE_PROD: options.ReducerOptions,
    BuiltinOperator.RESHAPE: options.ReshapeOptions,
    BuiltinOperator.RESIZE_BILINEAR: options.ResizeBilinearOptions,
    BuiltinOperator.RESIZE_NEAREST_NEIGHBOR: options.ResizeNearestNeighborOptions,
    BuiltinOperator.SHAPE: options.ShapeOptions,
    BuiltinOperator.SOFTMAX: options.SoftmaxOptions,
    BuiltinOperator.SPACE_TO_DEPTH: options.SpaceToDepthOptions,
    BuiltinOperator.SPLIT: options.SplitOptions,
    BuiltinOperator.SPLIT_V: options.SplitVOptions,
    BuiltinOperator.SQUEEZE: options.SqueezeOptions,
    BuiltinOperator.STRIDED_SLICE: options.StridedSliceOptions,
    BuiltinOperator.SUB: options.SubOptions,
    BuiltinOperator.SUM: options.ReducerOptions,
    BuiltinOperator.SVDF: options.SVDFOptions,
    BuiltinOperator.TRANSPOSE_CONV: options.TransposeConvOptions,
    BuiltinOperator.UNIDIRECTIONAL_SEQUENCE_LSTM: options.UnidirectionalSequenceLSTMOptions,
    BuiltinOperator.UNPACK: options.UnpackOptions,
    BuiltinOperator.VAR_HANDLE: options.VarHandleOptions,
    BuiltinOperator.WHILE: options.WhileOptions,
}
