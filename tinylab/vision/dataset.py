"""Synthetic pictures with and without people, in three splits, kept in a cache: no download, seeded, thousands in
under a minute on two cores."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path

import numpy as np

from tinylab import cache
from tinylab.datasets import LazyArray
from tinylab.errors import DataError
from tinylab.progress import Progress, silent
from tinylab.vision.pictures import PictureRecipe

SPLITS = ("train", "validation", "test")
CLASS_NAMES = ("no_person", "person")
_CHUNK = 100  # pictures a message of a painter
_MODULES = (
    "bodies",
    "camera",
    "canvas",
    "colours",
    "dataset",
    "food",
    "furniture",
    "painter",
    "people",
    "pictures",
    "scenes",
    "things",
)
MAKER = cache.Maker("vision", tuple(Path(__file__).with_name(f"{name}.py") for name in _MODULES))


@dataclass(frozen=True)
class VisionRecipe:
    """How a data set is made, all of it: the same recipe and seed give the same pictures.

    pictures_per_class: of the train split; evaluation_pictures_per_class: of validation and of test."""

    pictures_per_class: int = 3_000
    evaluation_pictures_per_class: int = 300
    picture: PictureRecipe = field(default_factory=PictureRecipe)


@dataclass(frozen=True, eq=False)
class VisionSplit:
    """pictures: uint8 [picture, 96, 96, 3] RGB; of from_pictures files, read when they are looked at, or grey [.., 1];
    labels: int64 [picture], indices of class_names; metadata: arrays of one entry a picture ("scene":
    the place, "framing": how people, or things in their stead, are cut, "tags": uint8 [picture, 24, 24], what is seen
    where, indices of pictures.TAGS)."""

    pictures: np.ndarray | LazyArray
    labels: np.ndarray
    metadata: Mapping[str, np.ndarray]

    def __len__(self) -> int:
        return len(self.labels)


@dataclass(frozen=True, eq=False)
class VisionDataset:
    """Pictures in three splits. class_names: ("no_person", "person"), as in MLPerf Tiny and person_detect; of
    from_pictures, the folders."""

    train: VisionSplit
    validation: VisionSplit
    test: VisionSplit
    class_names: tuple[str, ...] = CLASS_NAMES

    def split(self, name: str) -> VisionSplit:
        """ "train", "validation" or "test"."""
        if name not in SPLITS:
            raise DataError(f'no split is called "{name}": there are {", ".join(SPLITS)}')
        split: VisionSplit = getattr(self, name)
        return split


def synthesize(
    *,
    pictures_per_class: int | None = None,
    seed: int = 0,
    recipe: VisionRecipe | None = None,
    use_cache: bool = True,
    progress: Progress = silent,
) -> VisionDataset:
    """A data set of person or no person, painted on this machine.

    pictures_per_class: instead of the recipe's. The same seed and recipe give the same pictures, on any number of
    processes. DataError where a count is not positive, or a painter dies.
    """
    recipe = recipe or VisionRecipe()
    if pictures_per_class is not None:
        recipe = replace(recipe, pictures_per_class=pictures_per_class)
    if min(recipe.pictures_per_class, recipe.evaluation_pictures_per_class) < 1:
        raise DataError(
            f"a data set needs at least one picture of each class, not {recipe.pictures_per_class} to train"
        )
    parameters = {"seed": seed, "recipe": asdict(recipe)}
    arrays = cache.load(MAKER, parameters) if use_cache else None
    if arrays is None:
        arrays = _paint(seed, recipe, progress)
        if use_cache:
            cache.save(MAKER, parameters, arrays)
    splits = []
    for name in SPLITS:
        own = {key.split("/")[1]: value for key, value in arrays.items() if key.startswith(name + "/")}
        splits.append(VisionSplit(own.pop("pictures"), own.pop("labels"), own))
    return VisionDataset(splits[0], splits[1], splits[2])


def _paint(seed: int, recipe: VisionRecipe, progress: Progress) -> dict[str, np.ndarray]:
    counts = (recipe.pictures_per_class, *[recipe.evaluation_pictures_per_class] * 2)
    arrays: dict[str, np.ndarray] = {}
    for number, (split, count) in enumerate(zip(SPLITS, counts, strict=True)):
        parts = _painted([seed, number], 2 * count, recipe.picture, progress, f"painting {split}")
        for key in ("pictures", "labels", "tags", "scene", "framing"):
            arrays[f"{split}/{key}"] = np.concatenate([part[key] for part in parts])
    return arrays


def _painted(
    seed: list[int], count: int, recipe: PictureRecipe, progress: Progress, stage: str
) -> list[dict[str, np.ndarray]]:
    """Chunks of pictures, from as many painters (processes) as there are processors, four at most."""
    starts = list(range(0, count, _CHUNK))
    painters = min(4, os.cpu_count() or 1, len(starts))
    jobs = [
        {"seed": seed, "recipe": asdict(recipe), "chunks": [(s, min(s + _CHUNK, count)) for s in starts[k::painters]]}
        for k in range(painters)
    ]
    children = [_start(job) for job in jobs]
    chunks: list[dict[str, np.ndarray]] = []
    try:
        for number in range(len(starts)):
            progress(stage, number * _CHUNK, count)
            chunks.append(_receive(children[number % painters]))
    finally:
        for child in children:
            child.kill()
            child.communicate()
    progress(stage, count, count)
    return chunks


def _start(job: Mapping[str, object]) -> subprocess.Popen[bytes]:
    # Processes of our own, not multiprocessing's: those run the caller's main module again, or copy TensorFlow's locks.
    project = str(Path(__file__).resolve().parents[2])
    code = "import sys; sys.path.insert(0, sys.argv[1]); from tinylab.vision.painter import main; main()"
    child = subprocess.Popen(
        [sys.executable, "-P", "-c", code, project],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={**os.environ, "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"},
    )
    assert child.stdin is not None
    child.stdin.write(json.dumps(job).encode())
    child.stdin.close()
    child.stdin = None
    return child


def _receive(child: subprocess.Popen[bytes]) -> dict[str, np.ndarray]:
    """One chunk: eight bytes of length, then an .npz file."""
    assert child.stdout is not None
    head = child.stdout.read(8)
    body = child.stdout.read(int.from_bytes(head, "little")) if len(head) == 8 else b""
    if not body or len(body) < int.from_bytes(head, "little"):
        said = child.communicate()[1].decode(errors="replace").strip().splitlines()
        raise DataError(f"a process that paints pictures died: {said[-1] if said else 'it said nothing'}")
    with np.load(io.BytesIO(body), allow_pickle=False) as arrays:
        return dict(arrays)
