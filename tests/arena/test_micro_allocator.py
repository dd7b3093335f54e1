"""MicroAllocator: what lies where, for one model and for several, and what is left after a failure."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.arena.models import allocate, custom_chain, dense_chain, hello_world
from tests.builder import OperatorSpec, SubgraphSpec, TensorSpec, build_model, constant
from tinylab.arena import ArenaNeeds, MicroAllocator
from tinylab.errors import ArenaError, ModelError
from tinylab.model import Model, load_model
from tinylab.model.options import Conv2DOptions, ReducerOptions
from tinylab.runtime import arena_needs

SETTINGS = settings(deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck))

BOTH = pytest.mark.parametrize("target", ["cortex-m4/reference", "x86-64/reference"])


def tails(allocator: MicroAllocator) -> list[int]:
    """How full the tail is after each allocation."""
    return [allocator.memory.persistent.size_bytes - record.offset for record in allocator.allocations]


def state(allocator: MicroAllocator) -> tuple[object, ...]:
    """Everything that an allocation changes."""
    memory = allocator.memory
    return vars(memory.persistent).copy(), allocator.allocations, allocator.events, allocator.models


def test_hello_world_on_a_cortex_m4_step_by_step() -> None:
    """36 + 44 + 36 | builtin-data allocator 8, subgraph 8 | 10 tensors × 12 | 3 operators × 32 | 3 × 5 parameters |
    3 × 48 OpData at 16 | the input: 4 at 16, 32, 12, 8 | the output: the same. 676 bytes with the head of 32.
    """
    allocator = MicroAllocator.create(2000, "cortex-m4/reference")
    allocation = allocate(hello_world(), allocator)
    assert tails(allocator) == [
        *[36, 80, 116],
        *[124, 132],
        *[252, 348],
        *[353, 358, 363],
        *[416, 464, 512],
        *[528, 560, 572, 580],
        *[592, 624, 636, 644],
    ]
    assert [(b.size_bytes, b.first_used, b.last_used) for b in allocation.plan.buffers] == [
        (16, 0, 1), (16, 1, 2), (16, 2, 3), (16, 3, 3),
    ]  # fmt: skip
    assert allocation.plan.head_bytes == 32
    assert allocator.used_bytes() == 676
    assert allocator.needs() == ArenaNeeds(32, 644, 1072)
    assert allocator.needs().binding == "planning"


def test_hello_world_on_x86_64() -> None:
    needs = arena_needs(hello_world(), "x86-64/reference")
    assert (needs.head_bytes, needs.tail_bytes, needs.used_bytes) == (32, 1152, 1184)


def everything() -> Model:
    """One of each kind of allocation: parameters, OpData, persistent and scratch buffers, a variable, two subgraphs."""
    tensors = [
        TensorSpec((1, 4, 4, 1), "INT8", 0.5, 1, name="image"),
        constant(np.ones((3, 2, 2, 1), np.int8), scale=[0.1, 0.2, 0.3], name="filter"),
        TensorSpec((1, 4, 4, 3), "INT8", 0.5, 1, name="features"),
        constant(np.array([1, 2], np.int32), name="axes"),
        TensorSpec((1, 3), "INT8", 0.5, 1, name="mean"),
        TensorSpec((10,), "INT16", is_variable=True, name="state"),
        TensorSpec((5,), "FLOAT32", name="plain"),
    ]
    operators = [
        OperatorSpec("CONV_2D", [0, 1, -1], [2], Conv2DOptions(), version=3),
        OperatorSpec("MEAN", [2, 3], [4], ReducerOptions()),
        OperatorSpec("Mine", [4, 5], [6]),
    ]
    other = SubgraphSpec([TensorSpec((3,))], [OperatorSpec("Mine", [0], [])])
    return load_model(build_model([SubgraphSpec(tensors, operators, [0], [4, 6]), other]))


def test_every_record_of_a_model_that_has_everything() -> None:
    allocator = MicroAllocator.create(8000, "cortex-m4/reference")
    allocation = allocate(everything(), allocator)
    assert [record[:4] for record in allocator.allocations] == [
        ("SingleArenaBufferAllocator", "", 36, 36),
        ("GreedyMemoryPlanner", "", 44, 44),
        ("MicroAllocator", "", 36, 36),  # 116
        ("MicroBuiltinDataAllocator", "", 8, 8),
        ("SubgraphAllocations", "", 16, 16),  # 140
        ("TfLiteEvalTensor[]", "subgraph 0", 84, 84),
        ("TfLiteEvalTensor[]", "subgraph 1", 12, 12),
        ("NodeAndRegistration[]", "subgraph 0", 96, 96),
        ("NodeAndRegistration[]", "subgraph 1", 32, 32),  # 364
        ("builtin data", "operator 0 CONV_2D", 28, 28),  # 392
        ("builtin data", "operator 1 MEAN", 1, 1),  # 393
        ("OpData", "operator 0 CONV_2D", 56, 71),  # 449 -> 464
        ("OpData", "operator 1 MEAN", 44, 48),  # 508 -> 512
        ("persistent buffer", "operator 0 CONV_2D", 12, 16),
        ("persistent buffer", "operator 0 CONV_2D", 12, 16),  # 544
        ("ScratchBufferHandle[]", "model", 12, 12),  # 556
        ("variable", 'tensor 5 "state"', 20, 20),  # 576
        ("TfLiteTensor*[]", "inputs", 4, 16),  # 592
        ("TfLiteTensor", 'tensor 0 "image"', 32, 32),
        ("TfLiteAffineQuantization", 'tensor 0 "image"', 12, 12),
        ("zero points", 'tensor 0 "image"', 8, 8),  # 644
        ("TfLiteTensor*[]", "outputs", 8, 12),  # 656
        ("TfLiteTensor", 'tensor 4 "mean"', 32, 32),
        ("TfLiteAffineQuantization", 'tensor 4 "mean"', 12, 12),
        ("zero points", 'tensor 4 "mean"', 8, 8),
        ("TfLiteTensor", 'tensor 6 "plain"', 32, 32),  # 740
    ]
    # image | features, 48 bytes | mean | plain 20 -> 32 | subgraph 1 | MEAN's scratch: 4 × 3 sums, 4 × 4, 4 × 2
    assert [(b.name, b.requested_bytes, b.size_bytes, b.first_used, b.last_used) for b in allocation.plan.buffers] == [
        ("image", 16, 16, 0, 1),
        ("features", 48, 48, 1, 2),
        ("mean", 3, 16, 2, 3),
        ("plain", 20, 32, 3, 3),
        ("", 3, 16, -1, -1),
        ("scratch of operator 1", 12, 16, 2, 2),
        ("scratch of operator 1", 16, 16, 2, 2),
        ("scratch of operator 1", 8, 16, 2, 2),
    ]
    # features 48 at 0; the last scratch at 48, the others above it; mean above those; image only meets features
    assert [b.offset for b in allocation.plan.buffers] == [48, 0, 96, 0, 0, 80, 64, 48]
    assert allocator.needs() == ArenaNeeds(112, 740, allocator.needs().smallest_arena_bytes)


def test_the_variable_lies_in_the_tail_and_tensors_in_the_head() -> None:
    allocator = MicroAllocator.create(8000, "cortex-m4/reference")
    allocation = allocate(everything(), allocator)
    record = next(record for record in allocator.allocations if record.category == "variable")
    assert allocation.variable_offsets == {(0, 5): record.offset} == {(0, 5): 8000 - 576}
    assert allocation.offsets[0, 2] == 0
    assert (0, 1) not in allocation.offsets  # a constant lies in flash


def test_an_offline_plan_moves_a_variable_into_the_head() -> None:
    tensors = [TensorSpec((16,)), TensorSpec((16,), is_variable=True), TensorSpec((16,))]
    words = np.array([1, 0, 3, -1, 64, 16], "<i4").tobytes()
    graph = SubgraphSpec(tensors, [OperatorSpec("Copy", [0, 1], [2])], inputs=[0])
    model = load_model(build_model([graph], metadata={"OfflineMemoryAllocation": words}))
    allocator = MicroAllocator.create(4000)
    allocation = allocate(model, allocator)
    assert allocation.offsets == {(0, 0): 0, (0, 1): 64, (0, 2): 16}
    assert allocation.plan.head_bytes == 80
    assert "variable" not in [record.category for record in allocator.allocations]


# -- several models ----------------------------------------------------------------------------------------------------


@BOTH
def test_two_models_share_the_head_and_stack_their_tails(target: str) -> None:
    a, b = custom_chain([100, 300, 50]), custom_chain([700, 10])
    allocator = MicroAllocator.create(20_000, target)
    own = allocator.used_bytes()
    first, alone_a, alone_b = allocate(a, allocator), arena_needs(a, target), arena_needs(b, target)
    assert allocator.used_bytes() == alone_a.used_bytes
    second = allocate(b, allocator)
    assert (first.plan.head_bytes, second.plan.head_bytes) == (416, 720)
    assert allocator.memory.head_bytes == 720
    stacked = alone_a.tail_bytes + alone_b.tail_bytes - own
    assert stacked - 16 <= allocator.memory.tail_bytes <= stacked + 16  # the second starts unaligned
    assert allocator.models == (a, b)


@BOTH
def test_a_smaller_second_model_leaves_the_head_as_large_as_it_was(target: str) -> None:
    allocator = MicroAllocator.create(20_000, target)
    allocate(custom_chain([700, 10]), allocator)
    allocate(custom_chain([16, 16]), allocator)
    assert allocator.memory.head_bytes == 720


def test_the_second_tail_is_what_the_first_plus_its_own_allocations_make() -> None:
    allocator = MicroAllocator.create(20_000, "cortex-m4/reference")
    allocate(hello_world(), allocator)
    count = len(allocator.allocations)
    allocate(hello_world(), allocator)
    assert tails(allocator)[count - 1] == 644
    assert tails(allocator)[count:] == [
        *[652, 660],
        *[780, 876],
        *[881, 886, 891],
        *[944, 992, 1040],
        *[1056, 1088, 1100, 1108],
        *[1120, 1152, 1164, 1172],
    ]
    assert allocator.used_bytes() == 32 + 1172


def test_a_model_is_not_started_while_another_is() -> None:
    allocator = MicroAllocator.create(4000)
    allocator.start_model_allocation(hello_world())
    with pytest.raises(ArenaError, match="before the one before it was finished"):
        allocator.start_model_allocation(hello_world())


@BOTH
@pytest.mark.parametrize("size", [1500, 2000, 2500, 3001])
def test_a_failure_leaves_the_allocator_as_it_was(target: str, size: int) -> None:
    allocator = MicroAllocator.create(size, target)
    allocate(custom_chain([64, 32]), allocator)
    before = state(allocator)
    with pytest.raises(ArenaError), allocator.undone_on_error():
        allocate(custom_chain([4096, 32]), allocator)
    assert state(allocator) == before
    with pytest.raises(ModelError), allocator.undone_on_error():
        allocate(broken(), allocator)
    assert state(allocator) == before
    allocate(custom_chain([16, 16]), allocator)  # and it still works
    assert len(allocator.models) == 2


def broken() -> Model:
    graph = SubgraphSpec([TensorSpec((16,)), TensorSpec((16,))], [OperatorSpec("Copy", [0], [1])])
    return load_model(build_model([graph], metadata={"OfflineMemoryAllocation": b""}))


# -- how much is needed ------------------------------------------------------------------------------------------------


def works(models: list[Model], size: int, target: str) -> bool:
    try:
        allocator = MicroAllocator.create(size, target)
        for model in models:
            allocate(model, allocator)
    except ArenaError:
        return False
    return True


chains = st.lists(st.integers(1, 900), min_size=1, max_size=12)


@BOTH
@settings(SETTINGS, max_examples=15)
@given(st.lists(chains, min_size=1, max_size=3))
def test_needs_is_the_smallest_arena_that_works_and_every_larger_one_does(target: str, sizes: list[list[int]]) -> None:
    models = [custom_chain(one) for one in sizes]
    unbounded = MicroAllocator.unbounded(target)
    for model in models:
        allocate(model, unbounded)
    smallest = unbounded.needs().smallest_arena_bytes
    assert smallest % 16 == 0
    assert unbounded.needs().used_bytes <= smallest
    assert all(works(models, size, target) for size in range(smallest, smallest + 33))
    assert not any(works(models, size, target) for size in range(smallest - 64, smallest, 16))


def test_what_binds() -> None:
    assert arena_needs(custom_chain([16, 16])).binding == "planning"
    large = arena_needs(custom_chain([5000, 5000]))
    assert large.binding == "layout"
    assert large == ArenaNeeds(2 * 5008, 512, 10528)


def test_the_planners_work_area_is_counted_in_tflms_words() -> None:
    """One step below the measured smallest arena of hello_world_int8 on a Cortex-M4: "Too many buffers (max is 3)"."""
    allocator = MicroAllocator.create(1072 - 16, "cortex-m4/reference")
    with pytest.raises(ArenaError, match=r"Too many buffers \(max is 3\)") as caught:
        allocate(hello_world(), allocator)
    error = caught.value
    assert (error.requested_bytes, error.available_bytes, error.missing_bytes) == (160, 144, 16)


# -- creation ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("size", [-1, 1.5, "1000", True, None])
def test_an_arena_size_is_a_whole_number(size: object) -> None:
    with pytest.raises(ArenaError, match="whole number of bytes") as caught:
        MicroAllocator.create(size)  # type: ignore[arg-type]
    assert repr(size) in str(caught.value)


@pytest.mark.parametrize(("target", "least"), [("cortex-m4/reference", 116), ("x86-64/reference", 216)])
def test_the_allocator_itself_must_fit(target: str, least: int) -> None:
    assert MicroAllocator.create(least, target).used_bytes() == least
    for size in (0, 1, 50, least - 1):
        with pytest.raises(ArenaError) as caught:
            MicroAllocator.create(size, target)
        assert str(caught.value) == (
            f"arena of {size} bytes cannot hold even the allocator, which takes {least} on {target}: "
            "TFLM does not look, and writes to address 0"
        )
        assert (caught.value.arena_bytes, caught.value.missing_bytes, caught.value.needed_bytes) == (
            size, least - size, least,
        )  # fmt: skip


def test_a_numpy_integer_is_a_size_too() -> None:
    allocator = MicroAllocator.create(np.int64(1000))  # type: ignore[arg-type]
    assert allocator.persistent_buffer.shape == (1000,)
    assert not allocator.persistent_buffer.any()


def test_unknown_targets_are_answered_with_their_names() -> None:
    with pytest.raises(
        ArenaError, match="cortex-m4/cmsis-nn, cortex-m4/reference, cortex-m55/cmsis-nn, x86-64/reference"
    ):
        MicroAllocator.create(1000, "cortex-m3/reference")


def test_a_deep_chain_of_dense_layers() -> None:
    """Three buffers at most are alive together; the head is that of the worst pair."""
    model = load_model(dense_chain([64, 256, 16, 512, 128, 10]))
    allocation = allocate(model, MicroAllocator.create(100_000))
    assert allocation.plan.head_bytes == max(64 + 256, 256 + 16, 16 + 512, 512 + 128, 128 + 16)
