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

from tinylab.model import load_model
from tinylab.runtime import MicroInterpreter, resolver_for
from tinylab.speech.conversion import convert
from tinylab.speech.dataset import Recipe, SpeechDataset, Split, synthesize
from tinylab.speech.features import FeatureSpec, compute_features
from tinylab.speech.models import ds_cnn, tiny_conv
from tinylab.speech.training import TrainingRecipe, accuracy, train

WORDS = ("yes", "no")
SEED = 0
ARENA_BYTES = 200_000
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
    train(model, features, data.train.labels, recipe=recipe, seed=SEED, progress=_print)
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
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{name}.tflite").write_bytes(tflite)
    (folder / f"{name}.json").write_text(json.dumps(card, indent=2) + "\n", encoding="utf-8")
    return card


def int8_accuracy(tflite: bytes, features: np.ndarray, split: Split) -> float:
    """Share of clips (0 to 1) that the int8 model gets right on tinylab's runtime."""
    model = load_model(tflite)
    interpreter = MicroInterpreter(model, resolver_for(model), ARENA_BYTES)
    interpreter.allocate_tensors()
    scores = interpreter.predict(interpreter.input(0).quantize(features))
    answers = np.asarray(scores).reshape(len(features), -1).argmax(axis=1)
    return float(np.mean(answers == split.labels))


def main(arguments: Sequence[str]) -> None:
    """Build the models that are named, or all."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("names", nargs="*", metavar="name", help=f"of {', '.join(MODELS)}; default all")
    parser.add_argument("--folder", type=Path, default=FOLDER)
    options = parser.parse_args(arguments)
    if unknown := set(options.names) - set(MODELS):
        parser.error(f"no model is called {', '.join(sorted(unknown))}: there are {', '.join(MODELS)}")
    data = synthesize(WORDS, seed=SEED, progress=_print)
    for name in options.names or MODELS:
        card = build(name, data, options.folder)
        print(f"{name}: {card['bytes']} bytes, {card['accuracy_on_held_out_voices']}")


def _print(stage: str, done: int, total: int) -> None:
    print(f"\r{stage}: {done} of {total}   ", end="\n" if done == total else "", flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
