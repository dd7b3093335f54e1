"""Cores, and which measured build of TFLM stands for each.

Arenas were measured on the Cortex-M4 and M55 (and x86-64), flash on the Cortex-M0+, M4, M55 and a RISC-V. Everything
else borrows the nearest of them, and is an estimate.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple


class KernelTargets(NamedTuple):
    """The targets that stand for a core with one kernel library.

    arena: of tinylab.arena.TARGETS; footprint: of tinylab.footprint.MEASURED.
    """

    arena: str
    footprint: str


class Core(NamedTuple):
    """One core. title: its maker's name. nearness: in words, what is known of the borrowed builds; "" where the core
    was measured itself. is_foreign: whether its instructions are none that flash was measured for.
    """

    name: str
    title: str
    targets: Mapping[str, KernelTargets]
    nearness: str = ""
    is_foreign: bool = False


_M4 = KernelTargets("cortex-m4/reference", "cortex-m4/reference")
_M4_CMSIS_NN = KernelTargets("cortex-m4/cmsis-nn", "cortex-m4/cmsis-nn")
_BOTH = {"cmsis-nn": _M4_CMSIS_NN, "reference": _M4}
_KIN = "built for the Cortex-M4, whose instructions, struct sizes and CMSIS-NN kernels it shares"
_FOREIGN = "the Cortex-M4's: another instruction set, and enums of 4 bytes: a few bytes more an operator"

CORES = {
    core.name: core
    for core in (
        Core("cortex-m4", "Arm Cortex-M4", _BOTH),
        Core("cortex-m7", "Arm Cortex-M7", _BOTH, _KIN),
        Core("cortex-m33", "Arm Cortex-M33", _BOTH, _KIN),
        Core(
            "cortex-m55",
            "Arm Cortex-M55",
            {"cmsis-nn": KernelTargets("cortex-m55/cmsis-nn", "cortex-m55/cmsis-nn"), "reference": _M4},
            "reference kernels were built for the Cortex-M4 only",
        ),
        Core(
            "cortex-m0plus",
            "Arm Cortex-M0+",
            {"reference": KernelTargets("cortex-m4/reference", "cortex-m0plus/reference")},
            "flash was measured on it; the arena is the Cortex-M4's, whose struct sizes and kernels it shares",
        ),
        Core(
            "riscv32imc",
            "RISC-V RV32IMC",
            {"reference": KernelTargets("cortex-m4/reference", "riscv32imc/reference")},
            "flash was sized for it; the arena is the Cortex-M4's: the same structs but for enums of 4 bytes",
        ),
        Core("xtensa-lx6", "Tensilica Xtensa LX6", {"reference": _M4}, _FOREIGN, is_foreign=True),
        Core("xtensa-lx7", "Tensilica Xtensa LX7", {"reference": _M4}, _FOREIGN, is_foreign=True),
        Core("arc-em9d", "Synopsys ARC EM9D", {"reference": _M4}, _FOREIGN, is_foreign=True),
    )
}
