"""Op resolvers: TFLM's methods, its limits, and errors that say what to call."""

from __future__ import annotations

import re

import numpy as np
import pytest

from tests.builder import OperatorSpec, SubgraphSpec, TensorSpec, build_model, single_operator
from tinylab.errors import ResolverError, TinylabError
from tinylab.kernels import REGISTRATIONS
from tinylab.kernels.kernel_util import Registration
from tinylab.model import BuiltinOperator, Model, load_model
from tinylab.runtime import AllOpsResolver, MicroInterpreter, MicroMutableOpResolver, resolver_for
from tinylab.runtime.micro_op_resolver import add_method_name

ROW = TensorSpec((4,), "INT8", 0.5)

# Every Add method of TFLM's MicroMutableOpResolver, without its "Add", and the operator or custom code that it adds.
TFLM_ADDS = """
Abs=ABS Add=ADD AddN=ADD_N ArgMax=ARG_MAX ArgMin=ARG_MIN AssignVariable=ASSIGN_VARIABLE
AveragePool2D=AVERAGE_POOL_2D BatchMatMul=BATCH_MATMUL BatchToSpaceNd=BATCH_TO_SPACE_ND BroadcastArgs=BROADCAST_ARGS
BroadcastTo=BROADCAST_TO CallOnce=CALL_ONCE Cast=CAST Ceil=CEIL CircularBuffer=CIRCULAR_BUFFER
Concatenation=CONCATENATION Conv2D=CONV_2D Cos=COS CumSum=CUMSUM Decode=TFLM_DECODE Delay=SignalDelay
DepthToSpace=DEPTH_TO_SPACE DepthwiseConv2D=DEPTHWISE_CONV_2D Dequantize=DEQUANTIZE
DetectionPostprocess=TFLite_Detection_PostProcess Div=DIV DynamicUpdateSlice=DYNAMIC_UPDATE_SLICE Elu=ELU
EmbeddingLookup=EMBEDDING_LOOKUP Energy=SignalEnergy Equal=EQUAL EthosU=ethos-u Exp=EXP ExpandDims=EXPAND_DIMS
FftAutoScale=SignalFftAutoScale Fill=FILL FilterBank=SignalFilterBank FilterBankLog=SignalFilterBankLog
FilterBankSpectralSubtraction=SignalFilterBankSpectralSubtraction FilterBankSquareRoot=SignalFilterBankSquareRoot
Floor=FLOOR FloorDiv=FLOOR_DIV FloorMod=FLOOR_MOD Framer=SignalFramer FullyConnected=FULLY_CONNECTED Gather=GATHER
GatherNd=GATHER_ND Greater=GREATER GreaterEqual=GREATER_EQUAL HardSwish=HARD_SWISH If=IF Irfft=SignalIrfft
L2Normalization=L2_NORMALIZATION L2Pool2D=L2_POOL_2D LeakyRelu=LEAKY_RELU Less=LESS LessEqual=LESS_EQUAL Log=LOG
LogSoftmax=LOG_SOFTMAX LogicalAnd=LOGICAL_AND LogicalNot=LOGICAL_NOT LogicalOr=LOGICAL_OR Logistic=LOGISTIC
MaxPool2D=MAX_POOL_2D Maximum=MAXIMUM Mean=MEAN Minimum=MINIMUM MirrorPad=MIRROR_PAD Mul=MUL Neg=NEG
NotEqual=NOT_EQUAL OverlapAdd=SignalOverlapAdd PCAN=SignalPCAN Pack=PACK Pad=PAD PadV2=PADV2 Prelu=PRELU
Quantize=QUANTIZE ReadVariable=READ_VARIABLE ReduceAll=REDUCE_ALL ReduceMax=REDUCE_MAX ReduceMin=REDUCE_MIN
Relu=RELU Relu6=RELU6 Reshape=RESHAPE ResizeBilinear=RESIZE_BILINEAR ResizeNearestNeighbor=RESIZE_NEAREST_NEIGHBOR
ReverseV2=REVERSE_V2 Rfft=SignalRfft Round=ROUND Rsqrt=RSQRT SelectV2=SELECT_V2 Shape=SHAPE Sin=SIN Slice=SLICE
Softmax=SOFTMAX SpaceToBatchNd=SPACE_TO_BATCH_ND SpaceToDepth=SPACE_TO_DEPTH Split=SPLIT SplitV=SPLIT_V Sqrt=SQRT
Square=SQUARE SquaredDifference=SQUARED_DIFFERENCE Squeeze=SQUEEZE Stacker=SignalStacker StridedSlice=STRIDED_SLICE
Sub=SUB Sum=SUM Svdf=SVDF Tanh=TANH Transpose=TRANSPOSE TransposeConv=TRANSPOSE_CONV
UnidirectionalSequenceLSTM=UNIDIRECTIONAL_SEQUENCE_LSTM Unpack=UNPACK VarHandle=VAR_HANDLE While=WHILE
Window=SignalWindow ZerosLike=ZEROS_LIKE
"""
ADDS = dict(pair.split("=") for pair in TFLM_ADDS.split())


