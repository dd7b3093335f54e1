"""An arena that is too small says how many bytes are missing and how many would do; and those really would."""

from __future__ import annotations

import re

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.arena.models import allocate, custom_chain, dense_chain, hello_world
from tests.builder import TensorSpec, single_operator
from tests.runtime.kernels import KERNELS, ROW, allocated, chain, resolver
from tinylab.arena import ILP32, LP64, TARGETS, ArenaNeeds, MicroAllocator, Target
from tinylab.errors import ArenaError, PrepareError
from tinylab.model import Model, load_model
from tinylab.runtime import AllOpsResolver, MicroInterpreter, MicroMutableOpResolver, arena_needs
from tinylab.runtime.model_allocation import shared_arena_needs

SETTINGS = settings(deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck))

M4, X86 = "cortex-m4/reference", "x86-64/reference"
BOTH = pytest.mark.parametrize("target", [M4, X86])


def too_small(model: Model, arena: int | MicroAllocator, target: str = M4) -> ArenaError:
    with pytest.raises(ArenaError) as caught:
        allocated(model, arena, target=target)
    print(caught.value)
    return caught.value


# -- the needs ---------------------------------------------------------------------------------------------------------


def test_arena_needs_are_what_the_real_arena_uses() -> None:
    model = load_model(dense_chain([10, 20, 5]))
    for target in (M4, X86):
        interpreter = MicroInterpreter(model, AllOpsResolver(), 1 << 14, target=target)
        interpreter.allocate_tensors()
        needs = arena_needs(model, target)
        assert interpreter.needs == needs
        assert interpreter.arena_used_bytes() == needs.used_bytes
        assert interpreter.memory_plan.head_bytes == needs.head_bytes


def test_needs_ask_no_kernel() -> None:
    """What a model needs can be told without a single kernel of it."""
    assert arena_needs(chain("NobodyHasThis")).head_bytes == 32


def test_needs_of_a_model_that_no_kernel_could_prepare() -> None:
    with pytest.raises(PrepareError, match=r"operator 0 \(CONV_2D\): input 1 is missing"):
        arena_needs(load_model(single_operator("CONV_2D", [ROW], [ROW])))
    with pytest.raises(PrepareError, match=r"operator 0 \(DEPTHWISE_CONV_2D\): .*a filter of 4 axes is needed"):
        arena_needs(load_model(single_operator("DEPTHWISE_CONV_2D", [ROW, ROW], [ROW])))


def test_a_target_with_a_kernel_library_that_is_not_there() -> None:
    own = Target("my-board/fast", ILP32, "fast")
    for run in (lambda: arena_needs(hello_world(), own), lambda: allocated(chain("AddOne"), 3000, target=own)):
        with pytest.raises(ArenaError, match="target my-board/fast: there is no kernel library 'fast', only reference"):
            run()


def test_cmsis_nn_is_for_ilp32_alone() -> None:
    own = Target("my-pc/cmsis-nn", LP64, "cmsis-nn/dsp")
    with pytest.raises(
        ArenaError, match="target my-pc/cmsis-nn: kernel library 'cmsis-nn/dsp' is known for ilp32 only"
    ):
        arena_needs(hello_world(), own)


def test_an_operator_that_the_kernel_library_does_not_know() -> None:
    model = load_model(single_operator("RNN", [ROW], [ROW]))
    for target in TARGETS:
        with pytest.raises(PrepareError, match=r"operator 0 \(RNN\): what RNN asks of the arena is unknown"):
            arena_needs(model, target)


def test_shared_needs() -> None:
    models = [custom_chain([100, 300]), custom_chain([700, 10])]
    allocator = MicroAllocator.create(8000, M4)
    for model in models:
        allocate(model, allocator)
    assert shared_arena_needs(models, M4) == allocator.needs()
    assert shared_arena_needs(models[:1], M4) == arena_needs(models[0], M4)
    assert shared_arena_needs([], M4) == ArenaNeeds(0, 116, 128)


# -- too small ---------------------------------------------------------------------------------------------------------


@BOTH
@pytest.mark.parametrize("model", [chain("AddOne"), chain("AddOne", "AddOne", row=TensorSpec((3, 700), "INT16"))])
def test_at_every_size_below_the_smallest(model: Model, target: str) -> None:
    needs = arena_needs(model, target)
    smallest = needs.smallest_arena_bytes
    for size in {*range(0, smallest - 15, 53), *range(smallest - 80, smallest, 16), 0, 1, 115, 116, 215, 216}:
        error = too_small(model, size, target)
        assert error.needed_bytes == smallest
        assert error.arena_bytes == size
        assert error.missing_bytes == smallest - size > 0
        assert error.requested_bytes is not None
        assert error.available_bytes is not None
        assert str(error).startswith(
            f"arena of {size} bytes is too small for model on {target}: "
            f"it uses {needs.used_bytes} (head {needs.head_bytes} + tail {needs.tail_bytes})"
        )
        assert f"{smallest - size} bytes are missing: give it {smallest}." in str(error)
    interpreter = allocated(model, smallest, target=target)
    interpreter.invoke()
    assert (interpreter.output(0).data == len(model.subgraphs[0].operators)).all()


