"""Whether it fits: the arena that the program has, the board's RAM and flash; and a head larger than it must be."""

from __future__ import annotations

from collections.abc import Iterator

from tinylab.arena import compare_planners, with_offline_plan
from tinylab.arena.offline_plan import offline_offsets
from tinylab.boards import fit
from tinylab.doctor.arena_steps import ArenaSteps
from tinylab.doctor.case import Case
from tinylab.doctor.diagnosis import Found
from tinylab.doctor.prose import fullest_moment, step_name
from tinylab.errors import FootprintError, TinylabError
from tinylab.footprint import estimate_flash
from tinylab.model.reader import OFFLINE_MEMORY_ALLOCATION
from tinylab.runtime import plan_arena

LEAST_GAIN = 0.05  # of the head
LEAST_GAIN_BYTES = 512
MOST_REMEDIES = 3


def arena_too_small(case: Case) -> Iterator[Found]:
    """An arena in which the model does not fit."""
    if case.plan is None or case.arena_bytes is None:
        return
    plan, needs = case.plan, case.plan.needs
    steps = ArenaSteps(plan)
    event = steps.first_failure(case.arena_bytes)
    if event is None:
        return
    lacks = needs.smallest_arena_bytes - case.arena_bytes
    yield Found(
        "the arena",
        f"It has {case.arena_bytes:,} bytes. In the end {needs.used_bytes:,} are used (head {needs.head_bytes:,} + "
        f"tail {needs.tail_bytes:,}), and {needs.smallest_arena_bytes:,} are needed: {lacks:,} are missing.",
        f"AllocateTensors fails at {step_name(event, plan)}. Its message names what that one request lacks, not "
        "what the model lacks.",
        "Make it larger. tinylab.plan_arena says what takes the space.",
        f"constexpr int kTensorArenaSize = {needs.smallest_arena_bytes};\n"
        "alignas(16) static uint8_t tensor_arena[kTensorArenaSize];",
        (steps.message(event, case.arena_bytes),),
    )


def planning_binds(case: Case) -> Iterator[Found]:
    """A model that needs more while it is planned than it uses in the end."""
    if case.plan is None or case.plan.needs.binding != "planning":
        return
    needs = case.plan.needs
    yield Found(
        "the arena",
        f"arena_used_bytes() will say {needs.used_bytes:,}, and {needs.smallest_arena_bytes:,} are needed for a "
        f"moment: {step_name(case.plan.peak, case.plan)}.",
        "An arena that is cut down to arena_used_bytes() fails at the next start.",
        "Keep the larger figure.",
        f"constexpr int kTensorArenaSize = {needs.smallest_arena_bytes};",
    )


def ram_too_small(case: Case) -> Iterator[Found]:
    """An arena larger than all of the RAM there is."""
    if case.plan is None or case.ram_bytes is None:
        return
    needed = max(case.plan.needs.smallest_arena_bytes, case.arena_bytes or 0)
    if needed > case.ram_bytes:
        yield Found(
            "the RAM",
            f"There are {case.ram_bytes:,} bytes, and the arena alone takes {needed:,}.",
            "The program does not link, or its stack runs into the arena.",
            f"Smaller inputs, or fewer channels where most of the head is in use: {fullest_moment(case.plan)}. Or "
            "another board.",
        )


def flash_too_small(case: Case) -> Iterator[Found]:
    """A model, its kernels and the framework larger than the flash there is."""
    if case.flash_bytes is None:
        return
    framework, words = 0, "TFLM not counted: no flash was measured for it"
    if case.flash_target:
        try:
            framework = estimate_flash(case.model, case.flash_target).total_bytes
            words = f"TFLM with its operators {framework:,}, an estimate for {case.flash_target}"
        except FootprintError:
            pass
    needed = case.model.bytes + framework
    if needed > case.flash_bytes:
        yield Found(
            "the flash",
            f"There are {case.flash_bytes:,} bytes, and {needed:,} are needed before your own code: the model "
            f"{case.model.bytes:,}, {words}.",
            "The program does not link, or does not fit the board.",
            "A smaller model (fewer channels, int8 weights), fewer kinds of operators, or a board with more flash.",
        )


def board_too_small(case: Case) -> Iterator[Found]:
    """A board on which flash or RAM does not hold everything, reserves for the application included."""
    if case.board is None:
        return
    try:
        report = fit(case.model, case.board)
    except TinylabError:  # an operator that TFLM does not have: another check says so
        return
    remedies = [remedy.what for remedy in report.remedies[:MOST_REMEDIES]]
    for budget in report.budgets:
        if not budget.fits and not budget.is_close:
            parts = sorted(budget.lines, key=lambda line: -line.bytes)[:MOST_REMEDIES]
            listed = ", ".join(f"{line.label} {line.bytes:,}" for line in parts)
            yield Found(
                f"{budget.place} of {case.board.title}",
                f"{budget.available_bytes:,} bytes are there and {budget.used_bytes:,} are needed: {listed}, ….",
                "The program does not link, or its stack runs into the arena.",
                f"What would make it fit: {'; '.join(remedies)}." if remedies else "Another board: see tinylab fit.",
            )


def head_above_bound(case: Case) -> Iterator[Found]:
    """A head that TFLM's planner makes larger than a search finds it can be."""
    if case.plan is None or OFFLINE_MEMORY_ALLOCATION in case.model.metadata:
        return
    plan = case.plan.memory_plan
    if not _is_worth_it(plan.head_bytes, plan.lower_bound_bytes):
        return
    best = min((row for row in compare_planners(plan) if row.plan is not None), key=lambda row: row.head_bytes)
    if best.plan is None or not _is_worth_it(plan.head_bytes, best.head_bytes):
        return
    try:  # TFLM places scratch buffers anew, around the tensors
        pinned = plan_arena(
            with_offline_plan(case.model, offline_offsets(case.model, best.plan)), case.target
        ).memory_plan.head_bytes
    except TinylabError:
        return
    if _is_worth_it(plan.head_bytes, pinned):
        yield Found(
            "the head of the arena",
            f"TFLM's greedy planner needs {plan.head_bytes:,} bytes. {pinned:,} are enough, found by trying other "
            f"orders; no plan can do with less than {plan.lower_bound_bytes:,}.",
            f"{plan.head_bytes - pinned:,} bytes of RAM are empty at every moment.",
            "Pin the better plan into the model file: TFLM follows it.",
            f'import pathlib\nimport tinylab.arena\nplan = tl.plan_arena(model, "{case.target.name}").memory_plan\n'
            "best = next(row for row in tl.compare_planners(plan) if row.planner == 'OfflineMemoryPlanner').plan\n"
            "pinned = tl.with_offline_plan(model, tinylab.arena.offline_offsets(model, best))\n"
            "pathlib.Path(path).write_bytes(tl.write_model(pinned))",
        )


def _is_worth_it(head_bytes: int, smaller: int) -> bool:
    return head_bytes - smaller >= max(LEAST_GAIN * head_bytes, LEAST_GAIN_BYTES)
