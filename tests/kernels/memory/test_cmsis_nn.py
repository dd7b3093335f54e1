"""What CMSIS-NN's kernels ask for, a rule a case, each number worked out beside it; DSP core, then MVE core.

test_cmsis_nn_buffers.py compares the formulas with CMSIS-NN itself, test_measured_arenas.py whole models with TFLM.
When this was written the real TFLM 90b983c2, run for either core, gave the same tail, plan and scratch requests for 249
models of one operator of random shapes, of every kind below.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest

from tests.builder import TensorSpec, constant, single_operator
from tinylab.errors import PrepareError
from tinylab.kernels.memory.cmsis_nn import CMSIS_NN_DSP, CMSIS_NN_MVE
from tinylab.kernels.memory.reference import REFERENCE
from tinylab.kernels.memory.requests import InitRequests, PrepareRequests
from tinylab.model import Model, Padding, load_model
from tinylab.model.options import (
    BatchMatMulOptions,
    Conv2DOptions,
    DepthwiseConv2DOptions,
    FullyConnectedOptions,
    Pool2DOptions,
    SoftmaxOptions,
    TransposeConvOptions,
)
from tinylab.runtime.micro_context import MicroContext

Spec = TensorSpec
BOTH = (CMSIS_NN_DSP, CMSIS_NN_MVE)


def prepare(model: Model) -> tuple[PrepareRequests, PrepareRequests]:
    """Of a DSP core and of an MVE core."""
    graph = model.subgraphs[0]
    dsp, mve = (library.prepare_requests(MicroContext(graph), graph.operators[0], "ilp32") for library in BOTH)
    return tuple(each._replace(looked_at=(), looked_at_after=()) for each in (dsp, mve))


def looked_at(model: Model) -> list[int]:
    graph = model.subgraphs[0]
    dsp, mve = (library.prepare_requests(MicroContext(graph), graph.operators[0], "ilp32") for library in BOTH)
    assert dsp[2:] == mve[2:]
    return [tensor.index for tensor in dsp.looked_at + dsp.looked_at_after]


def one(name: str, inputs: Sequence[Spec | None], output: Spec, options: Any = None) -> Model:
    return load_model(single_operator(name, inputs, [output], options))


def weights(shape: tuple[int, ...], type: str = "INT8", scale: Any = 0.1) -> Spec:
    return Spec(shape, type, None if type == "FLOAT32" else scale, data=np.ones(shape))


# -- CONV_2D -----------------------------------------------------------------------------------------------------------


def conv(
    image: tuple[int, ...],
    filter: tuple[int, ...],
    output: tuple[int, ...],
    type: str = "INT8",
    weight_type: str = "INT8",
    **options: Any,
) -> Model:
    fields = {"padding": Padding.VALID, "stride_w": 1, "stride_h": 1, **options}
    return one(
        "CONV_2D",
        [Spec(image, type, 0.5), weights(filter, weight_type)],
        Spec(output, type, 0.5),
        Conv2DOptions(**fields),
    )


IMAGE = (1, 8, 8, 3)


@pytest.mark.parametrize(
    ("model", "persistent", "dsp", "mve"),
    [
        # K = 3x3x3 = 27: two int16 columns of 28; four int8 columns of 32.
        (conv(IMAGE, (5, 3, 3, 3), (1, 6, 6, 5)), (20, 20), (112,), (128,)),
        # int4 weights ask for what int8 ones do, and unpack nothing.
        (conv(IMAGE, (5, 3, 3, 3), (1, 6, 6, 5), weight_type="INT4"), (20, 20), (112,), (128,)),
        # 1x1, whatever the stride: nothing. Dilated, it is not that any more: K = 3.
        (conv(IMAGE, (5, 1, 1, 3), (1, 8, 8, 5)), (20, 20), (), ()),
        (conv(IMAGE, (5, 1, 1, 3), (1, 4, 4, 5), stride_w=2, stride_h=2), (20, 20), (), ()),
        (conv(IMAGE, (5, 1, 1, 3), (1, 8, 8, 5), dilation_w_factor=2), (20, 20), (16,), (64,)),
        # Two groups of 4 channels: K = 2x2x8 = 32 counts all eight; and a grouped 1x1 is no matrix product.
        (conv((1, 8, 8, 8), (6, 2, 2, 4), (1, 7, 7, 6)), (24, 24), (128,), (128,)),
        (conv((1, 8, 8, 8), (6, 1, 1, 4), (1, 8, 8, 6)), (24, 24), (32,), (64,)),
        # int16: two columns of 27, or four of 32, two bytes each; for 1x1 (K = 3) too.
        (conv(IMAGE, (5, 3, 3, 3), (1, 6, 6, 5), "INT16"), (20, 20), (108,), (256,)),
        (conv(IMAGE, (5, 1, 1, 3), (1, 8, 8, 5), "INT16"), (20, 20), (12,), (64,)),
        # Floats are the reference's, without its arrays.
        (conv(IMAGE, (5, 3, 3, 3), (1, 6, 6, 5), "FLOAT32", "FLOAT32"), (), (), ()),
    ],
)
def test_conv_2d(model: Model, persistent: tuple[int, ...], dsp: tuple[int, ...], mve: tuple[int, ...]) -> None:
    assert prepare(model) == (PrepareRequests(persistent, dsp), PrepareRequests(persistent, mve))


@pytest.mark.parametrize(
    ("width", "channels", "taps", "out_width", "stride", "padding", "mve"),
    [
        # Four channels, three taps, one column of padding each side: (3 + 1) x 4.
        (10, 4, 3, 10, 1, Padding.SAME, 16),
        # No padding: 3 x 4.
        (10, 4, 3, 8, 1, Padding.VALID, 12),
        # Four taps: 1 of padding to the left, 2 to the right: max(4 + 1, 3 + 2) x 4.
        (10, 4, 4, 10, 1, Padding.SAME, 20),
        # Stride 2 sees 9 of 10 columns, so padding would be -1, which C takes as uneven: max(3 + 0, 2 + 1) x 4.
        (10, 4, 3, 4, 2, Padding.VALID, 12),
        # The ends meet: 2 places to the left and 2 to the right of 3: four columns of 5 x 4 = 20, in vectors of 16.
        (3, 4, 5, 3, 1, Padding.SAME, 128),
        # 1 place to the left and, uneven, 2 to the right of 2: four columns of 4 x 4 = 16.
        (2, 4, 4, 2, 1, Padding.SAME, 64),
        # Steps of 3 bytes are no whole words: four columns of 9, in vectors.
        (10, 3, 3, 10, 1, Padding.SAME, 64),
    ],
)
def test_conv_2d_along_one_row(
    width: int, channels: int, taps: int, out_width: int, stride: int, padding: Padding, mve: int
) -> None:
    """A core with vectors copies only the ends; one without works as on images: two int16 columns of K rounded to 4."""
    model = conv(
        (1, 1, width, channels),
        (2, 1, taps, channels),
        (1, 1, out_width, 2),
        padding=padding,
        stride_w=stride,
        stride_h=1,
    )
    dsp = 4 * -(-taps * channels // 4) * 4
    assert [requests.scratch for requests in prepare(model)] == [(dsp,), (mve,)]


# -- DEPTHWISE_CONV_2D -------------------------------------------------------------------------------------------------


def depthwise(
    image: tuple[int, ...],
    filter: tuple[int, ...],
    output: tuple[int, ...],
    type: str = "INT8",
    weight_type: str = "INT8",
    **options: Any,
) -> Model:
    fields = {"padding": Padding.VALID, "stride_w": 1, "stride_h": 1, "depth_multiplier": 1, **options}
    inputs = [Spec(image, type, 0.5), weights(filter, weight_type)]
    return one("DEPTHWISE_CONV_2D", inputs, Spec(output, type, 0.5), DepthwiseConv2DOptions(**fields))


SIX = (1, 8, 8, 6)


@pytest.mark.parametrize(
    ("model", "persistent", "dsp", "mve"),
    [
        # 3x3 has a loop of its own on a DSP core; with vectors 4 x 124 channels x 9 taps.
        (depthwise(SIX, (1, 3, 3, 6), (1, 6, 6, 6)), (24, 24), (), (4464,)),
        # Stride 1 and SAME: 1 of padding. Stride 2 and dilation 1 on 8: still at most 1.
        (depthwise(SIX, (1, 3, 3, 6), SIX, padding=Padding.SAME), (24, 24), (), (4464,)),
        # 2x5 taps: int16 of 6 channels each.
        (depthwise(SIX, (1, 2, 5, 6), (1, 7, 4, 6)), (24, 24), (120,), (4960,)),
        # int4 weights know no 3x3 loop.
        (depthwise(SIX, (1, 3, 3, 6), (1, 6, 6, 6), weight_type="INT4"), (24, 24), (108,), (4464,)),
        # Dilated, in batches, or with more channels out than in: one tap at a time.
        (depthwise(SIX, (1, 2, 2, 6), (1, 6, 6, 6), dilation_h_factor=2, dilation_w_factor=2), (24, 24), (), ()),
        (depthwise((2, 8, 8, 6), (1, 2, 2, 6), (2, 7, 7, 6)), (24, 24), (), ()),
        (depthwise(SIX, (1, 2, 2, 12), (1, 7, 7, 12), depth_multiplier=2), (48, 48), (), ()),
        # One channel to four, with vectors: a convolution with four columns of 16, and the filter turned round, 4 x 4.
        (depthwise((1, 8, 8, 1), (1, 2, 2, 4), (1, 7, 7, 4), depth_multiplier=4), (16, 16), (), (80,)),
        # ... of 1x1: the filter alone. Batches and dilation do not matter here.
        (depthwise((2, 8, 8, 1), (1, 1, 1, 4), (2, 8, 8, 4), depth_multiplier=4), (16, 16), (), (4,)),
        # One channel to one: 2 bytes, or 4 x 124, for 4 taps.
        (depthwise((1, 8, 8, 1), (1, 2, 2, 1), (1, 7, 7, 1)), (4, 4), (8,), (1984,)),
        # int16 asks for nothing.
        (depthwise(SIX, (1, 2, 5, 6), (1, 7, 4, 6), "INT16"), (24, 24), (), ()),
        (depthwise(SIX, (1, 2, 5, 6), (1, 7, 4, 6), "FLOAT32", "FLOAT32"), (), (), ()),
    ],
)
def test_depthwise_conv_2d(
    model: Model, persistent: tuple[int, ...], dsp: tuple[int, ...], mve: tuple[int, ...]
) -> None:
    assert prepare(model) == (PrepareRequests(persistent, dsp), PrepareRequests(persistent, mve))


@pytest.mark.parametrize(
    ("taps", "channels", "stride", "padding", "mve"),
    [
        (3, 4, 1, Padding.VALID, 15),
        (2, 2, 1, Padding.SAME, 6),
        (3, 5, 1, Padding.SAME, 19),
        (5, 4, 2, Padding.SAME, 27),
        (5, 2, 3, Padding.VALID, 15),
        (5, 5, 4, Padding.VALID, 30),
    ],
)
def test_depthwise_of_one_channel_along_one_row(
    taps: int, channels: int, stride: int, padding: Padding, mve: int
) -> None:
    """Real TFLM 90b983c2 with CMSIS-NN 4ab83cc3 on a Cortex-M55, measured: whatever the stride, taps + padding to the
    left, and the filter. 13 columns.
    """
    width = -(-13 // stride) if padding == Padding.SAME else -(-(13 - taps + 1) // stride)
    output = (1, 1, width, channels)
    fields = {"padding": padding, "stride_w": stride, "stride_h": stride, "depth_multiplier": channels}
    model = depthwise((1, 1, 13, 1), (1, 1, taps, channels), output, **fields)
    assert [requests.scratch for requests in prepare(model)] == [(), (mve,)]


# -- TRANSPOSE_CONV ----------------------------------------------------------------------------------------------------


def transpose_conv(channels: int, stride: tuple[int, int], type: str = "INT8", bias: Spec | None = None) -> Model:
    """From 4x6 to whatever; 3x2 taps, 5 channels out. Weights are [out, rows, columns, in]."""
    output = (1, 4 * stride[0], 6 * stride[1], 5)
    options = TransposeConvOptions(padding=Padding.SAME, stride_h=stride[0], stride_w=stride[1])
    filter = weights((5, 3, 2, channels), "FLOAT32" if type == "FLOAT32" else "INT8")
    inputs = [constant(np.array(output, np.int32)), filter, Spec((1, 4, 6, channels), type, 0.5)]
    return one("TRANSPOSE_CONV", [*inputs, *([bias] if bias else [])], Spec(output, type, 0.5), options)


@pytest.mark.parametrize(
    ("model", "dsp", "mve"),
    [
        # 16 channels: sums of one row of input, 3 rows x ((6 - 1) x 2 + 2) columns x 5 channels x 4 bytes.
        (transpose_conv(16, (2, 2)), (720, 0), (720, 0)),
        # More stride down than columns of filter: the wider is taken, (6 - 1) x 1 + max(2, 3) = 8 columns.
        (transpose_conv(16, (3, 1)), (480, 0), (480, 0)),
        # 17 channels, strides of at most 2: a convolution, K = 3x2x17 = 102, and the filter reversed, 102 x 5.
        (transpose_conv(17, (2, 2)), (416, 510), (448, 510)),
        # Stride 3: sums again, 3 x (5 x 3 + 3) x 5 x 4.
        (transpose_conv(17, (3, 3)), (1080, 0), (1080, 0)),
        # int16: all sums, int64, 8 x 12 x 5 of them; a bias of int16 made int64.
        (transpose_conv(3, (2, 2), "INT16"), (3840,), (3840,)),
        (transpose_conv(3, (2, 2), "INT16", weights((5,), "INT16")), (3840, 40), (3840, 40)),
        (transpose_conv(3, (2, 2), "FLOAT32"), (), ()),
    ],
)
def test_transpose_conv(model: Model, dsp: tuple[int, ...], mve: tuple[int, ...]) -> None:
    assert prepare(model) == (PrepareRequests((20, 20), dsp), PrepareRequests((20, 20), mve))


# -- FULLY_CONNECTED ---------------------------------------------------------------------------------------------------


def dense(
    filter: Spec, output: tuple[int, ...], type: str = "INT8", bias: Spec | None = None, is_float: bool = False
) -> Model:
    input = Spec((*output[:-1], filter.shape[1]), type, None if is_float else 0.5)
    inputs = [input, filter, *([bias] if bias else [])]
    return one("FULLY_CONNECTED", inputs, Spec(output, type, None if is_float else 0.5), FullyConnectedOptions())


@pytest.mark.parametrize(
    ("model", "dsp", "mve"),
    [
        # Five units: sums of the weights stay, with vectors; as scratch where the bias, or the filter, is computed.
        (dense(weights((5, 8)), (1, 5)), PrepareRequests(), PrepareRequests((20,))),
        (dense(weights((5, 8)), (1, 5), bias=weights((5,), "INT32")), PrepareRequests(), PrepareRequests((20,))),
        (dense(weights((5, 8)), (1, 5), bias=Spec((5,), "INT32")), PrepareRequests(), PrepareRequests((), (20,))),
        (dense(Spec((5, 8), "INT8", 0.1), (1, 5)), PrepareRequests(), PrepareRequests((), (20,))),
        # Many scales: multipliers and shifts before them.
        (dense(weights((5, 8), scale=[0.1] * 5), (1, 5)), PrepareRequests((20, 20)), PrepareRequests((20, 20, 20))),
        # More than two axes and a depth of whole words: a 1x1 convolution, which wants one multiplier and shift a unit.
        (dense(weights((5, 8)), (1, 3, 5)), PrepareRequests((), (40,)), PrepareRequests((), (40,))),
        (dense(weights((5, 8), scale=[0.1] * 5), (1, 3, 5)), PrepareRequests((20, 20)), PrepareRequests((20, 20))),
        # A depth of 6: no.
        (dense(weights((5, 6)), (1, 3, 5)), PrepareRequests(), PrepareRequests((20,))),
        # int4 weights, int16, floats: nothing.
        (dense(weights((5, 8), "INT4"), (1, 3, 5)), PrepareRequests(), PrepareRequests()),
        (dense(weights((5, 8)), (1, 3, 5), "INT16"), PrepareRequests(), PrepareRequests()),
        (dense(weights((5, 8), "FLOAT32"), (1, 5), "FLOAT32", is_float=True), PrepareRequests(), PrepareRequests()),
    ],
)
def test_fully_connected(model: Model, dsp: PrepareRequests, mve: PrepareRequests) -> None:
    assert prepare(model) == (dsp, mve)


@pytest.mark.parametrize(("type", "weight_type"), [("INT16", "INT8"), ("INT8", "INT4")])
def test_fully_connected_with_many_scales_is_for_int8_alone(type: str, weight_type: str) -> None:
    with pytest.raises(PrepareError, match="with many scales, but INT8 for both is needed"):
        prepare(dense(weights((5, 8), weight_type, scale=[0.1] * 5), (1, 5), type))


# -- the others --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("type", "dsp"),
    [("INT8", (24,)), ("INT16", (24,)), ("FLOAT32", ())],
)
def test_average_pooling_sums_the_channels_of_a_pixel(type: str, dsp: tuple[int, ...]) -> None:
    """4 bytes for each of 6 channels; a core with vectors needs no place for them."""
    options = Pool2DOptions(padding=Padding.VALID, stride_w=2, stride_h=2, filter_width=2, filter_height=2)
    output = Spec((1, 4, 4, 6), type, 0.5)
    model = one("AVERAGE_POOL_2D", [Spec(SIX, type, 0.5)], output, options)
    assert prepare(model) == (PrepareRequests((), dsp), PrepareRequests())
    assert prepare(one("MAX_POOL_2D", [Spec(SIX, type, 0.5)], output, options)) == (PrepareRequests(),) * 2


def svdf(type: str, features: Spec) -> Model:
    """2 inputs of 3, 10 filters of 4, 5 units."""
    state = Spec((2, 40), type, 0.5, is_variable=True)
    inputs = [Spec((2, 3), type, 0.5), features, weights((10, 4), type), weights((5,), "INT32"), state]
    return one("SVDF", inputs, Spec((2, 5), type, 0.5))


def test_svdf() -> None:
    """Scratch as the reference kernel's; with vectors a sum for each of 10 filters, which must be constants then."""
    dsp, mve = prepare(svdf("INT8", weights((10, 3))))
    assert (dsp, mve) == (PrepareRequests((), (80, 40)), PrepareRequests((40,), (80, 40)))
    assert prepare(svdf("FLOAT32", weights((10, 3), "FLOAT32"))) == (PrepareRequests((), (80,)),) * 2
    graph = svdf("INT8", Spec((10, 3), "INT8", 0.5)).subgraphs[0]
    assert CMSIS_NN_DSP.prepare_requests(MicroContext(graph), graph.operators[0], "ilp32").scratch == (80, 40)
    with pytest.raises(PrepareError, match="is not constant, but a constant is needed"):
        CMSIS_NN_MVE.prepare_requests(MicroContext(graph), graph.operators[0], "ilp32")


