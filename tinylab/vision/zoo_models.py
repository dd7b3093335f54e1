"""Make the VWW model of tl.zoo again: `python -m tinylab.vision.zoo_models`.

The model is a .tflite file and a card (JSON) beside it. It learns from synthetic pictures alone; with --photographs
FILE from photographs too, which are not part of this project: FILE is an .npz with x uint8 [n, 96, 96, 3] RGB and
y [n] (1 is person). The pictures and the order of training are fixed by the seed; the last digits of the weights
depend on TensorFlow's build and number of threads."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from tinylab.training import answers, convert, print_progress, write_zoo_files
from tinylab.vision.dataset import CLASS_NAMES, VisionDataset, VisionRecipe, synthesize
from tinylab.vision.evaluation import area_under_curve, balanced_accuracy
from tinylab.vision.models import mobilenet_v1
from tinylab.vision.telling import UNKNOWN, train_telling
from tinylab.vision.training import PictureTrainingRecipe, to_inputs

NAME = "vww_96"
CHANNELS = 3
SEED = 0
DATA = VisionRecipe(pictures_per_class=7_000)
TRAINING = PictureTrainingRecipe(epochs=12, batch_size=32, learning_rate=3e-3)
PHOTOGRAPH_SHARE = 0.5  # of what the net sees in an epoch, where there are photographs
FOLDER = Path(__file__).resolve().parents[1] / "zoo" / "models"
SOURCES = (
    "Caltech-101 (Li, Andreeto, Ranzato, Perona; CC BY 4.0), clothing-dataset-small (Alexey Grigorev and contributors;"
    " CC0 1.0), COCO train2017 photographs under CC BY 2.0 and CC BY-SA 2.0, Open Images photographs under CC BY 2.0"
)


class Photographs(NamedTuple):
    """pictures: uint8 [n, 96, 96, 3] RGB; labels: int64 [n], 1 is person."""

    pictures: np.ndarray
    labels: np.ndarray


def read_photographs(path: Path) -> Photographs:
    """Photographs from an .npz file with x and y."""
    with np.load(path, allow_pickle=False) as arrays:
        return Photographs(arrays["x"], arrays["y"].astype(np.int64))


def build(data: VisionDataset, photographs: Photographs | None, folder: Path) -> dict[str, Any]:
    """Train and convert the model, write it and its card, and return the card."""
    pictures, labels, tags, weights = together(data, photographs)
    model = mobilenet_v1(0.25, CHANNELS, seed=SEED)
    train_telling(model, pictures, labels, tags, recipe=TRAINING, weights=weights, seed=SEED, progress=print_progress)
    tflite = convert(model, to_inputs(pictures[:: max(1, len(pictures) // 400)], CHANNELS))
    inputs = to_inputs(data.test.pictures, CHANNELS)
    card = {
        "title": "MobileNetV1 0.25 that tells pictures with a person from pictures without, 96×96 RGB",
        "class_names": list(CLASS_NAMES),
        "input": "RGB of 96×96 pixels as pixel / 255; in int8 that is pixel - 128",
        "architecture": {"name": "mobilenet_v1", "width": 0.25, "channels": CHANNELS},
        "data": "synthetic pictures (datasets/synthetic_people/README.md)"
        + (f" and {len(photographs.labels)} photographs: {SOURCES}" if photographs else " alone"),
        "recipe": json.loads(json.dumps(asdict(DATA))),  # with lists for tuples, as the file has them
        "training": json.loads(json.dumps(asdict(TRAINING))),
        "photograph_share": PHOTOGRAPH_SHARE if photographs else 0.0,
        "seed": SEED,
        "made_by": "python -m tinylab.vision.zoo_models" + (" --photographs FILE" if photographs else ""),
        "bytes": len(tflite),
        "synthetic_test": figures(model.predict(inputs, verbose=0), answers(tflite, inputs), data.test.labels),
        "licence": "Apache-2.0",
    }
    write_zoo_files(folder, NAME, tflite, card)
    return card


def together(
    data: VisionDataset, photographs: Photographs | None
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray | None]:
    """Pictures, labels, tags and weights: photographs, of either class alike, come to PHOTOGRAPH_SHARE."""
    pictures, labels, tags = np.asarray(data.train.pictures), data.train.labels, data.train.metadata["tags"]
    if photographs is None:
        return pictures, labels, tags, None
    wanted = len(labels) * PHOTOGRAPH_SHARE / (1 - PHOTOGRAPH_SHARE)
    repeats = max(1, round(wanted / len(photographs.labels)))
    own = np.tile(photographs.labels, repeats)
    weight = wanted / 2 / np.maximum(np.bincount(own, minlength=2), 1)
    return (
        np.concatenate([pictures, np.tile(photographs.pictures, (repeats, 1, 1, 1))]),
        np.concatenate([labels, own]),
        np.concatenate([tags, np.full((len(own), *tags.shape[1:]), UNKNOWN, np.uint8)]),
        np.concatenate([np.ones(len(labels)), weight[own]]),
    )


def figures(float_scores: np.ndarray, int8_scores: np.ndarray, labels: np.ndarray) -> dict[str, float]:
    """Balanced accuracies and areas under the curve, rounded, and how many pictures they come from."""
    values = {
        "pictures": len(labels),
        "float_balanced_accuracy": balanced_accuracy(float_scores, labels),
        "int8_balanced_accuracy": balanced_accuracy(int8_scores, labels),
        "int8_area_under_curve": area_under_curve(int8_scores[:, 1], labels),
    }
    return {name: round(value, 4) for name, value in values.items()}


def main(arguments: Sequence[str]) -> None:
    """Build the model."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--photographs", type=Path, help="an .npz file of real photographs, x and y")
    parser.add_argument("--folder", type=Path, default=FOLDER)
    options = parser.parse_args(arguments)
    photographs = read_photographs(options.photographs) if options.photographs else None
    data = synthesize(seed=SEED, recipe=DATA, progress=print_progress)
    card = build(data, photographs, options.folder)
    print(f"{NAME}: {card['bytes']} bytes, {card['synthetic_test']}")


if __name__ == "__main__":
    main(sys.argv[1:])
