"""docs/operators.md: every operator by types on tinylab and on the real TFLM, and what both refuse.

    python -m tests.kernels.operators_table

runs TABLE_MODELS random models of every cell (a few minutes) and writes the file; where anything differs it says what,
and writes nothing. test_operators_table.py compares the file with the tests' tables, without running all that again.
"""

from __future__ import annotations

import importlib
import re
import sys
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from tests import refusals
from tests.kernels.cells import SAME, TABLE_MODELS, Cells, compare
from tests.refusals import CAUSES, RUN_BY_TFLM_ALONE, Refusal
from tests.shared import model_index
from tinylab.peers.tflm import TflmSession, session

FILE = Path(__file__).parents[2] / "docs" / "operators.md"
INTRODUCTION = """# Operators: equal to the real TFLM

Each row is {models} random models of one operator on one combination of types: random shapes, options, scales and zero
points, and data with its extremes, all from fixed seeds. tinylab and the real TFLM (the pinned tflite-micro wheel, in a
process of its own) run each on the same samples, one after another where there is state. Equal means: the same bytes;
for float32 the same bits, or every value within the bound of its row: C's functions and NumPy's round differently, and
long sums are added in another order. In all of them `predict` gave the bytes of as many invokes.

`python -m tests.kernels.operators_table` runs it all and writes this file, and writes nothing where one model
differs. The tests run the first models of every row, and compare this file with their tables.
"""
NOT_COMPARED = """## What is not compared

Where TFLM's result is not defined, its bytes are whatever its memory held:

- SPACE_TO_BATCH_ND: the padding, which TFLM does not fill as it says.
- SignalEnergy: the frequencies outside start_index to end_index.
- SignalFramer, SignalStacker: the frames of a run that says that they are not valid.
- TFLite_Detection_PostProcess, fast: the places behind the count.
- DIV of integers by zero: tinylab says so in Invoke; C++ does not define it.
- LOGICAL_AND, LOGICAL_OR of other types than bool: TFLM reads their bytes as bools; tinylab refuses them.
"""
REFUSALS = """## What both refuse, by cause and type

One table of causes (`tests/refusals.py`) says how TFLM words each and how tinylab does. A refusal is the same where
operator, place, phase and cause are: asked of the real TFLM for every operator and type below. The kernels' own tests
compare all that they refuse in the same way: numbers of inputs, constants, options, scales, shapes.
"""


class Row(NamedTuple):
    """A cell and what came of it. largest: of |a - b| / max|tensor| over all models, "" where the bits are the same."""

    operator: str
    types: str
    models: int
    equal: int
    values: int
    bound: str
    largest: str


def all_cells() -> Cells:
    """Every cell of every test file, by operator and types."""
    cells: Cells = {}
    for path in sorted(Path(__file__).parent.glob("test_*.py")):
        more = getattr(importlib.import_module(f"tests.kernels.{path.stem}"), "CELLS", {})
        assert not cells.keys() & more.keys(), f"{path.name}: cells that are there already"
        cells |= more
    return dict(sorted(cells.items()))


def measure(tflm: TflmSession, cells: Cells) -> Iterator[tuple[Row, list[str]]]:
    """Each cell's row, and what was wrong."""
    for (operator, types), cell in cells.items():
        found = compare(tflm, cell, TABLE_MODELS)
        faults = [one.fault for one in found if one.fault]
        largest = "" if cell.bound is SAME else f"{max(one.largest for one in found):.1e}"
        values = sum(one.values for one in found)
        yield Row(operator, types, len(found), len(found) - len(faults), values, cell.bound.words, largest), faults


def text(rows: list[Row], models: list[list[str]]) -> str:
    """The whole file. models: the rows of the shared models that TFLM refuses."""
    operators = len({row.operator for row in rows})
    total = f"{operators} operators, {len(rows)} combinations of types, {sum(row.models for row in rows):,} models, "
    total += f"{sum(row.equal for row in rows):,} equal, {sum(row.values for row in rows):,} values.\n"
    names = ("operator", "types", "models", "equal", "values", "bound", "largest difference")
    lines = [[*row[:2], str(row.models), str(row.equal), f"{row.values:,}", *row[5:]] for row in rows]
    by_type = [table(names, lines), NOT_COMPARED]
    introduction = INTRODUCTION.format(models=TABLE_MODELS)
    return "\n".join([introduction, total, *by_type, REFUSALS, *refused_types(models), *refused_models(models)])


