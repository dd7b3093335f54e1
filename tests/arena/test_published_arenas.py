"""Arenas that others published, beside tinylab's: equal where the version is known, explained where it is not.

Sources: the benchmark README of TFLM 90b983c2 (tensorflow/lite/micro/tools/benchmarking), and table 3 of "TensorFlow
Lite Micro: Embedded Machine Learning for TinyML Systems" (arXiv 2010.08678v3, 2021; kB are 1,000 bytes).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from tests.arena.models import allocate
from tests.builder import OperatorSpec, SubgraphSpec, TensorSpec, build_model, constant
from tests.shared import model_bytes, needs_shared
from tinylab.arena import AllocationCategory, ArenaRecord, RecordingMicroAllocator
from tinylab.kernels.memory.resource_variables import table_requests
from tinylab.model import Model, load_model
from tinylab.model.options import (
    ActivationFunctionType,
    Conv2DOptions,
    FullyConnectedOptions,
    Padding,
    Pool2DOptions,
    ReshapeOptions,
)
from tinylab.runtime import arena_needs

BENCHMARK_VARIABLES = 100  # kNumResourceVariable of generic_model_benchmark.cc, whatever the model has

PERSON_DETECT_PUBLISHED = ArenaRecord(
    arena_bytes=1 << 20,
    total_bytes=84_436,
    head_bytes=55_296,
    tail_bytes=29_140,
    categories=(
        AllocationCategory("TfLiteEvalTensor data", 1_068, 1_068, 89),
        AllocationCategory("Persistent TfLiteTensor data", 64, 64, 2),
        AllocationCategory("Persistent TfLiteTensor quantization data", 40, 40, 4),
        AllocationCategory("Persistent buffer data", 25_872, 25_704, 90),
        AllocationCategory("NodeAndRegistration struct", 992, 992, 31),
    ),
)


@needs_shared
def test_person_detect_of_the_benchmark_readme_to_the_byte() -> None:
    """84,436 = 55,296 + 29,140: CMSIS-NN kernels, the recording allocator, and a table for 100 resource variables that
    the benchmark makes for every model. Without these two the application needs 55,296 + 27,012.
    """
    model = load_model(model_bytes("tflm/person_detect.tflite"), name="person_detect")
    allocator = RecordingMicroAllocator.create(1 << 20, "cortex-m4/cmsis-nn")
    allocator.allocate_resource_variables(*table_requests(BENCHMARK_VARIABLES, "ilp32"))
    allocate(model, allocator)
    assert allocator.record() == PERSON_DETECT_PUBLISHED
    plain = arena_needs(model, "cortex-m4/cmsis-nn")
    assert (plain.head_bytes, plain.tail_bytes) == (55_296, 27_012)


class Row(NamedTuple):
    """A row of the paper's table 3, in bytes as rounded there: SparkFun Edge, a Cortex-M4, reference kernels."""

    name: str
    persistent: int
    non_persistent: int


PAPER = (
    Row("convolutional reference", 1_290, 7_750),
    Row("Google hotword", 12_120, 680),
    Row("visual wake words", 26_500, 55_300),
)


def convolutional_reference() -> Model:
    """The structure of TFLM's test_conv_model: two convolutions, pooling and a dense layer on a 16 × 16 image."""

    def weights(*shape: int, channels: int = 1, type: str = "INT8") -> TensorSpec:
        scales = [0.1] * channels if channels > 1 else 0.1
        return constant(np.ones(shape, np.int32 if type == "INT32" else np.int8), scale=scales)

    tensors = [
        TensorSpec((1, 16, 16, 1), "INT8", 0.1),
        weights(16, channels=16, type="INT32"),
        weights(32, channels=32, type="INT32"),
        weights(10, type="INT32"),
        constant(np.array([-1, 1152], np.int32)),
        weights(10, 1152),
        weights(16, 3, 3, 1, channels=16),
        weights(32, 3, 3, 16, channels=32),
        TensorSpec((1, 14, 14, 16), "INT8", 0.1),
        TensorSpec((1, 12, 12, 32), "INT8", 0.1),
        TensorSpec((1, 6, 6, 32), "INT8", 0.1),
        TensorSpec((1, 1152), "INT8", 0.1),
        TensorSpec((1, 10), "INT8", 0.1),
        TensorSpec((1, 16, 16, 1), "FLOAT32"),
        TensorSpec((1, 10), "FLOAT32"),
    ]
    conv = Conv2DOptions(Padding.VALID, 1, 1, ActivationFunctionType.RELU)
    operators = [
        OperatorSpec("QUANTIZE", [13], [0]),
        OperatorSpec("CONV_2D", [0, 6, 1], [8], conv, version=3),
        OperatorSpec("CONV_2D", [8, 7, 2], [9], conv, version=3),
        OperatorSpec("MAX_POOL_2D", [9], [10], Pool2DOptions(Padding.VALID, 2, 2, 2, 2), version=2),
        OperatorSpec("RESHAPE", [10, 4], [11], ReshapeOptions()),
        OperatorSpec("FULLY_CONNECTED", [11, 5, 3], [12], FullyConnectedOptions(), version=4),
        OperatorSpec("DEQUANTIZE", [12], [14], version=2),
    ]
    return load_model(build_model([SubgraphSpec(tensors, operators, [13], [14])]), name="convolutional reference")


@needs_shared
def test_the_papers_table() -> None:
    """The heads are those of 2020 to the rounding; the tails moved by 3 to 12 %, as TFLM's structs did since."""
    models = {
        "convolutional reference": convolutional_reference(),
        "Google hotword": load_model(model_bytes("tflm/keyword_scrambled.tflite")),
        "visual wake words": load_model(model_bytes("tflm/person_detect.tflite")),
    }
    print("\nmodel                    persistent: paper  now        non-persistent: paper  now")
    for row in PAPER:
        needs = arena_needs(models[row.name], "cortex-m4/reference")
        tail, head = needs.tail_bytes, needs.head_bytes
        print(
            f"{row.name:24} {row.persistent:>17,} {tail:>6,} {tail / row.persistent - 1:>+6.1%}"
            f" {row.non_persistent:>18,} {head:>6,}"
        )
        assert abs(head - row.non_persistent) <= 10
        assert 1.01 < tail / row.persistent < 1.13
