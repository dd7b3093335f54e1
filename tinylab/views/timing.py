"""What a model costs in time: instructions operator by operator, milliseconds with their range, and the interpreter's
own share, as text and as bars."""

from __future__ import annotations

from collections.abc import Sequence

from tinylab.timing import InstructionEstimate, LeftOutRow, OperatorInstructions, OverheadRow, Range, TimeEstimate
from tinylab.views.picture import COLOURS, Picture, new_figure
from tinylab.views.text import count, percent, table

_MOST_ROWS = 40  # of a table; the others are one line


def instructions_text(estimate: InstructionEstimate) -> str:
    """The total, its error, and a row an operator: path, MACs, instructions, instructions a MAC, how it is known."""
    rows = [
        (
            f"{operator.index} {operator.name}",
            operator.types,
            operator.path or "–",
            count(operator.macs or None),
            count(operator.instructions),
            _per_mac(operator),
            percent(_share(estimate, operator)),
            operator.basis,
        )
        for operator in estimate.operators[:_MOST_ROWS]
    ]
    strings = ", log strings kept" if estimate.log_strings else ""
    lines = [f"{estimate.model} on {estimate.target}{strings}: {_total(estimate)} instructions an invoke"]
    columns = ("operator", "types", "path", "MACs", "instructions", "a MAC", "of all", "known by")
    lines.append(table(columns, rows, left=3))
    if rest := estimate.operators[_MOST_ROWS:]:
        lines.append(f"and {len(rest)} more: {count(sum(row.instructions or 0 for row in rest))}")
    share = _small(estimate.overhead_share)
    lines.append(f"interpreter: {estimate.overhead_instructions:,} ({estimate.overhead}), {share} of all")
    within = f"nine of ten models are within {percent(estimate.allocate_error)}"
    lines.append(f"AllocateTensors, once: about {estimate.allocate_instructions:,} ({within})")
    lines.append(f"error: {estimate.error}")
    return "\n".join([*lines, *_reasons(estimate)])


def instructions_picture(estimate: InstructionEstimate) -> Picture:
    """A bar an operator, first to last from the top: its instructions, coloured by operator, hatched where guessed."""
    names = list(estimate.by_operator())
    colours = {name: COLOURS[min(place, len(COLOURS) - 1)] for place, name in enumerate(names)}
    operators = estimate.operators
    figure = new_figure(8.0, max(2.4, 0.9 + 0.19 * len(operators)))
    axes = figure.add_subplot()
    for place, operator in enumerate(operators):
        hatch = None if operator.basis == "law" else "///"
        width = operator.instructions or 0
        axes.barh(place, width, color=colours[operator.name], hatch=hatch, edgecolor="white", linewidth=0.3)
        if operator.instructions is None:
            axes.annotate(" unknown", (0, place), va="center", fontsize=7)
    size = 7 if len(operators) > 20 else 8
    axes.set_yticks(range(len(operators)), [f"{row.index} {row.name}" for row in operators], fontsize=size)
    axes.set_ylim(len(operators) - 0.4, -0.6)
    axes.set_xlabel("instructions of one invoke")
    axes.xaxis.set_major_formatter(lambda value, _: f"{value:,.0f}")
    axes.tick_params(axis="x", labelsize=7)
    axes.set_title(f"{estimate.model} on {estimate.target}: {_total(estimate)} instructions", fontsize=10)
    return Picture(figure, instructions_text(estimate), f"Instructions of {estimate.model}, a bar an operator.")


def time_text(estimate: TimeEstimate) -> str:
    """Milliseconds and microjoules with their range, the published runs they rest on, and what they are not."""
    instructions = estimate.instructions
    where = f"{estimate.place} at {estimate.clock_mhz:g} MHz ({instructions.target})"
    milliseconds = f"{_range(estimate.milliseconds)} ms an invoke{_lower_bound(instructions)}"
    lines = [
        f"{instructions.model} on {where}: {milliseconds}",
        f"{_total(instructions)} instructions × {_range(estimate.cycles_per_instruction)} cycles an instruction",
    ]
    if estimate.microjoules is not None:
        lines.append(f"energy: {_range(estimate.microjoules)} µJ an inference, at this board's clock and voltage")
    lines.append(f"calibrated by: {estimate.basis}")
    lines.append(f"error: {estimate.error}")
    rows = [
        (row.board, row.core, row.model, f"{row.milliseconds:.2f}", f"{row.cycles_per_instruction:.2f}", row.software)
        for row in estimate.rows
    ]
    lines.append(table(("board", "core", "model", "ms", "cycles each", "software"), rows, left=3))
    return "\n".join([*lines, estimate.caution])


