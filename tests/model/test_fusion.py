"""tinylab/model/fusion.py: a merged model gives what its two give one after another, here and on the real TFLM."""

from __future__ import annotations

import functools
import itertools
import zlib
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from tests.arena.models import RandomGraph, dense_chain
from tests.builder import OperatorSpec, SubgraphSpec, TensorSpec, build_model, constant, model_tables, write
from tests.model.test_writer import rich
from tests.real_models import entries, random_values
from tests.shared import model_bytes, needs_shared
from tinylab.errors import ModelError
from tinylab.model import BuiltinOperator, Model, chain, fuse, load_model, schema
from tinylab.model.options import AddOptions, SVDFOptions, VarHandleOptions
from tinylab.peers.tflm import TflmSession
from tinylab.runtime import AllOpsResolver, MicroInterpreter, arena_needs
from tinylab.runtime.model_allocation import shared_arena_needs

ARENA_BYTES = 64 << 20
REFERENCE_TARGETS = ("x86-64/reference", "cortex-m4/reference")
SAMPLES = 3
Arrays = list[NDArray[Any]]
Run = Callable[[Model, Arrays], Arrays]


def on_tinylab(model: Model, inputs: Arrays) -> Arrays:
    interpreter = MicroInterpreter(model, AllOpsResolver(), ARENA_BYTES)
    interpreter.allocate_tensors()
    found = interpreter.predict(inputs)
    return list(found) if isinstance(found, (list, tuple)) else [found]


def random_inputs(model: Model) -> Arrays:
    rng = np.random.default_rng(zlib.crc32(bytes(model.data)))
    main = model.subgraphs[0]
    return [random_values(rng, main.tensors[index], SAMPLES) for index in main.inputs]


def one_after_another(run: Run, first: Model, second: Model, joint: tuple[int, int] | None) -> tuple[Arrays, Arrays]:
    """What the merged model is fed and must give. joint: (output, input) of a chain."""
    ones, twos = random_inputs(first), random_inputs(second)
    first_outputs = run(first, ones)
    if joint is None:
        return ones + twos, first_outputs + run(second, twos)
    output, input = joint
    link = first_outputs.pop(output)
    chained = run(second, [*twos[:input], link, *twos[input + 1 :]])
    return ones + twos[:input] + twos[input + 1 :], first_outputs + chained


def assert_as_one_after_another(
    tflm: TflmSession, merged: Model, first: Model, second: Model, joint: tuple[int, int] | None = None
) -> int:
    """Outputs on both runtimes, bit for bit, and the head; its bytes."""
    heads: list[int] = []

    def on_tflm(model: Model, inputs: Arrays) -> Arrays:
        found = tflm.run(bytes(model.data), inputs).require()
        assert found.arena is not None
        heads.append(found.arena.head_bytes)
        return list(found.outputs)

    for run in (on_tinylab, on_tflm):
        inputs, needed = one_after_another(run, first, second, joint)
        outputs = run(merged, inputs)
        assert len(outputs) == len(needed)
        for found, one in zip(outputs, needed, strict=True):
            assert found.tobytes() == one.tobytes(), (merged.name, run)
    assert [arena_needs(merged, target).head_bytes for target in REFERENCE_TARGETS] == [heads[-1]] * 2
    return heads[-1]


def dense(widths: Sequence[int], name: str, seed: int = 0) -> Model:
    return load_model(dense_chain(widths, seed=seed), name=name)


def row_model(name: str = "row", count: int = 2, scale: float = 0.1, type: str = "INT8") -> Model:
    """x + x, `count` times over: what comes out has the shape and quantization of what goes in."""
    row = TensorSpec((1, 20), type, scale, 3 if type == "INT8" else 0, name="x")
    operators = [
        OperatorSpec("ADD", [k, k], [k + 1], AddOptions(pot_scale_int16=False), version=2) for k in range(count)
    ]
    return load_model(build_model([SubgraphSpec([row] * (count + 1), operators, [0], [count])]), name=name)


