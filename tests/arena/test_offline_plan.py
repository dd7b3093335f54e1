"""tinylab/arena/offline_plan.py: a plan in the file is the plan that TFLM follows, and results do not change."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from tests.arena.models import RandomGraph, dense_chain, hello_world
from tests.builder import OperatorSpec, SubgraphSpec, TensorSpec, build_model, constant
from tests.model.same import differences
from tests.model.test_fusion import on_tinylab, small_models, stateful
from tests.real_models import random_values
from tests.shared import model_bytes, needs_shared
from tinylab.arena import MemoryPlan, offline_offsets, with_offline_plan
from tinylab.arena.micro_allocation_info import offline_planned_offsets
from tinylab.errors import ModelError
from tinylab.model import Model, load_model
from tinylab.model.options import AddOptions, IfOptions
from tinylab.peers.tflm import TflmSession
from tinylab.runtime import AllOpsResolver, MicroInterpreter, arena_needs

ARENA_BYTES = 64 << 20
SAMPLES = 4
N = None  # in a list of offsets: the planner places it


def plan_of(model: Model) -> MemoryPlan:
    """What TFLM's planner makes of it."""
    interpreter = MicroInterpreter(model, AllOpsResolver(), ARENA_BYTES)
    interpreter.allocate_tensors()
    return interpreter.memory_plan


def side_by_side(model: Model, gap: int = 0) -> list[int | None]:
    """No two tensors share a byte: each lies behind the one before, `gap` bytes further."""
    planned = {(buffer.subgraph_index, buffer.tensor_index): buffer.size_bytes for buffer in plan_of(model).buffers}
    offsets: list[int | None] = []
    end = 0
    for subgraph in model.subgraphs:
        for tensor in subgraph.tensors:
            size = planned.get((subgraph.index, tensor.index))
            offsets.append(None if size is None else end + gap)
            end += 0 if size is None else size + gap
    return offsets


def inputs_of(model: Model) -> list[NDArray[Any]]:
    rng = np.random.default_rng(zlib.crc32(bytes(model.data)))
    tensors = [model.subgraphs[0].tensors[index] for index in model.subgraphs[0].inputs]
    return [
        rng.integers(0, 2, (SAMPLES, *tensor.shape)).astype(np.bool_)
        if tensor.dtype == np.bool_
        else random_values(rng, tensor, SAMPLES)
        for tensor in tensors
    ]


def assert_planned(tflm: TflmSession, model: Model, offsets: Sequence[int | None], on_ours: bool = True) -> int:
    """Outputs as without the plan, here and on TFLM; the head is TFLM's, on both targets. Its bytes."""
    planned = with_offline_plan(model, offsets)
    assert offline_planned_offsets(planned) == list(offsets)
    inputs = inputs_of(model)
    before, after = (tflm.run(bytes(each.data), inputs).require() for each in (model, planned))
    pairs = list(zip(before.outputs, after.outputs, strict=True))
    if on_ours:
        pairs += zip(on_tinylab(model, inputs), on_tinylab(planned, inputs), strict=True)
    for one, other in pairs:
        assert one.tobytes() == other.tobytes()
    assert after.arena is not None
    for target in ("x86-64/reference", "cortex-m4/reference"):
        assert arena_needs(planned, target).head_bytes == after.arena.head_bytes
    return after.arena.head_bytes


def some(offsets: Sequence[int | None], seed: int) -> list[int | None]:
    """Half of the offsets; the others are left to the planner."""
    keep = np.random.default_rng(seed).random(len(offsets)) < 0.5
    return [offset if kept else None for offset, kept in zip(offsets, keep, strict=True)]


def test_random_graphs(tflm: TflmSession) -> None:
    """Planned by TFLM's planner and frozen; each tensor for itself; and half of either, the rest planned by TFLM."""
    heads = set()
    for seed in range(12):
        model = load_model(RandomGraph(seed).model(2 + 2 * seed))
        greedy, apart = offline_offsets(model, plan_of(model)), side_by_side(model, gap=16 * (seed % 3))
        heads |= {assert_planned(tflm, model, offsets) for offsets in (greedy, apart, some(greedy, 1), some(apart, 2))}
        assert assert_planned(tflm, model, [None] * len(greedy)) == arena_needs(model).head_bytes
    assert len(heads) > 24


