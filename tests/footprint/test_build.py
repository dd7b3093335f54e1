"""The shipped tables say what was measured, build by build, section by section; what was not measured is refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from tasks import footprint_data
from tests.footprint.measured import FOLDER, measured, needs_measurements
from tinylab.errors import FootprintError
from tinylab.footprint import MEASURED, BuildKey, find_build
from tinylab.footprint.build import numbers

DATA = Path(footprint_data.DATA)


@needs_measurements
@pytest.mark.parametrize("key", MEASURED, ids=str)
def test_a_build_is_as_measured(key: BuildKey) -> None:
    build = find_build(key.target, optimize=key.optimize, log_strings=key.log_strings)
    was = measured(key.file)
    assert build.core_bytes == was["core_flash_total"]
    assert build.core_alignment_bytes == was["alignment_fill"]
    assert build.core_sections == set(was["core_sections"])
    assert build.alignment_per_section == was["fill_per_section"]
    assert {winner: list(losers) for winner, losers in build.supersedes.items()} == was["supersedes"]
    assert build.source["tflm_commit"] == was["tflm_commit"]
    assert build.source["flags"]["kernels"] == f"-{key.optimize}" == was["flags"]["kernels"]
    assert (build.source["build_type"] == "release_with_logs") == key.log_strings
    for kind in ("builtin", "custom"):
        sizes = (was["app_model"][name] for name in (f"{kind}_helper_bytes", f"per_{kind}_op_bytes"))
        assert build.registration[kind] == (*sizes, was["app_model"][f"single_{kind}_op_total"])
    assert len(build.sections) == len(was["sections"])
    for index, section in enumerate(build.sections):
        there = was["sections"][str(index)]
        assert section[1:] == (there["kind"], there["bytes"], there["origin"], there["object"])
        assert there["name"].startswith(section.name)
        assert section.name == there["name"] or section.name == "string literal"
    assert build.operators.keys() == was["ops"].keys()
    for name, code in build.operators.items():
        there = was["ops"][name]
        assert code == (name, there["type"], there["add_method"], there["bytes_alone"], frozenset(there["sections"]))


@needs_measurements
def test_the_files_are_what_the_task_writes() -> None:
    written = footprint_data.files(FOLDER)
    assert written == {path.name: path.read_text(encoding="utf-8") for path in DATA.iterdir()}


def test_the_tables_stay_small() -> None:
    assert sum(path.stat().st_size for path in DATA.iterdir()) < 450_000


def test_there_are_118_operators_in_every_build() -> None:
    assert {len(find_build(k.target, optimize=k.optimize, log_strings=k.log_strings).operators) for k in MEASURED} == {
        118
    }


def test_a_build_is_named_by_target_and_options() -> None:
    assert str(find_build("cortex-m4/reference", optimize="-Os").key) == 'cortex-m4/reference, optimize="Os"'
    assert find_build("cortex-m4/reference", log_strings=True).key.log_strings
    with pytest.raises(FootprintError, match="was measured for riscv32imc/reference, log_strings=True: there are cort"):
        find_build("riscv32imc/reference", log_strings=True)
    with pytest.raises(FootprintError, match="no build was measured for esp32/reference") as raised:
        find_build("esp32/reference")
    assert raised.value.target == "esp32/reference"
    assert all(str(key) in str(raised.value) for key in MEASURED)


def test_ranges_there_and_back() -> None:
    assert numbers("0-2 7") == {0, 1, 2, 7}
    assert footprint_data.ranges([7, 2, 0, 1]) == "0-2 7"
    assert footprint_data.ranges([]) == ""
    assert numbers("") == frozenset()
