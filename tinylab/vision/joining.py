"""Pictures of one's own beside painted ones: two data sets become one."""

from __future__ import annotations

import numpy as np

from tinylab.datasets.joining import joined_metadata, labels_among, require_times
from tinylab.errors import DataError
from tinylab.vision.dataset import VisionDataset, VisionSplit


def join(data: VisionDataset, more: VisionDataset, *, times: int = 1) -> VisionDataset:
    """data with the pictures of `more` behind its own, split by split, all read into memory; class_names are data's.

    times: how often the pictures of more.train are taken, so that a few count beside thousands of painted ones; those
    of validation and test are taken once. DataError where `more` has a class that data has not, or where one is grey
    and the other RGB.
    """
    shapes = [each.train.pictures.shape[1:] for each in (data, more)]
    if shapes[0] != shapes[1]:
        found = " and ".join("×".join(map(str, shape)) for shape in shapes)
        raise DataError(f'pictures of {found} do not go together: make both alike (colour="RGB" or "L")')
    require_times(times)

    def joined(one: VisionSplit, other: VisionSplit, times: int = 1) -> VisionSplit:
        labels = labels_among(data.class_names, more.class_names, other.labels)
        return VisionSplit(
            np.concatenate([np.asarray(one.pictures), *[np.asarray(other.pictures)] * times]),
            np.concatenate([one.labels, *[labels] * times]),
            joined_metadata(one.metadata, other.metadata, times),
        )

    return VisionDataset(
        joined(data.train, more.train, times),
        joined(data.validation, more.validation),
        joined(data.test, more.test),
        data.class_names,
    )
