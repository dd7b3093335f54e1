"""Spoken words without a recording: voices (speakers) for espeak-ng, and the waves of many utterances at once.

A voice is an espeak-ng voice file: an accent (phonemes and rules of one kind of English) and a variant (a vocal tract:
formants, pitch, breath), each of whose numbers is drawn a little differently for every speaker. espeak-ng is GPL-3 and
comes with the extra `speech`."""

from __future__ import annotations

import importlib.util
import json
import struct
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, NamedTuple

import numpy as np

from tinylab.errors import DataError, ExtraMissingError
from tinylab.progress import Progress, silent

# Accents of English: files in espeak-ng's lang/gmw. Those that recordings of real speakers resemble most come most.
ACCENTS = ("en-US", "en", "en-GB-x-rp", "en-GB-scotland", "en-GB-x-gbclan", "en-029", "en-US-nyc")
ACCENT_WEIGHTS = (0.36, 0.25, 0.10, 0.10, 0.10, 0.06, 0.03)

# Variants: files in espeak-ng's voices/!v that sound like a person: no robots, no whisper, and none that a network
# trained on real speech does not understand (datasets/synthetic_speech/README.md).
_VARIANTS = """
Alex Andrea Annie Denis Diogo Gene2 Henrique Hugo Mario Mike Nguyen Reed Storm adam announcer antonio aunty belinda
benjamin boris caleb ed edward edward2 f1 f2 f3 f4 f5 iven john m1 m2 m3 m4 m5 m6 m7 m8 max michel miguel mike2 pablo
paul pedro quincy rob robert sandro steph steph2 steph3 victor
"""
VARIANTS = tuple(_VARIANTS.split())


@dataclass(frozen=True)
class Voice:
    """One speaker. id: unique in a data set ("en-US/m3/17"); definition: the text of an espeak-ng voice file."""

    id: str
    accent: str
    variant: str
    definition: str


class Utterance(NamedTuple):
    """One thing to say. text: words, or phonemes in [[...]]; speed: words a minute; pitch, pitch_range: 0 to 99,
    espeak-ng's."""

    text: str
    voice: Voice
    speed: int = 160
    pitch: int = 50
    pitch_range: int = 50
    seed: int = 0


def require_espeak() -> Path:
    """The folder of espeak-ng's data; ExtraMissingError where the extra `speech` is not installed."""
    if importlib.util.find_spec("espeakng_loader") is None:
        raise ExtraMissingError("speech", "synthesising speech")
    import espeakng_loader

    return Path(espeakng_loader.get_data_path())


def make_voices(count: int, rng: np.random.Generator, variants: Sequence[str] = VARIANTS) -> tuple[Voice, ...]:
    """`count` different speakers, each an accent and one of the variants (in turn), with a vocal tract of its own."""
    data = require_espeak()
    voices = []
    for number in range(count):
        variant = variants[number % len(variants)]
        accent = str(rng.choice(ACCENTS, p=ACCENT_WEIGHTS))
        lines = (data / "lang" / "gmw" / accent).read_text(encoding="utf-8").splitlines()
        # "language variant" would make the file a mere modifier; everything else of a variant is an ordinary voice
        # line.
        lines += [
            line
            for line in (data / "voices" / "!v" / variant).read_text(encoding="utf-8").splitlines()
            if not line.startswith(("language", "name", "gender"))
        ]
        lines += _own_vocal_tract(lines, rng)
        voices.append(Voice(f"{accent}/{variant}/{number}", accent, variant, "\n".join(lines) + "\n"))
    return tuple(voices)