def times_text(estimates: Sequence[TimeEstimate]) -> str:
    """Several estimates as one table: model, place, clock, instructions, milliseconds and energy with their range."""
    rows = [
        (
            estimate.instructions.model,
            estimate.place,
            f"{estimate.clock_mhz:g}",
            _total(estimate.instructions),
            _range(estimate.milliseconds),
            "–" if estimate.microjoules is None else _range(estimate.microjoules),
        )
        for estimate in estimates
    ]
    columns = ("model", "board or target", "MHz", "instructions", "ms (low–high)", "µJ (low–high)")
    caution = [estimates[0].caution] if estimates else []
    return "\n".join([table(columns, rows, left=2), *caution])


def published_text(rows: Sequence[LeftOutRow]) -> str:
    """Published runs, and how far the others' cycles per instruction are off: on the same board, on other boards."""
    cells = [
        (
            left.row.board,
            left.row.core,
            left.row.target,
            left.row.model,
            f"{left.row.milliseconds:.2f}",
            f"{left.row.cycles_per_instruction:.2f}",
            _signed(left.same_board),
            _signed(left.other_boards),
        )
        for left in rows
    ]
    columns = ("board", "core", "target", "model", "ms", "cycles each", "same board", "others")
    return table(columns, cells, left=4)


def overhead_text(rows: Sequence[OverheadRow]) -> str:
    """The interpreter's share as the paper prints it, beside the counted one."""
    cells = [
        (
            row.model,
            row.target,
            row.published_share,
            _small(row.counted_share),
            row.operator_count,
            count(row.counted_overhead),
            count(row.counted_total),
        )
        for row in rows
    ]
    columns = ("model", "target", "published", "counted", "operators", "interpreter", "instructions")
    laws = " or ".join(dict.fromkeys(str(row.overhead) for row in rows))
    note = f"counted: {laws} instructions for n operators; published: of 2020's interpreter, by a 12 MHz timer"
    return "\n".join([table(columns, cells, left=2), note])


def _total(estimate: InstructionEstimate) -> str:
    return ("more than " if estimate.unknown else "") + f"{estimate.total_instructions:,}"


def _lower_bound(estimate: InstructionEstimate) -> str:
    return f", and {len(estimate.unknown)} operators that nobody measured" if estimate.unknown else ""


def _reasons(estimate: InstructionEstimate) -> list[str]:
    """Why operators are guessed or unknown, each reason once with how many operators it is of."""
    reasons: dict[str, int] = {}
    for operator in (*estimate.guessed, *estimate.unknown):
        reason = f"{operator.basis}: {operator.name} {operator.types}: {operator.because}"
        reasons[reason] = reasons.get(reason, 0) + 1
    return [f"{number} × {reason}" if number > 1 else reason for reason, number in reasons.items()]


def _small(fraction: float) -> str:
    """A share that may be far below one in a hundred, to two digits."""
    return f"{100 * fraction:.2g} %"


def _per_mac(operator: OperatorInstructions) -> str:
    if not operator.macs or operator.instructions is None:
        return "–"
    return f"{operator.instructions / operator.macs:.2f}"


def _share(estimate: InstructionEstimate, operator: OperatorInstructions) -> float | None:
    return None if operator.instructions is None else operator.instructions / estimate.total_instructions


def _range(values: Range) -> str:
    """ "12.3 (9.8–15)": three digits each."""
    return f"{_three(values.middle)} ({_three(values.low)}–{_three(values.high)})"


def _three(value: float) -> str:
    """Three significant digits, without an exponent."""
    return f"{value:,.0f}" if value >= 100 else f"{value:.1f}" if value >= 10 else f"{value:.2f}"


def _signed(fraction: float | None) -> str:
    return "–" if fraction is None else f"{100 * fraction:+.0f} %"