@pytest.mark.parametrize(
    ("type", "cell_type", "persistent", "scratch"),
    [
        ("INT8", "INT16", (24,) * 8, (24,) * 3),  # 4 bytes, 6 units; 2 x 6 states of 2 bytes
        ("INT16", "INT16", (48,) * 8, (24,) * 3),  # 8 bytes, as wide as the bias
        ("FLOAT32", "FLOAT32", (), (48,) * 4),
    ],
)
def test_lstm(type: str, cell_type: str, persistent: tuple[int, ...], scratch: tuple[int, ...]) -> None:
    states = [Spec((2, 6), type, 0.5, is_variable=True), Spec((2, 6), cell_type, 0.5, is_variable=True)]
    inputs = [Spec((2, 3, 4), type, 0.5), *[None] * 17, *states, *[None] * 4]
    model = one("UNIDIRECTIONAL_SEQUENCE_LSTM", inputs, Spec((2, 3, 6), type, 0.5))
    assert prepare(model) == (PrepareRequests(persistent, scratch),) * 2


def batch_matmul(type: str, options: BatchMatMulOptions) -> Model:
    """(2x) 3x4 by (2x) 4x5, either transposed as the options say."""
    left = (2, 4, 3) if options.adj_x else (2, 3, 4)
    right = (2, 5, 4) if options.adj_y else (2, 4, 5)
    scale = None if type == "FLOAT32" else 0.5
    inputs = [Spec(left, type, scale), Spec(right, type, scale)]
    return one("BATCH_MATMUL", inputs, Spec((2, 3, 5), type, scale), options)


