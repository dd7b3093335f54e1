"""A folder with a folder for each class, as data: split -> (x, y, metadata), read when it is looked at."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from tinylab.datasets.splits import SPLITS
from tinylab.errors import DataError

# What to do where a class has no file in a split, by the rule that splits.
_REMEDIES = {
    "lists": "name some of its files in that list, or remove both lists",
    "speaker": "add files of other speakers",
    "tenths": "put 3 files or more into its folder",
    "first_tenth": "put 10 files or more into its folder",
}


class LazyArray:
    """An array [count, *item] of files that are read when they are asked for, each time anew.

    `x[3]` reads one, `x[8:16]` and `x[[1, 5]]` some, `x[:]` or `np.asarray(x)` all. shape, dtype and ndim are an
    array's.
    """

    def __init__(self, count: int, read: Callable[[int], np.ndarray], item: tuple[int, ...], dtype: Any) -> None:
        self._read = read
        self.shape = (count, *item)
        self.dtype = np.dtype(dtype)

    @property
    def ndim(self) -> int:
        """How many axes."""
        return len(self.shape)

    def __len__(self) -> int:
        return self.shape[0]

    def __getitem__(self, index: Any) -> np.ndarray:
        chosen = np.arange(len(self))[index]
        if chosen.ndim == 0:
            return self._read(int(chosen))
        if chosen.ndim > 1:
            raise IndexError(f"files are chosen along one axis, not {chosen.ndim}: x[2:5][:, 0]")
        found = np.empty((len(chosen), *self.shape[1:]), self.dtype)
        for place, one in enumerate(chosen):
            found[place] = self._read(int(one))
        return found

    def __iter__(self) -> Iterator[np.ndarray]:
        return (self._read(index) for index in range(len(self)))

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> np.ndarray:
        if copy is False:
            raise ValueError("files are read into a new array: there is none yet that could be shared")
        return self[:] if dtype is None else self[:].astype(dtype)

    def __repr__(self) -> str:
        return f"LazyArray(shape={self.shape}, dtype={self.dtype})"


class Split(NamedTuple):
    """x: int16 [clip, sample] or uint8 [picture, height, width, channel], lazily read; y: int64 [count], indices of
    class_names; metadata: arrays of one entry each ("file": its path below the folder, "speaker" of a clip)."""

    x: LazyArray
    y: np.ndarray
    metadata: Mapping[str, np.ndarray]

    def numpy(self) -> tuple[np.ndarray, np.ndarray]:
        """x and y, everything read."""
        return self.x[:], self.y

    def batches(
        self, batch_size: int = 32, *, seed: int | Sequence[int] | None = None
    ) -> Iterator[tuple[np.ndarray, np.ndarray]]:
        """Pairs of x [batch, …] and y [batch], once through; in another order for each seed, as they are without one.
        The last batch may be smaller."""
        if batch_size < 1:
            raise DataError(f"a batch has at least one sample, not {batch_size}")
        order = np.arange(len(self.y)) if seed is None else np.random.default_rng(seed).permutation(len(self.y))
        for start in range(0, len(order), batch_size):
            chosen = order[start : start + batch_size]
            yield self.x[chosen], self.y[chosen]


@dataclass(frozen=True, eq=False)
class FileDataset:
    """Clips or pictures in files. class_names: the folders, sorted. sample_rate_hz: of clips, else None; size: (height,
    width) of pictures, else None. split_rule: "lists", "speaker", "tenths" or "first_tenth", see
    splits.py."""

    name: str
    class_names: tuple[str, ...]
    files: tuple[str, ...]  # "yes/0a7c2a8d_nohash_0.wav", sorted
    split_of_file: tuple[str, ...]
    split_rule: str
    read: Callable[[str], np.ndarray]  # by its path below the folder
    item_shape: tuple[int, ...]
    dtype: np.dtype[Any]
    speakers: tuple[str, ...] | None = None
    sample_rate_hz: int | None = None
    size: tuple[int, int] | None = None

    def require_every_class(self, class_names: Sequence[str], splits: Sequence[str] = SPLITS) -> None:
        """DataError where one of these classes has no file in one of these splits: says what would help."""
        pairs = zip(self.files, self.split_of_file, strict=True)
        counts = Counter((file.partition("/")[0], split) for file, split in pairs)
        for name in class_names:
            of_class = {split: counts[name, split] for split in SPLITS}
            for split in splits:
                if not of_class[split]:
                    found = (
                        f"{sum(of_class.values())} files, and none falls into {split} by the rule {self.split_rule!r}"
                    )
                    raise DataError(
                        f"{self.name}: class {name} has {found}; it needs at least one in {', '.join(splits)}:"
                        f" {_REMEDIES[self.split_rule]}"
                    )

    def split(self, name: str) -> Split:
        """ "train", "validation" or "test": x, y and metadata. DataError for a split that is empty by its rule."""
        if name not in SPLITS:
            raise DataError(f'no split is called "{name}": there are {", ".join(SPLITS)}')
        chosen = np.array([index for index, split in enumerate(self.split_of_file) if split == name], np.int64)
        if not len(chosen):
            others = ", ".join(f"{other} {self.split_of_file.count(other):,}" for other in SPLITS)
            raise DataError(f"{self.name}: no file falls into {name} by the rule {self.split_rule!r} ({others})")
        files = [self.files[index] for index in chosen]
        labels = {label: number for number, label in enumerate(self.class_names)}
        metadata = {"file": np.array(files)}
        if self.speakers is not None:
            metadata["speaker"] = np.array([self.speakers[index] for index in chosen])
        return Split(
            LazyArray(len(files), lambda index: self.read(files[index]), self.item_shape, self.dtype),
            np.array([labels[file.partition("/")[0]] for file in files], np.int64),
            metadata,
        )