def _own_vocal_tract(lines: list[str], rng: np.random.Generator) -> list[str]:
    """Lines that override a voice's formants (percent of frequency, strength, width), pitch (Hz) and voice quality."""
    formants = {n: [100.0, 100.0, 100.0] for n in range(9)}
    pitch = [82.0, 118.0]
    for line in lines:
        words = line.split()
        if words[:1] == ["formant"] and len(words) > 2:
            values = [float(w) for w in words[2:5]]
            formants[int(words[1])] = values + [100.0] * (3 - len(values))
        elif words[:1] == ["pitch"]:
            pitch = [float(w) for w in words[1:3]]
    low = min(pitch[0] * np.exp(rng.uniform(np.log(0.9), np.log(2.2))), 320.0)
    higher = low / pitch[0]
    # A higher voice tends to have a shorter vocal tract, which raises every formant.
    tract = higher**0.15 * rng.uniform(0.93, 1.08)
    own = []
    for n, (frequency, strength, width) in formants.items():
        frequency *= tract * rng.uniform(0.96, 1.04)
        strength *= rng.uniform(0.8, 1.25)
        width *= rng.uniform(1.3, 2.0)
        own.append(f"formant {n} {frequency:.0f} {strength:.0f} {width:.0f}")
    spread = rng.uniform(0.6, 1.6)
    own.append(f"pitch {low:.0f} {low + max(10.0, (pitch[1] - pitch[0]) * higher * spread):.0f}")
    own.append(f"flutter {rng.integers(0, 8)}")
    own.append(f"roughness {rng.integers(0, 4)}")
    own.append(f"consonants {rng.integers(60, 160)} {rng.integers(70, 140)}")
    # Breath fills the valleys between the formants, which are far too deep without it: real spectra are smoother.
    breath = rng.uniform(10, 50)
    own.append("breath " + " ".join(f"{breath * b:.0f}" for b in rng.uniform(0.5, 1.5, 8)))
    own.append("breathw " + " ".join(str(w) for w in rng.integers(100, 400, 8)))
    return own


def speak(utterances: Sequence[Utterance], progress: Progress = silent) -> list[np.ndarray]:
    """The wave of each utterance: float32 [sample] in -1..1 at SAMPLE_RATE_HZ (22,050), without the silence at its
    ends.

    The same utterances always give the same samples. ExtraMissingError without espeak-ng; DataError where it fails or
    is mute."""
    jobs = [
        {"kind": "say", "text": u.text, "voice": u.voice.id, "speed": u.speed, "pitch": u.pitch}
        | {"pitch_range": u.pitch_range, "seed": u.seed}
        for u in utterances
    ]
    records = _run_espeak({u.voice.id: u.voice.definition for u in utterances}, jobs, progress, "speaking")
    waves = [_trim(np.frombuffer(record, "<i2").astype(np.float32) / 32768) for record in records]
    for wave, utterance in zip(waves, utterances, strict=True):
        if wave.size == 0:
            raise DataError(f"espeak-ng says nothing for {utterance.text!r} with voice {utterance.voice.id}")
    return waves


def phonemes(texts: Sequence[str], voice: Voice) -> list[list[str]]:
    """espeak-ng's phoneme mnemonics of each text in a voice's accent: "yes" -> ["j", "'E", "s"] (' marks the
    stress)."""
    jobs = [{"kind": "phonemes", "text": text, "voice": voice.id} for text in texts]
    records = _run_espeak({voice.id: voice.definition}, jobs, silent, "phonemes")
    return [[p for p in record.decode().replace(" ", "_").split("_") if p] for record in records]


def _run_espeak(
    voices: dict[str, str], jobs: Sequence[Mapping[str, object]], progress: Progress, stage: str
) -> list[bytes]:
    require_espeak()
    # -P: the script's own folder stays off the module path, where our file names could hide others.
    command = [sys.executable, "-P", str(Path(__file__).with_name("espeak.py"))]
    document = json.dumps({"voices": voices, "jobs": list(jobs)}).encode()
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as child:
        assert child.stdin and child.stdout and child.stderr  # noqa: PT018 - for mypy: all three are pipes
        child.stdin.write(document)
        child.stdin.close()
        records: list[bytes] = []
        try:
            for done in range(len(jobs)):
                records.append(_read_record(child.stdout))
                if done % 200 == 0:
                    progress(stage, done, len(jobs))
        except EOFError:
            reason = child.stderr.read().decode(errors="replace").strip().splitlines()
            raise DataError(f"espeak-ng died at utterance {len(records)} of {len(jobs)}: {reason[-1:]}") from None
    progress(stage, len(jobs), len(jobs))
    return records


def _read_record(stream: IO[bytes]) -> bytes:
    head = stream.read(4)
    if len(head) < 4:
        raise EOFError
    (length,) = struct.unpack("<I", head)
    record = stream.read(length)
    if len(record) < length:
        raise EOFError
    return record


def _trim(wave: np.ndarray) -> np.ndarray:
    """A wave without the near-silence (under 1 % of its peak, -40 dB) at its ends."""
    loud = np.flatnonzero(np.abs(wave) > 0.01 * np.abs(wave).max(initial=0.0))
    return wave[loud[0] : loud[-1] + 1] if loud.size else wave[:0]