def stateful() -> Model:
    """int8 SVDF, which remembers: its state is a variable."""
    rng = np.random.default_rng(5)
    tensors = [
        TensorSpec((1, 20), "INT8", 0.1, 3, name="x"),
        constant(rng.integers(-99, 99, (4, 20)).astype(np.int8), scale=0.02, name="feature"),
        constant(rng.integers(-99, 99, (4, 5)).astype(np.int16), "INT16", scale=0.001, name="time"),
        constant(rng.integers(-99, 99, 4).astype(np.int32), scale=0.00002, name="bias"),
        TensorSpec((1, 20), "INT16", 0.02, 0, name="state", is_variable=True),
        TensorSpec((1, 4), "INT8", 0.2, -1, name="y"),
    ]
    operators = [OperatorSpec("SVDF", [0, 1, 2, 3, 4], [5], SVDFOptions(rank=1), version=3)]
    return load_model(build_model([SubgraphSpec(tensors, operators, [0], [5])]), name="stateful")


def test_side_by_side(tflm: TflmSession) -> None:
    pairs = [(dense([1, 16, 16, 1], "sine"), dense([40, 7, 90], "other", 1)), (stateful(), row_model())]
    pairs += [(row_model(), stateful()), (stateful(), stateful())]
    for first, second in pairs:
        assert_as_one_after_another(tflm, fuse(first, second), first, second)


def test_random_graphs_side_by_side(tflm: TflmSession) -> None:
    """Models of several inputs and outputs, with scratch buffers and constants that both have."""
    models = [load_model(RandomGraph(seed).model(2 + seed), name=f"graph {seed}") for seed in range(13)]
    pairs = list(itertools.pairwise(models))
    heads = {assert_as_one_after_another(tflm, fuse(*pair), *pair) for pair in pairs}
    assert len(heads) > len(pairs) // 2


def test_a_chain(tflm: TflmSession) -> None:
    first, second = row_model("first", 3), row_model("second", 1)
    merged = chain(first, second)
    assert_as_one_after_another(tflm, merged, first, second, (0, 0))
    (graph,) = merged.subgraphs
    assert (graph.inputs, graph.outputs, len(graph.tensors), len(graph.operators)) == ((0,), (4,), 5, 4)
    assert graph.operators[3].inputs == (3, 3)
    assert_as_one_after_another(tflm, chain(row_model(), stateful()), row_model(), stateful(), (0, 0))


def test_an_output_that_is_listed_twice_is_chained_once(tflm: TflmSession) -> None:
    row = TensorSpec((1, 20), "INT8", 0.1, 3)
    graph = SubgraphSpec([row] * 2, [OperatorSpec("ADD", [0, 0], [1], AddOptions(), version=2)], [0], [1, 1])
    twice = load_model(build_model([graph]), name="twice")
    merged = chain(twice, row_model(), output=1)
    assert merged.subgraphs[0].outputs == (1, 3)
    assert_as_one_after_another(tflm, merged, twice, row_model(), (1, 0))


def test_left_out_and_intermediate_tensors_are_numbered_anew() -> None:
    row = TensorSpec((1, 20), "INT8", 0.1, 3)
    operators = [OperatorSpec("Mine", [0, -1], [1], custom_options=b"abc", intermediates=[2, -1])]
    custom = load_model(build_model([SubgraphSpec([row, row, row], operators, [0], [1])]), name="custom")
    (operator,) = chain(row_model(), custom).subgraphs[0].operators[2:]
    assert (operator.inputs, operator.outputs, operator.intermediates) == ((2, -1), (3,), (4, -1))
    assert (operator.index, operator.name, bytes(operator.custom_options)) == (2, "Mine", b"abc")


def per_channel(dimension: int) -> Model:
    row = TensorSpec((2, 2), "INT8", [0.1, 0.2], 0, dimension)
    return load_model(build_model([SubgraphSpec([row] * 2, [OperatorSpec("Mine", [0], [1])])]), name=f"by {dimension}")


def two_ports() -> Model:
    """Two inputs, two outputs, all of one kind; the first output is read within the model too."""
    row = TensorSpec((1, 20), "INT8", 0.1, 3)
    tensors = [row._replace(name=name) for name in ("a", "b", "sum", "twice")]
    operators = [
        OperatorSpec("ADD", [0, 1], [2], AddOptions(), version=2),
        OperatorSpec("ADD", [2, 1], [3], AddOptions(), version=2),
    ]
    return load_model(build_model([SubgraphSpec(tensors, operators, [0, 1], [2, 3])]), name="ports")


