"""tinylab/timing/published.py: rows are what was published; only TFLM calibrates; what rows say of one another."""

from __future__ import annotations

import json
import math

import pytest

from tasks import timing_data
from tasks.timing_published import published_content
from tests.shared import SHARED
from tests.timing import made
from tinylab.timing import PublishedRow, excluded_rows, left_out_rows, published_rows
from tinylab.timing.published import mean_cycles_per_instruction


def row(cycles: float, instructions: int) -> PublishedRow:
    return PublishedRow("b", "cortex-m4", 100, "cortex-m4/cmsis-nn", "m", cycles, instructions, 50.0, "", "", "")


def test_milliseconds_cycles_and_energy_by_hand() -> None:
    one = row(200_000, 100_000)
    assert (one.milliseconds, one.cycles_per_instruction, one.nanojoules_per_cycle) == (2.0, 2.0, 0.25)
    assert mean_cycles_per_instruction([row(1, 1), row(4, 1)]) == pytest.approx(2.0)


def test_no_row_takes_less_than_a_cycle_but_on_the_core_that_issues_two() -> None:
    for each in published_rows():
        assert each.cycles_per_instruction > (0.8 if each.core == "cortex-m85" else 1.3), each
        assert each.cycles_per_instruction < 3.0, each


def test_only_tflm_calibrates() -> None:
    assert {each.board for each in published_rows()} == {
        "sparkfun_edge",
        "arduino_nano_33_ble_sense",
        "nucleo_l4r5zi",
        "renesas_ek_ra6m4",
        "renesas_ek_ra8d1",
    }
    reasons = dict(excluded_rows())
    assert len(reasons) >= 10
    assert reasons["MLPerf Tiny: Skymizer, Nuvoton"] == "ONNC, not TFLM"
    assert all(
        "TFLM" in each.software or "TensorFlow" in each.software or "tflite" in each.software
        for each in published_rows()
    )


def test_published_milliseconds_are_those_of_the_tables() -> None:
    milliseconds = {(each.board, each.model): each.milliseconds for each in published_rows()}
    assert milliseconds["nucleo_l4r5zi", "mlperf_kws_ref_model"] == pytest.approx(181.9, abs=0.1)
    assert milliseconds["nucleo_l4r5zi", "mlperf_ad01_int8"] == pytest.approx(10.05, abs=0.01)
    assert milliseconds["arduino_nano_33_ble_sense", "person_detect"] == pytest.approx(653.005, abs=0.001)
    assert milliseconds["renesas_ek_ra8d1", "mlperf_vww_96_int8"] == pytest.approx(1000 / 74.665, abs=0.001)


def test_the_papers_ticks_are_eight_cycles() -> None:
    edge = [each for each in published_rows() if each.board == "sparkfun_edge"]
    assert edge[0].cycles == 8 * 18_990_800
    assert all("12 MHz" in each.reading for each in edge)


def test_what_rows_say_of_one_another() -> None:
    """On a board of two rows each is predicted by the other."""
    pairs = {left.row.model: left for left in left_out_rows() if left.row.board == "arduino_nano_33_ble_sense"}
    speech, person = pairs["micro_speech_quantized"], pairs["person_detect"]
    by_hand = person.row.cycles_per_instruction / speech.row.cycles_per_instruction - 1
    assert speech.same_board == pytest.approx(by_hand)
    assert person.same_board == pytest.approx(1 / (1 + by_hand) - 1)
    assert all(left.other_boards is None for left in left_out_rows() if left.row.core == "cortex-m33")


def test_errors_of_times_lie_in_their_bands() -> None:
    same = sorted(abs(left.same_board) for left in left_out_rows() if left.same_board is not None)
    others = sorted(abs(left.other_boards) for left in left_out_rows() if left.other_boards is not None)
    assert len(same) == len(published_rows())
    assert same[len(same) // 2] < 0.22
    assert others[len(others) // 2] < 0.35
    assert same[-1] < 0.50
    assert math.isclose(max(others), others[-1])


@made.needs_measurements
def test_the_rows_shipped_are_those_of_the_measured_files() -> None:
    shipped = json.loads((timing_data.DATA / "published.json").read_text(encoding="utf-8"))
    assert published_content(lambda name: timing_data.read(SHARED, name)) == shipped
