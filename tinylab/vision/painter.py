"""A process that paints pictures: a job in JSON on its input, chunks of pictures on its output.

Each picture has random numbers of its own, from the seed and its number: it does not matter who paints it, or when."""

from __future__ import annotations

import io
import json
import sys
from typing import Any

import numpy as np

from tinylab.vision.camera import Camera
from tinylab.vision.pictures import Framing, PictureRecipe, picture


def main() -> None:
    """Paint what the job on standard input asks for."""
    job = json.load(sys.stdin.buffer)
    recipe = recipe_of(job["recipe"])
    for first, last in job["chunks"]:
        buffer = io.BytesIO()
        np.savez(buffer, allow_pickle=False, **paint(job["seed"], first, last, recipe))
        body = buffer.getvalue()
        sys.stdout.buffer.write(len(body).to_bytes(8, "little") + body)
        sys.stdout.buffer.flush()


def paint(seed: list[int], first: int, last: int, recipe: PictureRecipe) -> dict[str, np.ndarray]:
    """Pictures number first to last - 1, every second one with people: pictures, labels, tags, scene, framing."""
    labels = np.arange(first, last, dtype=np.int64) % 2
    painted = [
        picture(bool(label), np.random.default_rng([*seed, number]), recipe)
        for number, label in zip(range(first, last), labels, strict=True)
    ]
    columns = {name: np.array([getattr(one, name) for one in painted]) for name in ("tags", "scene", "framing")}
    return {"pictures": np.stack([one.picture for one in painted]), "labels": labels, **columns}


def recipe_of(values: dict[str, Any]) -> PictureRecipe:
    """A recipe as JSON has it, lists for tuples and all."""
    camera: dict[str, Any] = {k: tuple(v) if isinstance(v, list) else v for k, v in values["camera"].items()}
    return PictureRecipe(**{**values, "framing": Framing(**values["framing"]), "camera": Camera(**camera)})
