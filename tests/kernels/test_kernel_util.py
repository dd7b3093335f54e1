"""What kernels share: activation ranges, refusals, broadcasting."""

from __future__ import annotations

import numpy as np
import pytest

from tests.builder import TensorSpec, single_operator
from tinylab.errors import PrepareError
from tinylab.kernels.kernel_util import (
    activation_range_float,
    activation_range_int32,
    activation_range_quantized,
    broadcast_pair,
    describe,
    require_broadcast,
    require_same_size,
    scale_of,
    zero_point_of,
)
from tinylab.model import ActivationFunctionType, Tensor, load_model
from tinylab.model.options import AddOptions

NONE, RELU, RELU6 = ActivationFunctionType.NONE, ActivationFunctionType.RELU, ActivationFunctionType.RELU6
RELU_N1_TO_1 = ActivationFunctionType.RELU_N1_TO_1


def tensor(
    type: str = "INT8", scale: float | None = 0.5, zero_point: int = 0, shape: tuple[int, ...] = (2, 3)
) -> Tensor:
    spec = TensorSpec(shape, type, scale, zero_point, name="x")
    return load_model(single_operator("ADD", [spec, spec], [spec], AddOptions())).subgraphs[0].tensors[0]


def test_activation_ranges() -> None:
    largest = float(np.finfo(np.float32).max)
    assert activation_range_float(NONE) == (-largest, largest)
    assert activation_range_float(RELU) == (0, largest)
    assert activation_range_float(RELU6) == (0, 6)
    assert activation_range_float(RELU_N1_TO_1) == (-1, 1)
    assert activation_range_int32(NONE) == (-(2**31), 2**31 - 1)
    assert activation_range_int32(RELU) == (0, 2**31 - 1)
    assert activation_range_int32(RELU6) == (0, 6)
    assert activation_range_int32(RELU_N1_TO_1) == (-1, 1)


def test_quantized_activation_ranges() -> None:
    """6 is 12 steps of 0.5; a range never leaves the type."""
    assert activation_range_quantized(NONE, tensor(zero_point=5)) == (-128, 127)
    assert activation_range_quantized(RELU, tensor(zero_point=5)) == (5, 127)
    assert activation_range_quantized(RELU6, tensor(zero_point=5)) == (5, 17)
    assert activation_range_quantized(RELU6, tensor(zero_point=120)) == (120, 127)
    assert activation_range_quantized(RELU_N1_TO_1, tensor("INT16")) == (-2, 2)
    assert activation_range_quantized(RELU_N1_TO_1, tensor(scale=0.4, zero_point=-127)) == (-128, -124)  # 2.5 steps


def test_a_scale_too_small_for_6() -> None:
    with pytest.raises(PrepareError, match="2\\*\\*31 steps"):
        activation_range_quantized(RELU6, tensor(scale=1e-9))
    assert activation_range_quantized(RELU6, tensor(scale=3e-9)) == (0, 127)


def test_scale_and_zero_point() -> None:
    assert (scale_of(tensor(scale=0.1)), zero_point_of(tensor(zero_point=-3))) == (np.float32(0.1), -3)
    assert (scale_of(tensor(scale=None)), zero_point_of(tensor(scale=None))) == (0, 0)


def test_messages_name_the_tensor() -> None:
    assert describe(tensor()) == 'tensor 0 "x" (INT8 2x3)'
    assert describe(tensor(shape=())) == 'tensor 0 "x" (INT8 scalar)'


def test_same_size() -> None:
    require_same_size(tensor(), tensor(shape=(6,)))
    with pytest.raises(PrepareError, match="as many elements"):
        require_same_size(tensor(), tensor(shape=(2,)))


@pytest.mark.parametrize(
    ("first", "second", "output"),
    [((2, 3), (3,), (2, 3)), ((), (2, 3), (2, 3)), ((2, 1), (1, 3), (6,)), ((1,) * 5 + (4,), (4,), (1,) * 5 + (4,))],
)
def test_what_broadcasts(first: tuple[int, ...], second: tuple[int, ...], output: tuple[int, ...]) -> None:
    require_broadcast(tensor(shape=first), tensor(shape=second), tensor(shape=output))


@pytest.mark.parametrize(
    ("first", "second", "output"),
    [((2, 3), (2,), (2, 3)), ((2, 3), (3,), (3,)), ((1,) * 7, (1,), (1,) * 7)],
)
def test_what_does_not(first: tuple[int, ...], second: tuple[int, ...], output: tuple[int, ...]) -> None:
    with pytest.raises(PrepareError, match="needed"):
        require_broadcast(tensor(shape=first), tensor(shape=second), tensor(shape=output))


def test_types_must_agree_to_broadcast() -> None:
    for tensors in ((tensor("INT16"), tensor(), tensor()), (tensor(), tensor("INT16"), tensor())):
        with pytest.raises(PrepareError, match="one type"):
            require_broadcast(*tensors)


def test_the_samples_axis_stays_first() -> None:
    """[samples, 3] and [samples, 2, 3]: the new axis comes after the samples."""
    first, second = broadcast_pair(np.zeros((5, 3)), np.zeros((5, 2, 3)))
    assert (first.shape, second.shape) == ((5, 1, 3), (5, 2, 3))
    second, first = broadcast_pair(np.zeros((5, 2, 3)), np.zeros((1,)))
    assert (first.shape, second.shape) == ((1, 1, 1), (5, 2, 3))
