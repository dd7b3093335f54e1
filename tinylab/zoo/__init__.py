"""Small models of our own making, shipped with the package, so that everything that needs no training starts at once.

Each is a .tflite file in `models/` with a card beside it (JSON): what it is for, its class names, how it was made,
and the figures seen when it was.
"""

from __future__ import annotations

import json
from importlib import resources
from typing import Any

from tinylab.errors import DataError
from tinylab.model import Model, load_model

__all__ = ["card", "load", "names"]

_MODELS = resources.files("tinylab.zoo") / "models"


def names() -> tuple[str, ...]:
    """The models there are, sorted."""
    return tuple(
        sorted(entry.name.removesuffix(".tflite") for entry in _MODELS.iterdir() if entry.name.endswith(".tflite"))
    )


def load(name: str) -> Model:
    """The model of that name; DataError lists the names there are."""
    return load_model(_read(name, ".tflite"), name=name)


def card(name: str) -> dict[str, Any]:
    """What is known of a model: class_names, features, recipe, accuracies; see its JSON file."""
    value: dict[str, Any] = json.loads(_read(name, ".json"))
    return value


def _read(name: str, suffix: str) -> bytes:
    if name not in names():
        raise DataError(f"the zoo has no model {name!r}: it has {', '.join(names()) or 'none yet'}")
    return (_MODELS / f"{name}{suffix}").read_bytes()
