"""MIRROR_PAD: an input's own edges around it."""

from __future__ import annotations

import numpy as np
import pytest

from tests.builder import TensorSpec, constant, single_operator
from tests.kernels.cases import (
    Case,
    assert_cases_as_expected,
    assert_refused_in,
    coin,
    some_shape,
    spec,
)
from tests.kernels.cells import Cell, assert_cell_as_tflm, every, of_types
from tests.kernels.running import assert_as_tflm, outputs_of, random_values, refusal_of
from tinylab.model.enums import MirrorPadMode
from tinylab.model.options import MirrorPadOptions
from tinylab.peers.tflm import TflmSession

TYPES = ["float32", "int8"]


def case(rng: np.random.Generator, dtype: str) -> Case:
    """Both modes; paddings int32 or int64, fed now and then."""
    shape = some_shape(rng, 1, 4)
    mode = MirrorPadMode.REFLECT if coin(rng) else MirrorPadMode.SYMMETRIC
    most = [size - (mode == MirrorPadMode.REFLECT) for size in shape]
    paddings = np.array([rng.integers(0, size + 1, 2) for size in most], np.int64 if coin(rng) else np.int32)
    xs = random_values(rng, dtype, 3, *shape)
    expected = np.pad(
        xs, [(0, 0), *paddings.tolist()], mode="reflect" if mode == MirrorPadMode.REFLECT else "symmetric"
    )
    fed = coin(rng, 0.3)
    argument = TensorSpec(paddings.shape, paddings.dtype.name.upper()) if fed else constant(paddings)
    model = single_operator(
        "MIRROR_PAD", [spec(shape, dtype), argument], [spec(expected.shape[1:], dtype)], MirrorPadOptions(mode)
    )
    return Case(model, [xs, np.stack([paddings] * 3)] if fed else [xs], expected)


@pytest.mark.parametrize("dtype", TYPES)
def test_by_numpy(dtype: str) -> None:
    assert_cases_as_expected(case, dtype)


CELLS = of_types("MIRROR_PAD", case, TYPES)


@every(CELLS)
def test_as_tflm(tflm: TflmSession, cell: Cell) -> None:
    assert_cell_as_tflm(tflm, cell)


def mirror_pad(paddings: TensorSpec, dtype: str = "int8", output: tuple[int, ...] = (5,)) -> bytes:
    return single_operator(
        "MIRROR_PAD", [spec((3,), dtype), paddings], [spec(output, dtype)], MirrorPadOptions(MirrorPadMode.REFLECT)
    )


ONES = constant(np.int32([[1, 1]]))
REFUSED = {
    "paddings without axes": ("allocate", mirror_pad(constant(np.int32([1, 1])))),
    "paddings of two axes": ("allocate", mirror_pad(constant(np.int32([[1, 1], [0, 0]])))),
    **{dtype: ("invoke", mirror_pad(ONES, dtype)) for dtype in ("int16", "int32", "uint8", "bool")},
}


@pytest.mark.parametrize("name", REFUSED)
def test_refusals(tflm: TflmSession, name: str) -> None:
    assert_refused_in(tflm, *REFUSED[name])


def test_what_tflm_does_not_look_at() -> None:
    assert refusal_of(mirror_pad(constant(np.int16([[1, 1]]))))[0] == "allocate"
    assert refusal_of(mirror_pad(ONES, output=(5, 1)))[0] == "allocate"
    assert refusal_of(mirror_pad(constant(np.int32([[7, 1]])), output=(11,)))[0] == "invoke"


def test_a_padding_that_is_too_wide_runs_into_the_next_row(tflm: TflmSession) -> None:
    """Only the place in the whole tensor counts."""
    paddings = constant(np.int32([[0, 0], [3, 0]]))
    model = single_operator("MIRROR_PAD", [spec((2, 2), "int8"), paddings], [spec((2, 5), "int8")], MirrorPadOptions())
    xs = np.int8([[[1, 2], [3, 4]]])
    phase, message = refusal_of(model)
    assert phase == "invoke"  # the second row's mirror lies behind the input, which TFLM reads
    assert "a mirror inside of it" in message
    longer = single_operator("MIRROR_PAD", [spec((3, 2), "int8"), paddings], [spec((2, 5), "int8")], MirrorPadOptions())
    xs = np.int8([[[1, 2], [3, 4], [5, 6]]])
    assert outputs_of(longer, xs)[0].tolist() == [[[4, 3, 2, 1, 2], [6, 5, 4, 3, 4]]]
    assert_as_tflm(tflm, longer, xs)
