"""How the laws were got: non-negative least squares over counted operators, and their error over models left out.

tasks/timing_data.py runs it; nothing here reads files.
"""

from __future__ import annotations

import statistics
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence, Set
from typing import NamedTuple

import numpy as np

from tinylab.timing.builds import Build
from tinylab.timing.laws import Law, Laws, MeasuredPath, Prediction, law_name, predict
from tinylab.timing.least_squares import non_negative_least_squares
from tinylab.timing.work import Node, Work

# Where rows cannot tell parts from one another, each bears a share. Small: of the sum of squared relative errors.
DAMPING = 1e-5


class CountedOperator(NamedTuple):
    """One operator of a measured model and the instructions that it took."""

    node: Node
    instructions: int


class CountedModel(NamedTuple):
    """A model on one build. sha256 tells models apart: two names may be one file."""

    name: str
    sha256: str
    operators: tuple[CountedOperator, ...]
    invoke_instructions: int
    allocation: Work = Work("", {})
    allocate_instructions: int = 0


class LeftOut(NamedTuple):
    """A model beside what laws fitted without it say. error: of the whole invoke, signed, as a fraction."""

    model: str
    measured: int
    predicted: float
    operators: tuple[tuple[CountedOperator, Prediction], ...]

    @property
    def error(self) -> float:
        return self.predicted / self.measured - 1

    @property
    def guessed(self) -> int:
        """How many operators no law covered."""
        return sum(prediction.basis != "law" for _, prediction in self.operators)


class CountedWork(NamedTuple):
    """Work of one kind and the instructions that it took; sha256: of the model that it was seen in."""

    work: Work
    instructions: int
    sha256: str


def fit_laws(build: Build, models: Iterable[CountedModel]) -> dict[str, Law]:
    """A law for every operator and types that was counted, by law_name."""
    rows: dict[str, list[CountedWork]] = defaultdict(list)
    for model in models:
        for node, instructions in model.operators:
            work = build.work_of(node)
            rows[law_name(node, work)].append(CountedWork(work, instructions, model.sha256))
    return {name: fit_law(of_it) for name, of_it in sorted(rows.items())}


def leave_one_out(build: Build, models: Sequence[CountedModel], *, at_least: int = 2) -> list[LeftOut]:
    """Each model of `at_least` operators, by laws fitted to all the others (the same file under another name is left
    out with it)."""
    kept: dict[str, Laws] = {}
    results = []
    for model in models:
        if len(model.operators) < at_least:
            continue
        if model.sha256 not in kept:
            kept[model.sha256] = fit_laws(build, [other for other in models if other.sha256 != model.sha256])
        predictions = [(counted, predict(build, kept[model.sha256], counted.node)) for counted in model.operators]
        total = sum(prediction.instructions or 0.0 for _, prediction in predictions)
        total += build.overhead.instructions(len(model.operators))
        results.append(LeftOut(model.name, model.invoke_instructions, total, tuple(predictions)))
    return results


def leave_one_allocation_out(rows: Sequence[CountedWork], of: Set[str]) -> list[float]:
    """Signed errors, as fractions, of AllocateTensors of the models `of` (by SHA-256), each by a law fitted to all the
    other models."""
    errors = {}
    for row in rows:
        if row.sha256 not in of:
            continue
        law = fit_law([other for other in rows if other.sha256 != row.sha256])
        errors[row.sha256] = law.instructions(row.work) / row.instructions - 1
    return list(errors.values())


def fit_law(rows: Sequence[CountedWork]) -> Law:
    """The law of rows of one kind. Relative errors are made small: a small operator counts as much as a large one."""
    names = _telling_parts(rows)
    counts = np.array([[row.work.counts.get(name, 0) for name in names] for row in rows], np.float64)  # [rows, parts]
    measured = np.array([row.instructions for row in rows], np.float64)  # [rows]
    relative = counts / measured[:, None]
    lengths = np.linalg.norm(relative, axis=0)
    damping = np.sqrt(DAMPING) * np.eye(len(names))
    target = np.concatenate([np.ones(len(rows)), np.zeros(len(names))])
    costs = non_negative_least_squares(np.vstack([relative / lengths, damping]), target) / lengths
    worst = float(np.abs(counts @ costs / measured - 1).max())
    parts = {name: 0.0 for row in rows for name, count in row.work.counts.items() if count}  # what ran has a cost
    parts |= {name: float(cost) for name, cost in zip(names, costs, strict=True)}
    return Law(parts, _paths(rows), len({row.sha256 for row in rows}), worst)


def _telling_parts(rows: Sequence[CountedWork]) -> list[str]:
    """The parts that ran, in order, without those that ran exactly as often as an earlier one in every row; of
    operators of one size the first part alone, the innermost loop."""
    columns: dict[tuple[int, ...], str] = {}
    for name in dict.fromkeys(name for row in rows for name in row.work.counts):
        column = tuple(row.work.counts.get(name, 0) for row in rows)
        if any(column):
            columns.setdefault(column, name)
    sizes = {tuple(sorted(row.work.counts.items())) for row in rows}
    return list(columns.values())[: None if len(sizes) > 1 else 1]


def _paths(rows: Sequence[CountedWork]) -> Mapping[str, MeasuredPath]:
    by_path: dict[str, list[CountedWork]] = defaultdict(list)
    for row in rows:
        by_path[row.work.path].append(row)
    return {path: _measured_path(of_it) for path, of_it in sorted(by_path.items())}


def _measured_path(rows: Sequence[CountedWork]) -> MeasuredPath:
    sizes = {tuple(sorted(row.work.counts.items())) for row in rows}
    per_size = statistics.median(row.instructions / row.work.size for row in rows)
    only_size = rows[0].work.size if len(sizes) == 1 else 0
    return MeasuredPath(len(rows), len(sizes), only_size, per_size)
