"""SignalDelay: rows some samples later."""

from __future__ import annotations

import numpy as np
import pytest

from tests.builder import TensorSpec
from tests.kernels.cases import some_shape
from tests.kernels.cells import Case, Cell, Rng, assert_cell_as_tflm, every
from tests.kernels.running import assert_refused_as_tflm, random_values
from tests.kernels.signal_models import assert_bad_options_are_refused, assert_refused, row, signal_model
from tests.kernels.streaming import streamed
from tinylab.peers.tflm import TflmSession


def delay(shape: tuple[int, ...], length: int) -> bytes:
    tensor = TensorSpec(shape, "INT16")
    return signal_model("SignalDelay", [tensor], [tensor], {"delay_length": length})


def test_by_hand() -> None:
    xs = np.int16([[1, 2, 3], [4, 5, 6], [7, 8, 9]])
    assert streamed(delay((3,), 4), xs)[0].tolist() == [[0, 0, 0], [0, 1, 2], [3, 4, 5]]


def random_case(rng: Rng) -> Case:
    shape = some_shape(rng, 1, 3, 8)
    return delay(shape, int(rng.integers(0, 20))), random_values(rng, "int16", 8, *shape)


CELLS = {("SignalDelay", "int16"): Cell(random_case)}


@every(CELLS)
def test_as_tflm(tflm: TflmSession, cell: Cell) -> None:
    assert_cell_as_tflm(tflm, cell)


REFUSED = {
    "input type": ([row(4, "INT32")], [row(4, "INT16")]),
    "output type": ([row(4, "INT16")], [row(4, "INT32")]),
    "two inputs": ([row(4, "INT16")] * 2, [row(4, "INT16")]),
    "two outputs": ([row(4, "INT16")], [row(4, "INT16")] * 2),
}


@pytest.mark.parametrize("name", REFUSED)
def test_refusals(tflm: TflmSession, name: str) -> None:
    inputs, outputs = REFUSED[name]
    assert_refused_as_tflm(tflm, signal_model("SignalDelay", [*inputs], outputs, {"delay_length": 3}))


def test_what_tflm_does_not_look_at() -> None:
    other = signal_model("SignalDelay", [row(4, "INT16")], [row(5, "INT16")], {"delay_length": 3})
    assert_refused(other, "one shape for both")
    assert_bad_options_are_refused(
        "SignalDelay", [row(4, "INT16")], [row(4, "INT16")], {"delay_length": 3}, "delay_length"
    )
