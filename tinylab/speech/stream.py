"""A product's main loop: ten seconds of words in noise, a window that slides over them, smoothed scores, and words
heard.

The smoothing retells TFLM's micro_speech RecognizeCommands (examples/micro_speech/recognize_commands.cc): scores are
averaged over the last second; the best class counts when its average is above a threshold, and when it is another one
than before or a while has passed. Times are compared in whole milliseconds, as in TFLM."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from tinylab.errors import DataError
from tinylab.speech import augmentation as augment
from tinylab.speech.augmentation import Augmentation
from tinylab.speech.dataset import SAMPLE_RATE_HZ, SILENCE, UNKNOWN
from tinylab.speech.espeak import SAMPLE_RATE_HZ as ESPEAK_SAMPLE_RATE_HZ
from tinylab.speech.features import FeatureSpec, compute_features
from tinylab.speech.noise import backgrounds
from tinylab.speech.synthesis import VARIANTS, Utterance, make_voices, speak


@dataclass(frozen=True)
class SpokenWord:
    """A word that was really said in a stream. Times in seconds from its start."""

    word: str
    speaker: str
    start_s: float
    end_s: float


@dataclass(frozen=True, eq=False)
class Stream:
    """samples: int16 [sample] at 16 kHz; words: what was said, in order."""

    samples: np.ndarray
    words: tuple[SpokenWord, ...]

    @property
    def duration_s(self) -> float:
        """Seconds of sound."""
        return len(self.samples) / SAMPLE_RATE_HZ


@dataclass(frozen=True)
class Smoothing:
    """How scores become detections.

    average_ms: scores are averaged over so long; threshold: of the average, 0 to 1; minimum_count: fewer scores in the
    average (or a quarter of the time) decide nothing; suppression_ms: the same word is not reported again for so long.
    TFLM's are 1000, 200/255, 3 and 1500. Ours average less and ask for less, because a network that was trained with
    smoothed labels is never quite certain and a short word is whole in few windows.
    """

    average_ms: int = 500
    threshold: float = 0.65
    minimum_count: int = 3
    suppression_ms: int = 1500


@dataclass(frozen=True)
class Detection:
    """A word that was heard. time_s: the end of the window that decided; score: the average then, 0 to 1."""

    word: str
    time_s: float
    score: float


def make_stream(
    words: Sequence[str],
    *,
    others: Sequence[str] = ("hello", "seven", "water"),
    seconds: float = 10.0,
    signal_to_noise_db: float = 15.0,
    seed: int = 0,
) -> Stream:
    """Words in noise: each of `words` and `others` once, in random order, as many as fit, by different speakers.

    signal_to_noise_db: the loudest 0.3 s of speech against the background. The same arguments give the same samples.
    """
    rng = np.random.default_rng([seed, 11])
    sample_count = round(seconds * SAMPLE_RATE_HZ)
    said = [str(w) for w in rng.permutation([*words, *others])][: max(1, int(seconds / 1.5))]
    slot = sample_count // len(said)
    if slot < SAMPLE_RATE_HZ:
        raise DataError(f"a stream of {seconds} s has no room for a word: it needs at least 1 s")
    voices = make_voices(len(said), rng, [str(v) for v in rng.permutation(VARIANTS)])
    utterances = [Utterance(w, v, seed=seed) for w, v in zip(said, voices, strict=True)]
    speech = np.zeros((1, sample_count), np.float32)
    spoken = []
    for number, (utterance, wave) in enumerate(zip(utterances, speak(utterances), strict=True)):
        wave = augment.resample(wave, SAMPLE_RATE_HZ / ESPEAK_SAMPLE_RATE_HZ)[:slot]
        start = number * slot + int(rng.integers(0, slot - len(wave) + 1))
        speech[0, start : start + len(wave)] = wave
        end_s = (start + len(wave)) / SAMPLE_RATE_HZ
        spoken.append(SpokenWord(utterance.text, utterance.voice.id, start / SAMPLE_RATE_HZ, end_s))
    fixed = Augmentation(signal_to_noise_db=(signal_to_noise_db,) * 2, level_db=(-6.0, -6.0), overdrive_probability=0)
    noisy = augment.add_noise(speech, backgrounds(1, sample_count, rng), rng, fixed)
    return Stream(augment.to_int16(augment.set_level(noisy, rng, fixed))[0], tuple(spoken))


def windows(samples: np.ndarray, spec: FeatureSpec, step_ms: int = 100) -> tuple[np.ndarray, np.ndarray]:
    """All windows of a stream (int16 [sample]): clips [window, sample], views of it, and the end of each in seconds."""
    step = spec.sample_rate_hz * step_ms // 1000
    clips = np.lib.stride_tricks.sliding_window_view(samples, spec.sample_count)[::step]
    return clips, (np.arange(len(clips)) * step + spec.sample_count) / spec.sample_rate_hz


def score_stream(
    samples: np.ndarray, spec: FeatureSpec, predict: Callable[[np.ndarray], np.ndarray], step_ms: int = 100
) -> tuple[np.ndarray, np.ndarray]:
    """Scores of every window [window, class] and their times in seconds [window].

    predict: float32 features [window, frame, channel, 1] -> probabilities [window, class], 0 to 1.
    """
    clips, times_s = windows(samples, spec, step_ms)
    return np.asarray(predict(compute_features(clips, spec))), times_s


def smooth(scores: np.ndarray, times_s: np.ndarray, average_ms: int) -> np.ndarray:
    """Averages [window, class] of the scores of the last average_ms, at each window."""
    return np.array([scores[rows].mean(axis=0) for rows in _recent(_whole_milliseconds(times_s), average_ms)])


def _whole_milliseconds(times_s: np.ndarray) -> np.ndarray:
    """int64: so that a word exactly suppression_ms after another is not a matter of float64's last bit."""
    return np.round(times_s * 1000).astype(np.int64)


def _recent(times_ms: np.ndarray, average_ms: int) -> list[slice]:
    """Of each window, the windows that are at most average_ms older."""
    first = np.searchsorted(times_ms, times_ms - average_ms, side="left")
    return [slice(int(start), end + 1) for end, start in enumerate(first)]


def detect(
    scores: np.ndarray, times_s: np.ndarray, class_names: Sequence[str], smoothing: Smoothing | None = None
) -> tuple[Detection, ...]:
    """The words heard in a stream, from the scores of its windows; silence and unknown words are never reported."""
    return tuple(_detections(scores, times_s, class_names, smoothing or Smoothing()))


def _detections(
    scores: np.ndarray, times_s: np.ndarray, class_names: Sequence[str], smoothing: Smoothing
) -> Iterator[Detection]:
    times_ms = _whole_milliseconds(times_s)
    previous, previous_ms = SILENCE, 0
    for rows, time_s, time_ms in zip(_recent(times_ms, smoothing.average_ms), times_s, times_ms, strict=True):
        average = scores[rows].mean(axis=0)
        word, score = class_names[int(average.argmax())], float(average.max())
        span_ms = time_ms - times_ms[rows.start]
        if rows.stop - rows.start < smoothing.minimum_count or span_ms < smoothing.average_ms // 4:
            continue
        again = previous == SILENCE or time_ms - previous_ms > smoothing.suppression_ms
        if score > smoothing.threshold and (word != previous or again):
            previous, previous_ms = word, time_ms
            if word not in (SILENCE, UNKNOWN):
                yield Detection(word, float(time_s), score)