@pytest.mark.parametrize(
    ("type", "options", "persistent", "mve"),
    [
        # The right one's copy: a TfLiteEvalTensor of 12, 1 + 3 sizes, 40 elements. The output's sizes. Parameters: 28.
        ("INT8", BatchMatMulOptions(), (12, 16, 40, 16, 28), (20,)),
        ("INT8", BatchMatMulOptions(adj_y=True), (16, 28), (20,)),
        ("INT8", BatchMatMulOptions(adj_x=True, adj_y=True), (12, 16, 24, 16, 28), (20,)),
        ("INT16", BatchMatMulOptions(adj_x=True), (12, 16, 48, 12, 16, 80, 16, 28), ()),
        ("FLOAT32", BatchMatMulOptions(), (12, 16, 160, 16), ()),
    ],
)
def test_batch_matmul(
    type: str, options: BatchMatMulOptions, persistent: tuple[int, ...], mve: tuple[int, ...]
) -> None:
    """Sums of 5 columns, in scratch, for int8 with vectors."""
    model = batch_matmul(type, options)
    assert prepare(model) == (PrepareRequests(persistent), PrepareRequests(persistent, mve))
    assert looked_at(model) == [0, 1, 2]


@pytest.mark.parametrize(("type", "persistent"), [("INT8", ()), ("INT16", (1026, 1026))])
def test_softmax_is_the_references_but_for_its_op_data(type: str, persistent: tuple[int, ...]) -> None:
    model = one("SOFTMAX", [Spec((1, 10), type, 0.1)], Spec((1, 10), type, 0.1), SoftmaxOptions(beta=1))
    assert prepare(model) == (PrepareRequests(persistent),) * 2
    node = model.subgraphs[0].operators[0]
    assert [library.init_requests(node, "ilp32") for library in BOTH] == [InitRequests((4, 4), 64)] * 2
    assert REFERENCE.init_requests(node, "ilp32") == InitRequests((4, 4), 56)


