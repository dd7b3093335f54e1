"""What Prepare asks for, operator by operator, by hand; test_measured_arenas.py compares whole models."""

from __future__ import annotations

import numpy as np
import pytest

from tests.builder import TensorSpec, constant, single_operator
from tinylab.errors import InvokeError, PrepareError
from tinylab.kernels import REGISTRATIONS
from tinylab.kernels.memory.reference import ASK_FOR_NOTHING, REFERENCE
from tinylab.kernels.memory.requests import InitRequests, PrepareRequests
from tinylab.model import load_model
from tinylab.runtime.micro_context import MicroContext

Spec = TensorSpec
ROW = Spec((1, 10), "INT8", 0.5)


def prepare(name: str, inputs: list[Spec | None], output: Spec = ROW) -> PrepareRequests:
    graph = load_model(single_operator(name, inputs, [output])).subgraphs[0]
    requests = [REFERENCE.prepare_requests(MicroContext(graph), graph.operators[0], abi) for abi in ("ilp32", "lp64")]
    assert requests[0] == requests[1]
    return requests[0]._replace(looked_at=(), looked_at_after=())


def looked_at(name: str, inputs: list[Spec | None], output: Spec = ROW) -> list[int]:
    """Tensor indices; the output comes last."""
    graph = load_model(single_operator(name, inputs, [output])).subgraphs[0]
    requests = REFERENCE.prepare_requests(MicroContext(graph), graph.operators[0], "lp64")
    return [tensor.index for tensor in requests.looked_at + requests.looked_at_after]


def init(name: str, abi: str) -> InitRequests:
    return REFERENCE.init_requests(load_model(single_operator(name, [ROW], [ROW])).subgraphs[0].operators[0], abi)


# They have neither parameters nor OpData.
WITHOUT_SIZES = {
    "ADD_N", "ASSIGN_VARIABLE", "BATCH_TO_SPACE_ND", "BROADCAST_ARGS", "BROADCAST_TO", "CEIL", "COS",
    "DYNAMIC_UPDATE_SLICE", "EMBEDDING_LOOKUP", "EXP", "EXPAND_DIMS", "FILL", "FLOOR", "FLOOR_DIV", "FLOOR_MOD",
    "GATHER_ND", "LOG", "LOGICAL_AND", "LOGICAL_NOT", "LOGICAL_OR", "LOG_SOFTMAX", "MAXIMUM", "MINIMUM", "NEG",
    "READ_VARIABLE", "REVERSE_V2", "ROUND", "SIN", "SLICE", "SQRT", "SQUARE", "TRANSPOSE", "ZEROS_LIKE",
}  # fmt: skip


def scales(count: int) -> list[float]:
    return [0.1] * count


IMAGE = Spec((1, 8, 8, 3), "INT8", 0.5)
INT8_FILTER = Spec((5, 2, 2, 3), "INT8", scales(5), data=np.ones((5, 2, 2, 3)))
DEPTHWISE_FILTER = Spec((1, 2, 2, 6), "INT8", scales(6), quantized_dimension=3, data=np.ones((1, 2, 2, 6)))


@pytest.mark.parametrize(
    ("name", "filter", "persistent", "scratch"),
    [
        ("CONV_2D", INT8_FILTER, (20, 20), ()),
        ("CONV_2D", INT8_FILTER._replace(scale=0.1), (20, 20), ()),  # one scale: arrays for every channel all the same
        ("CONV_2D", Spec((5, 2, 2, 3), "FLOAT32", data=np.ones((5, 2, 2, 3))), (20, 20), ()),
        ("CONV_2D", INT8_FILTER._replace(type="INT4"), (20, 20), (60,)),
        ("DEPTHWISE_CONV_2D", DEPTHWISE_FILTER, (24, 24), ()),
        ("DEPTHWISE_CONV_2D", DEPTHWISE_FILTER._replace(type="INT4"), (24, 24), (24,)),
    ],
)
def test_convolutions_keep_multipliers_and_shifts(
    name: str, filter: Spec, persistent: tuple[int, ...], scratch: tuple[int, ...]
) -> None:
    assert prepare(name, [IMAGE, filter]) == PrepareRequests(persistent, scratch)


