"""Does it fit: budgets of flash and RAM as text and as stacked bars, and the same models on every board as a table."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence

from matplotlib.artist import Artist
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from tinylab.boards import Board, Budget, FitReport, FitTable, Remedy
from tinylab.views.picture import COLOURS, Picture, new_figure
from tinylab.views.text import count, table

# A colour and a pattern for each group of lines: whoever sees no colours sees the pattern.
_GROUPS = {
    "TFLM": (COLOURS[0], ""),
    "model": (COLOURS[1], "//"),
    "arena": (COLOURS[2], ".."),
    "application": (COLOURS[4], ""),
    "board": ("#CCCCCC", "xx"),
}
_WIDTH = 110


def fit_text(report: FitReport, *, sources: bool = False) -> str:
    """The verdict, each budget line by line, and what would help.

    sources: where each figure comes from, too: a line each.
    """
    lines = [_headline(report), f"{_built(report)}; {_how_sure(report)}"]
    for budget in report.budgets:
        lines += ["", *_budget_lines(budget, sources)]
    lines += [f"note: {note}" for note in report.board.notes]
    if not report.fits:
        lines += ["", *_remedy_lines(report)]
    return "\n".join(lines)


def fit_picture(report: FitReport) -> Picture:
    """A stacked bar for flash and one for each RAM region in use: what takes it, and where it ends."""
    budgets = report.budgets
    figure = new_figure(9.0, 0.8 + 1.15 * len(budgets))
    for axes, budget in zip(figure.subplots(len(budgets), 1, squeeze=False)[:, 0], budgets, strict=True):
        left = 0
        for group, (colour, hatch) in _GROUPS.items():
            size = budget.group_bytes(group)
            if not size:
                continue
            axes.barh(0, size, left=left, color=colour, hatch=hatch, edgecolor="black", linewidth=0.6)
            left += size
        axes.axvline(budget.available_bytes, color="black", linewidth=2.0)
        axes.set_xlim(0, 1.02 * max(budget.available_bytes, budget.used_bytes))
        axes.set_yticks([])
        axes.xaxis.set_major_formatter(lambda value, _: f"{value:,.0f}")
        axes.set_title(_summary(budget), fontsize=10, loc="left")
    figure.suptitle(_headline(report), fontsize=11)
    figure.legend(handles=_legend(budgets), loc="outside lower center", ncols=6, fontsize=8, frameon=False)
    alt = f"{_headline(report)}. {'. '.join(_summary(budget) for budget in budgets)}."
    return Picture(figure, fit_text(report), alt)


def _legend(budgets: Sequence[Budget]) -> list[Artist]:
    """The groups that any bar shows, and the line where the memory ends."""
    shown = [group for group in _GROUPS if any(budget.group_bytes(group) for budget in budgets)]
    boxes = [
        Patch(facecolor=_GROUPS[group][0], hatch=_GROUPS[group][1], edgecolor="black", label=group) for group in shown
    ]
    return [*boxes, Line2D([], [], color="black", linewidth=2.0, label="all there is")]


def fit_table_text(found: FitTable) -> str:
    """A row a board: core, kernels, arena, TFLM in flash, what is left of both, verdict. ~ is another core's figure."""
    rows = []
    for report in found.reports:
        arena, flash, mark = fit_marks(report)
        rows.append(
            (
                report.board.name,
                report.board.core.value,
                report.choice.kernels,
                arena + count(report.arena_bytes),
                flash + count(report.tflm_flash_bytes),
                count(report.flash.margin_bytes),
                count(report.ram_margin_bytes),
                mark + report.verdict,
            )
        )
    columns = ("board", "core", "kernels", "arena", "TFLM flash", "flash left", "RAM left", "verdict")
    fitting = sum(report.fits for report in found.reports)
    end = f"{' + '.join(found.models)} on {fitting} of {len(found.reports)} boards; ~: estimated from another core"
    return table(columns, rows, left=3) + "\n" + end


def fit_marks(report: FitReport) -> tuple[str, str, str]:
    """What stands before arena, flash and verdict in a table: "~" where the figure is another core's."""
    owns = (report.arena_is_measured, report.flash_is_measured, not report.is_estimate)
    arena, flash, verdict = ("" if own else "~" for own in owns)
    return arena, flash, verdict


