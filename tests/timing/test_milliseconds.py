"""tinylab/timing/milliseconds.py: milliseconds by hand, which rows calibrate, energy, and what is refused."""

from __future__ import annotations

import pytest

import tinylab as tl
from tests.timing import made
from tinylab.errors import TimingError
from tinylab.timing import BUILDS, INSTRUCTIONS_ARE_NOT_CYCLES, boards, estimate_time, left_out_rows, published_rows
from tinylab.timing.milliseconds import board_factor

MODEL = made.dense(100, 30)


def test_milliseconds_are_instructions_by_cycles_by_clock() -> None:
    estimate = estimate_time(MODEL, "nucleo_l4r5zi")
    total = estimate.instructions.total_instructions
    ratios = [row.cycles_per_instruction for row in published_rows() if row.board == "nucleo_l4r5zi"]
    off = estimate.instructions.error.percentile_90
    milliseconds = estimate.milliseconds
    assert milliseconds.low == pytest.approx(total * min(ratios) * (1 - off) / 120_000)
    assert milliseconds.high == pytest.approx(total * max(ratios) * (1 + off) / 120_000)
    assert milliseconds.low < milliseconds.middle < milliseconds.high
    assert estimate.is_near
    assert estimate.instructions.target == "cortex-m4/cmsis-nn"


def test_the_error_is_of_runs_that_did_not_calibrate() -> None:
    """Nano 33: two runs, each by the other; a target: each board's runs by those of the other boards."""
    estimate = estimate_time(MODEL, "arduino_nano_33_ble_sense")
    low, _, high = estimate.cycles_per_instruction
    assert estimate.error.worst == pytest.approx(high / low - 1)
    assert estimate.error.median == pytest.approx((high / low - 1 + 1 - low / high) / 2)
    boards_apart = estimate_time(MODEL, "cortex-m4/cmsis-nn", 64).error
    assert boards_apart.rows == 8
    assert boards_apart.worst == pytest.approx(max(abs(row.other_boards or 0) for row in left_out_rows()))
    assert 0.2 < boards_apart.median < 0.35


def test_half_the_clock_takes_twice_as_long() -> None:
    full, half = estimate_time(MODEL, "nucleo_l4r5zi"), estimate_time(MODEL, "nucleo_l4r5zi", 60)
    assert half.milliseconds.middle == pytest.approx(2 * full.milliseconds.middle)


def test_a_target_is_calibrated_by_every_board_with_its_core() -> None:
    estimate = estimate_time(MODEL, "cortex-m4/cmsis-nn", clock_mhz=64)
    assert {row.board for row in estimate.rows} == {"sparkfun_edge", "arduino_nano_33_ble_sense", "nucleo_l4r5zi"}
    assert estimate.is_near
    assert estimate.cycles_per_instruction.low == min(row.cycles_per_instruction for row in estimate.rows)


def test_a_core_without_a_row_says_so_and_has_a_wider_range() -> None:
    estimate = estimate_time(MODEL, "cortex-m0plus/reference", clock_mhz=48)
    each = [row.cycles_per_instruction for row in estimate.rows]
    assert "no run on cortex-m0plus is known" in estimate.basis
    assert not estimate.is_near
    assert estimate.cycles_per_instruction.high == pytest.approx(max(each) * board_factor())
    assert 1.3 < board_factor() < 1.7


def test_reference_kernels_on_a_board_take_another_boards_rows() -> None:
    estimate = estimate_time(MODEL, "nucleo_l4r5zi", target="cortex-m4/reference")
    assert {row.board for row in estimate.rows} == {"sparkfun_edge"}
    assert not estimate.is_near
    assert estimate.microjoules is None


def test_a_core_of_the_boards_own_finds_its_rows() -> None:
    estimate = estimate_time(MODEL, "cortex-m4/cmsis-nn", 160, core="cortex-m33")
    assert {row.board for row in estimate.rows} == {"renesas_ek_ra6m4"}


def test_energy_is_of_the_board_that_was_measured() -> None:
    estimate = estimate_time(MODEL, "nucleo_l4r5zi")
    assert estimate.microjoules is not None
    assert estimate.microjoules.middle * 1000 / estimate.cycles.middle == pytest.approx(0.342, abs=0.01)
    assert estimate_time(MODEL, "arduino_nano_33_ble_sense").microjoules is None
    assert estimate_time(MODEL, "cortex-m4/cmsis-nn", 100).microjoules is None


def test_every_board_and_target_has_a_time() -> None:
    assert len(boards()) == 5
    for board in boards():
        assert estimate_time(MODEL, board).milliseconds.low > 0
    for target in BUILDS:
        assert estimate_time(MODEL, target, clock_mhz=100).caution == INSTRUCTIONS_ARE_NOT_CYCLES


def test_a_target_without_a_clock_is_refused() -> None:
    with pytest.raises(TimingError, match=r"has no clock: estimate_time\(model, 'cortex-m4/reference', clock_mhz=64\)"):
        estimate_time(MODEL, "cortex-m4/reference")


@pytest.mark.parametrize("clock", [0, -1, float("nan")])
def test_a_clock_that_is_none_is_refused(clock: float) -> None:
    with pytest.raises(TimingError, match="give megahertz above 0"):
        estimate_time(MODEL, "nucleo_l4r5zi", clock)


def test_a_core_that_is_not_arms_is_refused() -> None:
    """esp-tflite-micro publishes 4,084 ms for person_detect on an ESP32: Arm's instructions would say 350 to 1,000."""
    with pytest.raises(TimingError, match="no instructions were counted for xtensa-lx6"):
        estimate_time(MODEL, "cortex-m4/reference", 240, core="xtensa-lx6")


def test_an_unknown_place_is_refused_with_those_there_are() -> None:
    with pytest.raises(TimingError, match=r"'esp_eye' is no target \(.*no board with a published time \(sparkfun_edge"):
        estimate_time(MODEL, "esp_eye", 240)


def test_the_public_face_has_it() -> None:
    assert tl.estimate_time is estimate_time
    assert tl.timing.estimate_time is estimate_time