@pytest.mark.parametrize(
    ("input", "filter", "persistent", "scratch"),
    [
        (ROW, constant(np.ones((4, 10), np.int8), scale=0.1), (), ()),
        (ROW, constant(np.ones((4, 10), np.int8), scale=scales(4)), (16, 16), ()),
        (ROW._replace(type="INT16"), constant(np.ones((4, 10), np.int8), scale=scales(4)), (16, 16), ()),
        (Spec((1, 10), "FLOAT32"), constant(np.ones((4, 10), np.float32)), (), ()),
        (ROW, Spec((4, 10), "INT4", 0.1, data=np.ones((4, 10))), (), (40,)),
        (ROW, Spec((3, 3), "INT4", scales(3), data=np.ones((3, 3))), (12, 12), (9,)),
    ],
)
def test_fully_connected_keeps_them_only_for_many_scales(
    input: Spec, filter: Spec, persistent: tuple[int, ...], scratch: tuple[int, ...]
) -> None:
    assert prepare("FULLY_CONNECTED", [input, filter]) == PrepareRequests(persistent, scratch)


@pytest.mark.parametrize(
    ("type", "scratch"), [("INT8", (24, 16, 8)), ("INT16", (24, 16, 8)), ("FLOAT32", (16, 8)), ("INT32", (16, 8))]
)
def test_mean_sums_in_scratch_where_it_is_quantized(type: str, scratch: tuple[int, ...]) -> None:
    """4 bytes each of 6 outputs, of 4 axes of the input and of 2 axes that are averaged."""
    axes = constant(np.array([1, 2], np.int32))
    output = Spec((1, 6), type)
    assert prepare("MEAN", [Spec((1, 8, 8, 6), type), axes], output) == PrepareRequests((), scratch)


@pytest.mark.parametrize(("type", "persistent"), [("INT8", ()), ("FLOAT32", ()), ("INT16", (1026, 1026))])
def test_softmax_keeps_two_tables_for_int16(type: str, persistent: tuple[int, ...]) -> None:
    assert prepare("SOFTMAX", [Spec((1, 10), type, 0.1)]) == PrepareRequests(persistent)


@pytest.mark.parametrize(("type", "scratch"), [("INT8", (80, 40)), ("FLOAT32", (80,))])
def test_svdf_keeps_what_filters_remember(type: str, scratch: tuple[int, ...]) -> None:
    """4 bytes for each of 2 inputs and 10 filters; for integers also for each of 2 × 5 units."""
    inputs = [Spec((2, 3), type), Spec((10, 3), type), Spec((10, 4), type), Spec((5,), type), Spec((2, 40), type)]
    assert prepare("SVDF", inputs, Spec((2, 5), type)) == PrepareRequests((), scratch)
    assert looked_at("SVDF", inputs, Spec((2, 5), type)) == [0, 1, 2, 3, 4, 5]


@pytest.mark.parametrize(
    ("type", "bias", "scratch"),
    [
        ("INT8", "INT32", (320,)),
        ("INT16", "INT64", (640,)),
        ("INT16", "INT16", (640, 40)),
        ("FLOAT32", "FLOAT32", ()),
    ],
)
def test_transpose_conv_adds_up_in_scratch(type: str, bias: str, scratch: tuple[int, ...]) -> None:
    """Sums of 1x4x4x5 outputs; an int16 bias of 5 becomes int64."""
    filter = Spec((5, 2, 2, 3), "FLOAT32" if type == "FLOAT32" else "INT8")
    inputs = [constant(np.array([1, 4, 4, 5], np.int32)), filter, Spec((1, 2, 2, 3), type), Spec((5,), bias)]
    assert prepare("TRANSPOSE_CONV", inputs, Spec((1, 4, 4, 5), type)) == PrepareRequests((20, 20), scratch)
    twice = [] if type == "FLOAT32" else [2, 1, 3, 4]
    assert looked_at("TRANSPOSE_CONV", inputs, Spec((1, 4, 4, 5), type)) == [4, 2, 1, *twice]


@pytest.mark.parametrize(
    "name", ["ADD", "RESHAPE", "AVERAGE_POOL_2D", "PAD", "CONCATENATION", "LOGISTIC", "CAST", "DIV"]
)
def test_most_ask_for_nothing(name: str) -> None:
    assert name in ASK_FOR_NOTHING
    assert prepare(name, [ROW, ROW]) == PrepareRequests()


def test_an_operator_of_ones_own_asks_for_nothing() -> None:
    assert prepare("Custom", [ROW, ROW]) == PrepareRequests()
    assert init("Custom", "lp64") == InitRequests()


