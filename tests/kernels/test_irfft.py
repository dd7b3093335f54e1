"""SignalIrfft: near the exact inverse, SignalRfft undone, and equal to the real TFLM's in three types."""

from __future__ import annotations

import numpy as np
import pytest

from tests.builder import TensorSpec
from tests.kernels.cells import SAMPLES, Case, Cell, Rng, assert_cell_as_tflm, every, of_types
from tests.kernels.running import Array, assert_as_tflm, assert_refused_as_tflm, outputs_of, random_values
from tests.kernels.signal_models import assert_bad_options_are_refused, assert_refused, row, signal_model
from tests.kernels.test_rfft import LENGTHS, rfft_model
from tinylab.model import TensorType
from tinylab.peers.tflm import TflmSession


def irfft_model(length: int, type: str, rows: tuple[int, ...] = ()) -> bytes:
    input = TensorSpec((*rows, length + 2), type.upper())
    output = TensorSpec((*rows, length), type.upper())
    return signal_model("SignalIrfft", [input], [output], {"T": int(TensorType[type.upper()]), "fft_length": length})


def spectra(rng: np.random.Generator, type: str, *shape: int) -> Array:
    """Over the whole range, whatever numbers they come of."""
    return random_values(rng, type, *shape)


@pytest.mark.parametrize("length", LENGTHS)
def test_floats_undo_the_transform(length: int) -> None:
    x = np.random.default_rng(length).normal(size=(6, length)).astype(np.float32)
    (spectrum,) = outputs_of(rfft_model(length, "float32"), x)
    np.testing.assert_allclose(outputs_of(irfft_model(length, "float32"), spectrum)[0], x, atol=2e-6)


@pytest.mark.parametrize("type", ["int16", "int32"])
@pytest.mark.parametrize("length", LENGTHS)
def test_near_the_exact_inverse(type: str, length: int) -> None:
    """The mean of the frequencies, as each stage divides; within the roundings of a few stages."""
    rng = np.random.default_rng(length)
    pairs = spectra(rng, type, 6, length + 2) // 4
    pairs[:, [1, -1]] = 0  # no imaginary part at the ends
    exact = np.fft.irfft(pairs[:, 0::2] + 1j * pairs[:, 1::2].astype(np.float64), length)
    found = outputs_of(irfft_model(length, type), pairs)[0].astype(np.float64)
    assert np.abs(found - exact).max() <= 12


def random_case(rng: Rng, type: str) -> Case:
    length, rows = int(rng.choice([*LENGTHS, 512])), tuple(rng.integers(1, 4, rng.integers(0, 3)).tolist())
    return irfft_model(length, type, rows), spectra(rng, type, SAMPLES, *rows, length + 2)


CELLS = of_types("SignalIrfft", random_case, ["int16", "int32", "float32"])


@every(CELLS)
def test_as_tflm(tflm: TflmSession, cell: Cell) -> None:
    assert_cell_as_tflm(tflm, cell)


def test_many_rows(tflm: TflmSession) -> None:
    rng = np.random.default_rng(53)
    assert_as_tflm(tflm, irfft_model(16, "int16", (2, 3)), spectra(rng, "int16", 8, 2, 3, 18))


def test_by_hand() -> None:
    """Only the mean: every number is a quarter of it, each step rounded."""
    assert outputs_of(irfft_model(4, "int16"), np.int16([[1000, 0, 0, 0, 0, 0]]))[0].tolist() == [[250] * 4]


def test_refusals(tflm: TflmSession) -> None:
    int16, options = row(18, "INT16"), {"T": 7, "fft_length": 16}
    for inputs, outputs in (
        ([row(18, "INT32")], [row(16, "INT16")]),
        ([int16], [row(16, "INT32")]),
        ([int16], [TensorSpec((1, 16), "INT16")]),
        ([int16, int16], [row(16, "INT16")]),
    ):
        assert_refused_as_tflm(tflm, signal_model("SignalIrfft", inputs, outputs, options))
    assert_refused(signal_model("SignalIrfft", [int16], [row(20, "INT16")], options), "16 (fft_length)")
    assert_refused(signal_model("SignalIrfft", [row(16, "INT16")], [row(16, "INT16")], options), "rows of 18")
    assert_refused(signal_model("SignalIrfft", [int16], [row(16, "INT16")], {"T": 9, "fft_length": 16}), "T = 9")
    for option in ("fft_length", "T"):
        assert_bad_options_are_refused("SignalIrfft", [int16], [row(16, "INT16")], options, option)