@pytest.mark.parametrize("joint", [(0, 0), (0, 1), (1, 0), (1, 1)])
def test_a_chain_from_any_output_to_any_input(tflm: TflmSession, joint: tuple[int, int]) -> None:
    merged = chain(two_ports(), two_ports(), output=joint[0], input=joint[1])
    graph = merged.subgraphs[0]
    assert (len(graph.inputs), len(graph.outputs), len(graph.tensors)) == (3, 3, 7)
    assert_as_one_after_another(tflm, merged, two_ports(), two_ports(), joint)


@pytest.mark.parametrize(("one", "other"), [("INT8", "INT8"), ("INT8", "INT16"), ("INT16", "INT8"), ("INT16", "INT16")])
def test_a_chain_with_a_quantize_operator(tflm: TflmSession, one: str, other: str) -> None:
    """It gives what the two give with a model of QUANTIZE alone between them."""
    first, second = row_model("first", 2, 0.1, one), row_model("second", 2, 0.03, other)
    merged = chain(first, second, requantize=True)
    codes = [operator.code for operator in merged.subgraphs[0].operators]
    assert codes == [BuiltinOperator.ADD] * 2 + [BuiltinOperator.QUANTIZE] + [BuiltinOperator.ADD] * 2
    ports = [
        TensorSpec((1, 20), each, scale, 3 if each == "INT8" else 0) for each, scale in ((one, 0.1), (other, 0.03))
    ]
    between = load_model(build_model([SubgraphSpec(ports, [OperatorSpec("QUANTIZE", [0], [1])])]), name="between")
    assert_as_one_after_another(tflm, merged, chain(first, between), second, (0, 0))
    assert_as_one_after_another(tflm, merged, first, chain(between, second), (0, 0))


def test_a_quantize_operator_only_where_it_is_needed() -> None:
    assert chain(row_model(), row_model(), requantize=True).operator_counts() == {"ADD": 4}


def test_what_a_merged_model_is_called_and_keeps() -> None:
    one, other = dense([3, 5], "one", 0), dense([3, 6], "other", 1)
    other = replace(other, metadata={"made": memoryview(b"here")}, description="made by hand")
    merged = fuse(one, other)
    assert (merged.name, merged.description) == ("one+other", "built for a test + made by hand")
    assert (dict(merged.metadata), merged.bytes, bytes(merged.data[4:8])) == ({}, len(merged.data), b"TFL3")
    names = [tensor.name for tensor in merged.subgraphs[0].tensors]
    assert names[:3] == ["one/input", "one/weights 0", "one/bias 0"]
    assert names[4:6] == ["other/input", "other/weights 0"]
    assert [t.name for t in fuse(one, one).subgraphs[0].tensors][::4] == ["first/input", "second/input"]
    unlike = fuse(row_model(), dense([3, 5], "dense"))
    assert [tensor.name for tensor in unlike.subgraphs[0].tensors][2:4] == ["x", "input"]


def test_equal_constants_are_kept_once() -> None:
    model = dense([10, 50], "dense")
    merged = fuse(model, model)
    assert [len(buffer) for buffer in merged.buffers] == [0, 500, 200]
    assert merged.bytes < model.bytes + 700
    assert [tensor.buffer_index for tensor in merged.subgraphs[0].tensors] == [0, 1, 2, 0, 0, 1, 2, 0]


def with_signatures(data: Model, *signatures: tuple[str, dict[str, int], dict[str, int]]) -> Model:
    definitions = tuple(
        schema.SignatureDef(
            tuple(schema.TensorMap(*each) for each in inputs.items()),
            tuple(schema.TensorMap(*each) for each in outputs.items()),
            name,
        )
        for name, inputs, outputs in signatures
    )
    row = TensorSpec((1, 20), "INT8", 0.1, 3)
    operators = [OperatorSpec("ADD", [k, k], [k + 1], AddOptions(), version=2) for k in range(2)]
    tables = model_tables([SubgraphSpec([row] * 3, operators, [0], [2])])
    return load_model(write(tables._replace(signature_defs=definitions)), name=data.name)


