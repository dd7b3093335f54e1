"""Sound in pages and widgets."""

from __future__ import annotations

import base64
import html
import io
import wave
from typing import Any

from numpy.typing import NDArray


def wav(samples: NDArray[Any], sample_rate_hz: int) -> bytes:
    """int16 [sample] as a .wav file, 16 bits, mono."""
    buffer = io.BytesIO()
    with wave.open(buffer, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(sample_rate_hz)
        file.writeframes(samples.astype("<i2").tobytes())
    return buffer.getvalue()


def audio_html(samples: NDArray[Any], sample_rate_hz: int, name: str) -> str:
    """An <audio> that needs no file; `name` is what a screen reader calls it."""
    data = base64.b64encode(wav(samples, sample_rate_hz)).decode()
    label = html.escape(name, quote=True)
    return f'<audio controls aria-label="{label}" src="data:audio/wav;base64,{data}"></audio>'
