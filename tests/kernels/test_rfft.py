"""SignalRfft: near the exact spectrum, and equal to the real TFLM's in three types and of many lengths."""

from __future__ import annotations

import numpy as np
import pytest

from tests.builder import TensorSpec
from tests.kernels.cells import SAMPLES, Case, Cell, Rng, assert_cell_as_tflm, every, of_types
from tests.kernels.running import Array, assert_as_tflm, assert_refused_as_tflm, outputs_of, random_values
from tests.kernels.signal_models import assert_bad_options_are_refused, assert_refused, row, signal_model
from tinylab.model import TensorType
from tinylab.peers.tflm import TflmSession

# every radix and mix of them: halves 2, 3, 4, 5, 6, 8, 9, 10, 12, 15, 20, 25, 27, 30, 60, 125
LENGTHS = [4, 6, 8, 10, 12, 16, 18, 20, 24, 30, 40, 50, 54, 60, 120, 250, 256, 320]


def rfft_model(length: int, type: str, count: int | None = None, rows: tuple[int, ...] = ()) -> bytes:
    input = TensorSpec((*rows, count or length), type.upper())
    output = TensorSpec((*rows, length + 2), type.upper())
    return signal_model("SignalRfft", [input], [output], {"T": int(TensorType[type.upper()]), "fft_length": length})


def random_rows(rng: np.random.Generator, type: str, *shape: int) -> Array:
    """Over the whole range, and waves."""
    x = random_values(rng, type, *shape)
    largest = np.iinfo(type).max if type != "float32" else 1.0
    waves = np.sin(np.arange(shape[-1]) * rng.uniform(0, 3, (*shape[:-1], 1))) * largest
    return np.where(rng.random((len(x), *[1] * (len(shape) - 1))) < 0.5, x, waves.astype(type)).astype(type)


@pytest.mark.parametrize(("type", "tolerance"), [("int16", 12), ("int32", 12), ("float32", 1e-5)])
@pytest.mark.parametrize("length", LENGTHS)
def test_near_the_exact_spectrum(type: str, tolerance: float, length: int) -> None:
    x = random_rows(np.random.default_rng(length), type, 6, length)
    if type != "float32":
        x //= 2
    exact = np.fft.rfft(x.astype(np.float64)) / (1 if type == "float32" else length)
    pairs = outputs_of(rfft_model(length, type), x)[0].reshape(6, -1, 2).astype(np.float64)
    scale = np.abs(exact).max() if type == "float32" else 1
    assert np.abs(pairs[..., 0] + 1j * pairs[..., 1] - exact).max() / scale <= tolerance


def random_case(rng: Rng, type: str) -> Case:
    """Rows as long as the transform, or shorter."""
    length, rows = int(rng.choice([*LENGTHS, 512])), tuple(rng.integers(1, 4, rng.integers(0, 3)).tolist())
    count = length if rng.random() < 0.6 else int(rng.integers(1, length + 1))
    return rfft_model(length, type, count, rows), random_rows(rng, type, SAMPLES, *rows, count)


CELLS = of_types("SignalRfft", random_case, ["int16", "int32", "float32"])


@every(CELLS)
def test_as_tflm(tflm: TflmSession, cell: Cell) -> None:
    assert_cell_as_tflm(tflm, cell)


def test_short_rows_and_many(tflm: TflmSession) -> None:
    rng = np.random.default_rng(3)
    assert_as_tflm(tflm, rfft_model(512, "int16", 480), random_rows(rng, "int16", 8, 480))
    assert_as_tflm(tflm, rfft_model(16, "int16", 11, (2, 3)), random_rows(rng, "int16", 8, 2, 3, 11))


def test_by_hand() -> None:
    """A constant c of 4 numbers: c / 4 per number, summed, each step rounded; nothing else."""
    assert outputs_of(rfft_model(4, "int16"), np.int16([[1000] * 4]))[0].tolist() == [[1000, 0, 0, 0, 0, 0]]


def test_refusals(tflm: TflmSession) -> None:
    int16, options = row(16, "INT16"), {"T": 7, "fft_length": 16}
    for inputs, outputs in (
        ([row(16, "INT32")], [row(18, "INT16")]),
        ([int16], [row(18, "INT32")]),
        ([int16], [TensorSpec((1, 18), "INT16")]),
        ([int16, int16], [row(18, "INT16")]),
    ):
        assert_refused_as_tflm(tflm, signal_model("SignalRfft", inputs, outputs, options))
    assert_refused(signal_model("SignalRfft", [int16], [row(20, "INT16")], options), "18 (fft_length + 2)")
    assert_refused(signal_model("SignalRfft", [row(17, "INT16")], [row(18, "INT16")], options), "at most 16")
    assert_refused(signal_model("SignalRfft", [int16], [row(18, "INT16")], {"T": 9, "fft_length": 16}), "T = 9")
    for length in (0, 2, 7, 14, 22, 15):
        assert_refused(rfft_model(length, "int16", 2), f"fft_length = {length}")
    assert_bad_options_are_refused("SignalRfft", [int16], [row(18, "INT16")], options, "fft_length")
    assert_bad_options_are_refused("SignalRfft", [int16], [row(18, "INT16")], options, "T")
