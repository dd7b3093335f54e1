"""Targets: what an arena figure depends on besides the model. An ABI (sizes of TFLM's structs) and a kernel library."""

from __future__ import annotations

from dataclasses import dataclass

from tinylab.arena.abi import ILP32, LP64, Abi
from tinylab.errors import ArenaError


@dataclass(frozen=True)
class Target:
    """name.

    "cortex-m4/reference"; abi: struct sizes; kernel_library: whose OpData and buffers are asked of the arena.
    """

    name: str
    abi: Abi
    kernel_library: str


TARGETS: dict[str, Target] = {
    target.name: target
    for target in (
        Target("cortex-m4/reference", ILP32, "reference"),
        Target("x86-64/reference", LP64, "reference"),
    )
}

DEFAULT_TARGET = "x86-64/reference"


def find_target(target: str | Target) -> Target:
    """The target of that name (a Target is returned as it is); ArenaError lists the names there are."""
    if isinstance(target, Target):
        return target
    if target not in TARGETS:
        raise ArenaError(f"there is no target {target!r}: choose one of {', '.join(sorted(TARGETS))}")
    return TARGETS[target]
