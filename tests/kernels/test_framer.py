"""SignalFramer: frames that overlap, out of a stream of samples."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from tests.builder import TensorSpec
from tests.kernels.cases import coin, some_shape
from tests.kernels.cells import Case, Cell, Rng, assert_cell_as_tflm, every
from tests.kernels.running import assert_refused_as_tflm, interpreter_of, random_values
from tests.kernels.signal_models import assert_bad_options_are_refused, assert_refused, signal_model
from tests.kernels.streaming import streamed, valid_frames
from tinylab.peers.tflm import TflmSession

OPTIONS = {"frame_size": 5, "frame_step": 2, "prefill": True}


def framer(
    shape: tuple[int, ...] = (4,),
    output: tuple[int, ...] | None = None,
    type: str = "INT16",
    out: str = "INT16",
    valid: TensorSpec | None = None,
    **options: Any,
) -> bytes:
    options = OPTIONS | options
    frames = (*shape[:-1], shape[-1] // max(options["frame_step"], 1), options["frame_size"])
    outputs = [TensorSpec(output or frames, out), valid or TensorSpec((), "BOOL")]
    return signal_model("SignalFramer", [TensorSpec(shape, type)], outputs, options)


def test_by_hand() -> None:
    frames, valid = streamed(framer(), np.int16([[1, 2, 3, 4], [5, 6, 7, 8]]))
    assert frames.tolist() == [[[0, 0, 0, 1, 2], [0, 1, 2, 3, 4]], [[2, 3, 4, 5, 6], [4, 5, 6, 7, 8]]]
    assert valid.tolist() == [True, True]


def test_without_prefill_the_first_frames_are_not_valid() -> None:
    interpreter = interpreter_of(framer(prefill=False))
    interpreter.output(0).data[...] = 9
    frames, valid = interpreter.predict(np.int16([[1, 2, 3, 4], [5, 6, 7, 8]]))
    assert valid.tolist() == [False, True]
    assert frames.tolist() == [[[9] * 5] * 2, [[1, 2, 3, 4, 5], [3, 4, 5, 6, 7]]]
    interpreter.reset()
    assert interpreter.predict(np.int16([[1, 2, 3, 4]]))[1].tolist() == [False]


def random_case(rng: Rng) -> Case:
    """Steps longer than the frame too, where nothing is filled in before."""
    step, size = (int(number) for number in rng.integers(1, 12, 2))
    shape = (*some_shape(rng, 0, 2, 3), step * int(rng.integers(1, 5)))
    model = framer(shape, frame_size=size, frame_step=step, prefill=coin(rng) and step <= size)
    return model, random_values(rng, "int16", 8, *shape)


CELLS = {("SignalFramer", "int16"): Cell(random_case, shown=valid_frames)}


@every(CELLS)
def test_as_tflm(tflm: TflmSession, cell: Cell) -> None:
    assert_cell_as_tflm(tflm, cell)


REFUSED = {
    "no whole steps": framer((5,), (2, 5)),
    "shorter than a step": framer((1,), (1, 5)),
    "axes": framer((4,), (2, 5, 1)),
    "input type": framer(type="INT32"),
    "output type": framer(out="INT32"),
    "valid type": framer(valid=TensorSpec((), "INT8")),
    "valid axes": framer(valid=TensorSpec((1,), "BOOL")),
}


@pytest.mark.parametrize("name", REFUSED)
def test_refusals(tflm: TflmSession, name: str) -> None:
    assert_refused_as_tflm(tflm, REFUSED[name])


def test_what_tflm_does_not_look_at() -> None:
    assert_refused(framer((4,), (2, 6)), "a frame of 5 for each 2 samples")
    assert_refused(framer((6,), frame_step=6), "a step no longer than the frame")
    tensors = [TensorSpec((4,), "INT16")], [TensorSpec((2, 5), "INT16"), TensorSpec((), "BOOL")]
    assert_bad_options_are_refused("SignalFramer", *tensors, OPTIONS, "frame_step")  # type: ignore[arg-type]
