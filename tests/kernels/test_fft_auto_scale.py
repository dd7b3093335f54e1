"""SignalFftAutoScale: by hand, against a loop, against the real TFLM."""

from __future__ import annotations

import numpy as np
import pytest

from tests.builder import TensorSpec
from tests.kernels.cells import SAMPLES, Case, Cell, Rng, assert_cell_as_tflm, every
from tests.kernels.running import Array, assert_as_tflm, assert_refused_as_tflm, outputs_of
from tests.kernels.signal_models import row, signal_model
from tinylab.kernels.fft_auto_scale import largest_magnitude
from tinylab.peers.tflm import TflmSession

SCALAR = TensorSpec((), "INT32")


def model_of(count: int) -> bytes:
    return signal_model("SignalFftAutoScale", [row(count, "INT16")], [row(count, "INT16"), SCALAR])


@pytest.mark.parametrize(
    ("x", "bits"),
    [
        ([0, 0, 0], 0),
        ([1, -1, 0], 14),
        ([3, -4, 0], 12),
        ([255, 0, -256], 6),
        ([16384, 0, 0], 0),
        ([-32767, 0, 1], 0),
        ([-32768, 0, 1], 14),  # the magnitude of -32768 wraps: only what follows counts
        ([1, 0, -32768], 0),
        ([-32768, -5, -3], 0),  # ... and stays negative
        ([-32768, -3, -5], 12),
    ],
)
def test_by_hand(x: list[int], bits: int) -> None:
    scaled, scale_bits = outputs_of(model_of(3), np.int16([x]))
    assert scale_bits.tolist() == [bits]
    assert scaled.tolist() == np.int64([x]).__mul__(2**bits).astype(np.int16).tolist()


def random_rows(seed: int, count: int) -> Array:
    """Soft and loud ones, with a -32768 here and there."""
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(60, count)) * 10 ** rng.uniform(0, 4.5, (60, 1))
    x[40:][rng.random((20, count)) < 0.2] = -32768
    return x.clip(-32768, 32767).astype(np.int16)


def slow_magnitude(values: list[int]) -> int:
    """int16 arithmetic, one number after another."""
    largest = 0
    for value in values:
        if value > largest:
            largest = value
        elif -value > largest:
            largest = -value if value != -32768 else -32768
    return largest


@pytest.mark.parametrize("count", [1, 3, 11])
def test_largest_magnitude_is_a_loop_of_int16(count: int) -> None:
    x = random_rows(count, count)
    assert largest_magnitude(x).tolist() == [slow_magnitude(values) for values in x.tolist()]


@pytest.mark.parametrize("count", [1, 3, 8, 480])
def test_as_tflm(tflm: TflmSession, count: int) -> None:
    assert_as_tflm(tflm, model_of(count), random_rows(count, count))


def random_case(rng: Rng) -> Case:
    count = int(rng.integers(1, 500))
    return model_of(count), rng.choice(random_rows(int(rng.integers(2**31)), count), SAMPLES)


CELLS = {("SignalFftAutoScale", "int16"): Cell(random_case)}


@every(CELLS)
def test_cells_as_tflm(tflm: TflmSession, cell: Cell) -> None:
    assert_cell_as_tflm(tflm, cell)


def test_refusals(tflm: TflmSession) -> None:
    int16, scale = row(3, "INT16"), SCALAR
    for inputs, outputs in (
        ([int16], [int16]),
        ([row(3, "INT32")], [int16, scale]),
        ([int16], [row(3, "INT32"), scale]),
        ([int16], [int16, TensorSpec((), "INT16")]),
        ([int16], [int16, row(1, "INT32")]),
        ([TensorSpec((1, 3), "INT16")], [int16, scale]),
    ):
        assert_refused_as_tflm(tflm, signal_model("SignalFftAutoScale", inputs, outputs))