def board_text(board: Board) -> str:
    """A board's facts, each with its source."""
    facts = [
        ("chip", board.mcu.value, str(board.mcu)),
        ("core", board.core.value, str(board.core)),
        ("clock", f"{board.clock_mhz.value} MHz", str(board.clock_mhz)),
        ("FPU", board.extensions.fpu, board.extensions_source),
        ("DSP, MVE", _yes(board.extensions.dsp) + ", " + _yes(board.extensions.mve), board.extensions_source),
        ("RAM", count(board.ram_bytes.value), str(board.ram_bytes)),
        *((f"  {region.name}", count(region.bytes.value), str(region.bytes)) for region in board.ram_regions),
        ("flash", count(board.flash_bytes.value), str(board.flash_bytes)),
        ("  for you", count(board.flash_app_bytes.value), str(board.flash_app_bytes)),
    ]
    for label, fact in (("system's RAM", board.rtos_ram_bytes), ("system's flash", board.rtos_flash_bytes)):
        facts.append((label, "not measured" if fact is None else count(fact.value), "" if fact is None else str(fact)))
    targets = [f"{name}: arena {row.arena}, flash {row.footprint}" for name, row in board.targets.items()]
    lines = [
        f"{board.title} ({board.name})",
        table(("", "", "source"), facts, left=3),
        "stands for it: " + "; ".join(targets),
    ]
    return "\n".join([*lines, *board.notes])


def _headline(report: FitReport) -> str:
    mark = " (estimate)" if report.is_estimate else ""
    return f"{' + '.join(report.models)} on {report.board.title}: {report.verdict}{mark}"


def _built(report: FitReport) -> str:
    choice = report.choice
    library = "CMSIS-NN" if choice.kernels == "cmsis-nn" else choice.kernels
    arena = "" if len(report.models) == 1 and choice.arena == "shared" else f", {choice.arena} arena"
    resolver = "all operators" if choice.resolver == "all" else "the needed operators"
    return f"{library} kernels (-{choice.optimize}), {resolver}{arena}"


def _how_sure(report: FitReport) -> str:
    """What arena and flash were measured on."""
    core, targets = report.board.core.value, report.board.targets[report.choice.kernels]
    words = []
    for what, target, own in (
        ("arena", targets.arena, report.arena_is_measured),
        ("flash", targets.footprint, report.flash_is_measured),
    ):
        words.append(f"{what} by {target}" + ("" if own else f", a stand-in for {core}"))
    return "; ".join(words)


def _summary(budget: Budget) -> str:
    margin, doubt = budget.margin_bytes, f" (±{budget.doubt_bytes:,})" if budget.doubt_bytes else ""
    left = f"{margin:,} left" if margin >= 0 else f"{-margin:,} missing"
    return f"{budget.place}: {budget.used_bytes:,} of {budget.available_bytes:,} bytes, {left}{doubt}"


def _budget_lines(budget: Budget, sources: bool) -> Iterator[str]:
    yield _summary(budget)
    columns = ("", "bytes", "known", "source") if sources else ("", "bytes", "known")
    rows = [(line.label, count(line.bytes), line.known, line.source)[: len(columns)] for line in budget.lines]
    width = max(len(row[1]) for row in rows)
    yield table(columns, [(row[0], row[1].rjust(width), *row[2:]) for row in rows], left=len(columns))


def _remedy_lines(report: FitReport) -> Iterator[str]:
    if not report.remedies:
        yield "nothing that tinylab can compute makes it fit"
    else:
        yield "it would fit with one of these:"
        yield from (_wrapped(f"+ {remedy.what}: {_left(remedy)}") for remedy in report.remedies)
    if report.not_enough:
        yield "each of these helps, and is not enough alone:"
        yield from (_wrapped(f"- {remedy.what}: {_left(remedy)}") for remedy in report.not_enough)


def _left(remedy: Remedy) -> str:
    if remedy.is_hint:
        return "a guess, were the head to shrink with the input's area"
    sizes = (("flash", remedy.flash_margin_bytes), ("RAM", remedy.ram_margin_bytes))
    return ", ".join(f"{name} {abs(size):,} {'left' if size >= 0 else 'missing'}" for name, size in sizes)


def _wrapped(line: str) -> str:
    return textwrap.fill(line, _WIDTH, initial_indent="  ", subsequent_indent="    ")


def _yes(value: bool) -> str:
    return "yes" if value else "no"
