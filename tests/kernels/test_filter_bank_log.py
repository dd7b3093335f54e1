"""SignalFilterBankLog: by hand and against the real TFLM; the logarithm is tested in test_integer_math.py."""

from __future__ import annotations

import numpy as np
import pytest

from tests.builder import TensorSpec
from tests.kernels.cells import SAMPLES, Case, Cell, Rng, assert_cell_as_tflm, every
from tests.kernels.running import assert_as_tflm, assert_refused_as_tflm, outputs_of, random_values
from tests.kernels.signal_models import assert_bad_options_are_refused, row, signal_model
from tinylab.peers.tflm import TflmSession


def log_model(count: int, bits: int, scale: int) -> bytes:
    options = {"input_correction_bits": bits, "output_scale": scale}
    return signal_model("SignalFilterBankLog", [row(count, "UINT32")], [row(count, "INT16")], options)


def test_by_hand() -> None:
    """ln 8 * 64 = 133.1; shifted out of the 32 bits, nothing is left."""
    assert outputs_of(log_model(4, 3, 64), np.uint32([[0, 1, 2, 2**29]]))[0].tolist() == [[0, 133, 177, 0]]
    assert outputs_of(log_model(4, 0, 3000), np.uint32([[0, 1, 2, 2**31]]))[0].tolist() == [[0, 0, 2079, 32767]]


@pytest.mark.parametrize(("bits", "scale"), [(3, 64), (0, 1), (0, 1500), (31, 64), (5, 70000), (0, -1), (1, 0)])
def test_as_tflm(tflm: TflmSession, bits: int, scale: int) -> None:
    rng = np.random.default_rng(bits)
    x = (2 ** rng.uniform(0, 32, (20, 200))).astype(np.uint64).astype(np.uint32)
    x[0], x[1, :64] = np.arange(200), 2 ** np.repeat(np.arange(32), 2) - np.tile([0, 1], 32)
    x[2] = random_values(rng, "uint32", 200)
    assert_as_tflm(tflm, log_model(200, bits, scale), x)


def random_case(rng: Rng) -> Case:
    count, bits, scale = (int(number) for number in rng.integers([1, 0, -5], [200, 32, 70000]))
    x = (2 ** rng.uniform(0, 32, (SAMPLES, count))).astype(np.uint64).astype(np.uint32)
    return log_model(count, bits, scale), np.where(rng.random(x.shape) < 0.3, random_values(rng, "uint32", *x.shape), x)


CELLS = {("SignalFilterBankLog", "uint32 to int16"): Cell(random_case)}


@every(CELLS)
def test_cells_as_tflm(tflm: TflmSession, cell: Cell) -> None:
    assert_cell_as_tflm(tflm, cell)


def test_refusals(tflm: TflmSession) -> None:
    input, output = row(4, "UINT32"), row(4, "INT16")
    options = {"input_correction_bits": 3, "output_scale": 64}
    for inputs, outputs in (
        ([input, input], [output]),
        ([row(4, "INT32")], [output]),
        ([input], [row(4, "INT32")]),
        ([TensorSpec((1, 4), "UINT32")], [output]),
        ([input], [TensorSpec((1, 4), "INT16")]),
    ):
        assert_refused_as_tflm(tflm, signal_model("SignalFilterBankLog", inputs, outputs, options))
    for option in options:
        assert_bad_options_are_refused("SignalFilterBankLog", [input], [output], options, option)