def own(name: str = "Mine") -> Registration:
    return Registration(name, lambda context, node: None, lambda context, node, data: None)


def operators(*names: str) -> Model:
    """A chain of them."""
    tensors = [ROW] * (len(names) + 1)
    return load_model(
        build_model([SubgraphSpec(tensors, [OperatorSpec(n, [i], [i + 1]) for i, n in enumerate(names)])])
    )


def message(caught: pytest.ExceptionInfo[ResolverError]) -> str:
    print(caught.value)
    return str(caught.value)


# -- the methods -------------------------------------------------------------------------------------------------------


def snake_case(name: str) -> str:
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", re.sub("2D$", "_2d", name)).lower()


def test_there_is_every_method_of_tflm_and_no_other() -> None:
    methods = {name for name in dir(MicroMutableOpResolver) if name.startswith("add_")} - {"add_custom"}
    assert methods == {f"add_{snake_case(name)}" for name in ADDS}
    assert len(methods) == 118


@pytest.mark.parametrize("name", ADDS)
def test_each_method_adds_its_operator(name: str) -> None:
    resolver = MicroMutableOpResolver(1)
    method = f"add_{snake_case(name)}"
    assert getattr(resolver, method)(own()) is resolver
    assert resolver.operator_names == (ADDS[name],)
    assert add_method_name(ADDS[name]) == method
    assert ADDS[name] in (getattr(MicroMutableOpResolver, method).__doc__ or "")


def test_every_kernel_of_tinylab_has_a_method() -> None:
    assert set(REGISTRATIONS) <= set(ADDS.values())
    assert all(registration.name == name for name, registration in REGISTRATIONS.items())


def test_added_operators_are_found() -> None:
    resolver = MicroMutableOpResolver(3)
    resolver.add_reshape()
    resolver.add_custom("Mine", own()).add_pad()
    assert resolver.operator_names == ("RESHAPE", "Mine", "PAD")
    assert resolver.find_op("RESHAPE") is not None
    assert resolver.find_op("ADD") is None
    assert repr(resolver) == "MicroMutableOpResolver(RESHAPE, Mine, PAD)"
    assert resolver.registration_for(operators("PAD").subgraphs[0].operators[0]).name == "PAD"


def test_a_kernel_of_ones_own_goes_under_the_operators_name() -> None:
    mine = own("whatever it says")
    resolver = MicroMutableOpResolver(1).add_reshape(mine)
    found = resolver.find_op("RESHAPE")
    assert found is not None
    assert (found.name, found.invoke) == ("RESHAPE", mine.invoke)
    assert mine.name == "whatever it says"


# -- the limits --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("capacity", [0, -1, True, 1.0, "3", None])
def test_capacity_is_a_number_of_operators(capacity: object) -> None:
    with pytest.raises(ResolverError, match="capacity is a whole number of operators, 1 or more") as caught:
        MicroMutableOpResolver(capacity)  # type: ignore[arg-type]
    assert message(caught).endswith(f"not {capacity!r}")


def test_a_numpy_integer_is_a_capacity_too() -> None:
    assert MicroMutableOpResolver(np.int32(2)).capacity == 2  # type: ignore[arg-type]


def test_full() -> None:
    resolver = MicroMutableOpResolver(2).add_reshape().add_pad()
    with pytest.raises(ResolverError) as caught:
        resolver.add_transpose()
    assert message(caught) == (
        "there is no room for TRANSPOSE: this resolver was made for 2 (RESHAPE, PAD): "
        "make it MicroMutableOpResolver(3) or larger"
    )
    assert caught.value.operator_name == "TRANSPOSE"
    with pytest.raises(ResolverError, match="there is no room for Mine"):
        resolver.add_custom("Mine", own())
    assert resolver.operator_names == ("RESHAPE", "PAD")


