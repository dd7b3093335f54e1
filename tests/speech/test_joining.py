"""Recordings beside made clips."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from tinylab.errors import DataError
from tinylab.speech import SpeechDataset, Split, join


def made(names: tuple[str, ...], level: int, **more: np.ndarray) -> SpeechDataset:
    count = len(names)
    metadata = {"word": np.array(names), **more}
    split = Split(np.full((count, 16_000), level, np.int16), np.arange(count), metadata)
    return SpeechDataset(names, split, split, split)


DATA = made(("silence", "unknown", "yes", "no"), 1, accent=np.array(["en"] * 4))


def test_clips_come_behind_with_their_class_by_name() -> None:
    both = join(DATA, made(("silence", "no", "yes"), 2), times=2)
    assert both.class_names == DATA.class_names
    assert both.train.labels.tolist() == [0, 1, 2, 3, 0, 3, 2, 0, 3, 2]
    assert both.test.labels.tolist() == [0, 1, 2, 3, 0, 3, 2]
    assert both.train.samples[:, 0].tolist() == [1] * 4 + [2] * 6
    assert {key: values.tolist() for key, values in both.validation.metadata.items()} == {
        "word": ["silence", "unknown", "yes", "no", "silence", "no", "yes"]
    }


def test_what_does_not_go_together() -> None:
    with pytest.raises(DataError, match="there is no class maybe among silence, unknown, yes, no: give its folder"):
        join(DATA, made(("silence", "maybe"), 2))
    with pytest.raises(DataError, match="clips of 16,000 samples at 16,000 Hz and of 16,000 at 8,000 Hz do not go"):
        join(DATA, replace(DATA, sample_rate_hz=8_000))
    with pytest.raises(DataError, match="once or more often, not 0 times"):
        join(DATA, DATA, times=0)