def test_the_message_where_planning_takes_most() -> None:
    error = too_small_hello_world(672)
    assert str(error) == (
        "arena of 672 bytes is too small for hello_world on cortex-m4/reference: it uses 676 (head 32 + tail 644) and "
        "needs 1072 while it is planned. 400 bytes are missing: give it 1072. "
        "(TFLM says: Failed to allocate temp memory. Requested: 32, available 16, missing: 16)"
    )
    assert (error.requested_bytes, error.available_bytes) == (32, 16)


def too_small_hello_world(arena_bytes: int) -> ArenaError:
    with pytest.raises(ArenaError) as caught:
        MicroInterpreter(hello_world(), AllOpsResolver(), arena_bytes, target=M4).allocate_tensors()
    return caught.value


def test_the_message_where_the_layout_takes_most() -> None:
    model = chain("AddOne", row=TensorSpec((1, 5000)), name="wide")
    needs = arena_needs(model, M4)
    assert str(too_small(model, 10_000)) == (
        f"arena of 10000 bytes is too small for wide on cortex-m4/reference: it uses {needs.used_bytes} "
        f"(head 10016 + tail {needs.tail_bytes}). {needs.smallest_arena_bytes - 10_000} bytes are missing: "
        f"give it {needs.smallest_arena_bytes}. "
        f"(TFLM says: Failed to resize buffer. Requested: 10016, available {10_000 - 188}, missing: 204)"
    )


def test_the_message_where_not_even_the_allocator_fits() -> None:
    with pytest.raises(ArenaError) as caught:
        MicroInterpreter(hello_world(), AllOpsResolver(), 100, target=M4)
    assert str(caught.value) == (
        "arena of 100 bytes is too small for hello_world on cortex-m4/reference: it uses 676 (head 32 + tail 644) and "
        "needs 1072 while it is planned. 972 bytes are missing: give it 1072. (arena of 100 bytes cannot hold even the "
        "allocator, which takes 116 on cortex-m4/reference: TFLM does not look, and writes to address 0)"
    )
    assert (caught.value.missing_bytes, caught.value.needed_bytes) == (972, 1072)


def test_what_it_says_would_do_does() -> None:
    model = chain("AddOne", row=TensorSpec((1, 333)))
    error = too_small(model, 500)
    assert error.needed_bytes is not None
    allocated(model, error.needed_bytes, target=M4).invoke()
    said = re.search(r"give it (\d+)", str(error))
    assert said is not None
    assert int(said[1]) == error.needed_bytes


def test_it_stays_too_small() -> None:
    interpreter = MicroInterpreter(chain("AddOne"), resolver(), 400)
    messages = set()
    for run in (interpreter.allocate_tensors, interpreter.allocate_tensors, interpreter.invoke):
        with pytest.raises(ArenaError) as caught:
            run()
        messages.add(str(caught.value))
    assert len(messages) == 1
    with pytest.raises(ArenaError):
        interpreter.predict(np.zeros((1, 4), np.int8))


# -- too small for two -------------------------------------------------------------------------------------------------


def test_the_message_of_a_shared_arena_names_all_models() -> None:
    allocator = MicroAllocator.create(1600, M4)
    for name in ("kws", "vad"):
        allocated(chain("AddOne", name=name), allocator)
    error = too_small(chain("AddOne", row=TensorSpec((1, 5000)), name="vww"), allocator)
    assert "too small for vww beside kws, vad on cortex-m4/reference: together they use " in str(error)
    assert error.needed_bytes is not None
    larger = MicroAllocator.create(error.needed_bytes, M4)
    for name in ("kws", "vad"):
        allocated(chain("AddOne", name=name), larger)
    allocated(chain("AddOne", row=TensorSpec((1, 5000)), name="vww"), larger).invoke()


sizes = st.lists(st.integers(1, 600), min_size=1, max_size=5)


@BOTH
@settings(SETTINGS, max_examples=40)
@given(st.lists(sizes, min_size=1, max_size=3), st.integers(0, 2500))
def test_the_bytes_that_would_do_are_the_fewest(target: str, shapes: list[list[int]], arena_bytes: int) -> None:
    """Whatever the size of the arena (also an odd one) and however many models lie in it already."""
    models = [custom_chain(shape, f"m{i}") for i, shape in enumerate(shapes)]
    kernels = MicroMutableOpResolver(1).add_custom("Copy", KERNELS["AddOne"])

    def all_in(size: int) -> None:
        allocator = MicroAllocator.create(size, target)
        for model in models:
            MicroInterpreter(model, kernels, allocator).allocate_tensors()

    try:
        all_in(arena_bytes)
    except ArenaError as error:
        needed, missing = error.needed_bytes, error.missing_bytes
        if missing is None or needed is None or missing != needed - arena_bytes or missing <= 0:
            raise
        if "the allocator" in str(error):
            return
        failed = next(i for i, model in enumerate(models) if f"too small for {model.name} " in str(error))
        models = models[: failed + 1]
        all_in(needed)
        with pytest.raises(ArenaError):
            all_in(needed - 16)
