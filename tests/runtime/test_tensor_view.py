"""Real numbers into a tensor's integers and back."""

from __future__ import annotations

import numpy as np
import pytest

from tests.builder import TensorSpec
from tests.runtime.kernels import allocated, chain
from tinylab.errors import InvokeError
from tinylab.model import TensorType
from tinylab.runtime import TensorView


def view(spec: TensorSpec) -> TensorView:
    return allocated(chain("AddOne", row=spec)).input(0)


def test_it_describes_its_tensor() -> None:
    one = view(TensorSpec((1, 3), "INT16", 0.5))
    assert (one.name, one.shape, one.type) == ("t0", (1, 3), TensorType.INT16)
    assert repr(one) == "TensorView('t0' INT16 [1, 3])"


@pytest.mark.parametrize(
    ("real", "integer"),
    [(0.0, 3), (0.5, 4), (0.25, 4), (-0.25, 2), (0.75, 5), (-0.75, 1), (0.24, 3), (62.0, 127), (99, 127), (-99, -128)],
)
def test_ties_go_away_from_zero_and_the_range_is_kept(real: float, integer: int) -> None:
    """Scale 0.5, zero point 3."""
    assert view(TensorSpec((1,), "INT8", 0.5, 3)).quantize(real) == integer


def test_a_number_just_below_a_tie_goes_down() -> None:
    """0.49999997 + 0.5 is 1.0 in float32: TFLM's round is not fooled."""
    below = np.nextafter(np.float32(0.5), np.float32(0))
    assert view(TensorSpec((1,), "INT8", 1.0)).quantize([below, -below, 0.5]).tolist() == [0, 0, 1]


@pytest.mark.parametrize("type_", ["INT8", "INT16", "INT32"])
def test_numbers_beyond_every_range(type_: str) -> None:
    limits = np.iinfo(type_.lower())
    numbers = view(TensorSpec((1,), type_, 0.5)).quantize([np.inf, -np.inf, 3e38, -3e38])
    assert numbers.tolist() == [limits.max, limits.min, limits.max, limits.min]
    assert numbers.dtype == limits.dtype


def test_any_shape_goes_in() -> None:
    one = view(TensorSpec((1, 4), "INT8", 0.5))
    assert one.quantize(np.ones((3, 2, 1))).shape == (3, 2, 1)


def test_float_tensors_take_floats() -> None:
    numbers = view(TensorSpec((1, 4), "FLOAT32")).quantize([1, 2.5])
    assert numbers.dtype == np.float32
    assert numbers.tolist() == [1.0, 2.5]


@pytest.mark.parametrize("spec", [TensorSpec((1,), "INT8"), TensorSpec((1,), "INT32"), TensorSpec((1,), "INT8", 0.0)])
def test_a_tensor_without_a_scale(spec: TensorSpec) -> None:
    with pytest.raises(InvokeError, match=f'tensor 0 "t0" is {spec.type} without a scale: give it integers'):
        view(spec).quantize(0.5)


def test_dequantize() -> None:
    one = view(TensorSpec((1, 3), "INT8", 0.5, 3))
    one.data[...] = [[3, 127, -128]]
    assert one.dequantize().tolist() == [[0.0, 62.0, -65.5]]
    assert one.dequantize().dtype == np.float32
    plain = view(TensorSpec((1, 3), "INT32"))
    plain.data[...] = [[3, 127, -128]]
    assert plain.dequantize().tolist() == [[3.0, 127.0, -128.0]]


def test_there_and_back() -> None:
    one = view(TensorSpec((256,), "INT8", 0.037, -5))
    one.data[...] = np.arange(-128, 128)
    assert np.array_equal(one.quantize(one.dequantize()), one.data)
