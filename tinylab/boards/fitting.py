"""fit: do these models fit this board? Budgets of flash and RAM, a verdict with its margin, and what would help."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tinylab.boards.board import KERNELS, Board
from tinylab.boards.budget import (
    DEFAULT_APPLICATION_FLASH_BYTES,
    DEFAULT_APPLICATION_RAM_BYTES,
    DEFAULT_STACK_BYTES,
    Budget,
    Reserves,
    arena_lines,
    flash_budget,
    ram_budget,
)
from tinylab.boards.catalogue import load
from tinylab.boards.workload import ARENAS, RESOLVERS, Choice, Workload
from tinylab.errors import BoardError
from tinylab.model import Model

FITS, CLOSE, DOES_NOT_FIT = "fits", "too close to call", "does not fit"


@dataclass(frozen=True)
class Remedy:
    """One thing that could be changed, computed like the report itself.

    what: in words; choice: the decisions with it; board: where it would run. flash_margin_bytes, ram_margin_bytes:
    what would be left, the smallest margin of all RAM regions in use (below 0: missing). fits: whether it is enough.
    is_hint: a proportion, not a computed layout.
    """

    what: str
    board: str
    choice: Choice
    flash_margin_bytes: int
    ram_margin_bytes: int
    is_hint: bool = False

    @property
    def fits(self) -> bool:
        """Whether it is enough on its own."""
        return self.flash_margin_bytes >= 0 and self.ram_margin_bytes >= 0


@dataclass(frozen=True)
class FitReport:
    """The answer for some models on one board.

    models: their names; choice: what was decided. flash, ram: the budgets; elsewhere: RAM regions besides the first
    that an arena lies in. remedies: what would make it fit, where it does not; not_enough: what was computed and does
    not suffice.
    """

    board: Board
    models: tuple[str, ...]
    choice: Choice
    reserves: Reserves
    flash: Budget
    ram: Budget
    elsewhere: tuple[Budget, ...]
    remedies: tuple[Remedy, ...] = ()
    not_enough: tuple[Remedy, ...] = ()

    @property
    def budgets(self) -> tuple[Budget, ...]:
        """Flash, then each RAM region that is used."""
        return (self.flash, self.ram, *self.elsewhere)

    @property
    def fits(self) -> bool:
        """Whether there is a place for everything, as computed."""
        return all(budget.fits for budget in self.budgets)

    @property
    def verdict(self) -> str:
        """ "fits", "does not fit", or "too close to call" where what may be wrong exceeds a margin that decides."""
        if any(not budget.fits and not budget.is_close for budget in self.budgets):
            return DOES_NOT_FIT
        return CLOSE if any(budget.is_close for budget in self.budgets) else FITS

    @property
    def arena_bytes(self) -> int:
        """The arena, or all arenas together, wherever they lie."""
        return sum(budget.group_bytes("arena") for budget in self.budgets)

    @property
    def tflm_flash_bytes(self) -> int:
        """TFLM's framework and operators in flash."""
        return self.flash.group_bytes("TFLM")

    @property
    def arena_is_measured(self) -> bool:
        """Whether arenas were measured on this board's core; else they are another core's."""
        return self.board.is_measured(self.choice.kernels, "arena")

    @property
    def flash_is_measured(self) -> bool:
        """Whether flash was measured for this board's core; else it is another core's."""
        return self.board.is_measured(self.choice.kernels, "footprint")

    @property
    def is_estimate(self) -> bool:
        """Whether arena, flash or both are another core's."""
        return not (self.arena_is_measured and self.flash_is_measured)

    @property
    def ram_margin_bytes(self) -> int:
        """The smallest margin of the RAM regions in use."""
        return min(budget.margin_bytes for budget in (self.ram, *self.elsewhere))


def fit(
    models: Model | Sequence[Model],
    board: str | Path | Board,
    *,
    kernels: str | None = None,
    arena: str = "shared",
    resolver: str = "needed",
    optimize: str = "O2",
    application_flash_bytes: int = DEFAULT_APPLICATION_FLASH_BYTES,
    application_ram_bytes: int = DEFAULT_APPLICATION_RAM_BYTES,
    stack_bytes: int = DEFAULT_STACK_BYTES,
) -> FitReport:
    """Whether one model, or several together, fit a board: a name of `boards.names()`, a .toml file, or a Board.

    kernels: "reference" or "cmsis-nn"; by default what the core is made for. arena: "shared" by all models,
    "separate", or "two arenas" (head and tail apart). resolver: the "needed" operators, or "all" that TFLM has.
    optimize: of the kernels, "O2" or "Os". The other three are reserves of yours; stack_bytes counts only where
    nobody measured what the board's system takes.

    BoardError for a board or choice that there is not; OperatorError or FootprintError where a model asks for what
    TFLM does not have.
    """
    from tinylab.boards.remedies import remedies_for  # remedies are made of further reports

    found = load(board)
    choice = _checked(Choice(found.kernels if kernels is None else kernels, arena, resolver, optimize), found)
    reserves = Reserves(application_flash_bytes, application_ram_bytes, stack_bytes)
    for name, size in zip(reserves._fields, reserves, strict=True):
        if not isinstance(size, int) or size < 0:
            raise BoardError(f"{name} is {size!r}: a whole number of bytes is needed, 0 or more", found=size)
    workload = Workload.of(models)
    report = report_of(workload, found, choice, reserves)
    return report if report.fits else remedies_for(report, workload)


def report_of(workload: Workload, board: Board, choice: Choice, reserves: Reserves) -> FitReport:
    """The report without remedies."""
    flash = flash_budget(workload, board, choice, reserves)
    ram = ram_budget(workload, board, choice, reserves)
    outside = [
        (region, line) for region, line in arena_lines(workload, board, choice) if region != board.ram_regions[0]
    ]
    elsewhere = tuple(
        Budget(
            region.name,
            region.bytes.value,
            str(region.bytes),
            tuple(line for place, line in outside if place == region),
        )
        for region in dict.fromkeys(region for region, _ in outside)
    )
    return FitReport(board, workload.names, choice, reserves, flash, ram, elsewhere)


def _checked(choice: Choice, board: Board) -> Choice:
    for field, value, known in (
        ("kernels", choice.kernels, tuple(board.targets)),
        ("arena", choice.arena, ARENAS),
        ("resolver", choice.resolver, RESOLVERS),
        ("optimize", choice.optimize, ("O2", "Os")),
    ):
        if value not in known:
            reason = ""
            if field == "kernels" and value in KERNELS:
                reason = f": CMSIS-NN needs the DSP instructions or Helium, and {board.core.value} has neither"
            raise BoardError(
                f"{field} {value!r} is no choice on {board.name}{reason}: there is {' and '.join(known)}",
                board.file,
                field,
                value,
                f"one of {', '.join(known)}",
            )
    return choice
