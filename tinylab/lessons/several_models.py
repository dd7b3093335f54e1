"""The exercises of notebook 10: a shared arena by hand, two outputs kept, two arenas of the right size."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from tinylab import zoo
from tinylab.arena import MicroAllocator
from tinylab.errors import TinylabError
from tinylab.lessons.verdict import Verdict, no_function
from tinylab.model import Model
from tinylab.runtime import MicroInterpreter, arena_needs, compare_tenancy, resolver_for

TARGET = "cortex-m4/reference"
PAIR = ("kws_yes_no", "kws_tiny_conv")
TRIO = (*PAIR, "hello_world")

# (head, tail) in bytes of three models, each in an arena of its own, on a Cortex-M4; each tail holds the allocator.
THREE = ((9_216, 2_644), (4_096, 1_316), (512, 916))
ALLOCATOR_BYTES = 116


def shared_by_hand(answer: Any) -> Verdict:
    """10-1: arena_used_bytes of the three models of THREE in one shared arena."""
    heads, tails = zip(*THREE, strict=True)
    separate, no_allocator = sum(heads) + sum(tails), max(heads) + sum(tails)
    needed = no_allocator - (len(THREE) - 1) * ALLOCATOR_BYTES
    if answer == needed:
        return Verdict(True, f"{needed:,}: the largest head, every tail, and the allocator once")
    why = {
        separate: "that is what separate arenas use: the heads can share their bytes",
        no_allocator: f"the allocator's {ALLOCATOR_BYTES} bytes are in all three tails, and there is one allocator now",
        needed - ALLOCATOR_BYTES: f"one allocator of {ALLOCATOR_BYTES} bytes remains",
    }
    return Verdict(False, f"{answer!r}: {why.get(answer, 'which heads, which tails, how many allocators?')}")


def both_outputs(answer: Any) -> Verdict:
    """10-2: a function (first, second, x, y) that runs two interpreters of one arena and gives both outputs."""
    if not callable(answer):
        return no_function(answer)
    models = [zoo.load(name) for name in PAIR]
    samples = [_sample(model, seed) for seed, model in enumerate(models)]
    wanted = [_alone(model, sample) for model, sample in zip(models, samples, strict=True)]
    shared = MicroAllocator.create(compare_tenancy(models, TARGET).form("shared").arena_bytes, TARGET)
    interpreters = [MicroInterpreter(model, resolver_for(model), shared) for model in models]
    for interpreter in interpreters:
        interpreter.allocate_tensors()
    try:
        given = list(answer(*interpreters, *samples))
    except Exception as error:  # whatever a reader's function raises is shown, never thrown
        return Verdict(False, f"it raises {error!r}")
    if len(given) != len(wanted):
        return Verdict(False, f"two outputs are needed, and it gives {len(given)}")
    for number, (found, right) in enumerate(zip(given, wanted, strict=True)):
        if found is None or not np.array_equal(np.ravel(found), np.ravel(right)):
            which = ("first", "second")[number]
            return Verdict(False, f"the {which} output: expected {right.ravel().tolist()}, got {_shown(found)}")
    return Verdict(True, "both outputs are those of the models alone")


def _sample(model: Model, seed: int) -> np.ndarray:
    tensor = model.subgraphs[0].tensors[model.subgraphs[0].inputs[0]]
    return np.random.default_rng(seed).integers(-128, 128, tensor.shape).astype(tensor.dtype)


def _alone(model: Model, sample: np.ndarray) -> np.ndarray:
    interpreter = MicroInterpreter(
        model, resolver_for(model), arena_needs(model, TARGET).smallest_arena_bytes, target=TARGET
    )
    interpreter.allocate_tensors()
    return interpreter.predict(sample[None])[0]


def _shown(found: Any) -> object:
    return None if found is None else np.ravel(found).tolist()


def two_arenas(answer: Any) -> Verdict:
    """10-3: (persistent, non-persistent) bytes, the smallest arenas in which TRIO works with head and tail apart."""
    try:
        sizes = [int(size) for size in answer]
    except (TypeError, ValueError):
        sizes = []
    if len(sizes) != 2:
        return Verdict(False, "two sizes are needed: (persistent, non-persistent)")
    try:
        _allocate_in(*sizes)
    except TinylabError as error:
        return Verdict(False, f"{sizes}: {error}")
    for name, fewer in (("persistent", (sizes[0] - 16, sizes[1])), ("non-persistent", (sizes[0], sizes[1] - 16))):
        try:
            _allocate_in(*fewer)
        except TinylabError:
            continue
        return Verdict(False, f"it works, and the {name} arena could be smaller")
    return Verdict(
        True, f"{sizes[0]:,} bytes stay, {sizes[1]:,} are yours between two invokes; 16 fewer of either fail"
    )


def _allocate_in(persistent: int, non_persistent: int) -> None:
    allocator = MicroAllocator.create_two_arenas(persistent, non_persistent, TARGET)
    for name in TRIO:
        model = zoo.load(name)
        MicroInterpreter(model, resolver_for(model), allocator).allocate_tensors()


EXERCISES: dict[str, Callable[[Any], Verdict]] = {"10-1": shared_by_hand, "10-2": both_outputs, "10-3": two_arenas}

HINTS: dict[str, tuple[str, ...]] = {
    "10-1": (
        "heads are used in turn, so the largest is enough; tails stay, so they add up",
        "each of the three tails holds the allocator's 116 bytes, and a shared arena has one allocator",
    ),
    "10-2": (
        "an output lies in the head that the next model uses too",
        "copy the first output (.copy()) before the second input is written",
    ),
    "10-3": (
        "tl.compare_tenancy(models, target) has a form of the name 'two arenas'",
        "its head_bytes are the non-persistent arena, and arena_bytes less head_bytes the persistent one",
    ),
}
