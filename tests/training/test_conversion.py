"""Conversion: the operators that the course names, int8 in and out, the same bytes each time, answers like Keras's."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import tinylab as tl
from tinylab.speech import FeatureSpec, convert, ds_cnn, tiny_conv

SHAPE = FeatureSpec().shape


@pytest.fixture(scope="module")
def clips() -> np.ndarray:
    return np.random.default_rng(0).normal(0, 10, (32, *SHAPE)).astype(np.float32)


@pytest.fixture(scope="module")
def model() -> Any:
    pytest.importorskip("tensorflow", reason="the extra `train` is not installed")
    return tiny_conv(SHAPE, 4, seed=3)


@pytest.fixture(scope="module")
def converted(model: Any, clips: np.ndarray) -> bytes:
    return convert(model, clips)


def operators(tflite: bytes) -> list[str]:
    return [operator.name for operator in tl.load_model(tflite).subgraphs[0].operators]


def test_tiny_conv_is_exactly_the_four_operators(converted: bytes) -> None:
    assert sorted(operators(converted)) == ["DEPTHWISE_CONV_2D", "FULLY_CONNECTED", "RESHAPE", "SOFTMAX"]


def test_a_free_batch_is_reshaped_while_it_runs(model: Any, clips: np.ndarray) -> None:
    assert {"SHAPE", "STRIDED_SLICE", "PACK"} <= set(operators(convert(model, clips, batch=None)))


def test_everything_is_int8(converted: bytes) -> None:
    graph = tl.load_model(converted).subgraphs[0]
    for index in (*graph.inputs, *graph.outputs):
        assert graph.tensors[index].type.name == "INT8"
    assert {tensor.type.name for tensor in graph.tensors} <= {"INT8", "INT32"}


def test_the_same_model_gives_the_same_bytes(model: Any, clips: np.ndarray, converted: bytes) -> None:
    assert convert(model, clips) == converted


def test_a_batch_of_several_is_kept(model: Any, clips: np.ndarray) -> None:
    graph = tl.load_model(convert(model, clips, batch=4)).subgraphs[0]
    assert graph.tensors[graph.inputs[0]].shape == (4, *SHAPE)


def test_int8_answers_like_keras(model: Any, clips: np.ndarray, converted: bytes) -> None:
    loaded = tl.load_model(converted)
    interpreter = tl.MicroInterpreter(loaded, tl.resolver_for(loaded), 60_000)
    interpreter.allocate_tensors()
    scores = interpreter.predict(interpreter.input(0).quantize(clips))
    expected = model.predict(clips, verbose=0)
    np.testing.assert_allclose((scores.reshape(-1, 4).astype(np.float32) + 128) / 256, expected, atol=0.06)


def test_conversion_is_silent(model: Any, clips: np.ndarray, capfd: pytest.CaptureFixture[str]) -> None:
    convert(model, clips)
    assert capfd.readouterr() == ("", "")


def test_a_narrow_ds_cnn_converts(clips: np.ndarray) -> None:
    small = ds_cnn((49, 10, 1), 4, filters=8, blocks=1)
    tflite = convert(small, clips[:, :, :10])
    assert set(operators(tflite)) == {"CONV_2D", "DEPTHWISE_CONV_2D", "AVERAGE_POOL_2D", "FULLY_CONNECTED", "SOFTMAX"}
