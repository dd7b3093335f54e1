"""`tinylab plan`: the arena of a model, computed."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Annotated, Any

import typer
from rich.console import Console

from tinylab.arena import TARGETS, AllocationRecord, MemoryPlan, PlannedBuffer
from tinylab.cli.arguments import (
    DEFAULT_PLANNER,
    DEFAULT_TARGET,
    TARGET_NAMES,
    ModelName,
    PlannerName,
    read_model,
)
from tinylab.cli.output import console, figures, heading, paragraph, table
from tinylab.doctor import step_name
from tinylab.errors import TinylabError
from tinylab.model import Model
from tinylab.runtime import ArenaPlan, plan_arena

ALL = "all"
Targets = Annotated[
    list[str] | None,
    typer.Option(
        "--target",
        "-t",
        metavar="NAME",
        help=f"The board: {TARGET_NAMES}. May be given several times; or all.  [default: {DEFAULT_TARGET}]",
    ),
]


def command(
    model: ModelName,
    target: Targets = None,
    planner: PlannerName = DEFAULT_PLANNER,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON, for programs.")] = False,
) -> None:
    """Show the arena that a model needs.

    Head, tail, the smallest size that works and what decides it, the plan of the head, and what is in the tail. With
    several targets, one line each.
    """
    read = read_model(model)
    names = target or [DEFAULT_TARGET]
    if names == [ALL]:
        plans = dict(_attempts(read, sorted(TARGETS), planner))
    else:
        plans = {name: plan_arena(read, name, memory_planner=planner) for name in names}
    if as_json:
        typer.echo(json.dumps(_as_json(read, planner, plans), indent=2, ensure_ascii=False))
    elif len(plans) == 1 and isinstance(only := next(iter(plans.values())), ArenaPlan):
        _one(console(), only)
    else:
        _several(console(), read, planner, plans)


def _attempts(model: Model, names: Iterable[str], planner: str) -> Iterable[tuple[str, ArenaPlan | str]]:
    """Each target's plan, or why there is none: with `all` that is a line of the table, not the end."""
    for name in names:
        try:
            yield name, plan_arena(model, name, memory_planner=planner)
        except TinylabError as error:
            yield name, str(error)


def _one(to: Console, plan: ArenaPlan) -> None:
    needs = plan.needs
    heading(to, f"{plan.model.name} on {plan.target.name}, {plan.memory_planner} planner (bytes)")
    figures(
        to,
        [
            ("head", needs.head_bytes, "tensors and scratch buffers, planned to share bytes"),
            ("tail", needs.tail_bytes, "what stays: structs, OpData, variables"),
            ("used", needs.used_bytes, "head + tail, arena_used_bytes()"),
            ("smallest arena", needs.smallest_arena_bytes, "kTensorArenaSize, with alignas(16)"),
        ],
    )
    paragraph(to, _why(plan), indent=2)
    to.print()
    _head(to, plan.memory_plan)
    to.print()
    heading(to, f"tail: {len(plan.allocations)} allocations")
    to.print()
    tail = [
        (name, len(records), f"{_sum(records, 'requested_bytes'):,}", f"{_sum(records, 'used_bytes'):,}")
        for name, records in _categories(plan)
    ]
    table(to, ("what", "count", "requested", "used"), tail)


def _head(to: Console, memory_plan: MemoryPlan) -> None:
    bound = memory_plan.lower_bound_bytes
    gap = memory_plan.head_bytes - bound
    heading(to, f"head: {len(memory_plan.buffers)} buffers")
    rest = f"the plan takes {gap:,} more" if gap else "no plan is smaller"
    paragraph(to, f"most in use at one time: {bound:,}; {rest}", "dim")
    to.print()
    rows = [
        (_index(b), b.name or "–", *(f"{n:,}" for n in (b.requested_bytes, b.offset, b.end)), _alive(b))
        for b in sorted(memory_plan.buffers, key=lambda b: (b.offset, b.first_used))
    ]
    table(to, ("#", "tensor or scratch buffer", "bytes", "from", "to", "alive"), rows, left=(1,))
    paragraph(to, "alive: 0 while inputs are filled, n while operator n - 1 runs", "dim")


def _alive(buffer: PlannedBuffer) -> str:
    return f"{buffer.first_used}–{buffer.last_used}"


def _index(buffer: PlannedBuffer) -> str:
    """The tensor's, as `tinylab inspect` lists it; a scratch buffer has none."""
    return "–" if buffer.tensor_index is None else str(buffer.tensor_index)


def _why(plan: ArenaPlan) -> str:
    """What decides the smallest arena."""
    if plan.needs.binding == "layout":
        return "Head and tail decide: every moment before needs less."
    return (
        f"More than is used in the end: the step that needs most is {step_name(plan.peak, plan)}. "
        f"An arena of arena_used_bytes() would fail there."
    )


def _several(to: Console, model: Model, planner: str, plans: dict[str, ArenaPlan | str]) -> None:
    heading(to, f"{model.name}, {planner} planner (bytes)")
    to.print()
    rows: list[tuple[str, ...]] = []
    for name, plan in plans.items():
        if isinstance(plan, str):
            rows.append((name, *"–––––"))
            continue
        needs = plan.needs
        numbers = (needs.head_bytes, needs.tail_bytes, needs.used_bytes, needs.smallest_arena_bytes)
        rows.append((name, *(f"{number:,}" for number in numbers), needs.binding))
    table(to, ("target", "head", "tail", "used", "smallest arena", "decided by"), rows)
    for name, plan in plans.items():
        if isinstance(plan, str):
            paragraph(to, f"{name}: {plan}")


def _categories(plan: ArenaPlan) -> Iterable[tuple[str, list[AllocationRecord]]]:
    """The allocations of the tail by what they are, in the order in which each first comes."""
    for category in dict.fromkeys(record.category for record in plan.allocations):
        yield category, [record for record in plan.allocations if record.category == category]


def _sum(records: list[AllocationRecord], field: str) -> int:
    return sum(getattr(record, field) for record in records)


def _as_json(model: Model, planner: str, plans: dict[str, ArenaPlan | str]) -> dict[str, Any]:
    targets = [
        {"target": name, **({"error": plan} if isinstance(plan, str) else _plan_json(plan))}
        for name, plan in plans.items()
    ]
    return {"model": model.name, "sha256": model.sha256, "memory_planner": planner, "targets": targets}


def _plan_json(plan: ArenaPlan) -> dict[str, Any]:
    needs, memory_plan = plan.needs, plan.memory_plan
    return {
        "head_bytes": needs.head_bytes,
        "tail_bytes": needs.tail_bytes,
        "used_bytes": needs.used_bytes,
        "smallest_arena_bytes": needs.smallest_arena_bytes,
        "binding": needs.binding,
        "peak": plan.peak._asdict(),
        "lower_bound_bytes": memory_plan.lower_bound_bytes,
        "moments": list(memory_plan.moment_names),
        "buffers": [buffer._asdict() for buffer in memory_plan.buffers],
        "tail": [record._asdict() for record in plan.allocations],
    }