@pytest.mark.parametrize("name", ["RNN", "TFLM_DECODE", "ethos-u"])
def test_an_operator_that_the_library_does_not_know_is_not_free(name: str) -> None:
    for ask in (lambda: prepare(name, [ROW, ROW]), lambda: init(name, "lp64")):
        with pytest.raises(PrepareError, match=f"what {name} asks of the arena is unknown in the kernel library refer"):
            ask()


def test_every_kernel_has_its_rows() -> None:
    assert REGISTRATIONS.keys() <= REFERENCE.prepare.keys()
    assert REFERENCE.prepare.keys() == REFERENCE.looks_at.keys()
    assert REFERENCE.prepare.keys() - REFERENCE.sizes.keys() - REFERENCE.init.keys() == WITHOUT_SIZES


@pytest.mark.parametrize(
    ("name", "count", "indices"),
    [
        ("ADD", 2, [0, 1, 2]),
        ("RELU", 1, [0, 1]),
        ("RELU6", 1, [0]),
        ("TANH", 1, [0, 0, 1]),
        ("SPLIT", 2, [0]),
        ("PACK", 2, []),
        ("MAXIMUM", 2, []),
        ("MINIMUM", 2, []),
        ("CAST", 1, [0, 1]),
        ("DIV", 2, [0, 1, 2]),
        ("PAD", 2, [0, 1, 2]),
        ("PADV2", 3, [0, 1, 2, 3]),
        ("STRIDED_SLICE", 4, [0, 1, 2, 3, 4]),
        ("CONCATENATION", 3, [0, 3, 0, 1, 2]),
        ("FULLY_CONNECTED", 3, [0, 1, 2, 3]),
        ("FULLY_CONNECTED", 2, [0, 1, 2]),
    ],
)
def test_the_tensors_that_prepare_looks_at(name: str, count: int, indices: list[int]) -> None:
    assert looked_at(name, [ROW] * count) == indices


def test_convolutions_look_twice() -> None:
    assert looked_at("CONV_2D", [IMAGE, INT8_FILTER, ROW]) == [3, 0, 1, 0, 1, 2, 3]
    assert looked_at("CONV_2D", [IMAGE, INT8_FILTER, None]) == [2, 0, 1, 0, 1, 2]
    assert looked_at("DEPTHWISE_CONV_2D", [IMAGE, DEPTHWISE_FILTER]) == [2, 0, 1, 0, 1, 2]


@pytest.mark.parametrize(("type", "indices"), [("INT8", [0, 2, 1, 0, 1, 2]), ("FLOAT32", [0, 2, 1, 0, 1])])
def test_mean_looks_twice(type: str, indices: list[int]) -> None:
    axes = constant(np.array([1, 2], np.int32))
    assert looked_at("MEAN", [Spec((1, 8, 8, 6), type), axes], Spec((1, 6), type)) == indices


def test_init_depends_on_the_abi() -> None:
    assert init("CONV_2D", "ilp32") == InitRequests((28, 4), 56)
    assert init("CONV_2D", "lp64") == InitRequests((28, 4), 72)
    assert init("ADD", "ilp32") == InitRequests((2, 1), 60)
    assert init("ADD", "lp64") == InitRequests((8, 4), 60)


@pytest.mark.parametrize("name", ["CONV_2D", "DEPTHWISE_CONV_2D"])
def test_a_filter_of_too_few_axes_is_refused(name: str) -> None:
    with pytest.raises(PrepareError, match=r"\(INT8 4x3\), but a filter of 4 axes is needed"):
        prepare(name, [IMAGE, constant(np.ones((4, 3), np.int8), scale=0.1)])


def test_filters_of_too_few_axes_are_refused() -> None:
    line = constant(np.ones(3, np.int8), scale=0.1)
    with pytest.raises(PrepareError, match=r"\(INT8 3\), but a filter of 4 axes is needed"):
        prepare("TRANSPOSE_CONV", [ROW, line, IMAGE])
    with pytest.raises(PrepareError, match=r"\(INT8 3\), but 2 axes for both is needed"):
        prepare("SVDF", [ROW, line])


@pytest.mark.parametrize("name", ["CONV_2D", "DEPTHWISE_CONV_2D", "FULLY_CONNECTED", "MEAN", "SVDF", "TRANSPOSE_CONV"])
def test_an_input_that_is_not_there_is_an_error_of_ours(name: str) -> None:
    with pytest.raises(InvokeError, match="input 1 is missing"):
        prepare(name, [IMAGE])
    with pytest.raises(InvokeError, match="input 1 is missing"):
        prepare(name, [IMAGE, None])
