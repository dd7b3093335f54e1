"""Targets by name."""

from __future__ import annotations

import pytest

from tinylab.arena import ILP32, TARGETS, MicroAllocator, Target, find_target
from tinylab.arena.target import OUTPUT_BYTES
from tinylab.errors import ArenaError


def test_a_target_is_found_by_name_or_is_itself() -> None:
    assert find_target("cortex-m4/reference").abi is ILP32
    own = Target("my-board/reference", ILP32, "reference")
    assert find_target(own) is own
    assert MicroAllocator.create(1000, own).target is own


def test_every_target_bears_its_name() -> None:
    assert all(name == target.name for name, target in TARGETS.items())
    assert {"x86-64/reference", "cortex-m4/reference", "cortex-m4/cmsis-nn", "cortex-m55/cmsis-nn"} <= set(TARGETS)


def test_every_target_says_how_it_is_known() -> None:
    assert all(target.source.startswith("measured: 154 models on the real TFLM") for target in TARGETS.values())
    assert Target("my-board/reference", ILP32, "reference").source == "nobody has said"
    assert "reference kernels on every target" in OUTPUT_BYTES


@pytest.mark.parametrize("name", ["cortex-m4", "", "X86-64/REFERENCE"])
def test_an_unknown_target_is_answered_with_the_names_there_are(name: str) -> None:
    with pytest.raises(ArenaError, match="there is no target") as caught:
        find_target(name)
    assert repr(name) in str(caught.value)
    assert all(known in str(caught.value) for known in TARGETS)
