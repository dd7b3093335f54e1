"""The networks: their shapes, and after conversion the operators and arena heads of the models they retell."""

from __future__ import annotations

import numpy as np
import pytest

import tinylab as tl
from tests.shared import model_bytes, needs_shared
from tinylab.training import convert
from tinylab.vision.models import mobilenet_v1, tiny_vision

pytestmark = pytest.mark.usefixtures("_tensorflow")


@pytest.fixture(scope="module", autouse=True)
def _tensorflow() -> None:
    pytest.importorskip("tensorflow", reason="the extra `train` is not installed")


def head_bytes(model: tl.Model) -> int:
    return tl.arena_needs(model).head_bytes


def small_convert(channels: int) -> tl.Model:
    x = np.random.default_rng(0).random((4, 96, 96, channels), np.float32)
    return tl.load_model(convert(mobilenet_v1(channels=channels), x))


@needs_shared
@pytest.mark.parametrize(
    ("channels", "file", "expected"),
    [(1, "tflm/person_detect.tflite", 55_296), (3, "mlperf_tiny/vww_96_int8.tflite", 73_728)],
)
def test_mobilenet_has_the_head_of_the_real_ones(channels: int, file: str, expected: int) -> None:
    assert head_bytes(small_convert(channels)) == head_bytes(tl.load_model(model_bytes(file))) == expected


def test_mobilenet_is_the_operators_of_the_reference() -> None:
    model = small_convert(3)
    names = [operator.name for operator in model.subgraphs[0].operators]
    assert names.count("DEPTHWISE_CONV_2D") == 13
    assert names.count("CONV_2D") == 14
    assert names[-3:] == ["AVERAGE_POOL_2D", "FULLY_CONNECTED", "SOFTMAX"]
    assert len(bytes(model.data)) < 330_000


def test_the_small_net_is_smaller() -> None:
    assert tiny_vision().count_params() < mobilenet_v1().count_params() / 4
    assert tiny_vision(3).input_shape == (None, 96, 96, 3)
    assert tiny_vision(size=48, classes=3).output_shape == (None, 3)


def test_a_seed_gives_the_same_first_weights() -> None:
    first, again, other = (tiny_vision(seed=seed).get_weights() for seed in (1, 1, 2))
    assert all(np.array_equal(a, b) for a, b in zip(first, again, strict=True))
    assert not all(np.array_equal(a, b) for a, b in zip(first, other, strict=True))
