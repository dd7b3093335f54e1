"""A trained model's files for the zoo, a .tflite file and a card (JSON), and what its int8 version answers."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np

from tinylab.model import load_model
from tinylab.runtime import MicroInterpreter, arena_needs, resolver_for


def write_zoo_files(folder: Path, name: str, tflite: bytes, card: dict[str, Any]) -> None:
    """Write folder/name.tflite and folder/name.json."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{name}.tflite").write_bytes(tflite)
    (folder / f"{name}.json").write_text(json.dumps(card, indent=2) + "\n", encoding="utf-8")


def answers(tflite: bytes, inputs: np.ndarray) -> np.ndarray:
    """float32 [sample, class]: the outputs of a .tflite model for real inputs float32 [sample, ...], on tinylab."""
    model = load_model(tflite)
    interpreter = MicroInterpreter(model, resolver_for(model), arena_needs(model).smallest_arena_bytes)
    interpreter.allocate_tensors()
    scores = interpreter.predict(interpreter.input(0).quantize(inputs))
    return np.asarray(interpreter.output(0).dequantize(np.asarray(scores)), np.float32).reshape(len(inputs), -1)


def print_progress(stage: str, done: int, total: int) -> None:
    """A progress callback for the command line: one line a stage."""
    print(f"\r{stage}: {done} of {total}   ", end="\n" if done == total else "", flush=True)
