"""SignalOverlapAdd: frames put together again."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from tests.builder import TensorSpec
from tests.kernels.cases import some_shape
from tests.kernels.cells import Case, Cell, Rng, assert_cell_as_tflm, every, of_types
from tests.kernels.running import assert_refused_as_tflm, random_values
from tests.kernels.signal_models import assert_bad_options_are_refused, assert_refused, signal_model
from tests.kernels.streaming import streamed
from tinylab.model import TensorType
from tinylab.peers.tflm import TflmSession


def overlap_add(
    shape: tuple[int, ...] = (2, 3),
    step: int = 2,
    type: str = "INT16",
    output: tuple[int, ...] | None = None,
    out: str | None = None,
    **options: Any,
) -> bytes:
    result = (*shape[:-2], shape[-2] * step) if output is None else output
    options = {"T": int(TensorType[type]), "frame_step": step} | options
    return signal_model("SignalOverlapAdd", [TensorSpec(shape, type)], [TensorSpec(result, out or type)], options)


@pytest.mark.parametrize("type", ["INT16", "FLOAT32"])
def test_by_hand(type: str) -> None:
    xs = np.array([[[1, 2, 3], [10, 20, 30]], [[100, 200, 300], [1000, 2000, 3000]]], type.lower())
    assert streamed(overlap_add(type=type), xs)[0].tolist() == [[1, 2, 13, 20], [130, 200, 1300, 2000]]


def test_int16_saturates_frame_by_frame() -> None:
    """30000 + 30000 is 32767, and 32767 - 30000 is 2767: not 30000."""
    xs = np.int16([[[30000] * 3, [30000] * 3, [-30000] * 3]])
    assert streamed(overlap_add((3, 3), 1), xs)[0].tolist() == [[30000, 32767, 2767]]


def random_case(rng: Rng, type: str) -> Case:
    size = int(rng.integers(1, 12))
    shape = (*some_shape(rng, 0, 2, 3), int(rng.integers(1, 6)), size)
    model = overlap_add(shape, int(rng.integers(1, size + 1)), type.upper())
    return model, random_values(rng, type, 8, *shape)


CELLS = of_types("SignalOverlapAdd", random_case, ["int16", "float32"])


@every(CELLS)
def test_as_tflm(tflm: TflmSession, cell: Cell) -> None:
    assert_cell_as_tflm(tflm, cell)


REFUSED = {
    "one axis": overlap_add((6,), output=()),
    "axes": overlap_add(output=(1, 4)),
    "another input": overlap_add(T=int(TensorType.FLOAT32)),
    "another output": overlap_add(out="FLOAT32"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_refusals(tflm: TflmSession, name: str) -> None:
    if name == "one axis":  # there TFLM reads before its list of sizes
        assert_refused(REFUSED[name], "2 axes at least")
    else:
        assert_refused_as_tflm(tflm, REFUSED[name])


def test_what_tflm_does_not_look_at() -> None:
    assert_refused(overlap_add(step=4), "frame_step = 4")
    assert_refused(overlap_add(output=(5,)), "2 samples for each frame")
    assert_refused(overlap_add(type="INT32"), "T = 2")
    tensors = [TensorSpec((2, 3), "INT16")], [TensorSpec((4,), "INT16")]
    for option in ("T", "frame_step"):
        assert_bad_options_are_refused("SignalOverlapAdd", *tensors, {"T": 7, "frame_step": 2}, option)  # type: ignore[arg-type]
