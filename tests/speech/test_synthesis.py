"""Synthesis: words become waves, voices differ, the same list gives the same bytes, and failures say what to do."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest

from tinylab.errors import DataError, ExtraMissingError
from tinylab.speech import espeak
from tinylab.speech.synthesis import Utterance, Voice, make_voices, phonemes, speak
from tinylab.speech.words import COMMON_WORDS, near_misses, nonsense


@pytest.fixture(scope="module")
def voices() -> tuple[Voice, ...]:
    pytest.importorskip("espeakng_loader", reason="the extra `speech` is not installed")
    return make_voices(8, np.random.default_rng(0))


def test_a_word_is_a_wave_of_a_natural_length(voices: tuple[Voice, ...]) -> None:
    for wave in speak([Utterance("happy", voice) for voice in voices]):
        assert wave.dtype == np.float32
        assert 0.2 < len(wave) / espeak.SAMPLE_RATE_HZ < 0.9
        assert 0.02 < np.abs(wave).max() <= 1


def test_the_ends_are_not_silent(voices: tuple[Voice, ...]) -> None:
    (wave,) = speak([Utterance("no", voices[0])])
    assert min(abs(wave[0]), abs(wave[-1])) > 0.01 * np.abs(wave).max()


def test_voices_words_and_seeds_differ(voices: tuple[Voice, ...]) -> None:
    first = Utterance("yes", voices[0])
    others = [Utterance("yes", voices[1]), replace_text(first, "no"), first._replace(seed=1), first._replace(pitch=90)]
    waves = speak([first, *others])
    for wave in waves[1:]:
        assert not np.array_equal(wave, waves[0])


def test_a_seed_is_another_breath(voices: tuple[Voice, ...]) -> None:
    # In lists of their own: in one list, espeak-ng's state differs from one utterance to the next anyway.
    (first,), (again,), (other,) = (speak([Utterance("yes", voices[0], seed=seed)]) for seed in (1, 1, 2))
    np.testing.assert_array_equal(first, again)
    assert not np.array_equal(first, other)


def replace_text(utterance: Utterance, text: str) -> Utterance:
    return utterance._replace(text=text)


def test_faster_is_shorter(voices: tuple[Voice, ...]) -> None:
    slow, fast = speak([Utterance("happy", voices[0], speed=100), Utterance("happy", voices[0], speed=220)])
    assert len(fast) < 0.75 * len(slow)


def test_the_same_list_gives_the_same_samples(voices: tuple[Voice, ...]) -> None:
    utterances = [Utterance(word, voice, seed=n) for n, voice in enumerate(voices) for word in ("yes", "no")]
    for first, again in zip(speak(utterances), speak(utterances), strict=True):
        np.testing.assert_array_equal(first, again)


def test_speakers_have_their_own_vocal_tracts(voices: tuple[Voice, ...]) -> None:
    assert len({voice.id for voice in voices}) == len({voice.definition for voice in voices}) == 8
    again = make_voices(8, np.random.default_rng(0))
    assert again == voices


def test_phonemes_are_espeak_s(voices: tuple[Voice, ...]) -> None:
    american = replace(voices[0], definition="name test\nlanguage en-us\nphonemes en-us\n")
    assert phonemes(["yes", "bed"], american) == [["j", "'E", "s"], ["b", "'E", "d"]]


def test_phonemes_can_be_said(voices: tuple[Voice, ...]) -> None:
    spelt, sounds = speak([Utterance(text, voices[0]) for text in ("yes", "[[j'Es]]")])
    assert len(sounds) == pytest.approx(len(spelt), rel=0.1)


def test_what_says_nothing_is_refused(voices: tuple[Voice, ...]) -> None:
    with pytest.raises(DataError, match="says nothing for"):
        speak([Utterance(" ", voices[0])])


def test_a_voice_that_is_refused_says_where(voices: tuple[Voice, ...]) -> None:
    broken = replace(voices[0], id="broken", definition="")
    with pytest.raises(DataError, match="died at utterance 0 of 1"):
        speak([Utterance("yes", replace(broken, definition="language xx-none\nphonemes none\n"))])


def test_without_espeak_the_message_names_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(ExtraMissingError, match=r'pip install "tinylab\[speech\]"'):
        speak([Utterance("yes", Voice("a", "en", "m1", ""))])


def test_importing_speech_pulls_in_neither_tensorflow_nor_espeak() -> None:
    code = "import sys, tinylab.speech; print([m for m in ('tensorflow', 'espeakng_loader') if m in sys.modules])"
    assert (
        subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.strip() == "[]"
    )


def test_near_misses_differ_from_every_keyword_by_one_sound() -> None:
    keywords = [["j", "'E", "s"], ["n", "'oU"]]
    words = near_misses(keywords, np.random.default_rng(0), 200)
    assert len(words) == 200
    assert not {"[[j'Es]]", "[[n'oU]]"} & set(words)
    assert len(set(words)) > 30


def test_a_keyword_of_one_sound_has_near_misses() -> None:
    assert len(near_misses([["'eI"]], np.random.default_rng(0), 20)) == 20


def test_nonsense_is_stressed_once_and_repeats() -> None:
    words = nonsense(50, np.random.default_rng(0))
    assert words == nonsense(50, np.random.default_rng(0))
    assert all(word.count("'") == 1 and word.startswith("[[") and word.endswith("]]") for word in words)


def test_common_words_are_words_once() -> None:
    assert len(COMMON_WORDS) == len(set(COMMON_WORDS)) > 450
    assert all(word.isalpha() for word in COMMON_WORDS)
