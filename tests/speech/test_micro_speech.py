"""TFLM's micro_speech over its own recordings: what its own test expects, and every frame as the real TFLM has it."""

from __future__ import annotations

import functools

import numpy as np
import pytest

from tests.builder import TensorSpec, single_operator
from tests.kernels.running import Array, interpreter_of
from tests.shared import SHARED, model_bytes, needs_shared
from tinylab.datasets.files import read_wav
from tinylab.errors import DataError
from tinylab.peers.tflm import TflmSession
from tinylab.runtime import MicroInterpreter
from tinylab.speech import Smoothing, detect, preprocess, score_frames

PREPROCESSOR, RECOGNIZER = "tflm/audio_preprocessor_int8.tflite", "tflm/micro_speech_quantized.tflite"
CLASSES = ("silence", "unknown", "yes", "no")  # kCategoryLabels
EXPECTED = {"no": "no", "yes": "yes", "silence": "silence", "noise": "silence"}  # micro_speech_test.cc
FIRST_FEATURES = {  # of NoFeatureTest and YesFeatureTest there: the ends of each
    "no_30ms": ([126, 103, 124, 102], [114, 95, 101, 81]),
    "yes_30ms": ([124, 105, 126, 103], [83, 76, 82, 71]),
}


@functools.cache
def recording(name: str) -> Array:
    return read_wav(SHARED / "data" / "tflm_examples" / "micro_speech" / f"{name}.wav", 16_000)


@functools.cache
def real(file: str) -> MicroInterpreter:
    return interpreter_of(model_bytes(file))


def tflm_scores(tflm: TflmSession, samples: Array) -> tuple[Array, Array]:
    """The real TFLM: features int8 [frame, 40], and the outputs int8 [window, 4] of every 49 of them."""
    frames = np.stack([samples[start : start + 480] for start in range(0, len(samples) - 479, 320)])
    features = tflm.run(model_bytes(PREPROCESSOR), frames).require().outputs[0].reshape(-1, 40)
    windows = np.stack([features[end - 49 : end].reshape(1, -1) for end in range(49, len(features) + 1)])
    return features, tflm.run(model_bytes(RECOGNIZER), windows).require().outputs[0].reshape(-1, 4)


@needs_shared
@pytest.mark.parametrize("name", FIRST_FEATURES)
def test_the_first_features_are_those_of_tflms_test(name: str) -> None:
    features = preprocess(recording(name), real(PREPROCESSOR))
    assert features.shape == (1, 40)
    assert (features[0, :4].tolist(), features[0, -4:].tolist()) == FIRST_FEATURES[name]


@needs_shared
@pytest.mark.parametrize("name", EXPECTED)
def test_a_second_is_the_class_that_tflms_test_expects(name: str) -> None:
    """`pytest -s` prints the table."""
    scores, times_s = score_frames(recording(f"{name}_1000ms"), real(PREPROCESSOR), real(RECOGNIZER))
    assert times_s.tolist() == [0.99]
    print(f"\n{name:8s}", *(f"{which} {score:.4f} " for which, score in zip(CLASSES, scores[0], strict=True)))
    assert CLASSES[scores[0].argmax()] == EXPECTED[name]


@needs_shared
@pytest.mark.parametrize("names", [*([f"{name}_1000ms"] for name in EXPECTED), [f"{n}_1000ms" for n in EXPECTED]])
def test_every_frame_and_score_is_the_real_tflms(tflm: TflmSession, names: list[str]) -> None:
    """Each second by itself, and all four as one recording."""
    samples = np.concatenate([recording(name) for name in names])
    features, outputs = tflm_scores(tflm, samples)
    np.testing.assert_array_equal(preprocess(samples, real(PREPROCESSOR)), features)
    scores, _ = score_frames(samples, real(PREPROCESSOR), real(RECOGNIZER))
    np.testing.assert_array_equal(scores, (outputs.astype(np.float32) + 128) / 256)


@needs_shared
def test_four_seconds_are_heard_as_no_and_yes() -> None:
    samples = np.concatenate([recording(f"{name}_1000ms") for name in ("silence", "no", "silence", "yes")])
    scores, times_s = score_frames(samples, real(PREPROCESSOR), real(RECOGNIZER))
    heard = detect(scores, times_s, CLASSES, Smoothing(average_ms=200, threshold=0.75))
    assert [one.word for one in heard] == ["no", "yes"]


def passing(shape: int, input: str, output: str) -> MicroInterpreter:
    """A model that gives what it takes."""
    specs = [TensorSpec((1, shape), type, scale=1.0, zero_point=0) for type in (input, output)]
    return interpreter_of(single_operator("CAST" if input != output else "RESHAPE", [specs[0]], [specs[1]]))


def test_windows_are_the_last_frames_oldest_first() -> None:
    samples = np.arange(10, dtype=np.int16)
    scores, times_s = score_frames(samples, passing(4, "INT16", "INT8"), passing(8, "INT8", "INT8"), stride_samples=2)
    assert scores.tolist() == [[0, 1, 2, 3, 2, 3, 4, 5], [2, 3, 4, 5, 4, 5, 6, 7], [4, 5, 6, 7, 6, 7, 8, 9]]
    assert (times_s * 16_000).tolist() == [6, 8, 10]


def test_what_does_not_fit_together_is_refused() -> None:
    frame, samples = passing(4, "INT16", "INT8"), np.zeros(10, np.int16)
    for given, preprocessor, recognizer, words in (
        (samples.astype(np.float32), frame, frame, r"int16 \[sample\], not float32 \[10\]"),
        (samples[:3], frame, frame, "3 samples has no frame: one is 4"),
        (samples, passing(4, "INT8", "INT8"), frame, "input 0 of this one is INT8"),
        (samples, frame, passing(8, "INT16", "INT16"), "takes INT16 .* gives 4 int8"),
        (samples, frame, passing(6, "INT8", "INT8"), "a whole number of frames"),
        (samples, frame, passing(20, "INT8", "INT8"), "5 frames: 1284 samples, and there are 10"),
    ):
        with pytest.raises(DataError, match=words):
            score_frames(given, preprocessor, recognizer)
