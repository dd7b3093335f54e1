"""Several models: what each way of sharing costs is what allocators use; ModelManager; one head overwrites another."""

from __future__ import annotations

import numpy as np
import pytest

from tests.arena.models import dense_chain
from tests.shared import model_bytes, needs_shared
from tinylab import zoo
from tinylab.arena import TARGETS, MicroAllocator
from tinylab.errors import ArenaError, InvokeError, ModelError
from tinylab.model import Model, load_model
from tinylab.runtime import AllOpsResolver, MicroInterpreter, ModelManager, arena_needs, compare_tenancy, resolver_for

M4 = "cortex-m4/reference"


def dense(*widths: int, seed: int = 0) -> Model:
    return load_model(dense_chain(widths, seed=seed), name=f"dense{widths[0]}")


def manager(*models: Model, target: str = M4) -> ModelManager:
    made = ModelManager(1 << 16, target)
    for model in models:
        made.add(model)
    return made


def sample(interpreter: MicroInterpreter, seed: int) -> np.ndarray:
    tensor = interpreter.tensor_at(interpreter.main.inputs[0])
    return np.random.default_rng(seed).integers(-128, 128, tensor.shape).astype(np.int8)[None]


# -- the forms ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("target", sorted(TARGETS))
def test_the_forms_are_what_allocators_use(target: str) -> None:
    models = [dense(40, 400, 10), dense(10, 30, 20, 5)]
    tenancy = compare_tenancy(models, target)
    alone = [arena_needs(model, target) for model in models]
    separate, shared, two = (tenancy.form(name) for name in ("separate", "shared", "two arenas"))
    assert separate.arena_bytes == sum(needs.smallest_arena_bytes for needs in alone)
    assert separate.saved_bytes == 0
    assert shared.used_bytes == manager(*models, target=target).allocator.used_bytes()
    assert shared.head_bytes == max(needs.head_bytes for needs in alone)
    assert shared.saved_bytes == separate.arena_bytes - shared.arena_bytes > 0
    assert two.lent_bytes == shared.head_bytes
    everyone = ModelManager(shared.arena_bytes, target)
    for model in models:
        everyone.add(model)
    fewer = ModelManager(shared.arena_bytes - 16, target)
    fewer.add(models[0])
    with pytest.raises(ArenaError, match="16 bytes are missing"):
        fewer.add(models[1])


def test_a_chain_is_as_large_as_sharing_and_a_fused_chain_copies_nothing() -> None:
    tenancy = compare_tenancy([dense(40, 400, 10), dense(10, 30, 5)], M4)
    assert tenancy.form("chained").arena_bytes == tenancy.form("shared").arena_bytes
    assert "10 bytes copied out" in tenancy.form("chained").note
    assert tenancy.form("fused").head_bytes >= tenancy.form("shared").head_bytes
    assert [name for name, _ in tenancy.left_out] == ["fused as a chain"]  # their quantizations differ
    assert "QUANTIZE" in tenancy.left_out[0][1] or "quantiz" in tenancy.left_out[0][1].lower()


def test_models_that_do_not_feed_one_another() -> None:
    tenancy = compare_tenancy([dense(40, 12), dense(10, 5)], M4)
    assert dict(tenancy.left_out)["chained"] == "dense40 gives INT8 [1, 12], and dense10 takes INT8 [1, 10]"
    with pytest.raises(ModelError, match="there are no models"):
        compare_tenancy([])


def test_one_model_alone_saves_nothing() -> None:
    tenancy = compare_tenancy([dense(40, 12)], M4)
    assert {form.saved_bytes for form in tenancy.forms if form.name in ("separate", "shared", "fused")} == {0}


# -- running them ------------------------------------------------------------------------------------------------------


def test_running_one_tenant_overwrites_the_others_head() -> None:
    """What the first model left in the arena is not there any more once the second has run."""
    both = manager(dense(40, 60, 10), dense(50, 70, 12, seed=1))
    first, second = both.interpreters.values()
    first.input(0).data[...] = sample(first, 1)[0]
    first.invoke()
    before = first.output(0).data.copy()
    second.input(0).data[...] = sample(second, 2)[0]
    second.invoke()
    assert not np.array_equal(first.output(0).data, before)
    assert np.shares_memory(first.input(0).data, second.input(0).data)


