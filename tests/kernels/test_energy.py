"""SignalEnergy: by hand and against the real TFLM."""

from __future__ import annotations

import numpy as np
import pytest

from tests.builder import TensorSpec
from tests.kernels.cells import SAMPLES, Case, Cell, Rng, assert_cell_as_tflm, every
from tests.kernels.running import assert_as_tflm, assert_refused_as_tflm, outputs_of, random_values
from tests.kernels.signal_models import assert_bad_options_are_refused, assert_refused, row, signal_model
from tinylab.peers.tflm import TflmSession

INPUT, OUTPUT = row(8, "INT16"), row(4, "UINT32")


def energy_model(start: int, end: int, input: TensorSpec = INPUT, output: TensorSpec = OUTPUT) -> bytes:
    return signal_model("SignalEnergy", [input], [output], {"start_index": start, "end_index": end})


def test_by_hand() -> None:
    """The largest is 2**31; what is not asked for is 0."""
    x = np.int16([[9, 9, 3, -4, -32768, -32768, 9, 9]])
    assert outputs_of(energy_model(1, 3), x)[0].tolist() == [[0, 25, 2**31, 0]]
    assert outputs_of(energy_model(0, 4), x)[0].tolist() == [[162, 25, 2**31, 162]]
    assert outputs_of(energy_model(3, 3), x)[0].tolist() == [[0, 0, 0, 0]]


@pytest.mark.parametrize("count", [1, 7, 257])
def test_as_tflm(tflm: TflmSession, count: int) -> None:
    x = random_values(np.random.default_rng(count), "int16", 20, 2 * count)
    assert_as_tflm(tflm, energy_model(0, count, row(2 * count, "INT16"), row(count, "UINT32")), x)


def test_some_frequencies_as_tflm(tflm: TflmSession) -> None:
    """The others are whatever its arena held."""
    x = random_values(np.random.default_rng(0), "int16", 20, 8)
    for start, end in ((0, 2), (1, 3), (2, 4), (3, 3)):
        theirs = tflm.run(energy_model(start, end), [x]).require().outputs[0]
        np.testing.assert_array_equal(outputs_of(energy_model(start, end), x)[0][:, start:end], theirs[:, start:end])


def random_case(rng: Rng) -> Case:
    """Of some frequencies; the others are whatever TFLM's arena held."""
    count = int(rng.integers(1, 260))
    start, end = sorted(rng.integers(0, count + 1, 2).tolist())
    model = energy_model(start, end, row(2 * count, "INT16"), row(count, "UINT32"))
    return model, random_values(rng, "int16", SAMPLES, 2 * count), slice(start, end)


CELLS = {("SignalEnergy", "int16 to uint32"): Cell(random_case, shown=lambda outputs, case: [outputs[0][:, case[2]]])}


@every(CELLS)
def test_cells_as_tflm(tflm: TflmSession, cell: Cell) -> None:
    assert_cell_as_tflm(tflm, cell)


def test_refusals(tflm: TflmSession) -> None:
    options = {"start_index": 0, "end_index": 4}
    for inputs, outputs in (
        ([INPUT, INPUT], [OUTPUT]),
        ([row(8, "INT32")], [OUTPUT]),
        ([INPUT], [row(4, "INT32")]),
        ([TensorSpec((1, 8), "INT16")], [OUTPUT]),
        ([INPUT], [TensorSpec((1, 4), "UINT32")]),
    ):
        assert_refused_as_tflm(tflm, signal_model("SignalEnergy", inputs, outputs, options))
    assert_refused(energy_model(0, 5), "end_index = 5")
    for option in options:
        assert_bad_options_are_refused("SignalEnergy", [INPUT], [OUTPUT], options, option)