def table(names: tuple[str, ...], rows: list[list[str]]) -> str:
    return "\n".join(f"| {' | '.join(row)} |" for row in [list(names), ["---"] * len(names), *rows]) + "\n"


def refused_types(models: list[list[str]]) -> Iterator[str]:
    """The causes; for each a table of the operators, the types that run, and those that Prepare and Invoke refuse."""
    found: dict[tuple[str, str], dict[str, list[str]]] = {}
    counts: Counter[str] = Counter()
    for operator, types, model in sorted(refusals.models_of_types(), key=lambda one: one[0]):
        refusal = refusals.ours(model)
        phase, cause = (refusal.phase, refusal.cause) if refusal else ("runs", refusals.CAUSE_OF_TYPES[operator])
        counts[cause] += phase != "runs"
        found.setdefault((cause, operator), {}).setdefault(phase, []).append(types)
    real = Counter(row[3] for row in models)
    causes = [[cause.name, str(counts[cause.name] or ""), str(real[cause.name] or "")] for cause in CAUSES]
    yield table(("cause", "operators and types below", "real models below"), causes)
    for cause in CAUSES:
        rows = [
            [operator, *(", ".join(phases.get(phase, [])) for phase in ("runs", "prepare", "invoke"))]
            for (named, operator), phases in found.items()
            if named == cause.name
        ]
        if rows:
            names = ("operator", "runs", "refused in Prepare", "refused in Invoke")
            yield f"### {cause.name[0].upper()}{cause.name[1:]}\n\n{table(names, rows)}"
    yield "What the real TFLM runs and tinylab refuses, of these:\n"
    yield "\n".join(f"- {' of '.join(key)}: {why}" for key, why in RUN_BY_TFLM_ALONE.items()) + "\n"


def refused_models(rows: list[list[str]]) -> Iterator[str]:
    yield "### Real models\n"
    yield table(("model", "operator", "phase", "cause", "what TFLM prints"), rows).rstrip("\n")
    yield ""


def model_rows() -> list[list[str]]:
    """The shared models that TFLM refuses, as its own words tell."""
    rows = []
    for entry in model_index():
        if not entry["tflm"]["invokes"]:
            said = entry["tflm"]["error"]
            refusal: Refusal = refusals.theirs(said)
            place = refusal.operator if refusal.index is None else f"{refusal.index}, {refusal.operator}"
            words = said.split(" | ")[0].removeprefix("tensorflow/lite/micro/kernels/").replace("|", "\\|")
            rows.append([entry["file"], place, refusal.phase, refusal.cause, words])
    return rows


def stored(said: str) -> tuple[list[Row], list[list[str]]]:
    """The rows of cells and of models in a stored file."""
    lines = [re.split(r" (?<!\\)\| ", line[2:-2]) for line in said.splitlines() if line.startswith("| ")]
    cells = [line for line in lines if len(line) == 7 and line[2].isdigit()]
    rows = [Row(*line[:2], int(line[2]), int(line[3]), int(line[4].replace(",", "")), *line[5:]) for line in cells]
    return rows, [line for line in lines if line[0].endswith(".tflite")]


def main() -> int:
    started, rows, wrong = time.perf_counter(), [], 0
    with session() as tflm:
        for row, faults in measure(tflm, all_cells()):
            rows.append(row)
            wrong += len(faults)
            print(f"{row.operator} {row.types}: {row.equal} of {row.models} equal", *dict.fromkeys(faults), flush=True)
    print(f"{len(rows)} cells, {time.perf_counter() - started:.0f} s")
    if wrong:
        print(f"{wrong} models differ: {FILE.name} is as it was")
        return 1
    FILE.parent.mkdir(exist_ok=True)
    FILE.write_text(text(rows, model_rows() or stored(FILE.read_text())[1]), encoding="utf-8")
    print(f"{FILE.name} written")
    return 0


if __name__ == "__main__":
    sys.exit(main())
