"""What the root conftest.py says of a run, and how it shares the cells of notebooks out among workers."""

from __future__ import annotations

from typing import Any, NamedTuple

import conftest


class Report(NamedTuple):
    nodeid: str
    user_properties: tuple[Any, ...] = ()


def stats(**nodeids: list[str]) -> dict[str, list[Any]]:
    return {outcome: [Report(nodeid) for nodeid in names] for outcome, names in nodeids.items()}


def test_notebooks_are_counted_apart_and_one_bad_cell_spoils_its_own() -> None:
    cells = [f"notebooks/{name}.ipynb::Cell {number}" for name in "ab" for number in range(3)]
    said = conftest.total_in_words(
        stats(passed=["tests/x.py::t", *cells[:5]], failed=cells[5:], skipped=["tests/x.py::s"])
    )
    tests, _, notebooks = said.partition("; ")
    assert tests == "tests 1 passed, 0 failed, 1 skipped"
    assert notebooks == "notebooks 1 of 2 ran and gave their committed outputs (6 of 6 cells are compared)"


def test_errors_are_named_and_a_run_without_notebooks_says_so() -> None:
    said = conftest.total_in_words(stats(error=["tests/x.py::t"]))
    assert said == "tests 0 passed, 0 failed, 0 skipped, 1 error; notebooks none were run"


def test_a_skipped_cell_is_no_success() -> None:
    said = conftest.total_in_words(stats(passed=["a.ipynb::Cell 0"], skipped=["a.ipynb::Cell 1"]))
    assert "notebooks 0 of 1 ran" in said


def test_a_cell_that_is_run_and_not_compared_is_counted() -> None:
    cells = [Report("a.ipynb::Cell 0"), Report("a.ipynb::Cell 1", (["output", "not compared"],))]
    assert conftest.total_in_words({"passed": cells}).endswith("outputs (1 of 2 cells are compared)")


def test_the_cells_of_a_notebook_are_one_piece_of_work() -> None:
    split = conftest.OneWorkerPerNotebook._split_scope
    scheduler: Any = None  # it is not looked at
    assert split(scheduler, "notebooks/a.ipynb::Cell 0") == split(scheduler, "notebooks/a.ipynb::Cell 11")
    assert split(scheduler, "notebooks/a.ipynb::Cell 0") != split(scheduler, "notebooks/b.ipynb::Cell 0")
    assert split(scheduler, "tests/x.py::test_a") != split(scheduler, "tests/x.py::test_b")
