"""Data sets: classes, splits by speaker, seeds, words that are refused, and progress. A small recipe keeps it quick."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from tinylab import cache
from tinylab.errors import DataError
from tinylab.speech import dataset
from tinylab.speech.dataset import SPLITS, Recipe, SpeechDataset, synthesize

SMALL = Recipe(clips_per_class=30, evaluation_clips_per_class=10, unknown_factor=2.0, voices=(12, 6, 6))

pytestmark = pytest.mark.usefixtures("_espeak")


@pytest.fixture(scope="module", autouse=True)
def _espeak() -> None:
    pytest.importorskip("espeakng_loader", reason="the extra `speech` is not installed")


@pytest.fixture(scope="module")
def small() -> SpeechDataset:
    return synthesize(["yes", "turn on"], recipe=SMALL, use_cache=False)


def test_classes_and_counts(small: SpeechDataset) -> None:
    assert small.class_names == ("silence", "unknown", "yes", "turn on")
    assert np.bincount(small.train.labels).tolist() == [30, 60, 30, 30]
    assert np.bincount(small.test.labels).tolist() == [10, 10, 10, 10]
    assert len(small.train) == 150
    for name in SPLITS:
        split = small.split(name)
        assert split.samples.shape == (len(split), 16_000)
        assert split.samples.dtype == np.int16


def test_speakers_and_vocal_tracts_are_in_one_split_only(small: SpeechDataset) -> None:
    for key in ("speaker", "variant"):
        of_splits = [set(small.split(name).metadata[key]) - {""} for name in SPLITS]
        assert all(of_splits)
        assert not of_splits[0] & of_splits[1]
        assert not of_splits[0] & of_splits[2]
        assert not of_splits[1] & of_splits[2]


def test_labels_fit_the_words(small: SpeechDataset) -> None:
    words, labels = small.train.metadata["word"], small.train.labels
    assert set(words[labels == 0]) == {""}
    assert set(words[labels == 2]) == {"yes"}
    assert set(words[labels == 3]) == {"turn on"}
    unknown = set(words[labels == 1])
    assert len(unknown) > 40
    assert not unknown & {"yes", "turn", "on", "turn on"}
    assert any(word.startswith("[[") for word in unknown)
    assert set(small.train.metadata["speaker"][labels == 0]) == {""}


def test_words_are_louder_than_nothing(small: SpeechDataset) -> None:
    assert (np.abs(small.train.samples.astype(int)).max(axis=1) > 500).all()


def test_a_seed_gives_the_same_samples(small: SpeechDataset) -> None:
    again = synthesize(["yes", "turn on"], recipe=SMALL, use_cache=False)
    np.testing.assert_array_equal(again.train.samples, small.train.samples)
    np.testing.assert_array_equal(again.train.metadata["word"], small.train.metadata["word"])
    other = synthesize(["yes", "turn on"], recipe=SMALL, seed=1, use_cache=False)
    assert not np.array_equal(other.train.samples, small.train.samples)


def test_the_second_call_reads_the_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TINYLAB_CACHE", str(tmp_path))
    tiny = replace(SMALL, clips_per_class=4, evaluation_clips_per_class=2)
    first = synthesize(["yes"], recipe=tiny)
    monkeypatch.setattr(dataset, "_synthesize", lambda *_: pytest.fail("synthesised again"))
    second = synthesize(["yes"], recipe=tiny)
    assert second.class_names == first.class_names
    for name in SPLITS:
        np.testing.assert_array_equal(second.split(name).samples, first.split(name).samples)
        assert set(second.split(name).metadata) == {"word", "speaker", "accent", "variant"}


def test_progress_runs_from_0_to_all() -> None:
    steps: dict[str, list[tuple[int, int]]] = {}
    tiny = replace(SMALL, clips_per_class=4, evaluation_clips_per_class=2)
    synthesize(["yes"], recipe=tiny, use_cache=False, progress=lambda s, d, t: steps.setdefault(s, []).append((d, t)))
    assert list(steps) == [f"{step} {split}" for split in SPLITS for step in ("speaking", "augmenting")]
    for pairs in steps.values():
        assert pairs[0][0] == 0
        assert pairs[-1][0] == pairs[-1][1] > 0
        assert pairs == sorted(pairs)


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ([], "one or more"),
        (["yes", " "], "one or more"),
        (["?!"], "one or more"),
        (["yes", "Yes"], "differ"),
        (["silence"], "differ"),
        (["[[j'Es]]"], "phonemes"),
    ],
)
def test_words_that_can_not_be_are_refused(words: list[str], message: str) -> None:
    with pytest.raises(DataError, match=message):
        synthesize(words, use_cache=False)


def test_one_string_is_refused() -> None:
    with pytest.raises(DataError, match=r'\["yes"\]'):
        synthesize("yes", use_cache=False)


def test_an_unknown_split_is_refused(small: SpeechDataset) -> None:
    with pytest.raises(DataError, match="train, validation, test"):
        small.split("dev")


def test_the_cache_moves_with_every_parameter() -> None:
    base = {"words": ["yes"], "seed": 0}
    assert cache.path_of(dataset.MAKER, base) == cache.path_of(dataset.MAKER, dict(base))
    assert cache.path_of(dataset.MAKER, base) != cache.path_of(dataset.MAKER, base | {"seed": 1})


def test_clips_per_class_replaces_the_recipe_s() -> None:
    few = synthesize(["yes"], clips_per_class=5, recipe=SMALL, use_cache=False)
    assert np.bincount(few.train.labels).tolist() == [5, 10, 5]
    assert np.bincount(few.validation.labels).tolist() == [10, 10, 10]