def test_a_frozen_plan_gives_the_head_it_had(tflm: TflmSession) -> None:
    for model in (hello_world(), load_model(dense_chain([64, 256, 16, 512, 128, 10]))):
        offsets = offline_offsets(model, plan_of(model))
        assert assert_planned(tflm, model, offsets) == arena_needs(model).head_bytes
        assert arena_needs(with_offline_plan(model, side_by_side(model))).head_bytes > arena_needs(model).head_bytes


def test_a_variable_stays_in_the_tail(tflm: TflmSession) -> None:
    """It is None in the plan, and what it remembers from sample to sample does not change."""
    model = stateful()
    offsets = offline_offsets(model, plan_of(model))
    assert offsets == [0, None, None, None, None, 64]  # between them, scratch buffers
    for one in (offsets, side_by_side(model, gap=48), [128, *offsets[1:]], [None] * 5 + [160]):
        assert_planned(tflm, model, one)
    planned = with_offline_plan(model, offsets)
    assert arena_needs(planned).tail_bytes == arena_needs(model).tail_bytes


def branches() -> Model:
    """IF: x + x, or (x + x) + (x + x) by way of a tensor of its own; then once more."""
    row = TensorSpec((1, 20), "FLOAT32", name="row")
    add = [OperatorSpec("ADD", [k, k], [k + 1], AddOptions()) for k in range(3)]
    main = SubgraphSpec(
        [TensorSpec((1,), "BOOL", name="which"), row, row, row],
        [OperatorSpec("IF", [0, 1], [2], IfOptions(1, 2)), add[2]],
        [0, 1],
        [3],
    )
    once, twice = SubgraphSpec([row] * 2, add[:1], [0], [1]), SubgraphSpec([row] * 3, add[:2], [0], [2])
    return load_model(build_model([main, once, twice]), name="branches")


def test_several_subgraphs(tflm: TflmSession) -> None:
    """tinylab has no IF: the outputs are those of the real TFLM alone."""
    model = branches()
    apart: list[int | None] = [96 * k for k in (10, 1, 2, 0, 4, 3, 5, 6, 8)]
    for offsets in (apart, some(apart, 3), [None] * 4 + apart[4:], apart[:4] + [None] * 5):
        assert_planned(tflm, model, offsets, on_ours=False)


@needs_shared
@pytest.mark.parametrize(
    "file",
    [
        "mlperf_tiny/kws_ref_model.tflite",
        "mlperf_tiny/vww_96_int8.tflite",
        "mlperf_tiny/pretrainedResnet_quant.tflite",
        "tflm/keyword_scrambled_8bit.tflite",
        "tflm/person_detect.tflite",
        "tflm/micro_speech_lstm.tflite",
    ],
)
def test_shared_models(file: str, tflm: TflmSession) -> None:
    model = load_model(model_bytes(file), name=file)
    frozen = offline_offsets(model, plan_of(model))
    head = arena_needs(model).head_bytes
    assert assert_planned(tflm, model, frozen) == head
    apart = assert_planned(tflm, model, side_by_side(model))
    mixed = assert_planned(tflm, model, some(frozen, 4))
    print(f"{file}: head {head} planned by TFLM and frozen, {mixed} half frozen, {apart} each tensor for itself")
    assert mixed <= apart


@needs_shared
def test_small_shared_models_frozen(tflm: TflmSession) -> None:
    models = small_models()
    for model in models:
        frozen = offline_offsets(model, plan_of(model))
        assert assert_planned(tflm, model, frozen) == arena_needs(model).head_bytes
    print(f"{len(models)} models with TFLM's plan frozen into them: outputs and heads unchanged")
    assert len(models) > 150


