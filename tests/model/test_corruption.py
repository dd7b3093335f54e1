"""Damaged and hostile files: load_model gives a Model or a ModelError, soon, and without taking much memory."""

from __future__ import annotations

import functools
import struct
import time
import tracemalloc
from collections import Counter

import flatbuffers
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.builder import OperatorSpec, SubgraphSpec, TensorSpec, build_model, constant
from tests.shared import SHARED, model_bytes, model_index
from tinylab.errors import ModelError
from tinylab.model import Model, load_model, schema
from tinylab.model.flatbuffer_builder import write_table, write_tables
from tinylab.model.options import Conv2DOptions, ReshapeOptions

EXAMPLES = 2500
WORDS = [0, 1, 2, 3, 4, 7, 8, 127, 255, 2**15, 2**16 - 1, 2**24, 2**30, 2**31 - 1, 2**31, 2**32 - 4, 2**32 - 1]


def built_models() -> list[bytes]:
    """A model with some of everything, as a plain file and with its buffers behind the FlatBuffer."""
    tensors = [
        TensorSpec((1, 8, 8, 1), "INT8", 0.5, -3, name="image", shape_signature=(-1, 8, 8, 1)),
        constant(np.ones((2, 3, 3, 1), np.int8), scale=[0.1, 0.2], name="kernel"),
        TensorSpec((1, 8, 8, 2), "INT8", 0.25, 7, name="output"),
        constant(np.array([2, 64], np.int32), name="shape"),
        TensorSpec((2, 64), "INT8", 0.25, 7, name="flat", is_variable=True),
        TensorSpec((5,), "INT4", 1.0, data=[1, 2, 3, 4, 5]),
    ]
    operators = [
        OperatorSpec("CONV_2D", [0, 1, -1], [2], Conv2DOptions(stride_w=1, stride_h=1)),
        OperatorSpec("RESHAPE", [2, 3], [4], ReshapeOptions((2, 64))),
        OperatorSpec("Custom", [4, 5], [4], custom_options=b"custom options", intermediates=[1]),
    ]
    subgraphs = [SubgraphSpec(tensors, operators, outputs=[4]), SubgraphSpec(tensors[:1], [], name="second")]
    metadata = {"min_runtime_version": b"1.5.0"}
    return [build_model(subgraphs, metadata=metadata, buffers_outside=outside) for outside in (False, True)]


@functools.cache
def sound_models() -> list[bytes]:
    """The models to damage, smallest first: what is damaged in a large one is mostly weights."""
    shared = [model_bytes(entry["file"]) for entry in model_index() if entry["bytes"] <= 400_000]
    return sorted([*built_models(), *shared], key=len)


def damaged(data: bytes, kind: str, position: int, value: int) -> bytes:
    """The file with one fault: cut off, a bit flipped, a run of bytes overwritten, or a number replaced."""
    result = bytearray(data)
    position %= len(data)
    word = position & ~3
    if kind == "cut":
        return bytes(result[:position])
    if kind == "bit":
        result[position] ^= 1 << value % 8
    elif kind == "run":
        result[position : position + 1 + value % 64] = bytes([value >> 8 & 255]) * (1 + value % 64)
    elif kind == "extreme":
        result[word : word + 4] = struct.pack("<I", WORDS[value % len(WORDS)])
    elif kind == "offset":
        result[word : word + 4] = struct.pack("<I", value % len(data))
    elif kind == "moved":  # another word of the file: a sound offset at a wrong place
        source = value % len(data) & ~3
        result[word : word + 4] = result[source : source + 4]
    elif kind == "short":
        result[word : word + 2] = struct.pack("<H", value % 64)
    return bytes(result)


def exercise(model: Model) -> None:
    """Look at everything a model has: what loads must not fail later."""
    assert repr(model)
    for subgraph in model.subgraphs:
        assert repr(subgraph)
        for tensor in subgraph.tensors:
            tensor.constant()
            assert repr(tensor)
            assert repr(tensor.quantization)
        for operator in subgraph.operators:
            assert repr(operator)


