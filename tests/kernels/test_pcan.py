"""SignalPCAN: by hand, against a loop that follows the C++, against the real TFLM."""

from __future__ import annotations

import numpy as np
import pytest

from tests.builder import TensorSpec, constant
from tests.kernels.cells import SAMPLES, Case, Cell, Rng, assert_cell_as_tflm, every
from tests.kernels.running import Array, assert_as_tflm, assert_refused_as_tflm, outputs_of, random_values
from tests.kernels.signal_models import assert_bad_options_are_refused, assert_refused, row, signal_model
from tinylab.peers.tflm import TflmSession

CHANNELS = 40


def pcan_model(gain_lut: TensorSpec, snr_shift: int, channels: int = CHANNELS) -> bytes:
    tensor = row(channels, "UINT32")
    return signal_model("SignalPCAN", [tensor, tensor, gain_lut], [tensor], {"snr_shift": snr_shift})


def int16(x: int) -> int:
    return (x + 2**15) % 2**16 - 2**15


def slow(x: int, noise: int, lut: list[int], snr_shift: int) -> int:
    if noise <= 2:
        gain = lut[noise]
    else:
        interval = noise.bit_length()
        start = 4 * interval - 6
        fraction = (noise << (11 - interval) if interval < 11 else noise >> (interval - 11)) & 0x3FF
        gain = (lut[start + 2] * fraction >> 5) + (lut[start + 1] << 5)
        gain = int16((gain * fraction + (1 << 14) >> 15) + lut[start])
    snr = ((x * (gain % 2**32)) % 2**64 >> snr_shift) % 2**32
    return (snr * snr % 2**32) >> 20 if snr < 8192 else (snr >> 6) - 64


def random_energies(rng: np.random.Generator, samples: int) -> Array:
    x = (2 ** rng.uniform(0, 32, (samples, CHANNELS))).astype(np.uint64).astype(np.uint32)
    x[:, :6] = rng.integers(0, 5, (samples, 6))
    return x


def test_by_hand() -> None:
    """A gain of 1 (2**12 with a shift of 0 bits too many): x = 1 gives 1/4, x = 3 gives 2, times 2**6."""
    lut = constant(np.full(125, 1 << 12, np.int16))
    assert outputs_of(pcan_model(lut, 0, 2), np.uint32([[1, 3]]), np.uint32([[0, 2]]))[0].tolist() == [[16, 128]]


@pytest.mark.parametrize("snr_shift", [0, 6, 20, 63])
def test_against_a_loop_and_tflm(tflm: TflmSession, snr_shift: int) -> None:
    rng = np.random.default_rng(snr_shift)
    for size in (125, 130):
        lut = random_values(rng, "int16", size)
        x, noise = random_energies(rng, 20), random_energies(rng, 20)
        model = pcan_model(constant(lut), snr_shift)
        pairs = zip(x.ravel().tolist(), noise.ravel().tolist(), strict=True)
        expected = [slow(a, b, lut.tolist(), snr_shift) for a, b in pairs]
        assert outputs_of(model, x, noise)[0].ravel().tolist() == expected
        assert_as_tflm(tflm, model, x, noise)


def test_a_table_that_the_graph_computes(tflm: TflmSession) -> None:
    rng = np.random.default_rng(1)
    lut = random_values(rng, "int16", 8, 125)
    assert_as_tflm(tflm, pcan_model(row(125, "INT16"), 6), random_energies(rng, 8), random_energies(rng, 8), lut)


def random_case(rng: Rng) -> Case:
    """The table a constant, or fed."""
    lut, fed = random_values(rng, "int16", SAMPLES, int(rng.integers(125, 131))), rng.random() < 0.3
    model = pcan_model(row(lut.shape[1], "INT16") if fed else constant(lut[0]), int(rng.integers(0, 64)))
    return model, [random_energies(rng, SAMPLES), random_energies(rng, SAMPLES), *([lut] if fed else [])]


CELLS = {("SignalPCAN", "uint32"): Cell(random_case)}


@every(CELLS)
def test_as_tflm(tflm: TflmSession, cell: Cell) -> None:
    assert_cell_as_tflm(tflm, cell)


def test_refusals(tflm: TflmSession) -> None:
    tensor, lut, options = row(4, "UINT32"), constant(np.ones(125, np.int16)), {"snr_shift": 6}
    wrong, deep = row(4, "INT32"), TensorSpec((1, 4), "UINT32")
    for inputs, output in (
        ([tensor, tensor], tensor),
        ([wrong, tensor, lut], tensor),
        ([tensor, wrong, lut], tensor),
        ([tensor, tensor, constant(np.ones(125, np.int32))], tensor),
        ([tensor, tensor, lut], wrong),
        ([deep, tensor, lut], tensor),
        ([tensor, deep, lut], tensor),
        ([tensor, tensor, lut], deep),
    ):
        assert_refused_as_tflm(tflm, signal_model("SignalPCAN", inputs, [output], options))
    assert_refused(pcan_model(constant(np.ones(124, np.int16)), 6), "125 elements")
    assert_bad_options_are_refused("SignalPCAN", [tensor, tensor, lut], [tensor], options, "snr_shift")
