"""Recordings of one's own beside made clips: two data sets become one."""

from __future__ import annotations

import numpy as np

from tinylab.datasets.joining import joined_metadata, labels_among, require_times
from tinylab.errors import DataError
from tinylab.speech.dataset import SpeechDataset, Split


def join(data: SpeechDataset, more: SpeechDataset, *, times: int = 1) -> SpeechDataset:
    """data with the clips of `more` behind its own, split by split; class_names are data's.

    times: how often the clips of more.train are taken, so that a few recordings count beside thousands of made clips;
    those of validation and test are taken once. DataError where `more` has a class that data has not, or another
    sample rate: from_recordings(FOLDER, words) makes other words "unknown".
    """
    if (data.sample_rate_hz, data.train.samples.shape[1]) != (more.sample_rate_hz, more.train.samples.shape[1]):
        raise DataError(
            f"clips of {data.train.samples.shape[1]:,} samples at {data.sample_rate_hz:,} Hz and of"
            f" {more.train.samples.shape[1]:,} at {more.sample_rate_hz:,} Hz do not go together: make both alike"
        )
    require_times(times)

    def joined(one: Split, other: Split, times: int = 1) -> Split:
        labels = labels_among(data.class_names, more.class_names, other.labels)
        return Split(
            np.concatenate([one.samples, *[other.samples] * times]),
            np.concatenate([one.labels, *[labels] * times]),
            joined_metadata(one.metadata, other.metadata, times),
        )

    return SpeechDataset(
        data.class_names,
        train=joined(data.train, more.train, times),
        validation=joined(data.validation, more.validation),
        test=joined(data.test, more.test),
        sample_rate_hz=data.sample_rate_hz,
    )
