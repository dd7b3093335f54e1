"""tinylab/timing/builds.py: the interpreter's overhead is the measured one, and unknown targets are refused."""

from __future__ import annotations

import pytest

from tasks.timing_data import read
from tests.shared import SHARED
from tests.timing import made
from tinylab.errors import TimingError
from tinylab.timing.builds import BUILDS, Overhead, find_build


def test_57_and_40_for_every_operator() -> None:
    overhead = BUILDS["cortex-m4/reference"].overhead
    assert (overhead.instructions(31), str(overhead)) == (57 + 40 * 31, "57 + 40 n")


@made.needs_measurements
@pytest.mark.parametrize("target", BUILDS)
def test_the_overhead_is_the_measured_one_for_every_model(target: str) -> None:
    assert off(target.replace("/", "_"), find_build(target).overhead) == {}


@made.needs_measurements
def test_log_strings_cost_more_for_every_operator_that_is_not_custom() -> None:
    overhead = BUILDS["cortex-m4/reference"].overhead_with_log_strings
    assert overhead == Overhead(61, 66, saved_per_custom=4)
    assert off("cortex-m4_reference_with-log-strings", overhead) == {}
    assert len(off("cortex-m4_reference_with-log-strings", Overhead(61, 66))) == 2  # the two audio preprocessors


def test_an_unknown_target_is_refused_with_those_there_are() -> None:
    with pytest.raises(TimingError, match=r"'esp32'.*cortex-m4/cmsis-nn, cortex-m55/cmsis-nn"):
        find_build("esp32")


def off(build: str, overhead: Overhead) -> dict[str, int]:
    """The models whose measured overhead is another, and by how much."""
    models = {name: entry for name, entry in read(SHARED, f"instructions_{build}")["models"].items() if "ops" in entry}
    assert len(models) > 150
    differences = {}
    for name, entry in models.items():
        custom = sum(row["op"].startswith("Signal") for row in entry["ops"])
        said = overhead.instructions(len(entry["ops"]), custom)
        differences[name] = entry["interpreter_overhead_instructions"] - said
    return {name: difference for name, difference in differences.items() if difference}
