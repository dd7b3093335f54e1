"""Targets: what an arena figure depends on besides the model. An ABI (sizes of TFLM's structs) and a kernel library."""

from __future__ import annotations

from dataclasses import dataclass

from tinylab.arena.abi import ILP32, LP64, Abi
from tinylab.errors import ArenaError

# What every target has in common, to be said wherever outputs stand beside a target's name.
OUTPUT_BYTES = (
    "A target decides where tensors lie and how many bytes the arena takes. Output bytes are those of TFLM's reference "
    "kernels on every target; real CMSIS-NN kernels may differ from them (LSTMs do)."
)


@dataclass(frozen=True)
class Target:
    """What an arena's bytes depend on besides the model.

    name: "cortex-m4/reference"; abi: struct sizes; kernel_library: whose OpData and buffers are asked of the arena;
    source: how the target's figures are known, in words. What outputs depend on: OUTPUT_BYTES.
    """

    name: str
    abi: Abi
    kernel_library: str
    source: str = "nobody has said"


_MEASURED = "measured: 154 models on the real TFLM 90b983c2"
_READ = "operators that no measured model has are read from the sources"

TARGETS: dict[str, Target] = {
    target.name: target
    for target in (
        Target(
            "cortex-m4/reference", ILP32, "reference", f"{_MEASURED}, built by GCC for an emulated Cortex-M4; {_READ}"
        ),
        Target(
            "cortex-m4/cmsis-nn",
            ILP32,
            "cmsis-nn/dsp",
            f"{_MEASURED} with CMSIS-NN 4ab83cc3, built by GCC for an emulated Cortex-M4; {_READ}",
        ),
        Target(
            "cortex-m55/cmsis-nn",
            ILP32,
            "cmsis-nn/mve",
            f"{_MEASURED} with CMSIS-NN 4ab83cc3, built by GCC for an emulated Cortex-M55, equal to all of them; its "
            f"struct sizes are the Cortex-M4's; {_READ}",
        ),
        Target("x86-64/reference", LP64, "reference", f"{_MEASURED}, built by GCC on Linux; {_READ}"),
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