def test_interleaved_a_hundred_times_every_output_is_what_it_is_alone() -> None:
    models = [dense(40, 60, 10), dense(50, 70, 12, seed=1)]
    both = manager(*models)
    alone = [MicroInterpreter(model, AllOpsResolver(), 1 << 16) for model in models]
    for step in range(100):
        for interpreter, name in zip(alone, both.interpreters, strict=True):
            interpreter.allocate_tensors()
            xs = sample(interpreter, step)
            assert np.array_equal(both.run(name, xs)[0], interpreter.predict(xs)[0])


@needs_shared
@pytest.mark.parametrize("target", sorted(TARGETS))
def test_kws_and_vww_in_one_arena_interleaved_a_hundred_times(target: str) -> None:
    """The MLPerf Tiny models, in exactly the smallest arena that both need."""
    models = [
        load_model(model_bytes(f"mlperf_tiny/{name}.tflite"), name=name) for name in ("vww_96_int8", "kws_ref_model")
    ]
    tenancy = compare_tenancy(models, target)
    separate, shared = tenancy.form("separate"), tenancy.form("shared")
    both = ModelManager(shared.arena_bytes, target)
    for model in models:
        both.add(model)
    rounds = 100
    wanted = []
    for model in models:
        interpreter = MicroInterpreter(model, resolver_for(model), 1 << 18)
        interpreter.allocate_tensors()
        xs = np.concatenate([sample(interpreter, seed) for seed in range(rounds)])
        wanted.append((model.name, xs, interpreter.predict(xs)))
    equal = 0
    for step in range(rounds):
        for name, xs, ys in wanted:
            equal += np.array_equal(both.run(name, xs[step : step + 1])[0], ys[step])
    assert equal == 2 * rounds
    print(
        f"{target}: separate {separate.arena_bytes:,} bytes, shared {shared.arena_bytes:,}, "
        f"saved {shared.saved_bytes:,}; interleaved {rounds} times, {equal} of {2 * rounds} outputs as alone"
    )


def test_the_manager_copies_outputs() -> None:
    one = manager(dense(40, 10))
    xs = sample(one["dense40"], 0)
    [ys] = one.run("dense40", xs)
    kept = ys.copy()
    one.run("dense40", sample(one["dense40"], 1))
    assert np.array_equal(ys, kept)
    assert len(one) == 1


def test_what_the_manager_refuses() -> None:
    one = manager(dense(40, 10))
    with pytest.raises(InvokeError, match="there is no model 'kws': there are dense40"):
        one["kws"]
    with pytest.raises(InvokeError, match="there is a model 'dense40' already: give this one another name"):
        one.add(dense(40, 10))
    with pytest.raises(InvokeError, match="holds 2 samples, and run takes one"):
        one.run("dense40", np.zeros((2, 1, 40), np.int8))
    before = one.allocator.used_bytes(), one.allocator.models
    with pytest.raises(ArenaError, match="too small for huge beside dense40"):
        one.add(load_model(dense_chain([70_000, 4]), name="huge"))
    assert (one.allocator.used_bytes(), one.allocator.models) == before


def test_a_second_model_in_one_interpreter_is_refused() -> None:
    """One interpreter, one model: there is no way to hand it another, and a list of models says why not."""
    interpreter = MicroInterpreter(dense(40, 10), AllOpsResolver(), 1 << 14)
    with pytest.raises(AttributeError):
        interpreter.model = dense(50, 10)  # type: ignore[misc]
    with pytest.raises(InvokeError, match=r"runs one model, and this is list.*Make one MicroInterpreter a model"):
        MicroInterpreter([dense(40, 10), dense(50, 10)], AllOpsResolver(), 1 << 14)  # type: ignore[arg-type]


def test_the_zoo_shares_an_arena() -> None:
    models = [zoo.load(name) for name in zoo.names()]
    tenancy = compare_tenancy(models, M4)
    assert tenancy.form("shared").arena_bytes < tenancy.form("separate").arena_bytes
    shared = MicroAllocator.create(tenancy.form("shared").arena_bytes, M4)
    for model in models:
        MicroInterpreter(model, resolver_for(model), shared).allocate_tensors()
