"""docs/operators.md says what the tests' tables say: cells, how many models, bounds, and what is refused."""

from __future__ import annotations

import itertools
import sys

import numpy as np
import pytest

from tests.kernels import operators_table
from tests.kernels.cells import SAME, TABLE_MODELS, Cells
from tests.kernels.operators_table import FILE, Row, all_cells, model_rows, stored, text
from tests.refusals import RUN_BY_TFLM_ALONE
from tinylab.doctor.accepted_types import ACCEPTED
from tinylab.kernels.registrations import REGISTRATIONS
from tinylab.peers.tflm import TflmSession

STALE = "docs/operators.md is not what the tests' tables say: python -m tests.kernels.operators_table"
TRANSCENDENTAL = {
    *("COS", "ELU", "EXP", "LOG", "LOGISTIC", "LOG_SOFTMAX", "SIN", "SOFTMAX", "SVDF", "TANH"),
    "UNIDIRECTIONAL_SEQUENCE_LSTM",
}


@pytest.fixture(scope="module")
def table() -> Cells:
    return all_cells()


@pytest.fixture(scope="module")
def rows() -> list[Row]:
    return stored(FILE.read_text(encoding="utf-8"))[0]


def test_every_cell_is_there_with_its_bound(table: Cells, rows: list[Row]) -> None:
    said = [(row.operator, row.types, row.bound) for row in rows]
    assert said == [(*key, cell.bound.words) for key, cell in table.items()], STALE


def test_all_models_of_every_row_are_equal(rows: list[Row]) -> None:
    assert TABLE_MODELS >= 50
    assert {(row.models, row.equal) for row in rows} == {(TABLE_MODELS, TABLE_MODELS)}, STALE
    assert min(row.values for row in rows) >= TABLE_MODELS
    assert max(float(row.largest or 0) for row in rows) <= 1e-5


def test_the_rest_is_what_tinylab_refuses_today(rows: list[Row]) -> None:
    """And nobody has edited the file."""
    said = FILE.read_text(encoding="utf-8")
    assert text(rows, model_rows() or stored(said)[1]) == said, STALE


def test_every_operator_has_a_row(table: Cells) -> None:
    assert {operator for operator, _ in table} == set(REGISTRATIONS)


@pytest.mark.parametrize("operator", ACCEPTED)
def test_every_type_that_tflm_takes_has_a_row(table: Cells, operator: str) -> None:
    first = {types.replace(",", " ").split()[0] for name, types in table if name == operator}
    undefined = {types for name, types in RUN_BY_TFLM_ALONE if name == operator}
    assert first | undefined == {type.name.lower() for type in ACCEPTED[operator].types}


@pytest.mark.parametrize("operator", sorted(TRANSCENDENTAL))
def test_a_kernel_states_the_bound_of_its_floats(table: Cells, operator: str) -> None:
    cell = table[operator, "float32"]
    module = sys.modules[REGISTRATIONS[operator].invoke.__module__]
    assert cell.bound is not SAME
    assert cell.bound.words in " ".join(str(module.__doc__).split())


def test_nothing_is_written_where_a_model_differs(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], table: Cells, tflm: TflmSession
) -> None:
    """Each look at the outputs sees something else."""
    key, looks = ("NEG", "float32"), itertools.count()
    wrong = table[key]._replace(shown=lambda outputs, _: [outputs[0] + np.float32(next(looks))])
    monkeypatch.setattr(operators_table, "all_cells", lambda: {key: wrong})
    monkeypatch.setattr(operators_table, "TABLE_MODELS", 2)
    before = FILE.read_bytes()
    assert operators_table.main() == 1
    assert FILE.read_bytes() == before
    assert "0 of 2 equal" in capsys.readouterr().out
