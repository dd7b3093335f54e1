"""SignalWindow: by hand, against the real TFLM, and what is refused."""

from __future__ import annotations

import numpy as np
import pytest

from tests.builder import TensorSpec, constant
from tests.kernels.cells import SAMPLES, Case, Cell, Rng, assert_cell_as_tflm, every
from tests.kernels.elementwise import random_shape
from tests.kernels.running import assert_as_tflm, assert_refused_as_tflm, outputs_of, random_values
from tests.kernels.signal_models import assert_bad_options_are_refused, assert_refused, row, signal_model
from tinylab.peers.tflm import TflmSession

ROW = row(4, "INT16")
WEIGHTS = constant(np.int16([1, 2, 3, 4096]))


def test_by_hand() -> None:
    """Products are shifted, rounding down, and clipped."""
    model = signal_model("SignalWindow", [ROW, WEIGHTS], [ROW], {"shift": 1})
    assert outputs_of(model, np.int16([[-3, 5, -1, 32767]]))[0].tolist() == [[-2, 5, -2, 32767]]
    assert outputs_of(model, np.int16([[3, 5, 1, -32768]]))[0].tolist() == [[1, 5, 1, -32768]]


@pytest.mark.parametrize(("shape", "shift"), [((1, 480), 12), ((3, 7), 0), ((2, 2, 5), 15), ((8,), 31)])
def test_as_tflm(tflm: TflmSession, shape: tuple[int, ...], shift: int) -> None:
    rng = np.random.default_rng(shift)
    tensor, weights = TensorSpec(shape, "INT16"), random_values(rng, "int16", shape[-1])
    x = random_values(rng, "int16", 20, *shape)
    assert_as_tflm(tflm, signal_model("SignalWindow", [tensor, constant(weights)], [tensor], {"shift": shift}), x)
    dynamic = signal_model("SignalWindow", [tensor, row(shape[-1], "INT16")], [tensor], {"shift": shift})
    assert_as_tflm(tflm, dynamic, x, random_values(rng, "int16", 20, shape[-1]))


def random_case(rng: Rng) -> Case:
    """The weights a constant, or fed."""
    shape, fed = random_shape(rng), rng.random() < 0.3
    tensor, weights = TensorSpec(shape, "INT16"), random_values(rng, "int16", SAMPLES, shape[-1])
    inputs = [tensor, row(shape[-1], "INT16") if fed else constant(weights[0])]
    model = signal_model("SignalWindow", inputs, [tensor], {"shift": int(rng.integers(0, 32))})
    return model, [random_values(rng, "int16", SAMPLES, *shape), *([weights] if fed else [])]


CELLS = {("SignalWindow", "int16"): Cell(random_case)}


@every(CELLS)
def test_cells_as_tflm(tflm: TflmSession, cell: Cell) -> None:
    assert_cell_as_tflm(tflm, cell)


def test_refusals(tflm: TflmSession) -> None:
    good = {"shift": 1}
    for inputs, outputs in (
        ([ROW], [ROW]),
        ([row(4, "INT32"), WEIGHTS], [ROW]),
        ([ROW, constant(np.int32([1, 2, 3, 4]))], [ROW]),
        ([ROW, WEIGHTS], [row(4, "INT32")]),
        ([ROW, WEIGHTS], [TensorSpec((1, 4), "INT16")]),
        ([ROW, constant(np.ones((1, 4), np.int16))], [ROW]),
    ):
        assert_refused_as_tflm(tflm, signal_model("SignalWindow", inputs, outputs, good))
    assert_refused(signal_model("SignalWindow", [row(6, "INT16"), WEIGHTS], [row(6, "INT16")], good), "rows as long")
    assert_bad_options_are_refused("SignalWindow", [ROW, WEIGHTS], [ROW], good, "shift")