def test_the_tensors_that_prepare_looks_at() -> None:
    """CONV_2D's bias is asked for once: the first time as an output, which there is not. The output comes last here."""
    image, bias = Spec(IMAGE, "INT8", 0.5), weights((5,), "INT32")
    options = Conv2DOptions(padding=Padding.VALID, stride_w=1, stride_h=1)
    model = one("CONV_2D", [image, weights((5, 3, 3, 3)), bias], Spec((1, 6, 6, 5), "INT8", 0.5), options)
    assert looked_at(model) == [0, 1, 3, 0, 1, 2, 3]
    assert looked_at(depthwise(SIX, (1, 3, 3, 6), (1, 6, 6, 6))) == [0, 1, 2, 0, 1, 2]
    options = Pool2DOptions(padding=Padding.VALID, stride_w=2, stride_h=2, filter_width=2, filter_height=2)
    for name, places in (("AVERAGE_POOL_2D", [0, 1, 0, 1]), ("MAX_POOL_2D", [0, 1])):
        assert looked_at(one(name, [Spec(SIX, "INT8", 0.5)], Spec((1, 4, 4, 6), "INT8", 0.5), options)) == places


def test_what_has_no_file_in_cmsis_nn_is_the_reference_kernel() -> None:
    for library in BOTH:
        own = {name for name, row in library.prepare.items() if row is not REFERENCE.prepare.get(name)}
        assert own == {
            "AVERAGE_POOL_2D", "BATCH_MATMUL", "CONV_2D", "DEPTHWISE_CONV_2D", "FULLY_CONNECTED", "SVDF",
            "TRANSPOSE_CONV", "UNIDIRECTIONAL_SEQUENCE_LSTM",
        }  # fmt: skip
        assert library.prepare.keys() == library.looks_at.keys()


def test_a_filter_of_too_few_axes_is_refused() -> None:
    for name in ("CONV_2D", "DEPTHWISE_CONV_2D", "TRANSPOSE_CONV"):
        row = constant(np.ones((4, 3), np.int8), scale=0.1)
        with pytest.raises(PrepareError, match=r"4x3\), but .*4 axes"):
            prepare(one(name, [row, row, row], row._replace(data=None)))
