"""What holds for every test and every notebook that pytest runs."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Generator

import pytest
from xdist.scheduler import LoadScopeScheduling

NOTEBOOK = ".ipynb::"
UNCOMPARED = ("output", "not compared")


class OneWorkerPerNotebook(LoadScopeScheduling):
    """The cells of a notebook share a kernel, so one worker runs them all, in order; other tests go to whoever is free.

    NB: --dist=loadgroup and a mark would say the same, but pytest-xdist 3.8 sets a field that pytest 9.2 never reads.
    """

    def _split_scope(self, nodeid: str) -> str:
        return nodeid.split("::")[0] if NOTEBOOK in nodeid else nodeid


def pytest_configure(config: pytest.Config) -> None:
    """Notebooks show the map of a reader who has solved nothing yet, whatever the person at the keyboard has solved."""
    os.environ["TINYLAB_PROGRESS"] = "off"


def pytest_xdist_make_scheduler(config: pytest.Config, log: object) -> OneWorkerPerNotebook:
    return OneWorkerPerNotebook(config, log)


def pytest_itemcollected(item: pytest.Item) -> None:
    """A cell tagged nbval-ignore-output runs, and what it prints is not compared: its report says so."""
    if item.path.suffix == ".ipynb" and not getattr(item, "options", {}).get("check"):
        item.user_properties.append(UNCOMPARED)


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_sessionfinish(session: pytest.Session) -> Generator[None]:
    """The last line is the total in plain words: pytest's own counts each notebook cell as one more test."""
    yield
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if reporter is not None and not hasattr(session.config, "workerinput") and not session.config.option.collectonly:
        reporter.line(f"total: {total_in_words(reporter.stats)}")


def total_in_words(stats: dict[str, list[pytest.TestReport]]) -> str:
    """Tests by outcome, then notebooks: one is right when every one of its cells passed."""
    outcomes = ("passed", "failed", "error", "skipped", "xfailed", "xpassed")
    reports = [(outcome, report) for outcome in outcomes for report in stats.get(outcome, [])]
    cells = [(outcome, report) for outcome, report in reports if NOTEBOOK in report.nodeid]
    counts = {"passed": 0, "failed": 0, "skipped": 0}
    counts |= Counter(outcome for outcome, report in reports if NOTEBOOK not in report.nodeid)
    tests = "tests " + ", ".join(f"{count} {outcome}" for outcome, count in counts.items())
    if not cells:
        return f"{tests}; notebooks none were run"
    notebooks = {report.nodeid.split("::")[0] for _, report in cells}
    wrong = {report.nodeid.split("::")[0] for outcome, report in cells if outcome != "passed"}
    compared = sum(UNCOMPARED not in map(tuple, report.user_properties) for _, report in cells)  # xdist makes lists
    right = f"{len(notebooks - wrong)} of {len(notebooks)} ran and gave their committed outputs"
    return f"{tests}; notebooks {right} ({compared} of {len(cells)} cells are compared)"
