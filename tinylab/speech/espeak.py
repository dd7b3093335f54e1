"""espeak-ng in a process of its own: phonemes and waves of many utterances, from its C library, by ctypes.

This file is run as a script by synthesis.py and imports nothing of tinylab. A fresh process each time, because
espeak-ng keeps state from one utterance to the next (its noise, echo and Klatt filters): the same list of jobs then
always gives the same bytes.

Input, one JSON document on stdin: {"voices": {id: text of an espeak-ng voice file}, "jobs": [job, ...]}, a job being
{"kind": "say", "text", "voice", "speed", "pitch", "pitch_range", "seed"} or {"kind": "phonemes", "text", "voice"}.
Output on stdout, one record a job, in order: a little-endian uint32 with the length in bytes, then int16 samples at
22,050 Hz or phonemes in ASCII, separated by "_"."""

from __future__ import annotations

import contextlib
import ctypes
import json
import struct
import sys
import tempfile
from pathlib import Path
from typing import Any, BinaryIO

SAMPLE_RATE_HZ = 22_050

# From espeak-ng's speak_lib.h.
AUDIO_OUTPUT_SYNCHRONOUS = 2
INITIALIZE_DONT_EXIT = 0x8000
CHARS_UTF8 = 1
TEXT_HAS_PHONEMES = 0x100
PARAMETER_RATE, PARAMETER_PITCH, PARAMETER_RANGE = 1, 3, 4

_Callback = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p, ctypes.c_int, ctypes.c_void_p)


class Espeak:
    """One initialised espeak-ng. Only one may live in a process: the library keeps everything in globals."""

    def __init__(self, library_path: str, data_path: str) -> None:
        self._library = ctypes.CDLL(library_path)
        self._library.espeak_TextToPhonemes.restype = ctypes.c_char_p
        self._library.espeak_ng_SetRandSeed.argtypes = [ctypes.c_long]
        # The library looks for "espeak-ng-data" inside the path that it is given.
        home = str(Path(data_path).parent).encode()
        rate = self._library.espeak_Initialize(AUDIO_OUTPUT_SYNCHRONOUS, 0, home, INITIALIZE_DONT_EXIT)
        if rate != SAMPLE_RATE_HZ:
            raise RuntimeError(f"espeak-ng did not start with the data in {data_path}: espeak_Initialize gave {rate}")
        self._chunks: list[bytes] = []
        self._callback = _Callback(self._collect)  # kept: ctypes does not hold a reference
        self._library.espeak_SetSynthCallback(self._callback)

    def _collect(self, wave: int | None, sample_count: int, _events: int | None) -> int:
        if wave and sample_count > 0:
            self._chunks.append(ctypes.string_at(wave, 2 * sample_count))
        return 0

    def set_voice(self, file: Path) -> None:
        if self._library.espeak_SetVoiceByFile(str(file).encode()) != 0:
            raise RuntimeError(f"espeak-ng refused the voice {file.read_text()!r}")

    def say(self, text: str, speed: int, pitch: int, pitch_range: int, seed: int) -> bytes:
        """Samples (int16, 22,050 Hz) of a text; [[...]] in it is taken as phonemes."""
        for parameter, value in ((PARAMETER_RATE, speed), (PARAMETER_PITCH, pitch), (PARAMETER_RANGE, pitch_range)):
            self._library.espeak_SetParameter(parameter, value, 0)
        self._library.espeak_ng_SetRandSeed(seed)
        self._chunks.clear()
        encoded = text.encode() + b"\0"
        flags = CHARS_UTF8 | TEXT_HAS_PHONEMES
        self._library.espeak_Synth(encoded, ctypes.c_size_t(len(encoded)), 0, 0, 0, flags, None, None)
        self._library.espeak_Synchronize()
        return b"".join(self._chunks)

    def phonemes(self, text: str) -> str:
        """espeak-ng's mnemonics of a text, "_" between them: "yes" -> "j_'E_s"."""
        buffer = ctypes.create_string_buffer(text.encode())
        position = ctypes.c_void_p(ctypes.addressof(buffer))
        clauses: list[str] = []
        while position.value:
            clause = self._library.espeak_TextToPhonemes(ctypes.byref(position), CHARS_UTF8, ord("_") << 8)
            clauses.append((clause or b"").decode())
        return " ".join(clauses).strip()


def run(document: dict[str, Any], out: BinaryIO) -> None:
    """Do all jobs of a document, in order, and write a record for each."""
    import espeakng_loader

    espeak = Espeak(espeakng_loader.get_library_path(), espeakng_loader.get_data_path())
    with tempfile.TemporaryDirectory(prefix="tinylab-voices-") as folder:
        files: dict[str, Path] = {}
        for number, (voice, definition) in enumerate(document["voices"].items()):
            files[voice] = Path(folder) / f"voice{number}"
            files[voice].write_text(definition)
        for job in document["jobs"]:
            espeak.set_voice(files[job["voice"]])
            if job["kind"] == "phonemes":
                record = espeak.phonemes(job["text"]).encode()
            else:
                record = espeak.say(job["text"], job["speed"], job["pitch"], job["pitch_range"], job["seed"])
            out.write(struct.pack("<I", len(record)) + record)
        out.flush()


if __name__ == "__main__":
    with contextlib.suppress(BrokenPipeError):  # the parent has gone: nothing to say to anybody
        run(json.load(sys.stdin), sys.stdout.buffer)
