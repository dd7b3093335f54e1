"""What holds for every test and every notebook that pytest runs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Generator

import pytest
from xdist.scheduler import LoadScopeScheduling

NOTEBOOK = ".ipynb::"


class OneWorkerPerNotebook(LoadScopeScheduling):
    """The cells of a notebook share a kernel, so one worker runs them all, in order; other tests go to whoever is free.

    NB: --dist=loadgroup and a mark would say the same, but pytest-xdist 3.8 sets a field that pytest 9.2 never reads.
    """

    def _split_scope(self, nodeid: str) -> str:
        return nodeid.split("::")[0] if NOTEBOOK in nodeid else nodeid


def pytest_xdist_make_scheduler(config: pytest.Config, log: object) -> OneWorkerPerNotebook:
    return OneWorkerPerNotebook(config, log)


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
    reports = [(outcome, report.nodeid) for outcome in outcomes for report in stats.get(outcome, [])]
    tests = Counter(outcome for outcome, nodeid in reports if NOTEBOOK not in nodeid)
    counts = {"passed": 0, "failed": 0, "skipped": 0} | tests
    notebooks = {nodeid.split("::")[0] for _, nodeid in reports if NOTEBOOK in nodeid}
    wrong = {nodeid.split("::")[0] for outcome, nodeid in reports if NOTEBOOK in nodeid and outcome != "passed"}
    words = "tests " + ", ".join(f"{count} {outcome}" for outcome, count in counts.items())
    right = f"{len(notebooks - wrong)} of {len(notebooks)} gave their committed outputs again"
    return f"{words}; notebooks " + (right if notebooks else "none were run")
