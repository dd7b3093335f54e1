"""Reads a pasted log: which lines are TFLM's, which of them tell of one failure, and which step that was."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from tinylab.arena import TARGETS, ArenaEvent, Target
from tinylab.arena.memory_planners import DEFAULT_PLANNER, find_planner
from tinylab.arena.target import DEFAULT_TARGET, find_target
from tinylab.doctor.arena_messages import ARENA_MESSAGES
from tinylab.doctor.arena_steps import ArenaSteps, FailingStep
from tinylab.doctor.explanation import ExplainedLine, Explanation, Shortage
from tinylab.doctor.message import Message
from tinylab.doctor.model_messages import MODEL_MESSAGES
from tinylab.doctor.resolver_messages import RESOLVER_MESSAGES
from tinylab.errors import TinylabError
from tinylab.model import Model
from tinylab.runtime import ArenaPlan, plan_arena

MESSAGES: tuple[Message, ...] = ARENA_MESSAGES + RESOLVER_MESSAGES + MODEL_MESSAGES


def explain(
    log_text: str,
    model: Model | None = None,
    target: str | Target = DEFAULT_TARGET,
    memory_planner: str = DEFAULT_PLANNER,
) -> Explanation:
    """Explain the lines of TFLM in a log; others, and what a serial monitor puts before them, do no harm.

    model, target: what ran on the board; with a model, the figures are traced to the tensor or operator, and to the
    size of the arena. It is taken to be alone in one arena. ArenaError for a target or planner that there is not.
    """
    chosen = find_target(target)
    find_planner(memory_planner)
    plan, plan_error = _plan(model, chosen, memory_planner)
    found = tuple(_merged(_recognised(log_text, model)))
    steps = None if plan is None else ArenaSteps(plan)
    shortages = [_explained(lines, steps) for lines in _shortages(found)]
    shortages = list(_without_echoes(shortages))
    return Explanation(len(log_text.splitlines()), found, tuple(shortages), plan, plan_error)


def _plan(model: Model | None, target: Target, memory_planner: str) -> tuple[ArenaPlan | None, str]:
    """The model's plan, or why there is none."""
    if model is None:
        return None, ""
    try:
        return plan_arena(model, target, memory_planner=memory_planner), ""
    except TinylabError as error:
        return None, str(error)


def _recognised(log_text: str, model: Model | None) -> Iterator[ExplainedLine]:
    for number, line in enumerate(log_text.splitlines(), 1):
        for message in MESSAGES:
            if match := message.pattern.search(line):
                words = message.explain(match.groupdict(), model)
                yield ExplainedLine(number, match[0], message, match.groupdict(), words.meaning, words.remedy)
                break


def _merged(lines: Iterable[ExplainedLine]) -> Iterator[ExplainedLine]:
    """Lines in a row that say the same, as one."""
    last: ExplainedLine | None = None
    for line in lines:
        if last is not None and line.text == last.text:
            last = replace(last, count=last.count + 1)
            continue
        if last is not None:
            yield last
        last = line
    if last is not None:
        yield last


def _shortages(lines: Iterable[ExplainedLine]) -> Iterator[tuple[ExplainedLine, ...]]:
    """The lines of each failure of a full arena: an allocator's line, and those of its callers behind it."""
    group: list[ExplainedLine] = []
    for line in lines:
        if line.message.allocator or (not group and line.message.opens):
            if group:
                yield tuple(group)
            group = [line]
        elif group and line.message.fits is not None:
            group.append(line)
        elif group:
            yield tuple(group)
            group = []
    if group:
        yield tuple(group)


def _explained(lines: tuple[ExplainedLine, ...], steps: ArenaSteps | None) -> Shortage:
    if steps is None:
        return Shortage(lines)
    found = _failing_steps(lines, steps)
    if not found:
        return Shortage(lines, other_targets=tuple(_other_targets(lines, steps.plan)))
    size = found[0].arena_bytes
    return Shortage(lines, found, steps.growth(found[0].arena_sizes[0] if size is None else size))


def _failing_steps(lines: tuple[ExplainedLine, ...], steps: ArenaSteps) -> tuple[FailingStep, ...]:
    """The steps that could have said every one of the lines."""

    def fits(event: ArenaEvent) -> bool:
        return all(line.message.fits is None or line.message.fits(line.numbers, event, steps.plan) for line in lines)

    numbers = lines[0].numbers if lines[0].message.allocator else {}
    figures = {name: int(numbers[name]) for name in ("missing", "most") if name in numbers}
    found = steps.find(fits, **figures)
    often = tuple(step for step in found if _is_asked_so_often(step, lines[0].count, steps.plan))
    return often or found


def _is_asked_so_often(step: FailingStep, count: int, plan: ArenaPlan) -> bool:
    """Whether `count` requests of its phase, from this one on, are of its size.

    Kernels that do not look at what they get go on asking: as many equal lines in a row need as many requests.
    """
    later = plan.events[plan.events.index(step.event) :]
    same = (step.event.phase, step.event.requested_bytes, "tail")
    return count == 1 or sum((event.phase, event.requested_bytes, event.section) == same for event in later) >= count


def _other_targets(lines: tuple[ExplainedLine, ...], plan: ArenaPlan) -> Iterator[str]:
    for name in TARGETS:
        if name != plan.target.name:
            other, _ = _plan(plan.model, find_target(name), plan.memory_planner)
            if other is not None and _failing_steps(lines, ArenaSteps(other)):
                yield name


def _without_echoes(shortages: Iterable[Shortage]) -> Iterator[Shortage]:
    """Join a failure that fits no step to the one before it, if kernels that did not look at that one went on asking.

    Init never looks at what it got, and few kernels do in Prepare: TFLM then prints one line a request.
    """
    last: Shortage | None = None
    for shortage in shortages:
        if last is not None and last.steps and not shortage.steps and _is_echo(shortage.lines[0], last):
            last = replace(last, lines=last.lines + shortage.lines)
            continue
        if last is not None:
            yield last
        last = shortage
    if last is not None:
        yield last


def _is_echo(line: ExplainedLine, before: Shortage) -> bool:
    return line.text.startswith("Failed to allocate tail") and any(
        step.event.section == "tail" and step.event.phase in ("Init", "Prepare") for step in before.steps
    )
