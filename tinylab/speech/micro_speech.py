"""Features by a model, frame by frame: TFLM's micro_speech, where an audio preprocessor feeds a keyword model.

    frames   x[t] = samples[t · stride : t · stride + window]       int16, window: the preprocessor's input
    features f[t] = preprocessor(x[t])                              with state: its noise estimate follows the sound
    scores   p[t] = recognizer(f[t - n + 1] … f[t])                 n frames fill the recognizer's input

Retells examples/micro_speech/micro_speech_test.cc (one second, one answer) for recordings of any length: the last n
frames slide on by one. What comes out goes into `detect`, as the scores of `score_stream` do.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from tinylab.errors import DataError
from tinylab.runtime import MicroInterpreter
from tinylab.speech.dataset import SAMPLE_RATE_HZ

STRIDE_SAMPLES = 320  # 20 ms: kFeatureStrideMs of TFLM's micro_model_settings.h


def preprocess(
    samples: NDArray[np.int16], preprocessor: MicroInterpreter, *, stride_samples: int = STRIDE_SAMPLES
) -> NDArray[Any]:
    """What a preprocessor makes of every whole frame of a recording: [frame, feature], in its output's dtype.

    samples: int16 [sample]. preprocessor: an interpreter of a model with one int16 input, a frame, such as TFLM's
    audio_preprocessor_int8.tflite. It is reset first, so a recording gives the same features every time. DataError
    where the samples have another type or shape, or are fewer than a frame.
    """
    preprocessor.allocate_tensors()
    frame = preprocessor.input(0)
    if frame.data.dtype != np.int16:
        raise DataError(f"a preprocessor takes int16 samples, and input 0 of this one is {frame.type.name}")
    window = frame.data.size
    if samples.dtype != np.int16 or samples.ndim != 1:
        raise DataError(f"samples must be int16 [sample], not {samples.dtype} {list(samples.shape)}")
    if len(samples) < window:
        raise DataError(f"a recording of {len(samples)} samples has no frame: one is {window} samples")
    frames = np.lib.stride_tricks.sliding_window_view(samples, window)[::stride_samples]
    preprocessor.reset()
    return np.asarray(preprocessor.predict(frames.reshape(len(frames), *frame.shape))).reshape(len(frames), -1)


def score_frames(
    samples: NDArray[np.int16],
    preprocessor: MicroInterpreter,
    recognizer: MicroInterpreter,
    *,
    stride_samples: int = STRIDE_SAMPLES,
) -> tuple[NDArray[np.float32], NDArray[np.float64]]:
    """A recording through both models: scores float32 [window, class], and the end of each window in seconds [window].

    recognizer: an interpreter whose one input holds the features of the last n frames, oldest first, as they come from
    the preprocessor; its output, in real numbers, is the scores. 16 kHz. DataError where the models do not fit
    together, or the recording is shorter than n frames.
    """
    features = preprocess(samples, preprocessor, stride_samples=stride_samples)
    recognizer.allocate_tensors()
    taken = recognizer.input(0)
    made = features.shape[1]
    if taken.data.dtype != features.dtype or taken.data.size % made:
        raise DataError(
            f"the recognizer takes {taken.type.name} {list(taken.shape)}, and the preprocessor gives {made} "
            f"{features.dtype} values a frame: it needs the same type, and a whole number of frames"
        )
    window = preprocessor.input(0).data.size
    count = taken.data.size // made  # frames that the recognizer looks at
    if len(features) < count:
        needed = window + (count - 1) * stride_samples
        raise DataError(f"the recognizer looks at {count} frames: {needed} samples, and there are {len(samples)}")
    last = np.lib.stride_tricks.sliding_window_view(features, count, axis=0).swapaxes(1, 2)  # [window, frame, feature]
    scores = recognizer.output(0).dequantize(np.asarray(recognizer.predict(last.reshape(len(last), *taken.shape))))
    ends = window + stride_samples * np.arange(count - 1, len(features))
    return scores.reshape(len(last), -1), ends / SAMPLE_RATE_HZ
