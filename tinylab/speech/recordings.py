"""Recorded words -> the same kind of data set that `synthesize` makes: keywords to be told from silence and others."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from tinylab import datasets
from tinylab.datasets import FileDataset
from tinylab.errors import DataError
from tinylab.progress import Progress, silent
from tinylab.speech import augmentation as augment
from tinylab.speech.augmentation import Augmentation
from tinylab.speech.dataset import SAMPLE_RATE_HZ, SILENCE, SPLITS, UNKNOWN, SpeechDataset, Split
from tinylab.speech.noise import backgrounds

_KEYS = ("word", "speaker", "accent", "variant")


def from_recordings(
    what: str | Path,
    words: Sequence[str] | None = None,
    *,
    unknown_factor: float = 3.0,
    seed: int = 0,
    progress: Progress = silent,
) -> SpeechDataset:
    """Clips of one second from a data set with a name ("speech_commands") or from a folder with a folder a word.

    words: the keywords; None is all there are. class_names: ("silence", "unknown", *words); "unknown" is left out where
    there are no other words. All clips of the keywords; of the other words so many as a keyword has on average, in the
    train split unknown_factor times as many; silence, as many as a keyword has, is cut from `_background_noise_` or,
    where there is none, made. Folders called silence and unknown go where their names say. The splits are the data
    set's own (see tl.datasets.load). DataError where a word is missing, or has no clip in a split.
    """
    data = datasets.load(what, sample_rate_hz=SAMPLE_RATE_HZ, seconds=1.0)
    if data.sample_rate_hz is None:
        raise DataError(f"{what} holds pictures, not recordings")
    if words is None:
        words = [word for word in data.class_names if word not in (SILENCE, UNKNOWN)]
    if absent := [word for word in words if word not in data.class_names]:
        raise DataError(f"{what} has no word {', '.join(absent)}: it has {', '.join(data.class_names)}")
    if not words or len({*words}) < len(words):
        raise DataError(f"words must be one or more, each once, not {list(words)}")
    data.require_every_class(words)
    noises = list(datasets.background_noise(what, SAMPLE_RATE_HZ).values())
    others = [word for word in data.class_names if word not in (*words, SILENCE)]
    class_names = (SILENCE, *([UNKNOWN] if others else []), *words)
    splits = []
    for number, name in enumerate(SPLITS):
        rng = np.random.default_rng([seed, number])
        factor = unknown_factor if name == "train" else 1.0
        splits.append(_split(data, name, class_names, factor, noises, rng))
        progress("reading recordings", number + 1, len(SPLITS))
    return SpeechDataset(class_names, train=splits[0], validation=splits[1], test=splits[2])


def _split(
    data: FileDataset,
    name: str,
    class_names: tuple[str, ...],
    unknown_factor: float,
    noises: Sequence[np.ndarray],
    rng: np.random.Generator,
) -> Split:
    x, y, metadata = data.split(name)
    words = np.array(data.class_names)[y]  # str [clip]
    of_keyword = np.isin(words, class_names)
    average = max(1, round(of_keyword.sum() / sum(word in data.class_names for word in class_names)))
    other = rng.permutation(np.flatnonzero(~of_keyword))[: round(average * unknown_factor)]
    chosen = rng.permutation(np.concatenate([np.flatnonzero(of_keyword), other]))
    labels = [class_names.index(word) if word in class_names else 1 for word in words[chosen]]
    said: Mapping[str, np.ndarray] = {"word": words, "speaker": metadata["speaker"]}
    nothing = np.full(average, "")
    return Split(
        np.concatenate([_silence(average, noises, rng), x[chosen]]),
        np.array([0] * average + labels, np.int64),
        {key: np.concatenate([nothing, said.get(key, np.full(len(words), ""))[chosen]]) for key in _KEYS},
    )


def _silence(count: int, noises: Sequence[np.ndarray], rng: np.random.Generator) -> np.ndarray:
    """int16 [count, 16000]: pieces of the recordings at random volume, or noise that is made."""
    long_enough = [noise for noise in noises if len(noise) >= SAMPLE_RATE_HZ]
    if not long_enough:
        return augment.to_int16(augment.set_level(backgrounds(count, SAMPLE_RATE_HZ, rng), rng, Augmentation()))
    clips = np.empty((count, SAMPLE_RATE_HZ), np.int16)
    for clip in clips:
        noise = long_enough[rng.integers(len(long_enough))]
        start = rng.integers(len(noise) - SAMPLE_RATE_HZ, endpoint=True)
        clip[:] = np.rint(noise[start : start + SAMPLE_RATE_HZ] * rng.uniform())
    return clips
