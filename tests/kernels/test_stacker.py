"""SignalStacker: a frame with its neighbours in time."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from tests.builder import TensorSpec
from tests.kernels.cells import Case, Cell, Rng, assert_cell_as_tflm, every
from tests.kernels.running import assert_refused_as_tflm, random_values
from tests.kernels.signal_models import assert_bad_options_are_refused, assert_refused, row, signal_model
from tests.kernels.streaming import streamed, valid_frames
from tinylab.peers.tflm import TflmSession

OPTIONS = {"num_channels": 2, "stacker_left_context": 1, "stacker_right_context": 1, "stacker_step": 2}


def stacker(
    input: TensorSpec | None = None,
    output: TensorSpec | None = None,
    valid: TensorSpec | None = None,
    **options: Any,
) -> bytes:
    options = OPTIONS | options
    channels = options["num_channels"]
    stacked = channels * (options["stacker_left_context"] + options["stacker_right_context"] + 1)
    outputs = [output or row(stacked, "INT16"), valid or TensorSpec((), "BOOL")]
    return signal_model("SignalStacker", [input or row(channels, "INT16")], outputs, options)


def test_by_hand() -> None:
    """The first frame stands for the one before it; every other frame makes a stack."""
    frames, valid = streamed(stacker(), np.int16([[1, 2], [3, 4], [5, 6], [7, 8]]))
    assert valid.tolist() == [False, True, False, True]
    assert frames[valid].tolist() == [[1, 2, 1, 2, 3, 4], [3, 4, 5, 6, 7, 8]]


def random_case(rng: Rng) -> Case:
    channels, left, right = int(rng.integers(1, 6)), int(rng.integers(0, 4)), int(rng.integers(0, 4))
    options = {"num_channels": channels, "stacker_left_context": left, "stacker_right_context": right}
    model = stacker(**options, stacker_step=int(rng.integers(1, left + right + 2)))
    return model, random_values(rng, "int16", 20, channels)


CELLS = {("SignalStacker", "int16"): Cell(random_case, shown=valid_frames)}


@every(CELLS)
def test_as_tflm(tflm: TflmSession, cell: Cell) -> None:
    assert_cell_as_tflm(tflm, cell)


REFUSED = {
    "axes": stacker(TensorSpec((1, 2), "INT16")),
    "output axes": stacker(output=TensorSpec((1, 6), "INT16")),
    "valid axes": stacker(valid=TensorSpec((1,), "BOOL")),
    "type": stacker(row(2, "INT32")),
    "output type": stacker(output=row(6, "INT32")),
    "valid type": stacker(valid=TensorSpec((), "INT8")),
}


@pytest.mark.parametrize("name", REFUSED)
def test_refusals(tflm: TflmSession, name: str) -> None:
    assert_refused_as_tflm(tflm, REFUSED[name])


def test_what_tflm_does_not_look_at() -> None:
    assert_refused(stacker(output=row(7, "INT16")), "2 channels, and 3 times as many")
    for step in (0, 4):
        assert_refused(stacker(stacker_step=step), f"stacker_step = {step}")
    tensors = [row(2, "INT16")], [row(6, "INT16"), TensorSpec((), "BOOL")]
    for option in OPTIONS:
        assert_bad_options_are_refused("SignalStacker", *tensors, OPTIONS, option)  # type: ignore[arg-type]