def test_signatures_become_one() -> None:
    one = with_signatures(row_model("one"), ("serving_default", {"x": 0}, {"y": 2}))
    other = with_signatures(row_model("other"), ("serving_default", {"x": 0}, {"z": 2}))
    (signature,) = fuse(one, other).signatures
    assert (signature.name, signature.subgraph_index) == ("serving_default", 0)
    assert (dict(signature.inputs), dict(signature.outputs)) == ({"one/x": 0, "other/x": 3}, {"y": 2, "z": 5})
    (signature,) = chain(one, other).signatures
    assert (dict(signature.inputs), dict(signature.outputs)) == ({"x": 0}, {"z": 4})
    third = with_signatures(row_model("third"), ("run", {"a": 0}, {"b": 2}))
    assert fuse(one, third).signatures[0].name == "serving_default+run"
    assert fuse(one, row_model("none")).signatures == ()


def handle(name: str) -> Model:
    tensors = [TensorSpec((1,), "RESOURCE")]
    operators = [OperatorSpec("VAR_HANDLE", [], [0], VarHandleOptions("", "count"))]
    return load_model(build_model([SubgraphSpec(tensors, operators, [], [0])]), name=name)


def with_metadata(name: str) -> Model:
    row = TensorSpec((1, 20), "INT8", 0.1, 3)
    graph = SubgraphSpec([row] * 2, [OperatorSpec("ADD", [0, 0], [1], AddOptions(), version=2)])
    return load_model(build_model([graph], metadata={name: b"\0" * 24}), name="special")


ROW = row_model()
TWO_SIGNATURES = with_signatures(row_model("signed"), ("one", {}, {}), ("two", {}, {}))
REFUSED: dict[str, tuple[Callable[[], Model], str]] = {
    "subgraphs": (
        lambda: fuse(ROW, load_model(rich(), name="rich")),
        "rich: it has 2 subgraphs, and models of one can",
    ),
    "chained subgraphs": (lambda: chain(load_model(rich(), name="rich"), ROW), "rich: it has 2 subgraphs"),
    "plan": (
        lambda: fuse(with_metadata("OfflineMemoryAllocation"), ROW),
        "special: it has OfflineMemoryAllocation metadata: the plan is of that model alone: take it out by",
    ),
    "compression": (lambda: fuse(ROW, with_metadata("COMPRESSION_METADATA")), "merge the models before compressing"),
    "signatures": (lambda: fuse(ROW, TWO_SIGNATURES), "signed: it has 2 signatures (one, two)"),
    "variables": (
        lambda: fuse(handle("a"), handle("b")),
        "a and b: both have a resource variable 'count', and merged they would share it",
    ),
    "no output": (lambda: chain(ROW, ROW, output=1), "row: it has no output 1: there are 1, numbered from 0"),
    "no input": (lambda: chain(ROW, ROW, input=-1), "row: it has no input -1"),
    "shape": (
        lambda: chain(ROW, dense([3, 5], "dense"), requantize=True),
        "output 0 of row and input 0 of dense: INT8 [1, 20] Quantization(scale=0.1, zero_point=3) is found, INT8",
    ),
    "shape's remedy": (
        lambda: chain(ROW, dense([3, 5], "dense"), requantize=True),
        "zero_point=-3) is needed: end the first model, or begin the second, with a layer that gives the shape",
    ),
    "quantization": (lambda: chain(ROW, row_model(scale=0.2)), "pass requantize=True, which puts a QUANTIZE operator"),
    "quantized dimension": (
        lambda: chain(per_channel(0), per_channel(1), requantize=True),
        "2 scales along dimension 1) is needed: convert one of them with the other's type and quantization",
    ),
    "type": (lambda: chain(ROW, row_model(type="INT16")), "pass requantize=True, which puts a QUANTIZE operator"),
    "zero point": (
        lambda: chain(ROW, with_zero_point(4)),
        "Quantization(scale=0.1, zero_point=4) is needed: pass requantize=True",
    ),
    "float": (
        lambda: chain(ROW, float_model(), requantize=True),
        "FLOAT32 [1, 20] without quantization is needed: convert one of them with the other's type and quantization",
    ),
}


