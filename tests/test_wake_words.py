"""Streaming wake-word models over real recordings: TFLM's audio preprocessor feeds them frame by frame.

Their state lies in resource variables. Every output of every invoke is the real TFLM's, after a reset too.
"""

from __future__ import annotations

import functools
import wave

import numpy as np
import pytest

from tests.kernels.running import Array, interpreter_of
from tests.shared import SHARED, model_bytes, model_index, needs_shared
from tinylab.peers.tflm import TflmSession
from tinylab.speech import preprocess

pytestmark = needs_shared
MODELS = [entry["file"] for entry in model_index() if entry["file"].startswith("esphome/")]
STEP = 160  # samples at 16 kHz: 10 ms


@functools.cache
def features(file: str) -> Array:
    """int8 [frames, 40] of a recording, by TFLM's audio preprocessor on tinylab."""
    with wave.open(str(SHARED / "data" / "mlperf_sww" / file)) as recording:
        assert (recording.getframerate(), recording.getsampwidth()) == (16_000, 2)
        data, channels = recording.readframes(recording.getnframes()), recording.getnchannels()
    samples = np.frombuffer(data, "<i2").reshape(-1, channels)[:, 0]  # the left one of two
    return preprocess(samples, interpreter_of(model_bytes("tflm/audio_preprocessor_int8.tflite")), stride_samples=STEP)


def assert_stream_as_tflm(tflm: TflmSession, file: str, recording: str) -> Array:
    """The outputs [invokes] of one stream: the same twice, with a reset between them."""
    data = model_bytes(file)
    interpreter = interpreter_of(data)
    shape = interpreter.input(0).shape
    frames = features(recording)
    fed = frames[: len(frames) // shape[1] * shape[1]].reshape(-1, *shape)
    first = np.array(interpreter.predict(fed))
    interpreter.reset()
    ours = np.concatenate([first, np.asarray(interpreter.predict(fed))])
    theirs = tflm.run(data, np.concatenate([fed, fed]), reset_every=len(fed)).require().outputs[0]
    np.testing.assert_array_equal(ours, theirs.reshape(ours.shape))
    return first.reshape(-1)


@pytest.mark.parametrize("file", MODELS)
def test_a_word(tflm: TflmSession, file: str) -> None:
    """One second, of a word that none of them waits for."""
    probabilities = assert_stream_as_tflm(tflm, file, "marvin_617de221_0.wav")
    assert len(probabilities) in (98, 32)


@pytest.mark.parametrize("file", [file for file in MODELS if file.endswith(("v2_vad.tflite", "v2_okay_nabu.tflite"))])
def test_ten_seconds(tflm: TflmSession, file: str) -> None:
    """Three words over music: the one that waits for voices hears them, the other hears no "okay nabu"."""
    probabilities = assert_stream_as_tflm(tflm, file, "short_wav_easy10s.wav")
    assert len(probabilities) == 332
    assert (probabilities.max() > 200) == file.endswith("v2_vad.tflite")


def test_as_many_models_as_there_are() -> None:
    assert len(MODELS) == 12
