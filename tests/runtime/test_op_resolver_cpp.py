"""The C++ lines of an op resolver, against the methods that MicroMutableOpResolver has."""

from __future__ import annotations

import pytest

from tests.arena.models import custom_chain, hello_world
from tinylab.runtime.micro_op_resolver import _METHOD_NAMES
from tinylab.runtime.op_resolver_cpp import cpp_add_call, cpp_resolver_lines

# The Add… methods of tensorflow/lite/micro/micro_mutable_op_resolver.h at commit 90b983c, but AddCustom, AddBuiltin.
METHODS = """
AddAbs AddAdd AddAddN AddArgMax AddArgMin AddAssignVariable AddAveragePool2D AddBatchMatMul AddBatchToSpaceNd
AddBroadcastArgs AddBroadcastTo AddCallOnce AddCast AddCeil AddCircularBuffer AddConcatenation AddConv2D
AddCos AddCumSum AddDecode AddDelay AddDepthToSpace AddDepthwiseConv2D AddDequantize AddDetectionPostprocess
AddDiv AddDynamicUpdateSlice AddElu AddEmbeddingLookup AddEnergy AddEqual AddEthosU AddExp AddExpandDims
AddFftAutoScale AddFill AddFilterBank AddFilterBankLog AddFilterBankSpectralSubtraction
AddFilterBankSquareRoot AddFloor AddFloorDiv AddFloorMod AddFramer AddFullyConnected AddGather AddGatherNd
AddGreater AddGreaterEqual AddHardSwish AddIf AddIrfft AddL2Normalization AddL2Pool2D AddLeakyRelu AddLess
AddLessEqual AddLog AddLogSoftmax AddLogicalAnd AddLogicalNot AddLogicalOr AddLogistic AddMaxPool2D
AddMaximum AddMean AddMinimum AddMirrorPad AddMul AddNeg AddNotEqual AddOverlapAdd AddPCAN AddPack AddPad
AddPadV2 AddPrelu AddQuantize AddReadVariable AddReduceAll AddReduceMax AddReduceMin AddRelu AddRelu6
AddReshape AddResizeBilinear AddResizeNearestNeighbor AddReverseV2 AddRfft AddRound AddRsqrt AddSelectV2
AddShape AddSin AddSlice AddSoftmax AddSpaceToBatchNd AddSpaceToDepth AddSplit AddSplitV AddSqrt AddSquare
AddSquaredDifference AddSqueeze AddStacker AddStridedSlice AddSub AddSum AddSvdf AddTanh AddTranspose
AddTransposeConv AddUnidirectionalSequenceLSTM AddUnpack AddVarHandle AddWhile AddWindow AddZerosLike
""".split()  # noqa: SIM905 - a hundred names read better as words than as a list


def test_every_call_is_a_method_of_tflms_and_every_method_is_there() -> None:
    calls = [cpp_add_call(name) for name in _METHOD_NAMES]
    assert sorted(str(call) for call in calls) == sorted(f"resolver.{method}()" for method in METHODS)


@pytest.mark.parametrize(
    ("operator", "call"),
    [
        ("CONV_2D", "resolver.AddConv2D()"),
        ("SVDF", "resolver.AddSvdf()"),
        ("SignalPCAN", "resolver.AddPCAN()"),
        ("UNIDIRECTIONAL_SEQUENCE_LSTM", "resolver.AddUnidirectionalSequenceLSTM()"),
        ("L2_POOL_2D", "resolver.AddL2Pool2D()"),
        ("STABLEHLO_ADD", None),
        ("Mine", None),
    ],
)
def test_some_calls(operator: str, call: str | None) -> None:
    assert cpp_add_call(operator) == call


def test_lines_of_a_model() -> None:
    assert cpp_resolver_lines(hello_world()) == (
        "static tflite::MicroMutableOpResolver<1> resolver;",
        "resolver.AddFullyConnected();",
    )
    assert cpp_resolver_lines(custom_chain([4, 4]), "ops") == (
        "static tflite::MicroMutableOpResolver<1> ops;",
        'ops.AddCustom("Copy", registration);',
    )