def test_twice() -> None:
    resolver = MicroMutableOpResolver(4).add_reshape().add_custom("Mine", own())
    with pytest.raises(ResolverError) as caught:
        resolver.add_reshape()
    assert message(caught) == (
        "RESHAPE is in this resolver already: add each operator once, however often the model uses it"
    )
    assert caught.value.operator_name == "RESHAPE"
    with pytest.raises(ResolverError, match="Mine is in this resolver already"):
        resolver.add_custom("Mine", own())
    with pytest.raises(ResolverError, match="RESHAPE is in this resolver already"):
        resolver.add_reshape(own())
    assert resolver.operator_names == ("RESHAPE", "Mine")


def test_twice_in_a_full_resolver_is_told_as_twice() -> None:
    with pytest.raises(ResolverError, match="already"):
        MicroMutableOpResolver(1).add_pad().add_pad()


@pytest.mark.parametrize("wrong", [lambda context, node: None, "ADD", 3, Registration])
def test_what_is_no_registration(wrong: object) -> None:
    resolver = MicroMutableOpResolver(2)
    for add in (lambda: resolver.add_custom("Mine", wrong), lambda: resolver.add_reshape(wrong)):  # type: ignore[arg-type]
        with pytest.raises(ResolverError, match="needs a Registration, and this is") as caught:
            add()
        assert repr(wrong) in message(caught)
    assert resolver.operator_names == ()


def test_a_builtin_is_not_added_as_a_custom_operator() -> None:
    resolver = MicroMutableOpResolver(2)
    with pytest.raises(ResolverError) as caught:
        resolver.add_custom("CONV_2D", own())
    assert message(caught) == "CONV_2D is a built-in operator, not a custom one: call add_conv_2d(registration)"
    with pytest.raises(ResolverError, match="RNN is a built-in operator, not a custom one: give it another name"):
        resolver.add_custom("RNN", own())


def test_a_signal_operator_may_be_added_by_its_custom_code() -> None:
    """TFLM adds them so itself."""
    resolver = MicroMutableOpResolver(1).add_custom("SignalRfft", own())
    assert resolver.registration_for(operators("SignalRfft").subgraphs[0].operators[0]).name == "SignalRfft"


def test_an_operator_that_tinylab_has_no_kernel_for() -> None:
    resolver = MicroMutableOpResolver(2)
    assert "DETECTION" not in REGISTRATIONS
    with pytest.raises(ResolverError) as caught:
        resolver.add_ethos_u()
    assert message(caught) == "tinylab has no kernel for ethos-u yet: call add_ethos_u(registration) with your own"
    resolver.add_ethos_u(own())
    assert resolver.operator_names == ("ethos-u",)


# -- what a model needs and a resolver lacks ---------------------------------------------------------------------------


def missing(model: Model, resolver: AllOpsResolver | MicroMutableOpResolver) -> ResolverError:
    with pytest.raises(ResolverError) as caught:
        MicroInterpreter(model, resolver, 100_000).allocate_tensors()
    message(caught)
    return caught.value


@pytest.mark.parametrize("name", sorted(REGISTRATIONS))
def test_a_missing_operator_is_answered_with_the_method_that_adds_it(name: str) -> None:
    error = missing(operators("Mine", name), MicroMutableOpResolver(1).add_custom("Mine", own()))
    called = re.fullmatch(
        rf"operator 1 is {name} and this resolver has no {name}: call resolver\.(add_\w+)\(\)", str(error)
    )
    assert called is not None
    assert (error.operator_index, error.operator_name) == (1, name)
    resolver = MicroMutableOpResolver(1)
    getattr(resolver, called[1])()  # what it says to call does help
    assert resolver.operator_names == (name,)


def test_a_missing_custom_operator() -> None:
    error = missing(operators("Beamformer"), MicroMutableOpResolver(1))
    assert str(error) == (
        "operator 0 is Beamformer and this resolver has no Beamformer: "
        'call resolver.add_custom("Beamformer", registration) with a kernel of your own'
    )


def test_a_missing_operator_without_a_kernel_here() -> None:
    error = missing(operators("ethos-u"), MicroMutableOpResolver(1))
    assert str(error) == (
        "operator 0 is ethos-u and this resolver has no ethos-u: tinylab has no kernel for it yet; "
        "call resolver.add_ethos_u(registration) with one of your own"
    )


