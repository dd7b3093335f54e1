"""Networks trained on synthesised speech alone, on held-out voices and on real recordings: accuracy, confusion.

Real clips (never trained on): two of the words bed, cat and happy are the keywords, the third is the unknown word, and
background noise is silence; three pairings. `python -m bench.real_speech --data FOLDER --model tiny_conv --pairing 0`.
FOLDER holds speech_commands_v0.01_subset/ and background_noise/ (default: data/ in TINYLAB_SHARED, else ../shared).
Recipes were chosen by looking at the speakers with even numbers; the odd ones were kept for the final figures.
"""

from __future__ import annotations

import argparse
import io
import os
import tarfile
import wave
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np

from bench.measure import AbsentError, Table
from tinylab import speech

PAIRINGS = (("bed", "cat", "happy"), ("bed", "happy", "cat"), ("cat", "happy", "bed"))
SHARED = Path(os.environ.get("TINYLAB_SHARED") or Path(__file__).resolve().parents[2] / "shared")
SAMPLE_COUNT = 16_000
EPOCHS = {"ds_cnn": 30, "tiny_conv": 60}  # tiny_conv is quick and learns slowly


def main(arguments: Sequence[str] = ()) -> Iterator[Table]:
    """Two tables a pairing: accuracies, and the confusion matrix on real clips."""
    options = _options(arguments)
    clips = real_clips(options.data)
    spec = speech.FeatureSpec()
    accuracies = []
    for number in [options.pairing] if options.pairing is not None else range(len(PAIRINGS)):
        *words, unknown = PAIRINGS[number]
        data = speech.synthesize(words, seed=options.seed)
        model = getattr(speech, options.model)(spec.shape, 4, seed=options.seed)
        train = speech.compute_features(data.train.samples, spec)
        recipe = speech.TrainingRecipe(epochs=EPOCHS[options.model])
        speech.train(model, train, data.train.labels, recipe=recipe, seed=options.seed)
        held_out = confusion(model, speech.compute_features(data.test.samples, spec), data.test.labels)
        groups = [clips["silence"], clips[unknown], *(clips[word] for word in words)]
        labels = np.repeat(np.arange(4), [len(group.samples) for group in groups])
        features = speech.compute_features(np.concatenate([group.samples for group in groups]), spec)
        odd = np.concatenate([group.odd for group in groups])
        real = confusion(model, features, labels)
        fresh = confusion(model, features[odd], labels[odd])
        name = f"{'/'.join(words)}, unknown {unknown}"
        accuracies.append((balanced(held_out), balanced(real), balanced(fresh)))
        yield Table(
            (f"{options.model}: {name}", "balanced accuracy %"),
            [
                (f"held-out voices, {len(data.test)} clips", f"{100 * balanced(held_out):.1f}"),
                (f"real recordings, {len(labels)} clips", f"{100 * balanced(real):.1f}"),
                (f"of them odd speakers, {len(labels[odd])} clips", f"{100 * balanced(fresh):.1f}"),
            ],
        )
        yield Table(("real, by row", *data.class_names), list(zip(data.class_names, *real.T.tolist(), strict=True)))
    means = [f"{100 * mean:.1f}" for mean in np.mean(accuracies, axis=0)]
    yield Table(
        (f"mean of {len(accuracies)} pairings", "held-out voices %", "real %", "odd speakers %"), [("", *means)]
    )


def confusion(model: object, features: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """int64 [true class, answered class]: how many clips."""
    matrix = np.zeros((4, 4), np.int64)
    answers = model.predict(features, batch_size=256, verbose=0).argmax(axis=1)  # type: ignore[attr-defined]
    np.add.at(matrix, (labels, answers), 1)
    return matrix


def balanced(matrix: np.ndarray) -> float:
    """Balanced accuracy, 0 to 1: the mean of the classes' recalls."""
    return float(np.mean(np.diag(matrix) / matrix.sum(axis=1)))


class Clips(NamedTuple):
    """samples: int16 [clip, 16000]; odd: bool [clip], whether the speaker's number is odd."""

    samples: np.ndarray
    odd: np.ndarray


def real_clips(folder: Path) -> dict[str, Clips]:
    """The recordings of each word, and "silence": background noise cut into seconds, at random levels."""
    words = folder / "speech_commands_v0.01_subset" / "speech_commands_v0.01_subset.tar.gz"
    noise = folder / "background_noise" / "background_noise_30s.tar.gz"
    for archive in (words, noise):
        if not archive.is_file():
            raise AbsentError(f"no recordings in {archive}: name their folder with --data or TINYLAB_SHARED")
    clips: dict[str, list[tuple[np.ndarray, bool]]] = {"silence": []}
    for name, samples in _waves(words):
        *_, word, file = name.split("/")
        clips.setdefault(word, []).append((_one_second(samples), int(file[:8], 16) % 2 == 1))
    rng = np.random.default_rng(0)
    for _, samples in _waves(noise):
        seconds = samples[: len(samples) // SAMPLE_COUNT * SAMPLE_COUNT].reshape(-1, SAMPLE_COUNT)
        levels = rng.uniform(0.05, 1.0, (len(seconds), 1))
        noisy = (seconds * levels).astype(np.int16)
        clips["silence"] += [(clip, number % 2 == 1) for number, clip in enumerate(noisy)]
    columns = {name: tuple(zip(*rows, strict=True)) for name, rows in clips.items()}
    return {name: Clips(np.stack(samples), np.array(odd)) for name, (samples, odd) in columns.items()}


def _waves(archive: Path) -> Iterator[tuple[str, np.ndarray]]:
    with tarfile.open(archive) as tar:
        for member in tar:
            if member.name.endswith(".wav"):
                content = tar.extractfile(member)
                assert content is not None
                with wave.open(io.BytesIO(content.read())) as file:
                    yield member.name, np.frombuffer(file.readframes(file.getnframes()), "<i2")


def _one_second(samples: np.ndarray) -> np.ndarray:
    missing = max(0, SAMPLE_COUNT - len(samples))
    return np.pad(samples[:SAMPLE_COUNT], (missing // 2, missing - missing // 2))


def _options(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--data", type=Path, default=SHARED / "data", help="the folder with the real recordings")
    parser.add_argument("--model", choices=("ds_cnn", "tiny_conv"), default="ds_cnn")
    parser.add_argument("--pairing", type=int, choices=range(len(PAIRINGS)), help="one of the three; default all")
    parser.add_argument("--seed", type=int, default=0)
    return parser.parse_args(arguments)


if __name__ == "__main__":
    import sys

    for table in main(sys.argv[1:]):
        print(table.text(), flush=True)
