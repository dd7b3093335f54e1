"""What the real TFLM printed when its arena was too small, explained: the step and the size, for every measured model.

Each measured log holds at most three lines, of an arena 16 bytes below the smallest that works. On x86-64 the logs of
seven models are of smaller arenas that were tried before; they are counted apart. The Cortex-M55 build printed nothing.
"""

from __future__ import annotations

import pytest

from tests.arena.test_measured_arenas import M4, M4_CMSIS, X86, cases, named
from tests.shared import needs_shared
from tinylab.doctor import ArenaSteps, Explanation, Shortage, explain
from tinylab.runtime import plan_arena

pytestmark = needs_shared

MODELS = 154


def names(shortage: Shortage, explanation: Explanation, arena_bytes: int) -> bool:
    """Whether the step that fails in an arena of that size is among the candidates, with that size."""
    assert explanation.plan is not None
    event = explanation.plan.fails_at(arena_bytes)
    return any(step.event == event and arena_bytes in step.arena_sizes for step in shortage.steps)


@pytest.mark.parametrize(("target", "of_smaller_arenas"), [(M4, 0), (M4_CMSIS, 0), (X86, 7)])
def test_one_step_below_the_smallest(target: str, of_smaller_arenas: int) -> None:
    named_count = unique = exact = smaller = 0
    for _, model, measured in cases(target):
        size = measured["min_arena_bytes_multiple_of_16"] - 16
        explanation = explain("\n".join(measured["message_when_16_bytes_too_small"]), model, target)
        assert sum(line.count for line in explanation.lines) == len(measured["message_when_16_bytes_too_small"])
        assert all(shortage.steps for shortage in explanation.shortages)
        steps = explanation.shortages[0].steps
        if len(explanation.shortages) == 1 and names(explanation.shortages[0], explanation, size):
            named_count += 1
            unique += len(steps) == 1
            exact += explanation.shortages[0].arena_bytes == size
        else:  # every attempt in the log was one in a smaller arena, or the last of them in this one
            sizes = [found for each in explanation.shortages for step in each.steps for found in step.arena_sizes]
            smaller += min(sizes) < size and max(sizes) < size + 16
    assert (named_count, smaller) == (MODELS - of_smaller_arenas, of_smaller_arenas)
    assert unique >= 8
    print(
        f"{target}: step and size named for {named_count} of {MODELS}, by one step alone for {unique}, one size {exact}"
    )


@pytest.mark.parametrize(("target", "count"), [(M4, 139), (M4_CMSIS, 140), (X86, 139)])
def test_with_the_line_that_tflm_prints_next_one_step_is_left(target: str, count: int) -> None:
    """The measured logs end before it: whether it was an input or an output."""
    unique = 0
    for _, model, measured in cases(target):
        lines = measured["message_when_16_bytes_too_small"]
        if "persistent TfLiteTensor struct" not in lines[-1]:
            continue
        log = [*lines, f"Failed to initialize output tensor {len(model.subgraphs[0].outputs) - 1}"]
        (shortage,) = explain("\n".join(log), model, target).shortages
        assert shortage.arena_bytes == measured["min_arena_bytes_multiple_of_16"] - 16
        unique += 1
    assert unique == count


def test_available_has_no_sign() -> None:
    """TFLM prints it with %u: below zero it starts again from the top of 32 bits."""
    steps = ArenaSteps(plan_arena(named("person_detect"), M4))
    event = steps.first_failure(3451)
    assert event is not None
    assert (
        steps.message(event, 3451) == "Failed to allocate tail memory. Requested: 56, available 4294967288, missing: 64"
    )


@pytest.mark.parametrize(
    ("arena_bytes", "lines"),
    [
        (
            128,
            ["Failed to resize buffer. Requested: 144, available 4, missing: 140", "Failed starting model allocation."],
        ),
        (
            1000,
            [
                "Failed to allocate tail memory. Requested: 1068, available 724, missing: 344",
                "Failed to allocate memory for context->eval_tensors, 1068 bytes required",
                "Failed starting model allocation.",
            ],
        ),
        (4000, ["Failed to allocate tail memory. Requested: 56, available 24, missing: 32"] * 3),
        (
            16_000,
            [
                "Failed to allocate temp memory. Requested: 12, available 4, missing: 8",
                "Unable to allocate TfLiteAffineQuantization.",
            ],
        ),
        (70_000, ["Failed to resize buffer. Requested: 55296, available 43136, missing: 12160"]),
        (82_000, ["Failed to resize buffer. Requested: 55296, available 55136, missing: 160"]),
        (
            82_288,
            [
                "Failed to allocate tail memory. Requested: 8, available 4, missing: 4",
                "Unable to allocate quantization->zero_point.",
                "Failed to populate a persistent TfLiteTensor struct from flatbuffer data!",
            ],
        ),
    ],
)
def test_person_detect_at_several_sizes(arena_bytes: int, lines: list[str]) -> None:
    """As TFLM printed them on a Cortex-M4, which needs 82,304."""
    explanation = explain("\n".join(lines), named("person_detect"), M4)
    (shortage,) = explanation.shortages
    assert explanation.plan is not None
    assert explanation.plan.needs.smallest_arena_bytes == 82_304
    assert any(arena_bytes in step.arena_sizes for step in shortage.steps)
    assert shortage.growth[-1].arena_bytes < 82_304
    print(f"{arena_bytes}: {len(shortage.steps)} steps fit")