@pytest.mark.parametrize("name", ["RNN", "HASHTABLE", "FAKE_QUANT", "STABLEHLO_ADD"])
def test_a_missing_operator_that_tflm_has_not_either(name: str) -> None:
    assert add_method_name(name) is None
    for resolver in (MicroMutableOpResolver(1), AllOpsResolver()):
        assert str(missing(operators(name), resolver)) == (
            f"operator 0 is {name} and this resolver has no {name}: "
            "TFLM cannot run it either: convert the model without it"
        )


def test_a_custom_operator_with_a_builtin_ones_name_is_not_that_one() -> None:
    tensors = [ROW, ROW]
    spec = build_model([SubgraphSpec(tensors, [OperatorSpec("RESHAPX", [0], [1])])])
    model = load_model(spec.replace(b"RESHAPX", b"RESHAPE"))
    assert model.subgraphs[0].operators[0].code is BuiltinOperator.CUSTOM
    for resolver in (AllOpsResolver(), MicroMutableOpResolver(1).add_reshape()):
        assert "a custom operator with a built-in one's name" in str(missing(model, resolver))
    with pytest.raises(ResolverError, match="with a built-in one's name"):
        resolver_for(model)


def test_operators_of_other_subgraphs_are_needed_too() -> None:
    main, other = (SubgraphSpec([ROW, ROW], [OperatorSpec(name, [0], [1])]) for name in ("RESHAPE", "PAD"))
    model = load_model(build_model([main, other]))
    assert "call resolver.add_pad()" in str(missing(model, MicroMutableOpResolver(1).add_reshape()))


def test_nothing_is_allocated_where_an_operator_is_missing() -> None:
    interpreter = MicroInterpreter(operators("Mine"), MicroMutableOpResolver(1), 10_000)
    used = interpreter.allocator.used_bytes()
    with pytest.raises(ResolverError):
        interpreter.allocate_tensors()
    assert interpreter.allocator.used_bytes() == used
    with pytest.raises(ResolverError):
        interpreter.invoke()


def test_adding_it_later_helps() -> None:
    resolver = MicroMutableOpResolver(1)
    interpreter = MicroInterpreter(operators("Mine"), resolver, 10_000)
    with pytest.raises(ResolverError):
        interpreter.allocate_tensors()
    resolver.add_custom("Mine", own())
    interpreter.invoke()


# -- all of them, and just enough --------------------------------------------------------------------------------------


def test_all_ops_has_every_kernel() -> None:
    assert AllOpsResolver().operator_names == tuple(REGISTRATIONS)


def test_all_ops_says_that_it_takes_no_others() -> None:
    error = missing(operators("Beamformer"), AllOpsResolver())
    assert str(error) == (
        "operator 0 is Beamformer and this resolver has no Beamformer: "
        "an AllOpsResolver takes no kernels of your own, so make a MicroMutableOpResolver and "
        'call resolver.add_custom("Beamformer", registration) with a kernel of your own'
    )


def test_resolver_for_holds_each_operator_once() -> None:
    model = operators("RESHAPE", "PAD", "RESHAPE", "TRANSPOSE")
    resolver = resolver_for(model)
    assert resolver.operator_names == ("RESHAPE", "PAD", "TRANSPOSE")
    assert resolver.capacity == 3


def test_resolver_for_a_model_without_operators() -> None:
    resolver = resolver_for(load_model(build_model([SubgraphSpec([ROW], [], [0], [0])])))
    assert resolver.operator_names == ()


@pytest.mark.parametrize(
    ("name", "remedy"),
    [
        ("Beamformer", r'call resolver\.add_custom\("Beamformer", registration\)'),
        ("ethos-u", r"call resolver\.add_ethos_u\(registration\)"),
        ("RNN", "TFLM cannot run it either"),
    ],
)
def test_resolver_for_an_operator_without_a_kernel(name: str, remedy: str) -> None:
    with pytest.raises(ResolverError, match=f"operator 1 is {name}.*{remedy}"):
        resolver_for(operators("RESHAPE", name))


def test_every_resolver_error_is_a_tinylab_error() -> None:
    assert issubclass(ResolverError, TinylabError)
    with pytest.raises(TinylabError):
        MicroMutableOpResolver(0)


def test_single_operator_models_name_their_operator() -> None:
    model = load_model(single_operator("ADD", [ROW, ROW], [ROW]))
    assert "call resolver.add_add()" in str(missing(model, MicroMutableOpResolver(1)))
