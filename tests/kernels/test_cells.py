"""How a cell's models are compared: what counts as a difference, and that one is found."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from tests.builder import TensorSpec, single_operator
from tests.kernels import cells
from tests.kernels.cells import NEAR, ONE_UNIT, SAME, Bound, Cell, compare, kind
from tests.kernels.running import Array
from tinylab.kernels.registrations import REGISTRATIONS
from tinylab.peers.tflm import TflmSession

ONE, NEXT = np.float32(1), np.nextafter(np.float32(1), np.float32(2))


@pytest.mark.parametrize(
    ("ours", "theirs", "bound", "is_equal"),
    [
        (np.int8([1]), np.int8([1]), SAME, True),
        (np.int8([1]), np.int8([2]), NEAR, False),
        (np.int8([1]), np.int16([1]), SAME, False),
        (np.int8([1, 1]), np.int8([1]), SAME, False),
        (np.float32([np.nan, np.inf]), np.float32([np.nan, np.inf]), SAME, True),
        (np.float32([0.0]), np.float32([-0.0]), SAME, False),
        (np.float32([np.nan]), np.float32([1]), NEAR, False),
        (np.float32([1]), np.float32([np.nan]), NEAR, False),
        (np.float32([3e38]), np.float32([np.inf]), NEAR, False),
        (np.float32([NEXT]), np.float32([ONE]), SAME, False),
        (np.float32([NEXT]), np.float32([ONE]), ONE_UNIT, True),
        (np.float32([ONE + 3e-7]), np.float32([ONE]), ONE_UNIT, False),
        (np.float32([[100, 0.0009]]), np.float32([[100, 0]]), NEAR, True),
        (np.float32([[100, 0.0011]]), np.float32([[100, 0]]), NEAR, False),
        (np.float32([[100, 0], [1, 0.0009]]), np.float32([[100, 0], [1, 0]]), NEAR, False),  # each sample by its own
    ],
)
def test_what_counts_as_a_difference(ours: Array, theirs: Array, bound: Bound, is_equal: bool) -> None:
    assert (cells._fault(ours, theirs, bound) == "") == is_equal


def negated(rng: np.random.Generator) -> tuple[bytes, list[Array]]:
    tensor = TensorSpec((3,), "FLOAT32")
    return single_operator("NEG", [tensor], [tensor]), [rng.normal(size=(2, 3)).astype(np.float32)]


def test_a_kernel_that_is_wrong_is_found(tflm: TflmSession, monkeypatch: pytest.MonkeyPatch) -> None:
    assert [one.fault for one in compare(tflm, Cell(negated), 3)] == [""] * 3
    monkeypatch.setitem(REGISTRATIONS, "NEG", dataclasses.replace(REGISTRATIONS["CEIL"], name="NEG"))
    assert all("of 6 floats differ" in one.fault for one in compare(tflm, Cell(negated), 3))


def test_a_model_that_tflm_refuses_is_a_fault(tflm: TflmSession) -> None:
    def of_int8(rng: np.random.Generator) -> tuple[bytes, list[Array]]:
        return single_operator("NEG", [TensorSpec((1,))], [TensorSpec((1,))]), [np.int8([[1]])]

    (one,) = compare(tflm, Cell(of_int8), 1)
    assert "TFLM does not run it" in one.fault


def test_kinds() -> None:
    assert kind("FLOAT32", "FLOAT32") == "float32"
    assert kind("INT8", "INT4", 3) == "int8 x int4 per channel"
    assert kind("INT16", "INT8", 3, "int64 sums") == "int16 x int8, int64 sums"
