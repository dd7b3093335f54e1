"""The product's main loop: words where they are said to be, smoothing by hand, the rules of a detection one by one."""

from __future__ import annotations

import numpy as np
import pytest

from tinylab.errors import DataError
from tinylab.speech.features import FeatureSpec
from tinylab.speech.stream import Smoothing, detect, make_stream, score_stream, smooth, windows

NAMES = ("silence", "unknown", "yes", "no")
TIMES = np.arange(1, 61) / 10 + 0.9  # every 100 ms, from 1 s


def scores_of(*classes: tuple[int, int]) -> np.ndarray:
    """Certain scores: (class, so many windows) one after another, then silence."""
    rows = [np.eye(4)[label] for label, count in classes for _ in range(count)]
    return np.array(rows + [np.eye(4)[0]] * (len(TIMES) - len(rows)))


def test_smoothing_by_hand() -> None:
    averages = smooth(np.array([[0.0], [1.0], [1.0], [0.0]]), np.array([1.0, 1.1, 1.2, 1.3]), 200)
    assert averages[:, 0].tolist() == pytest.approx([0, 1 / 2, 2 / 3, 2 / 3])


def test_a_word_is_heard_once_when_its_average_passes() -> None:
    heard = detect(scores_of((0, 20), (2, 12)), TIMES, NAMES, Smoothing(average_ms=1000, threshold=0.75))
    assert [(d.word, round(d.time_s, 1)) for d in heard] == [("yes", 3.8)]  # 9 of 11 windows
    assert heard[0].score == pytest.approx(9 / 11)


def test_silence_and_unknown_are_never_reported() -> None:
    assert detect(scores_of((1, 30)), TIMES, NAMES) == ()


def test_another_word_needs_no_wait_and_the_same_word_does() -> None:
    quick = Smoothing(average_ms=300, threshold=0.9, suppression_ms=1500)
    assert [d.word for d in detect(scores_of((2, 8), (3, 8)), TIMES, NAMES, quick)] == ["yes", "no"]
    assert [d.word for d in detect(scores_of((2, 14)), TIMES, NAMES, quick)] == ["yes"]
    assert [d.word for d in detect(scores_of((2, 20)), TIMES, NAMES, quick)] == ["yes", "yes"]


def test_times_are_compared_in_whole_milliseconds() -> None:
    """1.5 s after the first "yes" is not yet more than suppression_ms, whatever the last bit of a float says."""
    smoothing = Smoothing(average_ms=100, threshold=0.9, minimum_count=1, suppression_ms=1500)
    for start in range(1, 40):
        times = start / 10 + np.arange(60) / 10
        first, second = detect(np.tile(np.eye(4)[2], (32, 1)), times[:32], NAMES, smoothing)[:2]
        assert round(1000 * (second.time_s - first.time_s)) == 1600


def test_too_few_scores_decide_nothing() -> None:
    few = Smoothing(average_ms=300, threshold=0.5, minimum_count=3)
    assert round(detect(scores_of((2, 9)), TIMES, NAMES, few)[0].time_s, 1) == 1.2


def test_windows_are_views_with_the_time_of_their_end() -> None:
    samples = np.arange(32_000).astype(np.int16)
    clips, times_s = windows(samples, FeatureSpec(), step_ms=500)
    assert clips.shape == (3, 16_000)
    assert times_s.tolist() == [1.0, 1.5, 2.0]
    assert clips[1, 0] == samples[8_000]
    assert np.shares_memory(clips, samples)


def test_scores_come_from_the_features_of_each_window() -> None:
    samples = np.zeros(24_000, np.int16)
    scores, times_s = score_stream(samples, FeatureSpec(), lambda x: x.mean(axis=(1, 2)), step_ms=100)
    assert scores.shape == (6, 1)
    assert len(times_s) == 6


@pytest.fixture
def _espeak() -> None:
    pytest.importorskip("espeakng_loader", reason="the extra `speech` is not installed")


@pytest.mark.usefixtures("_espeak")
def test_a_stream_says_its_words_where_it_says() -> None:
    stream = make_stream(["yes", "no"], signal_to_noise_db=40, seed=5)
    assert stream.duration_s == 10
    assert stream.samples.dtype == np.int16
    assert sorted(w.word for w in stream.words) == ["hello", "no", "seven", "water", "yes"]
    power = stream.samples.astype(np.float64) ** 2
    inside = np.zeros(len(power), bool)
    for word in stream.words:
        inside[int(word.start_s * 16_000) : int(word.end_s * 16_000)] = True
        assert 0.1 < word.end_s - word.start_s < 1
    assert power[inside].mean() > 100 * power[~inside].mean()


@pytest.mark.usefixtures("_espeak")
def test_a_seed_gives_the_same_stream() -> None:
    first, again, other = (make_stream(["yes"], seconds=4, seed=s).samples for s in (1, 1, 2))
    np.testing.assert_array_equal(first, again)
    assert not np.array_equal(first, other)


@pytest.mark.usefixtures("_espeak")
def test_a_stream_too_short_is_refused() -> None:
    with pytest.raises(DataError, match="at least 1 s"):
        make_stream(["yes"], seconds=0.5)
