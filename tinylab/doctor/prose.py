"""An Explanation in words: paragraphs, which a terminal may colour and a notebook prints."""

from __future__ import annotations

from collections.abc import Iterator

from tinylab.arena import ArenaEvent
from tinylab.arena.abi import ARENA_ALIGNMENT
from tinylab.doctor.arena_steps import FailingStep, GrowthStep
from tinylab.doctor.explanation import ExplainedLine, Explanation, Shortage
from tinylab.doctor.log import MESSAGES
from tinylab.doctor.paragraph import Paragraph
from tinylab.runtime import ArenaPlan

SHOWN_STEPS = 4  # of those that fit, and at each end of a growth
GOES_ON = {
    "create": "TFLM does not look at the result: its own objects go to address 0, and the board faults or hangs.",
    "Init": "Init does not look at what it gets: TFLM goes on with a null pointer, and so do the operators behind it.",
}


def prose(explanation: Explanation) -> Iterator[Paragraph]:
    """The explanation, top to bottom: TFLM's lines one by one, then what became of the arena."""
    if not explanation.lines:
        yield from _nothing(explanation)
        return
    last_remedy = ""
    for line in explanation.lines:
        yield from _line(line, said_already=line.remedy == last_remedy)
        last_remedy = line.remedy
    if explanation.plan is not None:
        for shortage in explanation.shortages:
            yield from _shortage(shortage, explanation.plan)
    elif explanation.plan_error:
        yield Paragraph("text", f"The figures were not traced to a step: {explanation.plan_error}")
    elif explanation.shortages:
        yield Paragraph(
            "text", "Which tensor or operator it was, and which arena would do: tell the model and the target."
        )


def _nothing(explanation: Explanation) -> Iterator[Paragraph]:
    count = explanation.line_count
    lines = "1 line" if count == 1 else f"{count} lines"
    yield Paragraph("label", f"No message of TFLM is in this log ({lines} read). Known are:")
    for message in MESSAGES:
        yield Paragraph("text", message.wording, 2)
    yield Paragraph(
        "text", "A release build prints none: it strips error strings, and AllocateTensors only returns an error."
    )


def _line(line: ExplainedLine, *, said_already: bool) -> Iterator[Paragraph]:
    times = f"  ({line.count} times)" if line.count > 1 else ""
    yield Paragraph("said", f"line {line.line_number}: {line.text}{times}")
    phases = ", ".join(line.phases) if len(line.phases) < 6 else "anywhere in AllocateTensors"
    yield Paragraph("label", f"by {line.said_by} ({phases})", 2)
    yield Paragraph("text", line.meaning, 2)
    if not said_already:
        yield Paragraph("remedy", f"→ {line.remedy}", 2)
    yield Paragraph("", "")


def _shortage(shortage: Shortage, plan: ArenaPlan) -> Iterator[Paragraph]:
    numbers = [line.line_number for line in shortage.lines]
    which = f"Line {numbers[0]}" if len(numbers) == 1 else f"Lines {numbers[0]} to {numbers[-1]}"
    where = f"{plan.model.name} on {plan.target.name}"
    if shortage.steps:
        yield Paragraph("said", f"{which}: where {where} stopped")
        yield from _steps(shortage, plan)
        yield from _needs(shortage, plan)
        yield from _growth(shortage, plan)
    else:
        yield Paragraph("said", f"{which}: no step of {where} says this first, whatever the arena's size")
        if shortage.other_targets:
            yield Paragraph("remedy", f"→ One would on {', '.join(shortage.other_targets)}: is that the board's?", 2)
        else:
            guess = "Another model, kernel library or version of TFLM, or an arena with more in it than this model?"
            yield Paragraph("remedy", f"→ {guess}", 2)
    yield Paragraph("", "")


def _steps(shortage: Shortage, plan: ArenaPlan) -> Iterator[Paragraph]:
    steps = shortage.steps
    if len(steps) > 1:
        yield Paragraph("text", f"{len(steps)} steps print exactly this, each in an arena of another size:", 2)
    for step in steps if len(steps) <= SHOWN_STEPS + 1 else steps[:SHOWN_STEPS]:
        yield Paragraph("text", f"{step_name(step.event, plan)}. The arena has {_sizes(step)}.", 2)
    if len(steps) > SHOWN_STEPS + 1:
        yield Paragraph("text", f"… up to {step_name(steps[-1].event, plan)}. The arena has {_sizes(steps[-1])}.", 2)
    phases = {step.event.phase for step in steps}
    for phase, words in GOES_ON.items():
        if phase in phases:
            yield Paragraph("text", words, 2)


