"""Make the zoo's hello_world again: `python -m tasks.hello_world`, about a minute on two cores.

TFLM's first example is a sine: one number in, two hidden layers of 16, one number out. This is a network of that shape,
trained anew and quantized the same way (one scale a layer: today's converter gives dense layers one a unit unless it is
told not to), so its arena is that of TFLM's hello_world_int8.tflite. The samples and the order of training are fixed by
the seed; the last digits of the weights depend on TensorFlow's build and threads."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

import numpy as np

from tinylab.model import load_model
from tinylab.quiet import import_tensorflow, silenced
from tinylab.runtime import MicroInterpreter, arena_needs, resolver_for
from tinylab.speech import convert

FOLDER = Path(__file__).resolve().parents[1] / "tinylab" / "zoo" / "models"
SEED = 0
EPOCHS, BATCH = 500, 64
WIDTHS = (16, 16)


def training_data(count: int = 1000) -> tuple[np.ndarray, np.ndarray]:
    """x, float32 [count, 1], evenly drawn from 0 to 2 pi, and sin(x)."""
    x = np.random.default_rng(SEED).uniform(0, 2 * np.pi, (count, 1)).astype(np.float32)
    return x, np.sin(x)


def train(epochs: int = EPOCHS) -> Any:
    """The Keras model: float32 [n, 1] -> float32 [n, 1]."""
    tf = import_tensorflow()
    tf.keras.utils.set_random_seed(SEED)
    layers = [tf.keras.layers.Dense(width, activation="relu") for width in WIDTHS]
    model = tf.keras.Sequential([tf.keras.Input((1,)), *layers, tf.keras.layers.Dense(1)], name="hello_world")
    model.compile(tf.keras.optimizers.Adam(0.01), "mse")
    with silenced():
        model.fit(*training_data(), epochs=epochs, batch_size=BATCH, verbose=0, callbacks=[_slower(tf, epochs)])
    return model


def _slower(tf: Any, epochs: int) -> Any:
    """A step size that falls to nothing, so that the last epochs settle."""
    return tf.keras.callbacks.LearningRateScheduler(lambda epoch: 0.01 * 0.5 * (1 + np.cos(np.pi * epoch / epochs)))


def largest_error(tflite: bytes) -> float:
    """The largest |output - sin(x)| of the int8 model on tinylab's runtime, over 1,000 x from 0 to 2 pi."""
    model = load_model(tflite)
    interpreter = MicroInterpreter(model, resolver_for(model), arena_needs(model).smallest_arena_bytes)
    interpreter.allocate_tensors()
    x = np.linspace(0, 2 * np.pi, 1000, dtype=np.float32).reshape(-1, 1)
    raw = interpreter.predict(interpreter.input(0).quantize(x)[:, None])
    return float(np.max(np.abs(interpreter.output(0).dequantize(raw).reshape(-1, 1) - np.sin(x))))


def build(folder: Path, epochs: int = EPOCHS) -> dict[str, Any]:
    """Train, convert, write the model and its card, and return the card."""
    tflite = convert(train(epochs), training_data()[0], input_name="x", per_channel_dense=False)
    card = {
        "title": "a sine, as TFLM's hello_world: 1-16-16-1, int8",
        "input": "x, from 0 to 2 pi",
        "output": "sin(x)",
        "architecture": {"dense": [*WIDTHS, 1], "activation": "relu"},
        "data": "sin at random places: no file",
        "training": {"epochs": epochs, "batch": BATCH, "optimizer": "adam"},
        "seed": SEED,
        "made_by": "python -m tasks.hello_world",
        "bytes": len(tflite),
        "largest_error": round(largest_error(tflite), 4),
        "licence": "Apache-2.0",
    }
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "hello_world.tflite").write_bytes(tflite)
    (folder / "hello_world.json").write_text(json.dumps(card, indent=2) + "\n", encoding="utf-8")
    return card


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--folder", type=Path, default=FOLDER)
    card = build(parser.parse_args().folder)
    print(f"hello_world: {card['bytes']} bytes, largest error {card['largest_error']}")


if __name__ == "__main__":
    main()