@needs_shared
def test_a_plan_is_replaced_or_taken_out() -> None:
    """A model that came with a plan: another in the same buffer, then none; all else stays."""
    model = load_model(model_bytes("cfu_playground/hps_model_2021_09_20_tiled.tflite"), name="hps")
    without = with_offline_plan(model, None)
    assert "OfflineMemoryAllocation" in model.metadata
    assert "OfflineMemoryAllocation" not in without.metadata
    again = with_offline_plan(model, [None] * len(model.subgraphs[0].tensors))
    assert len(again.buffers) == len(model.buffers) == len(without.buffers)
    assert all("metadata" in line or "buffers" in line for line in differences(model, again))
    assert with_offline_plan(again, None).bytes == without.bytes


def test_a_plan_may_replace_an_empty_one() -> None:
    """Whose buffer is empty as all the buffers of tensors without data are: those stay as they were."""
    row = TensorSpec((1, 20), "INT8", 0.1, 3)
    graph = SubgraphSpec([row] * 2, [OperatorSpec("ADD", [0, 0], [1], AddOptions(), version=2)])
    model = load_model(build_model([graph], metadata={"OfflineMemoryAllocation": b""}))
    planned = with_offline_plan(model, [32, 0])
    assert offline_planned_offsets(planned) == [32, 0]
    assert [tensor.data for tensor in planned.subgraphs[0].tensors] == [None, None]


def test_a_variable_that_another_plan_has_placed_is_left_out() -> None:
    model = chain_of_rows(words([N, N, N, N, N, 96, N]))
    plan = plan_of(model)
    assert 96 in [buffer.offset for buffer in plan.buffers]
    assert offline_offsets(model, plan)[5] is None


def test_the_words_in_the_file() -> None:
    model = hello_world()
    planned = with_offline_plan(model, [64, *[None] * 6, 0, -1, 16])
    found = np.frombuffer(planned.metadata["OfflineMemoryAllocation"], "<i4").tolist()
    assert found == [1, 0, 10, 64, -1, -1, -1, -1, -1, -1, 0, -1, 16]
    assert planned.name == "hello_world"
    assert differences(model, with_offline_plan(planned, None))[0].startswith("model.buffers")  # one, empty now


def words(offsets: Sequence[int | None]) -> dict[str, bytes]:
    """Metadata with these offsets, unchecked."""
    numbers = [-1 if offset is None else offset for offset in offsets]
    return {"OfflineMemoryAllocation": np.array([1, 0, len(numbers), *numbers], "<i4").tobytes()}


def chain_of_rows(plan: dict[str, bytes] | None = None) -> Model:
    """x -> a -> b -> y, 32 bytes each, beside a constant, a variable and a tensor of no bytes."""
    row = TensorSpec((1, 20), "INT8", 0.1, 3, name="row")
    tensors = [
        row._replace(name="x"),
        row._replace(name="a"),
        row._replace(name="b"),
        row._replace(name="y"),
        constant(np.ones((1, 20), np.int8), scale=0.1, zero_point=3, name="one"),
        row._replace(name="state", is_variable=True),
        TensorSpec((0,), "INT8", name="nothing"),
    ]
    operators = [
        OperatorSpec("ADD", [0, 4], [1], AddOptions(), version=2),
        OperatorSpec("ADD", [1, 5], [2], AddOptions(), version=2),
        OperatorSpec("ADD", [2, 2], [3], AddOptions(), version=2),
    ]
    return load_model(build_model([SubgraphSpec(tensors, operators, [0], [3])], metadata=plan), name="rows")


def remembering(plan: Sequence[int] | None = None) -> bytes:
    """IF calls a subgraph whose tensor 0 is a variable. plan: offsets, as they are to stand in the file."""
    row = TensorSpec((1, 20), "FLOAT32", name="row")
    call = OperatorSpec("IF", [0, 1], [2], IfOptions(1, 1))
    main = SubgraphSpec([TensorSpec((1,), "BOOL"), row, row], [call], [0, 1], [2])
    add = OperatorSpec("ADD", [0, 1], [2], AddOptions())
    branch = SubgraphSpec([row._replace(is_variable=True, name="state"), row, row], [add], [1], [2])
    return build_model([main, branch], metadata=None if plan is None else words(plan))