def with_zero_point(zero_point: int) -> Model:
    row = TensorSpec((1, 20), "INT8", 0.1, zero_point)
    graph = SubgraphSpec([row] * 2, [OperatorSpec("ADD", [0, 0], [1], AddOptions(), version=2)])
    return load_model(build_model([graph]), name="moved")


def float_model() -> Model:
    row = TensorSpec((1, 20), "FLOAT32")
    return load_model(
        build_model([SubgraphSpec([row] * 2, [OperatorSpec("ADD", [0, 0], [1], AddOptions())])]), name="f"
    )


@pytest.mark.parametrize(("merge", "said"), REFUSED.values(), ids=REFUSED)
def test_what_cannot_be_merged_is_refused(merge: Callable[[], Model], said: str) -> None:
    with pytest.raises(ModelError) as caught:
        merge()
    assert said in str(caught.value)


@functools.cache
def shared_model(file: str) -> Model:
    return load_model(model_bytes(file), name=file)


def small_models() -> list[Model]:
    """Those of the shared models that the real TFLM runs, that are below 200 kB and that can be merged."""
    small = [shared_model(entry["file"]) for entry in entries(invokes=True) if entry["bytes"] < 200_000]
    return [model for model in small if len(model.subgraphs) == 1 and "OfflineMemoryAllocation" not in model.metadata]


def chainable() -> list[tuple[Model, Model, int, int]]:
    """Every pair of the shared integer models that can be chained: (first, second, output, input)."""
    from tinylab.model.fusion import _same

    models = small_models()
    found = []
    for first, second in itertools.product(models, repeat=2):
        mains = first.subgraphs[0], second.subgraphs[0]
        for (m, a), (n, b) in itertools.product(enumerate(mains[0].outputs), enumerate(mains[1].inputs)):
            source, target = mains[0].tensors[a], mains[1].tensors[b]
            if source.type.name != "FLOAT32" and _same(source, target):
                found.append((first, second, m, n))
    return found


@needs_shared
def test_shared_models_chained(tflm: TflmSession) -> None:
    pairs = chainable()
    for first, second, output, input in pairs:
        merged = chain(first, second, output=output, input=input)
        assert_as_one_after_another(tflm, merged, first, second, (output, input))
    print(f"{len(pairs)} chains of two models give what the two give one after another, here and on the real TFLM")
    assert len(pairs) > 100


@needs_shared
def test_shared_models_beside_a_small_one(tflm: TflmSession) -> None:
    """hello_world after each of them."""
    models, hello_world = small_models(), shared_model("tflm/hello_world_int8.tflite")
    for model in models:
        assert_as_one_after_another(tflm, fuse(model, hello_world), model, hello_world)
    print(f"{len(models)} models with hello_world beside them: outputs and heads as they must be, on both runtimes")
    assert len(models) > 150


FUSED = [
    ("mlperf_tiny/kws_ref_model.tflite", "mlperf_tiny/vww_96_int8.tflite"),
    ("mlperf_tiny/vww_96_int8.tflite", "mlperf_tiny/kws_ref_model.tflite"),
    ("tflm/person_detect.tflite", "tflm/keyword_scrambled_8bit.tflite"),
    ("mlperf_tiny/ad01_int8.tflite", "mlperf_tiny/pretrainedResnet_quant.tflite"),
    ("tflm/hello_world_int8.tflite", "tflm/micro_speech_quantized.tflite"),
    ("tflm/micro_speech_lstm.tflite", "tflm/sine_float.tflite"),
]


@needs_shared
@pytest.mark.parametrize(("one", "other"), FUSED)
def test_shared_models_side_by_side(one: str, other: str, tflm: TflmSession) -> None:
    first, second = shared_model(one), shared_model(other)
    merged = fuse(first, second)
    head = assert_as_one_after_another(tflm, merged, first, second)
    for target in REFERENCE_TARGETS:
        together = arena_needs(merged, target)
        shared = shared_arena_needs([first, second], target)
        print(
            f"{one} and {other} on {target}: merged {together.used_bytes} (head {head}), "
            f"one shared arena {shared.used_bytes} (head {shared.head_bytes})"
        )
        assert together.head_bytes >= shared.head_bytes
