"""Errors of tl.timing: instructions of models left out of the fit, and published times left out."""

from __future__ import annotations

import statistics
from collections import defaultdict
from collections.abc import Iterable

from bench.measure import AbsentError, Table
from tasks.timing_data import counted_models, distinct
from tests.shared import SHARED
from tinylab.timing import BUILDS, left_out_rows
from tinylab.timing.fit import LeftOut, leave_one_out

TARGETS = tuple(BUILDS)


def main() -> Iterable[Table]:
    """Four tables; the first three are fitted anew here, from the measured files."""
    if not (SHARED / "measurements" / "instructions_cortex-m4_reference.json").is_file():
        raise AbsentError(f"no measured instructions in {SHARED}: name their folder in TINYLAB_SHARED")
    models = {target: counted_models(SHARED, target) for target in TARGETS}
    results = {target: distinct(leave_one_out(BUILDS[target], models[target]), models[target]) for target in TARGETS}
    singles = {target: leave_one_out(BUILDS[target], models[target], at_least=1) for target in TARGETS}
    return [summary(results), by_model(results), *(by_operator(target, singles[target]) for target in TARGETS), times()]


def summary(results: dict[str, list[LeftOut]]) -> Table:
    """A row a target: all models of two operators or more, and those whose operators all had a law."""
    rows = []
    for target, of_it in results.items():
        for label, kept in (("all", of_it), ("every operator had a law", [left for left in of_it if not left.guessed])):
            rows.append((target, label, len(kept), *spread([left.error for left in kept])))
    return Table(("models left out", "", "models", "median", "nine of ten", "worst"), rows)


def by_model(results: dict[str, list[LeftOut]]) -> Table:
    """A row a model, a column a target; in brackets how many of its operators were guessed."""
    cells: dict[str, dict[str, str]] = defaultdict(dict)
    for target, of_it in results.items():
        for left in of_it:
            guessed = f" ({left.guessed})" if left.guessed else ""
            cells[left.model][target] = f"{left.error:+.2%}{guessed}"
    rows = [(model, *(of_it.get(target, "–") for target in TARGETS)) for model, of_it in cells.items()]
    return Table(("model left out (operators guessed)", *TARGETS), rows)


def by_operator(target: str, results: list[LeftOut]) -> Table:
    """A row an operator and its types: errors of single operators of models left out, where a law or a guess was."""
    errors: dict[str, list[float]] = defaultdict(list)
    models: dict[str, set[str]] = defaultdict(set)
    guesses: dict[str, int] = defaultdict(int)
    for left in results:
        for counted, prediction in left.operators:
            kind = f"{counted.node.name} {counted.node.types}"
            models[kind].add(left.model)
            guesses[kind] += prediction.basis != "law"
            if prediction.instructions is not None:
                errors[kind].append(prediction.instructions / counted.instructions - 1)
    rows = [(kind, len(models[kind]), len(each), guesses[kind], *spread(each)) for kind, each in sorted(errors.items())]
    return Table((target, "models", "operators", "guessed", "median", "nine of ten", "worst"), rows)


def spread(errors: list[float]) -> tuple[str, str, str]:
    """Median, what nine of ten are within, and the worst, of the magnitudes."""
    each = sorted(abs(error) for error in errors)
    ninth = statistics.quantiles(each, n=10, method="inclusive")[-1] if len(each) > 1 else each[0]
    return f"{statistics.median(each):.2%}", f"{ninth:.2%}", f"{each[-1]:.2%}"


def times() -> Table:
    """A row a published run: cycles by counted instructions, and what the other rows say of it."""
    rows = [
        (
            f"{left.row.board} ({left.row.core})",
            left.row.target,
            left.row.model,
            f"{left.row.milliseconds:.2f}",
            f"{left.row.cycles_per_instruction:.2f}",
            *(f"{error:+.0%}" if error is not None else "–" for error in (left.same_board, left.other_boards)),
        )
        for left in left_out_rows()
    ]
    return Table(("published run", "target", "model", "ms", "cycles each", "by its board", "by other boards"), rows)
