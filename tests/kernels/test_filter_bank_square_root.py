"""SignalFilterBankSquareRoot: by hand and against the real TFLM; the root is tested in test_integer_math.py."""

from __future__ import annotations

import numpy as np
import pytest

from tests.builder import TensorSpec, constant
from tests.kernels.cells import SAMPLES, Case, Cell, Rng, assert_cell_as_tflm, every
from tests.kernels.running import assert_as_tflm, assert_refused_as_tflm, outputs_of, refusal_of
from tests.kernels.signal_models import row, signal_model
from tinylab.peers.tflm import TflmSession

SCALAR = TensorSpec((), "INT32")


def root_model(count: int, scale_bits: TensorSpec = SCALAR) -> bytes:
    return signal_model("SignalFilterBankSquareRoot", [row(count, "UINT64"), scale_bits], [row(count, "UINT32")])


def test_by_hand() -> None:
    """Rounded before the shift, not after."""
    x = np.uint64([[0, 6, 7, 2**32 - 1, 2**64 - 1]])
    assert outputs_of(root_model(5), x, np.int32([0]))[0].tolist() == [[0, 2, 3, 65535, 2**32 - 1]]
    assert outputs_of(root_model(5), x, np.int32([1]))[0].tolist() == [[0, 1, 1, 32767, 2**31 - 1]]


def test_as_tflm(tflm: TflmSession) -> None:
    rng = np.random.default_rng(1)
    x = (2.0 ** rng.uniform(0, 63.99, (32, 40))).astype(np.uint64)
    x[:, :20] = (x[:, :20] >> 32) ** 2 + rng.integers(0, 3, (32, 20)).astype(np.uint64)
    assert_as_tflm(tflm, root_model(40), x, np.arange(32, dtype=np.int32))
    assert_as_tflm(tflm, root_model(40, constant(np.int32(3))), x)


def random_case(rng: Rng) -> Case:
    """Of squares, and of one more or less, among them."""
    count = int(rng.integers(1, 60))
    x = (2.0 ** rng.uniform(0, 63.99, (SAMPLES, count))).astype(np.uint64)
    x = np.where(rng.random(x.shape) < 0.5, (x >> 32) ** 2 + rng.integers(0, 3, x.shape).astype(np.uint64), x)
    bits = rng.integers(0, 32, SAMPLES).astype(np.int32)
    return (root_model(count), [x, bits]) if rng.random() < 0.7 else (root_model(count, constant(bits[0])), [x])


CELLS = {("SignalFilterBankSquareRoot", "uint64 to uint32"): Cell(random_case)}


@every(CELLS)
def test_cells_as_tflm(tflm: TflmSession, cell: Cell) -> None:
    assert_cell_as_tflm(tflm, cell)


@pytest.mark.parametrize("bits", [-1, 32])
def test_a_shift_that_c_does_not_define(bits: int) -> None:
    phase, message = refusal_of(root_model(2, constant(np.int32(bits))))
    assert phase == "invoke"
    assert f"scale_bits [{bits}]" in message


def test_refusals(tflm: TflmSession) -> None:
    input, output = row(4, "UINT64"), row(4, "UINT32")
    for inputs, outputs in (
        ([input], [output]),
        ([row(4, "UINT32"), SCALAR], [output]),
        ([input, TensorSpec((), "INT16")], [output]),
        ([input, row(1, "INT32")], [output]),
        ([input, SCALAR], [row(4, "INT32")]),
        ([TensorSpec((1, 4), "UINT64"), SCALAR], [output]),
    ):
        assert_refused_as_tflm(tflm, signal_model("SignalFilterBankSquareRoot", inputs, outputs))