def outcome(data: bytes) -> str:
    """What load_model makes of the bytes; its time and memory are checked, and any other exception goes through."""
    message = ""
    tracemalloc.start()
    begun = time.process_time()
    try:
        exercise(load_model(data))
    except ModelError as error:
        message = str(error)
    seconds = time.process_time() - begun
    peak_bytes = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert seconds < 2 + 10e-6 * len(data)
    assert peak_bytes < 18 * len(data) + (1 << 19)
    assert len(message) < 1000
    return "refused" if message else "loads"


def test_a_damaged_file_loads_or_is_refused() -> None:
    outcomes: Counter[str] = Counter()
    models = sound_models()
    small = len([data for data in models if len(data) < 20_000])

    @settings(
        max_examples=EXAMPLES, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck)
    )
    @given(
        st.one_of([st.integers(0, small - 1)] * 7 + [st.integers(0, len(models) - 1)]),
        st.sampled_from(["cut", "bit", "run", "extreme", "offset", "moved", "short"]),
        st.integers(0, 2**32 - 1),
        st.integers(0, 2**32 - 1),
    )
    def damage(index: int, kind: str, position: int, value: int) -> None:
        outcomes[outcome(damaged(models[index], kind, position, value))] += 1

    damage()
    print(dict(outcomes), "of", len(models), "models")
    assert outcomes.total() >= 2000
    # Were almost all refused, or almost none, then the faults would not reach the checks.
    assert min(outcomes["loads"], outcomes["refused"]) > EXAMPLES // 10


@pytest.mark.parametrize("data", built_models(), ids=["plain", "buffers outside"])
def test_every_cut_and_every_word_of_a_small_file(data: bytes) -> None:
    """All the truncations, and each 32-bit word set to five values that are wrong almost everywhere."""
    assert outcome(data) == "loads"
    outcomes: Counter[str] = Counter()
    for size in range(0, len(data), 3):
        assert outcome(data[:size]) in ("loads", "refused")
    for position in range(0, len(data), 4):
        for value in (0, 6, 12, 13, 15):
            outcomes[outcome(damaged(data, "extreme", position, value))] += 1
    assert min(outcomes["loads"], outcomes["refused"]) > 100


def repeated(tensor: schema.Tensor, count: int) -> bytes:
    """A subgraph of `count` tensors that are one and the same table."""
    builder = flatbuffers.Builder(1024)
    tensors = write_tables(builder, [write_table(builder, tensor)] * count)
    builder.StartObject(6)
    builder.PrependUOffsetTRelativeSlot(0, tensors, 0)
    subgraphs = write_tables(builder, [builder.EndObject()])
    buffers = write_tables(builder, [write_table(builder, schema.Buffer())])
    builder.StartObject(5)
    builder.PrependUint32Slot(0, schema.SCHEMA_VERSION, 0)
    builder.PrependUOffsetTRelativeSlot(2, subgraphs, 0)
    builder.PrependUOffsetTRelativeSlot(4, buffers, 0)
    builder.Finish(builder.EndObject(), file_identifier=schema.FILE_IDENTIFIER)
    return bytes(builder.Output())


SCALES = schema.QuantizationParameters(scale=np.ones(10_000, np.float32), zero_point=np.zeros(10_000, np.int64))


@pytest.mark.parametrize(
    ("tensor", "count"),
    [
        (schema.Tensor(), 50_000),
        (schema.Tensor(name="n" * 10_000), 50_000),
        (schema.Tensor(shape=(1,) * 1000), 50_000),
        (schema.Tensor(shape=(10_000,), quantization=SCALES), 500),
    ],
    ids=["empty", "long name", "long shape", "many scales"],
)
def test_one_part_used_many_times_takes_neither_time_nor_memory(tensor: schema.Tensor, count: int) -> None:
    assert outcome(repeated(tensor, 3)) == "loads"
    assert outcome(repeated(tensor, count)) == "refused"


@pytest.mark.skipif(not SHARED.is_dir(), reason="the measured models are not here")
def test_sound_models_stay_far_below_what_reading_may_cost() -> None:
    """The limit that stops hostile files must never meet an honest one."""
    from tinylab.model.reader import _ModelReader

    for entry in model_index():
        reader = _ModelReader(memoryview(model_bytes(entry["file"])), entry["file"])
        allowed = reader.file.budget
        reader.model()
        assert reader.file.budget > allowed / 2, entry["file"]
