"""The lines of a budget: what takes flash and RAM on a board, each line with how it is known and from where."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from tinylab.arena import ArenaNeeds
from tinylab.boards.board import Board, Fact, RamRegion
from tinylab.boards.workload import Choice, Workload
from tinylab.footprint import FlashEstimate

EXACT, ESTIMATE, CHOSEN = "exact", "estimate", "chosen"

# MicroInterpreter and MicroMutableOpResolver<N> on a 32-bit core: sizeof, read from debug information of linked
# firmware (TFLM 90b983c2, GCC 12.2, Cortex-M4). They are the application's own variables, outside the arena.
MICRO_INTERPRETER_BYTES = 208
OP_RESOLVER_BYTES, OP_RESOLVER_BYTES_PER_OPERATOR = 12, 36
_SIZEOF = "sizeof in linked firmware of TFLM 90b983c2, Cortex-M4"

DEFAULT_APPLICATION_FLASH_BYTES = 32_768
DEFAULT_APPLICATION_RAM_BYTES = 8_192
DEFAULT_STACK_BYTES = 4_096


class BudgetLine(NamedTuple):
    """One thing that takes space, in bytes.

    known: "exact" (computed or measured for this very target), "estimate", or "chosen" (a reserve that you set);
    source: from where. group: "TFLM", "model", "arena", "application" or "board", for colours and sums.
    """

    label: str
    bytes: int
    group: str
    known: str
    source: str


@dataclass(frozen=True)
class Budget:
    """What is there and what takes it, in bytes.

    place: "flash", or the name of a RAM region. doubt_bytes: how far used_bytes may be wrong, as far as that was
    measured.
    """

    place: str
    available_bytes: int
    available_source: str
    lines: tuple[BudgetLine, ...]
    doubt_bytes: int = 0

    @property
    def used_bytes(self) -> int:
        """All lines together."""
        return sum(line.bytes for line in self.lines)

    @property
    def margin_bytes(self) -> int:
        """What is left; below 0, what is missing."""
        return self.available_bytes - self.used_bytes

    @property
    def fits(self) -> bool:
        """Whether there is a place for everything."""
        return self.margin_bytes >= 0

    @property
    def is_close(self) -> bool:
        """Whether the margin is smaller than what may be wrong, so that either verdict may turn out to be false."""
        return abs(self.margin_bytes) < self.doubt_bytes

    @property
    def is_estimate(self) -> bool:
        """Whether any line is one."""
        return any(line.known == ESTIMATE for line in self.lines)

    def group_bytes(self, group: str) -> int:
        """The lines of one group together."""
        return sum(line.bytes for line in self.lines if line.group == group)


class Reserves(NamedTuple):
    """What you keep for yourself, in bytes: your own code and constants, your own variables, the stack.

    stack_bytes counts only where nobody measured what the board's operating system and stack take together.
    """

    application_flash_bytes: int = DEFAULT_APPLICATION_FLASH_BYTES
    application_ram_bytes: int = DEFAULT_APPLICATION_RAM_BYTES
    stack_bytes: int = DEFAULT_STACK_BYTES


def flash_budget(workload: Workload, board: Board, choice: Choice, reserves: Reserves) -> Budget:
    """The flash of a board: framework, operators, models, application, and what the board itself takes."""
    target = board.targets[choice.kernels].footprint
    estimate = workload.flash(choice, target)
    lines = [*_board_flash(board), *_tflm_flash(board, choice, estimate)]
    models = workload.models_as(choice, board.targets[choice.kernels].arena)
    lines += [BudgetLine(f"model {model.name}", model.bytes, "model", EXACT, "the file's size") for model in models]
    lines.append(_chosen("application", reserves.application_flash_bytes))
    doubt = round(estimate.total_bytes * estimate.error.worst) if estimate.error and not estimate.is_measured else 0
    if board.known_core is None or board.known_core.is_foreign:
        doubt = max(doubt, workload.foreign_doubt_bytes(choice, target))
    return Budget("flash", board.flash_bytes.value, str(board.flash_bytes), tuple(lines), doubt)


def _board_flash(board: Board) -> Iterator[BudgetLine]:
    taken = board.flash_bytes.value - board.flash_app_bytes.value
    if taken:
        yield BudgetLine("bootloader and the like", taken, "board", *_known(board.flash_app_bytes))
    if board.rtos_flash_bytes is not None:
        label = "operating system and libraries"
        yield BudgetLine(label, board.rtos_flash_bytes.value, "board", ESTIMATE, str(board.rtos_flash_bytes))


def _tflm_flash(board: Board, choice: Choice, estimate: FlashEstimate) -> Iterator[BudgetLine]:
    own = board.is_measured(choice.kernels, "footprint")
    core, operators = f"the real link of {estimate.build}", f"the union of linked sections, {estimate.build}"
    if estimate.is_measured:
        operators = core
    if estimate.error is not None and not estimate.is_measured:
        operators += f": {estimate.error}"
    nearness = "" if own else f"; {_nearness(board)}"
    measured = EXACT if own else ESTIMATE
    yield BudgetLine("TFLM's framework", estimate.core_bytes, "TFLM", measured, core + nearness)
    size = estimate.total_bytes - estimate.core_bytes
    known = measured if estimate.is_measured else ESTIMATE
    count = len(estimate.operators)
    yield BudgetLine(f"{count} operator{'s' * (count != 1)}", size, "TFLM", known, operators + nearness)


def ram_budget(workload: Workload, board: Board, choice: Choice, reserves: Reserves) -> Budget:
    """The RAM region of variables and stack, and of the arena unless `choice` puts it elsewhere."""
    region = board.ram_regions[0]
    lines = [line for place, line in arena_lines(workload, board, choice) if place is region]
    lines += _objects(workload, board, choice)
    lines += _copies(workload, board, choice, reserves)
    lines.append(_chosen("application", reserves.application_ram_bytes))
    if board.rtos_ram_bytes is None:
        lines.append(BudgetLine("stack", reserves.stack_bytes, "board", CHOSEN, "your reserve"))
    else:
        label = "operating system and stack"
        lines.append(BudgetLine(label, board.rtos_ram_bytes.value, "board", ESTIMATE, str(board.rtos_ram_bytes)))
    doubt = 0
    if "code" in _copied(board):
        doubt = flash_budget(workload, board, choice, reserves).doubt_bytes
    return Budget(region.name, region.bytes.value, str(region.bytes), tuple(lines), doubt)


def arena_lines(workload: Workload, board: Board, choice: Choice) -> Iterator[tuple[RamRegion, BudgetLine]]:
    """Each arena, and the region that it lies in."""
    target = board.targets[choice.kernels].arena
    own = board.is_measured(choice.kernels, "arena")
    known = EXACT if own else ESTIMATE
    source = f"TFLM's rules for {target}" + ("" if own else f"; {_nearness(board)}")
    for label, region, size in _arenas(workload, choice, workload.arenas(choice, target)):
        yield board.ram_regions[region], BudgetLine(label, size, "arena", known, source)


def _arenas(workload: Workload, choice: Choice, needs: tuple[ArenaNeeds, ...]) -> Iterator[tuple[str, int, int]]:
    """(label, index of the RAM region, bytes) of each arena."""
    if choice.arena == "separate":
        for name, each in zip(workload.names, needs, strict=True):
            yield f"arena of {name}", choice.head_region, each.smallest_arena_bytes
        return
    (both,) = needs
    if both.two_arenas_bytes is None:
        shared = "arena" if len(workload.models) == 1 else f"arena, shared by {len(workload.models)} models"
        yield shared, choice.head_region, both.smallest_arena_bytes
        return
    persistent, non_persistent = both.two_arenas_bytes
    yield "persistent arena (tail)", choice.tail_region, persistent
    yield "non-persistent arena (head)", choice.head_region, non_persistent


def _objects(workload: Workload, board: Board, choice: Choice) -> Iterator[BudgetLine]:
    """TFLM's own variables, outside the arena."""
    count = len(workload.models)
    word = EXACT if board.is_measured(choice.kernels, "arena") else ESTIMATE
    label = f"{count} interpreter{'s' * (count != 1)}"
    yield BudgetLine(label, MICRO_INTERPRETER_BYTES * count, "TFLM", word, _SIZEOF)
    estimate = workload.flash(choice, board.targets[choice.kernels].footprint)
    operators = len(estimate.operators)
    size = OP_RESOLVER_BYTES + OP_RESOLVER_BYTES_PER_OPERATOR * operators
    yield BudgetLine(f"op resolver for {operators}", size, "TFLM", word, _SIZEOF)
    static = estimate.data_bytes + estimate.bss_bytes
    yield BudgetLine("TFLM's variables", static, "TFLM", ESTIMATE, f"data and bss of {estimate.build}")


def _copies(workload: Workload, board: Board, choice: Choice, reserves: Reserves) -> Iterator[BudgetLine]:
    """What the board does not run from flash."""
    copied, targets = _copied(board), board.targets[choice.kernels]
    source = str(board.copied_to_ram)
    if "model" in copied:
        size = sum(model.bytes for model in workload.models_as(choice, targets.arena))
        yield BudgetLine("models, copied to RAM", size, "model", EXACT, source)
    if "code" in copied:
        size = workload.flash(choice, targets.footprint).total_bytes + reserves.application_flash_bytes
        yield BudgetLine("code, copied to RAM", size, "TFLM", ESTIMATE, source)


def _copied(board: Board) -> tuple[str, ...]:
    return board.copied_to_ram.value if board.copied_to_ram is not None else ()


def _known(fact: Fact[int]) -> tuple[str, str]:
    return (EXACT if fact.is_sure else ESTIMATE), str(fact)


def _chosen(label: str, size: int) -> BudgetLine:
    return BudgetLine(label, size, "application", CHOSEN, "your reserve")


def _nearness(board: Board) -> str:
    if board.known_core is None or not board.known_core.nearness:
        return f"the nearest measured build for {board.core.value}, by its profile"
    return board.known_core.nearness
