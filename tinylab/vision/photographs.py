"""Real pictures, one folder a class -> the same kind of data set that `synthesize` paints."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import numpy as np

from tinylab import datasets
from tinylab.datasets import FileDataset
from tinylab.errors import DataError
from tinylab.vision.dataset import SPLITS, VisionDataset, VisionSplit
from tinylab.vision.pictures import GRID
from tinylab.vision.telling import UNKNOWN

_LAST = "person"  # class 1 of MLPerf Tiny and person_detect, whatever the other is called


def from_pictures(what: str | Path, *, colour: Literal["RGB", "L"] = "RGB") -> VisionDataset:
    """Pictures of 96×96 from a data set with a name ("vww_coco2014_96") or from a folder with a folder a class.

    class_names: the folders, sorted, and "person" last. pictures: uint8 [picture, 96, 96, 3], or 1 where colour is "L"
    (grey); they are read when they are looked at, each time anew. metadata: "file", and "scene", "framing" ("") and
    "tags" (UNKNOWN: see train_telling) as painted pictures have them. The splits are the data set's own (see
    tl.datasets.load); where its rule leaves nothing to test, as MLPerf Tiny's, test is validation. DataError where
    there are recordings, one class only, or a class without pictures in a split.
    """
    data = datasets.load(what, colour=colour)
    if data.size is None:
        raise DataError(f"{what} holds recordings, not pictures: tl.speech.from_recordings reads them")
    if len(data.class_names) < 2:
        raise DataError(
            f"{what} has one class, {data.class_names[0]}, and two at least are needed:"
            " put pictures of something else into a folder beside it"
        )
    used = [name for name in SPLITS if name != "test" or data.split_rule != "first_tenth"]
    data.require_every_class(data.class_names, used)
    class_names = tuple(sorted(data.class_names, key=lambda name: name == _LAST))
    splits = [_split(data, name, class_names) for name in used]
    return VisionDataset(splits[0], splits[1], splits[-1], class_names)


def _split(data: FileDataset, name: str, class_names: tuple[str, ...]) -> VisionSplit:
    x, y, metadata = data.split(name)
    place = np.array([class_names.index(each) for each in data.class_names])
    nothing = np.full(len(y), "")
    tags = np.broadcast_to(np.uint8(UNKNOWN), (len(y), GRID, GRID))  # one byte, seen everywhere
    return VisionSplit(x, place[y], {**metadata, "scene": nothing, "framing": nothing, "tags": tags})
