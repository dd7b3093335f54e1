"""The options of the built-in operators that TFLM can run: one NamedTuple a table, its fields the table's slots.

An operator whose table has no fields has none here. Defaults are the schema's. Retells
tensorflow/compiler/mlir/lite/schema/schema.fbs.
"""

from __future__ import annotations

from typing import NamedTuple

from tinylab.model.enums import (
    ActivationFunctionType,
    FullyConnectedOptionsWeightsFormat,
    MirrorPadMode,
    Padding,
    TensorType,
)
from tinylab.model.slots import Bool, Float32, Int32, Int32s, Text


class AddOptions(NamedTuple):
    fused_activation_function: ActivationFunctionType = ActivationFunctionType.NONE
    pot_scale_int16: Bool = True


class ArgMaxOptions(NamedTuple):
    output_type: TensorType = TensorType.FLOAT32


class ArgMinOptions(NamedTuple):
    output_type: TensorType = TensorType.FLOAT32


class BatchMatMulOptions(NamedTuple):
    adj_x: Bool = False
    adj_y: Bool = False
    asymmetric_quantize_inputs: Bool = False


class CallOnceOptions(NamedTuple):
    init_subgraph_index: Int32 = 0


class CastOptions(NamedTuple):
    in_data_type: TensorType = TensorType.FLOAT32
    out_data_type: TensorType = TensorType.FLOAT32


class ConcatenationOptions(NamedTuple):
    axis: Int32 = 0
    fused_activation_function: ActivationFunctionType = ActivationFunctionType.NONE


class Conv2DOptions(NamedTuple):
    padding: Padding = Padding.SAME
    stride_w: Int32 = 0
    stride_h: Int32 = 0
    fused_activation_function: ActivationFunctionType = ActivationFunctionType.NONE
    dilation_w_factor: Int32 = 1
    dilation_h_factor: Int32 = 1
    quantized_bias_type: TensorType = TensorType.FLOAT32


class CumsumOptions(NamedTuple):
    exclusive: Bool = False
    reverse: Bool = False


class DepthToSpaceOptions(NamedTuple):
    block_size: Int32 = 0


class DepthwiseConv2DOptions(NamedTuple):
    padding: Padding = Padding.SAME
    stride_w: Int32 = 0
    stride_h: Int32 = 0
    depth_multiplier: Int32 = 0
    fused_activation_function: ActivationFunctionType = ActivationFunctionType.NONE
    dilation_w_factor: Int32 = 1
    dilation_h_factor: Int32 = 1


class DivOptions(NamedTuple):
    fused_activation_function: ActivationFunctionType = ActivationFunctionType.NONE


class FullyConnectedOptions(NamedTuple):
    fused_activation_function: ActivationFunctionType = ActivationFunctionType.NONE
    weights_format: FullyConnectedOptionsWeightsFormat = FullyConnectedOptionsWeightsFormat.DEFAULT
    keep_num_dims: Bool = False
    asymmetric_quantize_inputs: Bool = False
    quantized_bias_type: TensorType = TensorType.FLOAT32


class GatherOptions(NamedTuple):
    axis: Int32 = 0
    batch_dims: Int32 = 0


class IfOptions(NamedTuple):
    then_subgraph_index: Int32 = 0
    else_subgraph_index: Int32 = 0


class L2NormOptions(NamedTuple):
    fused_activation_function: ActivationFunctionType = ActivationFunctionType.NONE


class LeakyReluOptions(NamedTuple):
    alpha: Float32 = 0.0


class MirrorPadOptions(NamedTuple):
    mode: MirrorPadMode = MirrorPadMode.REFLECT


class MulOptions(NamedTuple):
    fused_activation_function: ActivationFunctionType = ActivationFunctionType.NONE


class PackOptions(NamedTuple):
    values_count: Int32 = 0
    axis: Int32 = 0


class Pool2DOptions(NamedTuple):
    padding: Padding = Padding.SAME
    stride_w: Int32 = 0
    stride_h: Int32 = 0
    filter_width: Int32 = 0
    filter_height: Int32 = 0
    fused_activation_function: ActivationFunctionType = ActivationFunctionType.NONE


class ReducerOptions(NamedTuple):
    keep_dims: Bool = False


class ReshapeOptions(NamedTuple):
    new_shape: Int32s = ()


class ResizeBilinearOptions(NamedTuple):
    deprecated_new_height: Int32 = 0
    deprecated_new_width: Int32 = 0
    align_corners: Bool = False
    half_pixel_centers: Bool = False


class ResizeNearestNeighborOptions(NamedTuple):
    align_corners: Bool = False
    half_pixel_centers: Bool = False


class ShapeOptions(NamedTuple):
    out_type: TensorType = TensorType.FLOAT32


class SoftmaxOptions(NamedTuple):
    beta: Float32 = 0.0


class SpaceToDepthOptions(NamedTuple):
    block_size: Int32 = 0


class SplitOptions(NamedTuple):
    num_splits: Int32 = 0


class SplitVOptions(NamedTuple):
    num_splits: Int32 = 0


class SqueezeOptions(NamedTuple):
    squeeze_dims: Int32s = ()


class StridedSliceOptions(NamedTuple):
    begin_mask: Int32 = 0
    end_mask: Int32 = 0
    ellipsis_mask: Int32 = 0
    new_axis_mask: Int32 = 0
    shrink_axis_mask: Int32 = 0
    offset: Bool = False


class SubOptions(NamedTuple):
    fused_activation_function: ActivationFunctionType = ActivationFunctionType.NONE
    pot_scale_int16: Bool = True


class SVDFOptions(NamedTuple):
    rank: Int32 = 0
    fused_activation_function: ActivationFunctionType = ActivationFunctionType.NONE
    asymmetric_quantize_inputs: Bool = False


class TransposeConvOptions(NamedTuple):
    padding: Padding = Padding.SAME
    stride_w: Int32 = 0
    stride_h: Int32 = 0
    fused_activation_function: ActivationFunctionType = ActivationFunctionType.NONE
    quantized_bias_type: TensorType = TensorType.FLOAT32


class UnidirectionalSequenceLSTMOptions(NamedTuple):
    fused_activation_function: ActivationFunctionType = ActivationFunctionType.NONE
    cell_clip: Float32 = 0.0
    proj_clip: Float32 = 0.0
    time_major: Bool = False
    asymmetric_quantize_inputs: Bool = False
    diagonal_recurrent_tensors: Bool = False


class UnpackOptions(NamedTuple):
    num: Int32 = 0
    axis: Int32 = 0


class VarHandleOptions(NamedTuple):
    container: Text = ""
    shared_name: Text = ""


class WhileOptions(NamedTuple):
    cond_subgraph_index: Int32 = 0
    body_subgraph_index: Int32 = 0
