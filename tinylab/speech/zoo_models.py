"""Make the KWS models of tl.zoo again: `python -m tinylab.speech.zoo_models`, about ten minutes on two cores.

Each model is a .tflite file and a card (JSON) beside it. The samples and the order of training are fixed by the seed;
the last digits of the weights depend on TensorFlow's build and number of threads."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import numpy as np

from tinylab.speech.dataset import Recipe, SpeechDataset, Split, synthesize
from tinylab.speech.features import FeatureSpec, compute_features
from tinylab.speech.models import ds_cnn, tiny_conv
from tinylab.speech.training import TrainingRecipe, train
from tinylab.training import accuracy, answers, convert, print_progress, write_zoo_files

WORDS = ("yes", "no")
SEED = 0
FOLDER = Path(__file__).resolve().parents[1] / "zoo" / "models"

# name: (what it is, architecture, its arguments, epochs)
MODELS: dict[str, tuple[str, Any, dict[str, int], int]] = {
    "kws_yes_no": (
        "DS-CNN that tells yes and no from silence and other words",
        ds_cnn,
        {"filters": 32, "blocks": 4},
        40,
    ),
    "kws_tiny_conv": ("tiny_conv that tells yes and no from silence and other words", tiny_conv, {}, 80),
}


def build(name: str, data: SpeechDataset, folder: Path) -> dict[str, Any]:
    """Train and convert one model, write it and its card, and return the card."""
    title, architecture, arguments, epochs = MODELS[name]
    spec, recipe = FeatureSpec(), replace(TrainingRecipe(), epochs=epochs)
    features = compute_features(data.train.samples, spec)
    model = architecture(spec.shape, len(data.class_names), seed=SEED, **arguments)
    train(model, features, data.train.labels, recipe=recipe, seed=SEED, progress=print_progress)
    tflite = convert(model, features)
    held_out = compute_features(data.test.samples, spec)
    card = {
        "title": title,
        "class_names": list(data.class_names),
        "features": spec.to_dict(),
        "architecture": {"name": architecture.__name__, **arguments},
        "data": "speech synthesised by espeak-ng alone: datasets/synthetic_speech/README.md",
        "recipe": json.loads(json.dumps(asdict(Recipe()))),  # with lists for tuples, as the file has them
        "training": asdict(recipe),
        "seed": SEED,
        "made_by": f"python -m tinylab.speech.zoo_models {name}",
        "bytes": len(tflite),
        "accuracy_on_held_out_voices": {
            "clips": len(data.test),
            "float": round(accuracy(model, held_out, data.test.labels), 4),
            "int8": round(int8_accuracy(tflite, held_out, data.test), 4),
        },
        "licence": "Apache-2.0",
    }
    write_zoo_files(folder, name, tflite, card)
    return card


def int8_accuracy(tflite: bytes, features: np.ndarray, split: Split) -> float:
    """Share of clips (0 to 1) that the int8 model gets right on tinylab's runtime."""
    return float(np.mean(answers(tflite, features).argmax(axis=1) == split.labels))


def main(arguments: Sequence[str]) -> None:
    """Build the models that are named, or all."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("names", nargs="*", metavar="name", help=f"of {', '.join(MODELS)}; default all")
    parser.add_argument("--folder", type=Path, default=FOLDER)
    options = parser.parse_args(arguments)
    if unknown := set(options.names) - set(MODELS):
        parser.error(f"no model is called {', '.join(sorted(unknown))}: there are {', '.join(MODELS)}")
    data = synthesize(WORDS, seed=SEED, progress=print_progress)
    for name in options.names or MODELS:
        card = build(name, data, options.folder)
        print(f"{name}: {card['bytes']} bytes, {card['accuracy_on_held_out_voices']}")


if __name__ == "__main__":
    main(sys.argv[1:])