def step_name(event: ArenaEvent, plan: ArenaPlan) -> str:
    """A step of AllocateTensors in words: its phase, what was asked for, for whom, how many bytes."""
    size = f"{event.requested_bytes:,} bytes"
    if event.section == "planner":
        return f"{event.phase}: the planner's work area for {len(plan.memory_plan.buffers)} buffers, {size}"
    if event.category == "planned buffers":
        return f"{event.phase}: the planned head, {size}, fullest {fullest_moment(plan)}"
    owner = f" of {event.owner}" if event.owner and event.owner != plan.model.name else ""
    return f"{event.phase}: {event.category}{owner}, {size}"


def fullest_moment(plan: ArenaPlan) -> str:
    """When most of the head is in use."""
    memory_plan = plan.memory_plan
    moment = max(range(memory_plan.moment_count), key=memory_plan.bytes_alive_at)
    name = memory_plan.moment_names[moment]
    if moment == 0:
        return "while the inputs are filled"
    return f"while operator {moment - 1} {name} runs" if len(plan.model.subgraphs) == 1 else f"during {name}"


def _sizes(step: FailingStep) -> str:
    """The arena sizes of a step."""
    sizes, exact = step.arena_sizes, step.arena_bytes
    if len(sizes) == 1:
        return f"{sizes[0]:,} bytes"
    if exact is not None:
        return f"{exact:,} bytes (anything from {sizes[0]:,} to {sizes[-1]:,} prints the same)"
    aligned = [size for size in sizes if size % ARENA_ALIGNMENT == 0] or sizes
    return f"{aligned[0]:,} to {aligned[-1]:,} bytes"


def _needs(shortage: Shortage, plan: ArenaPlan) -> Iterator[Paragraph]:
    needs, smallest = plan.needs, plan.needs.smallest_arena_bytes
    lacks = "" if shortage.arena_bytes is None else f", {smallest - shortage.arena_bytes:,} more than it has"
    yield Paragraph(
        "remedy",
        f"→ kTensorArenaSize = {smallest} works, with alignas(16): the smallest multiple of 16 that does{lacks}.",
        2,
    )
    used = f"{needs.used_bytes:,} are used in the end, head {needs.head_bytes:,} + tail {needs.tail_bytes:,}"
    if needs.binding == "planning":
        used += f"; more is needed for a moment ({step_name(plan.peak, plan)}), so arena_used_bytes() is no guide"
    yield Paragraph("text", f"Bytes: {used}.", 2)


def _growth(shortage: Shortage, plan: ArenaPlan) -> Iterator[Paragraph]:
    growth = shortage.growth
    if len(growth) < 2:
        return
    silent = sum(step.missing_bytes is None for step in growth)
    guess = " (`Too many buffers` names no figure: there they guess)" if silent else ""
    yield Paragraph(
        "text",
        f"`missing` is only the first step. Adding just that, from {growth[0].arena_bytes:,} bytes on, takes "
        f"{len(growth)} tries{guess}:",
        2,
    )
    short = len(growth) <= 2 * SHOWN_STEPS + 1
    rows = [_row(step, plan) for step in (growth if short else growth[:SHOWN_STEPS] + growth[-SHOWN_STEPS:])]
    widths = [max(len(row[column]) for row in rows) for column in range(2)]
    for number, (arena, missing, name) in enumerate(rows):
        if number == SHOWN_STEPS and not short:
            yield Paragraph("row", f"… {len(growth) - 2 * SHOWN_STEPS} more …", 4)
        yield Paragraph("row", f"{arena:>{widths[0]}}  {missing:>{widths[1]}}  {name}", 4)


def _row(step: GrowthStep, plan: ArenaPlan) -> tuple[str, str, str]:
    missing = "no figure" if step.missing_bytes is None else f"missing {step.missing_bytes:,}"
    return f"{step.arena_bytes:,}", missing, step_name(step.event, plan)
