"""What a board is to TFLM: a core, a clock, flash, and regions of RAM; each number with its source."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Generic, NamedTuple, TypeVar

from tinylab.boards.cores import Core, KernelTargets

CONFIDENCES = ("verified", "derived", "partly", "unverified")
KERNELS = ("cmsis-nn", "reference")

Value = TypeVar("Value", int, str, tuple[str, ...])


@dataclass(frozen=True)
class Fact(Generic[Value]):
    """A value and how it is known.

    confidence: "verified" (read in the source), "derived" (computed from it), "partly" (the source covers part of it)
    or "unverified" (general knowledge: look it up before you rely on it).
    """

    value: Value
    source: str
    confidence: str
    note: str = ""

    @property
    def is_sure(self) -> bool:
        """Whether it was read in its source, or computed from it."""
        return self.confidence in ("verified", "derived")

    def __str__(self) -> str:
        known = "" if self.confidence == "verified" else f"{self.confidence}: "
        return f"{known}{self.source}"


class Extensions(NamedTuple):
    """What the core can do besides: fpu "none", "single" or "double"; dsp, mve: whether it has Arm's DSP instructions
    and vector extension (Helium); npu: the name of an accelerator beside it, which TFLM's kernels do not use, or "".
    """

    fpu: str
    dsp: bool
    mve: bool
    npu: str


@dataclass(frozen=True)
class RamRegion:
    """RAM in one piece, which an arena can lie in. is_external: outside the chip (PSRAM, SDRAM), and slow."""

    name: str
    bytes: Fact[int]
    is_external: bool = False


@dataclass(frozen=True)
class Board:
    """One board. All sizes are bytes.

    name: of its profile ("esp_eye"); title: the maker's; mcu: the chip; core: see `Core`; ram_bytes: on the chip, as
    sold; ram_regions: what an application may use of it, piece by piece; the first holds variables, stack and, if it
    fits, the arena. flash_bytes: as sold; flash_app_bytes: what bootloader and the like leave of it. rtos_ram_bytes,
    rtos_flash_bytes: what the operating system and the board's libraries take, stack included; None where nobody
    measured it. copied_to_ram: "model", "code" or both where the board does not run them from flash. targets: by
    kernel library, the measured builds that stand for this board; the first is its default.
    """

    name: str
    title: str
    mcu: Fact[str]
    core: Fact[str]
    clock_mhz: Fact[int]
    extensions: Extensions
    extensions_source: str
    ram_bytes: Fact[int]
    ram_regions: tuple[RamRegion, ...]
    flash_bytes: Fact[int]
    flash_app_bytes: Fact[int]
    rtos_ram_bytes: Fact[int] | None
    rtos_flash_bytes: Fact[int] | None
    copied_to_ram: Fact[tuple[str, ...]] | None
    sensors: Fact[tuple[str, ...]] | None
    notes: tuple[str, ...]
    targets: Mapping[str, KernelTargets]
    known_core: Core | None
    file: str

    @property
    def kernels(self) -> str:
        """The kernel library that is used where none is named: CMSIS-NN where the core has what it needs."""
        return next(iter(self.targets))

    @property
    def ram_app_bytes(self) -> int:
        """The region that variables, stack and arena share."""
        return self.ram_regions[0].bytes.value

    def is_measured(self, kernels: str, what: str) -> bool:
        """Whether figures of `what` ("arena" or "footprint") were measured on this board's own core."""
        target: str = getattr(self.targets[kernels], what)
        return target.partition("/")[0] == self.core.value

    def unsure_fields(self) -> tuple[str, ...]:
        """The fields whose numbers were not read in their source, nor computed from it."""
        facts = {
            "clock_mhz": self.clock_mhz,
            "ram_bytes": self.ram_bytes,
            **{f"ram_regions.{region.name}": region.bytes for region in self.ram_regions},
            "flash_bytes": self.flash_bytes,
            "flash_app_bytes": self.flash_app_bytes,
            "rtos_ram_bytes": self.rtos_ram_bytes,
            "rtos_flash_bytes": self.rtos_flash_bytes,
        }
        return tuple(name for name, fact in facts.items() if fact is not None and not fact.is_sure)

    def __repr__(self) -> str:
        return f"Board({self.name}: {self.core.value}, {self.clock_mhz.value} MHz)"
