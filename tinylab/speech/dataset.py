"""Any words -> a data set: synthesised, augmented, split by speaker, with classes for silence and for unknown words;
kept in a cache."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path

import numpy as np

from tinylab import cache
from tinylab.errors import DataError
from tinylab.progress import Progress, silent
from tinylab.speech import augmentation as augment
from tinylab.speech.augmentation import Augmentation
from tinylab.speech.espeak import SAMPLE_RATE_HZ as ESPEAK_SAMPLE_RATE_HZ
from tinylab.speech.noise import backgrounds
from tinylab.speech.synthesis import VARIANTS, Utterance, Voice, make_voices, phonemes, speak
from tinylab.speech.words import COMMON_WORDS, near_misses, nonsense

SAMPLE_RATE_HZ = 16_000
SILENCE, UNKNOWN = "silence", "unknown"
SPLITS = ("train", "validation", "test")
_CHUNK = 256  # clips augmented at a time
_MODULES = ("augmentation.py", "dataset.py", "espeak.py", "noise.py", "synthesis.py", "words.py")
MAKER = cache.Maker(
    "speech", tuple(Path(__file__).with_name(name) for name in _MODULES), packages=("numpy", "espeakng-loader")
)


@dataclass(frozen=True)
class Recipe:
    """How a data set is made, all of it: the same recipe gives the same samples.

    clips_per_class: of the train split; evaluation_clips_per_class: of validation and of test. unknown_factor: so many
    times more clips of unknown words in the train split. voices: speakers of train, validation, test. speed: words a
    minute. pitch, pitch_range: espeak-ng's, 0 to 99. near_miss, nonsense: shares (see words.py) of the unknown clips;
    the rest are common words."""

    clips_per_class: int = 1_500
    evaluation_clips_per_class: int = 150
    unknown_factor: float = 3.0
    voices: tuple[int, int, int] = (400, 80, 80)
    speed: tuple[int, int] = (110, 220)
    pitch: tuple[int, int] = (20, 80)
    pitch_range: tuple[int, int] = (10, 90)
    near_miss: float = 0.1
    nonsense: float = 0.2
    sample_count: int = SAMPLE_RATE_HZ
    augmentation: Augmentation = field(default_factory=Augmentation)


@dataclass(frozen=True, eq=False)
class Split:
    """samples: int16 [clip, sample] at 16 kHz; labels: int64 [clip], indices of class_names; metadata: arrays of one
    entry a clip ("word": what was really said, "speaker", "accent", "variant"; all "" for silence)."""

    samples: np.ndarray
    labels: np.ndarray
    metadata: Mapping[str, np.ndarray]

    def __len__(self) -> int:
        return len(self.labels)


@dataclass(frozen=True, eq=False)
class SpeechDataset:
    """Clips of one second in three splits, whose speakers are different people. class_names: ("silence", "unknown",
    *words)."""

    class_names: tuple[str, ...]
    train: Split
    validation: Split
    test: Split
    sample_rate_hz: int = SAMPLE_RATE_HZ

    def split(self, name: str) -> Split:
        """ "train", "validation" or "test"."""
        if name not in SPLITS:
            raise DataError(f'no split is called "{name}": there are {", ".join(SPLITS)}')
        split: Split = getattr(self, name)
        return split


def synthesize(
    words: Sequence[str],
    *,
    clips_per_class: int | None = None,
    seed: int = 0,
    recipe: Recipe | None = None,
    use_cache: bool = True,
    progress: Progress = silent,
) -> SpeechDataset:
    """A data set in which the given words are to be told from silence, from other words and from one another.

    words: what a person typed, one or more, each one spoken word or short phrase. recipe: everything else about it;
    clips_per_class replaces the recipe's. The first call synthesises; later calls with the same arguments read the
    cache (see cache.folder()). DataError for words that are empty, double or not speakable; ExtraMissingError without
    the extra `speech`."""
    names = _checked(words)
    recipe = recipe or Recipe()
    if clips_per_class is not None:
        recipe = replace(recipe, clips_per_class=clips_per_class)
    parameters = {"words": names, "seed": seed, "recipe": asdict(recipe)}
    arrays = cache.load(MAKER, parameters) if use_cache else None
    if arrays is None:
        arrays = _synthesize(names, seed, recipe, progress)
        if use_cache:
            cache.save(MAKER, parameters, arrays)
    splits = []
    for name in SPLITS:
        own = {key.split("/")[1]: value for key, value in arrays.items() if key.startswith(name + "/")}
        splits.append(Split(own.pop("samples"), own.pop("labels"), own))
    return SpeechDataset((SILENCE, UNKNOWN, *names), train=splits[0], validation=splits[1], test=splits[2])


def _checked(words: Sequence[str]) -> tuple[str, ...]:
    if isinstance(words, str):
        raise DataError(f'words must be a list of words, as ["{words}"], not one string')
    names = tuple(" ".join(word.split()) for word in words)
    if not names or not all(any(c.isalnum() for c in name) for name in names):
        raise DataError(f"words must be one or more spoken words, not {list(words)}")
    if len({n.lower() for n in names}) < len(names) or {SILENCE, UNKNOWN} & {n.lower() for n in names}:
        raise DataError(f'words must differ from one another and from "{SILENCE}" and "{UNKNOWN}", not {list(words)}')
    if any("[[" in name for name in names):
        raise DataError("[[ and ]] mark phonemes for espeak-ng and can not be part of a word")
    return names


def _synthesize(names: tuple[str, ...], seed: int, recipe: Recipe, progress: Progress) -> dict[str, np.ndarray]:
    # A stream of random numbers for each purpose: more test clips do not change the training clips.
    order = list(np.random.default_rng([seed, 0]).permutation(VARIANTS))
    cuts = np.cumsum([round(len(order) * 0.7), round(len(order) * 0.15)])
    variants = np.split(np.array(order), cuts)
    arrays: dict[str, np.ndarray] = {}
    for number, split in enumerate(SPLITS):
        rng = np.random.default_rng([seed, 1 + number])
        voices = make_voices(recipe.voices[number], rng, [str(v) for v in variants[number]])
        jobs, labels = _plan(names, voices, rng, recipe, training=split == "train")
        shuffled = rng.permutation(len(labels))
        jobs = [jobs[i] for i in shuffled]
        arrays[f"{split}/samples"] = _clips(jobs, [seed, 4 + number], recipe, progress, split)
        arrays[f"{split}/labels"] = labels[shuffled]
        said = [(j.text, j.voice.id, j.voice.accent, j.voice.variant) if j else ("", "", "", "") for j in jobs]
        for key, values in zip(("word", "speaker", "accent", "variant"), zip(*said, strict=True), strict=True):
            arrays[f"{split}/{key}"] = np.array(values)
    return arrays


def _plan(
    names: tuple[str, ...], voices: Sequence[Voice], rng: np.random.Generator, recipe: Recipe, training: bool
) -> tuple[list[Utterance | None], np.ndarray]:
    """What is to be said (None: silence) and its labels int64 [clip]."""
    count = recipe.clips_per_class if training else recipe.evaluation_clips_per_class
    unknown_count = round(count * recipe.unknown_factor) if training else count
    texts = _unknown_words(names, unknown_count, voices[0], rng, recipe)
    labels = [1] * unknown_count
    for label, name in enumerate(names, 2):
        texts += [name] * count
        labels += [label] * count
    jobs: list[Utterance | None] = [None] * count
    ranges = (recipe.speed, recipe.pitch, recipe.pitch_range)
    for text in texts:
        voice = voices[int(rng.integers(len(voices)))]
        speed, pitch, pitch_range = (int(rng.integers(*r, endpoint=True)) for r in ranges)
        jobs.append(Utterance(text, voice, speed, pitch, pitch_range, int(rng.integers(1 << 30))))
    return jobs, np.array([0] * count + labels, np.int64)


def _unknown_words(
    names: tuple[str, ...], count: int, voice: Voice, rng: np.random.Generator, recipe: Recipe
) -> list[str]:
    near, odd = round(count * recipe.near_miss), round(count * recipe.nonsense)
    keywords = {word for name in names for word in name.lower().split()}
    common = [word for word in COMMON_WORDS if word not in keywords]
    texts = [str(word) for word in rng.choice(common, count - near - odd)]
    return texts + near_misses(phonemes(names, voice), rng, near) + nonsense(odd, rng)


def _clips(
    jobs: Sequence[Utterance | None], seed: Sequence[int], recipe: Recipe, progress: Progress, stage: str
) -> np.ndarray:
    """int16 [clip, sample] of everything to be said, augmented."""
    spoken = iter(
        speak([job for job in jobs if job], lambda _, done, total: progress(f"speaking {stage}", done, total))
    )
    waves = [next(spoken) if job else None for job in jobs]
    chunks = [slice(start, start + _CHUNK) for start in range(0, len(jobs), _CHUNK)]
    samples = np.empty((len(jobs), recipe.sample_count), np.int16)

    def work(number: int) -> None:
        # Random numbers of its own for each chunk: the samples do not depend on which thread is first.
        rng = np.random.default_rng([*seed, number])
        samples[chunks[number]] = _augmented(waves[chunks[number]], rng, recipe)

    # Threads pay: NumPy leaves Python's lock in its loops and its FFT.
    with ThreadPoolExecutor(min(4, os.cpu_count() or 1)) as pool:
        for done, _ in enumerate(pool.map(work, range(len(chunks)))):
            progress(f"augmenting {stage}", done * _CHUNK, len(jobs))
    progress(f"augmenting {stage}", len(jobs), len(jobs))
    return samples


def _augmented(waves: Sequence[np.ndarray | None], rng: np.random.Generator, recipe: Recipe) -> np.ndarray:
    """int16 [clip, sample] of waves at espeak-ng's sample rate (None: silence)."""
    how, sample_count = recipe.augmentation, recipe.sample_count
    ratio = SAMPLE_RATE_HZ / ESPEAK_SAMPLE_RATE_HZ
    words = [augment.resample(wave, ratio * rng.uniform(*how.resample)) for wave in waves if wave is not None]
    is_word = np.array([wave is not None for wave in waves])
    clips = np.empty((len(waves), sample_count), np.float32)
    clips[~is_word] = backgrounds(int(np.sum(~is_word)), sample_count, rng)
    if words:
        speech = augment.place(words, rng, sample_count, how.cut_probability)
        dry = augment.colour_and_room(speech, rng, how)
        clips[is_word] = augment.add_noise(dry, backgrounds(len(words), sample_count, rng, speech), rng, how)
    return augment.to_int16(augment.set_level(clips, rng, how))
