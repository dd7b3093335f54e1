"""The listening page: sound, picture and words for every clip, in one file."""

from __future__ import annotations

import html.parser
from pathlib import Path

import numpy as np
import pytest

from tinylab.errors import DataError
from tinylab.speech import SpeechDataset, Split
from tinylab.views import listening_text, write_listening_page
from tinylab.views.listening_page import spectrogram


def tone(hertz: float) -> np.ndarray:
    return np.rint(8_000 * np.sin(2 * np.pi * hertz * np.arange(16_000) / 16_000)).astype(np.int16)


def data() -> SpeechDataset:
    word = tone(1_000)
    word[:8_000] = 0
    metadata = {
        "word": np.array(["", "<b>", "<b>"]),
        "speaker": np.array(["", "ann", ""]),
        "accent": np.array(["", "en-US", ""]),
        "variant": np.array([""] * 3),
    }
    split = Split(np.stack([np.zeros(16_000, np.int16), word, tone(500)]), np.array([0, 1, 1]), metadata)
    return SpeechDataset(("silence", "<b>"), split, split, split)


def test_the_words_beside_a_clip() -> None:
    assert listening_text(data(), "test", 0) == "clip 0: nothing is said\npeak -inf dB, noise inf dB under the loudest"
    said, heard = listening_text(data(), "test", 1).split("\n")
    assert said == 'clip 1: "<b>" by ann (en-US)'
    assert ", sound from 0.50 to 1.00 s, loud at an edge: cut off?" in heard


def test_every_clip_has_sound_a_picture_and_words(tmp_path: Path) -> None:
    path = write_listening_page(tmp_path / "new" / "page.html", data(), clips_per_class=1)
    page = path.read_text(encoding="utf-8")
    found: dict[str, list[dict[str, str | None]]] = {"img": [], "audio": [], "b": [], "h2": []}

    class Reader(html.parser.HTMLParser):
        def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
            found.setdefault(tag, []).append(dict(attrs))

    Reader().feed(page)
    assert [len(found[tag]) for tag in ("img", "audio", "b", "h2")] == [2, 2, 0, 2]
    assert all((sound["src"] or "").startswith("data:audio/wav;base64,UklGR") for sound in found["audio"])
    assert found["audio"][0]["aria-label"] == "silence, clip 0: nothing is said"
    assert all((image["alt"] or "").startswith("Wave and spectrogram. clip") for image in found["img"])
    assert "&lt;b&gt;: 1 of 2 clips of train" in page


def test_a_tone_is_where_it_belongs_in_the_spectrogram() -> None:
    decibels = spectrogram(tone(1_000))
    assert decibels.shape == (98, 257)
    assert set(decibels.argmax(axis=1)) == {32}  # of 512 at 16 kHz
    assert decibels.max() == 0


def test_no_clip_is_no_page(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="a page needs one clip of each class at least, not 0"):
        write_listening_page(tmp_path / "page.html", data(), clips_per_class=0)
    assert not list(tmp_path.iterdir())
