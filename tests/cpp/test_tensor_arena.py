"""kTensorArenaSize: the smallest arena, the margin, 16; and the sum of what several models need."""

from __future__ import annotations

from typing import Any

import pytest

from tests.arena.models import hello_world
from tests.cpp.models import sum_of
from tinylab.arena import find_target
from tinylab.cpp.tensor_arena import tensor_arena
from tinylab.errors import ArenaError
from tinylab.runtime import arena_needs, compare_tenancy

M4, X86 = find_target("cortex-m4/reference"), find_target("x86-64/reference")


def test_smallest_and_margin_rounded_up() -> None:
    smallest = arena_needs(hello_world(), M4).smallest_arena_bytes
    assert smallest == 1072  # as measured for TFLM's hello_world, which has this structure
    assert tensor_arena([hello_world()], M4).size_bytes == smallest + 1024
    assert tensor_arena([hello_world()], M4, margin_bytes=0).size_bytes == smallest
    assert tensor_arena([hello_world()], M4, margin_bytes=1).size_bytes == smallest + 16
    assert tensor_arena([hello_world()], M4, margin=0.1).margin_bytes == 108
    assert tensor_arena([hello_world()], M4, margin=0.1).size_bytes == 1184


def test_the_host_has_its_own_size() -> None:
    host = arena_needs(hello_world(), X86).smallest_arena_bytes
    assert tensor_arena([hello_world()], M4, margin_bytes=0).host_size_bytes == host == 1616
    assert tensor_arena([hello_world()], M4, margin=0.1).host_size_bytes == 1616 + 176
    assert tensor_arena([hello_world()], X86).host_size_bytes is None


def test_several_models_share_one() -> None:
    models = [hello_world(), sum_of("INT8", count=400)]
    shared = compare_tenancy(models, M4).form("shared")
    assert tensor_arena(models, M4, margin_bytes=0).size_bytes == shared.arena_bytes


@pytest.mark.parametrize(
    ("margins", "said"),
    [
        ({"margin_bytes": 1, "margin": 0.1}, "not both"),
        ({"margin_bytes": -1}, "whole number, 0 or more, and this is -1"),
        ({"margin_bytes": 1.5}, "whole number"),
        ({"margin": -0.1}, "fraction"),
        ({"margin": float("nan")}, "fraction"),
    ],
)
def test_margins_that_are_none(margins: dict[str, Any], said: str) -> None:
    with pytest.raises(ArenaError, match=said):
        tensor_arena([hello_world()], M4, **margins)
