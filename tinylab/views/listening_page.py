"""The listening page: some clips of each class to hear and to see, with what was said and what can be measured."""

from __future__ import annotations

import html
from pathlib import Path

import numpy as np

from tinylab.errors import DataError
from tinylab.speech import SpeechDataset
from tinylab.speech.loudness import FLAT, measure
from tinylab.views.html_page import Html, write_page
from tinylab.views.picture import COLOURS, Picture, new_figure
from tinylab.views.sound import audio_html

_WINDOW, _HOP = 400, 160  # samples: 25 ms every 10 ms at 16 kHz, short enough to show the voice's beat, and formants
_RANGE_DB = 70.0


def write_listening_page(
    path: str | Path, data: SpeechDataset, *, clips_per_class: int = 6, split: str = "train", seed: int = 0
) -> Path:
    """Write an HTML page of clips drawn by chance from each class of a split, and return its path.

    Each clip has its sound, its wave and spectrogram, what was said by which voice, and its loudness as measured from
    the samples. The page needs no other file; a clip takes about 150 kB. DataError where clips_per_class is below 1.
    """
    if clips_per_class < 1:
        raise DataError(f"a page needs one clip of each class at least, not {clips_per_class}")
    chosen, rng = data.split(split), np.random.default_rng(seed)
    parts: list[tuple[str, list[Picture | str]]] = []
    for label, name in enumerate(data.class_names):
        there = np.flatnonzero(chosen.labels == label)
        some = np.sort(rng.permutation(there)[:clips_per_class])
        cards = [_card(data, split, int(index), name) for index in some]
        parts.append((f"{name}: {len(some)} of {len(there):,} clips of {split}", [Html("".join(cards))]))
    return write_page(path, f"Listen: {', '.join(data.class_names)}", parts)


def listening_text(data: SpeechDataset, split: str, index: int) -> str:
    """What was said and by whom, and what the samples say of loudness, noise and place, in two lines."""
    chosen = data.split(split)
    known = {key: str(values[index]) for key, values in chosen.metadata.items()}
    said = f'"{known["word"]}" by {known["speaker"] or "somebody"}' if known.get("word") else "nothing is said"
    voice = [known[key] for key in ("accent", "variant") if known.get(key)]
    heard = measure(chosen.samples[index], data.sample_rate_hz)
    lines = [f"clip {index}: {said}" + (f" ({', '.join(voice)})" if voice else "")]
    lines.append(f"peak {heard.peak_db:.0f} dB, noise {heard.noise_db:.0f} dB under the loudest")
    if known.get("word"):
        lines[-1] += f", sound from {heard.start_s:.2f} to {heard.end_s:.2f} s"
        lines[-1] += ", loud at an edge: cut off?" * heard.is_cut
    if heard.flat_count > FLAT:
        lines[-1] += f", overdriven ({heard.flat_count:,} samples at the peak)"
    return "\n".join(lines)


def _card(data: SpeechDataset, split: str, index: int, class_name: str) -> str:
    samples, text = data.split(split).samples[index], listening_text(data, split, index)
    first, second = text.split("\n")
    sound = audio_html(samples, data.sample_rate_hz, f"{class_name}, {first}")
    return (
        f'<figure class="clip">{sound_picture(samples, data.sample_rate_hz, text).html()}\n{sound}\n'
        f"<figcaption>{html.escape(first)}<br>{html.escape(second)}</figcaption></figure>\n"
    )


def spectrogram(samples: np.ndarray) -> np.ndarray:
    """float64 [frame, frequency]: decibels under the loudest place, 25 ms windows every 10 ms, 0 Hz to half the rate.

    samples: int16 [sample], one window (400 samples) or longer.
    """
    frames = np.lib.stride_tricks.sliding_window_view(samples.astype(np.float64), _WINDOW)[::_HOP]
    power = np.square(np.abs(np.fft.rfft(frames * np.hanning(_WINDOW), 512)))
    decibels: np.ndarray = 10 * np.log10(np.maximum(power, 1e-9) / max(power.max(), 1e-9))
    return decibels


def sound_picture(samples: np.ndarray, sample_rate_hz: int, text: str) -> Picture:
    """The wave above, the spectrogram below (bright is loud, low is low), of int16 [sample]; text: what it shows."""
    figure = new_figure(3.6, 2.5)
    wave, below = figure.subplots(2, 1, sharex=True, height_ratios=[1, 2])
    wave.plot(np.arange(len(samples)) / sample_rate_hz, samples / 32768, linewidth=0.4, color=COLOURS[0])
    wave.set_ylim(-1, 1)
    below.imshow(
        spectrogram(samples).T,
        origin="lower",
        aspect="auto",
        cmap="magma",
        vmin=-_RANGE_DB,
        vmax=0,
        extent=(0, len(samples) / sample_rate_hz, 0, sample_rate_hz / 2000),
    )
    below.set_xlabel("seconds", fontsize=7)
    below.set_ylabel("kHz", fontsize=7)
    for axes in (wave, below):
        axes.tick_params(labelsize=7)
    return Picture(figure, text, f"Wave and spectrogram. {text}")