REFUSED: dict[str, tuple[Callable[[], Model], list[int | None], str]] = {
    "too few": (chain_of_rows, [0, 32], "2 offsets for 7 tensors: give one a tensor, subgraph after subgraph"),
    "too many": (chain_of_rows, [N] * 8, "8 offsets for 7 tensors"),
    "crooked": (
        chain_of_rows,
        [0, 40, N, N, N, N, N],
        'subgraph 0, tensor 1 "a": offset 40 is no multiple of 16 from 0 up: the next is 48',
    ),
    "before the arena": (chain_of_rows, [-32, N, N, N, N, N, N], 'tensor 0 "x": offset -32 is no multiple'),
    "far away": (chain_of_rows, [2**31 - 32, N, N, N, N, N, N], "ends at byte 2,147,483,648, behind what int32"),
    "constant": (chain_of_rows, [N, N, N, N, 0, N, N], 'tensor 4 "one": it is a constant and has no place in the head'),
    "variable": (
        chain_of_rows,
        [N, N, N, N, N, 96, N],
        'tensor 5 "state": it is a variable, and offset 96 lies in the',
    ),
    "empty": (chain_of_rows, [N, N, N, N, N, N, 0], 'tensor 6 "nothing": it is of no bytes and has no place'),
    "overlap": (
        chain_of_rows,
        [16, 0, N, N, N, N, N],
        'tensor 1 "a": it lies at bytes 0 to 32 and subgraph 0, tensor 0 "x" from 16 on, and both are alive at moment',
    ),
    "same place": (chain_of_rows, [N, 64, 64, N, N, N, N], "both are alive at moment 2: move that one to 96"),
    "branches": (branches, [N, N, 0, N, N, 16, N, N, N], 'subgraph 1, tensor 1 "row" from 16 on, and both are alive'),
    "variable elsewhere": (
        lambda: load_model(remembering()),
        [0, N, N, N, N, N],
        'subgraph 1, tensor 0 "state": it is a variable, and TFLM would take offset 0 of subgraph 0\'s tensor 0',
    ),
}


@pytest.mark.parametrize(("model", "offsets", "said"), REFUSED.values(), ids=REFUSED)
def test_what_cannot_be_placed_is_refused(model: Callable[[], Model], offsets: list[int | None], said: str) -> None:
    with pytest.raises(ModelError) as caught:
        with_offline_plan(model(), offsets)
    assert said in str(caught.value)


def test_tensors_that_are_never_alive_together_may_share_their_place(tflm: TflmSession) -> None:
    assert assert_planned(tflm, chain_of_rows(), [0, 32, 0, 32, N, N, N]) == 64


def test_what_is_refused_goes_wrong_on_the_real_tflm(tflm: TflmSession) -> None:
    """The same overlap, written by hand: TFLM takes it, and the result is another."""
    row = TensorSpec((1, 20), "INT8", 0.1, 3)
    operators = [
        OperatorSpec("ADD", [0, 0], [1], AddOptions(), version=2),
        OperatorSpec("ADD", [1, 0], [2], AddOptions(), version=2),
    ]
    graph = SubgraphSpec([row] * 3, operators, [0], [2])
    good, bad = [0, 32, 64], [0, 0, 64]
    model = load_model(build_model([graph]))
    outputs = [
        tflm.run(build_model([graph], metadata=words(offsets)), inputs_of(model)).require().outputs[0]
        for offsets in (good, bad)
    ]
    assert not np.array_equal(*outputs)
    with_offline_plan(model, good)
    with pytest.raises(ModelError, match="both are alive at moment 1"):
        with_offline_plan(model, bad)


def test_what_is_refused_of_variables_ends_the_real_tflm(tflm: TflmSession) -> None:
    """TFLM takes the offset of subgraph 0's tensor 0 for the variable's, and gives the variable no memory."""
    model = load_model(remembering())
    assert_planned(tflm, model, [None, 96, 0, None, 192, None], on_ours=False)
    result = tflm.run(remembering([0, -1, -1, -1, -1, -1]), inputs_of(model))
    assert not result.ran
    assert result.reason == "died"
