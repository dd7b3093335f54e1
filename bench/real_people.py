"""Nets that tell pictures with people from pictures without, on synthetic pictures and on real photographs.

Rows: a net trained here on synthetic pictures alone, the zoo's vww_96, and beside them MLPerf Tiny's vww_96_int8 and
TFLM's person_detect on the same pictures, all on tinylab's runtime. The photographs (never trained on) are
data/person_cc/person_cc_96x96.npz in TINYLAB_SHARED, else ../shared. Recipes were chosen by looking at the figures of
those with even numbers; the odd ones were kept for the end. `python -m bench.real_people --model tiny_vision --seed 0`.
"""

from __future__ import annotations

import argparse
import os
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

import tinylab as tl
from bench.measure import AbsentError, Table
from tinylab import vision
from tinylab.training import answers

SHARED = Path(os.environ.get("TINYLAB_SHARED") or Path(__file__).resolve().parents[2] / "shared")
PEERS = {"MLPerf Tiny vww_96_int8": "mlperf_tiny/vww_96_int8", "TFLM person_detect": "tflm/person_detect"}
COLUMNS = (
    "balanced accuracy %, area under curve",
    "synthetic test",
    "real, all",
    "real, even",
    "real, odd",
    "right of all",
)


def main(arguments: Sequence[str] = ()) -> Iterator[Table]:
    """One table: a row a net."""
    options = _options(arguments)
    photographs = SHARED / "data" / "person_cc" / "person_cc_96x96.npz"
    if not photographs.is_file():
        raise AbsentError(f"no photographs in {photographs}: name their folder in TINYLAB_SHARED")
    with np.load(photographs, allow_pickle=False) as arrays:
        real, truth = arrays["x"], arrays["y"].astype(np.int64)
    data = vision.synthesize(seed=options.seed, pictures_per_class=options.pictures)
    sets = ((data.test.pictures, data.test.labels), (real, truth))
    rows = []
    if options.epochs:
        model = trained(options, data)
        scores = [model.predict(vision.to_inputs(x, options.channels), verbose=0) for x, _ in sets]
        rows.append(row(f"{options.model}, synthetic alone, float", scores, sets))
        tflite = vision.convert(model, vision.to_inputs(data.train.pictures[:400], options.channels))
        rows.append(row("the same, int8", [scored(tflite, x) for x, _ in sets], sets))
    if "vww_96" in tl.zoo.names():
        rows.append(row("tl.zoo vww_96, int8", [scored(bytes(tl.zoo.load("vww_96").data), x) for x, _ in sets], sets))
    for name, file in PEERS.items():
        path = SHARED / "models" / f"{file}.tflite"
        if path.is_file():
            rows.append(row(name, [scored(path.read_bytes(), x) for x, _ in sets], sets))
    yield Table(COLUMNS, rows)


def trained(options: argparse.Namespace, data: vision.VisionDataset) -> object:
    """A net that has seen synthetic pictures alone."""
    model = getattr(vision, options.model)(channels=options.channels, seed=options.seed)
    recipe = replace(vision.PictureTrainingRecipe(), epochs=options.epochs, batch_size=32)
    train, tags = data.train, data.train.metadata["tags"]
    vision.train_telling(model, train.pictures, train.labels, tags, recipe=recipe, seed=options.seed)
    return model


def scored(tflite: bytes, pictures: np.ndarray) -> np.ndarray:
    """float32 [picture, class]: what an int8 model says of uint8 RGB pictures, fed as pixel - 128."""
    model = tl.load_model(tflite)
    graph = model.subgraphs[0]
    tensor = graph.tensors[graph.inputs[0]]
    pixels = np.round(255 * vision.to_inputs(pictures, tensor.shape[-1]))
    assert tensor.quantization is not None
    # Scale and zero point of an input differ by who made the model; the bytes they all want are pixel - 128.
    return answers(tflite, (pixels - 128 - tensor.quantization.zero_point) * np.float32(tensor.quantization.scale))


def row(name: str, scores: Sequence[np.ndarray], sets: Sequence[tuple[np.ndarray, np.ndarray]]) -> tuple[str, ...]:
    """Figures of one net: of the synthetic pictures, then of the real ones, all, even, odd."""
    (synthetic, labels), (real, truth) = ((score, y) for score, (_, y) in zip(scores, sets, strict=True))
    even = np.arange(len(truth)) % 2 == 0
    parts = [(synthetic, labels), (real, truth), (real[even], truth[even]), (real[~even], truth[~even])]
    cells = [f"{100 * vision.balanced_accuracy(s, y):.1f}, {vision.area_under_curve(s[:, 1], y):.3f}" for s, y in parts]
    return (name, *cells, f"{np.sum(real.argmax(axis=1) == truth)} of {len(truth)}")


def _options(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--model", choices=("tiny_vision", "mobilenet_v1"), default="tiny_vision")
    parser.add_argument("--channels", type=int, choices=(1, 3), default=3)
    parser.add_argument("--pictures", type=int, default=7_000, help="of each class to train with")
    parser.add_argument("--epochs", type=int, default=8, help="0 trains no net")
    parser.add_argument("--seed", type=int, default=0)
    return parser.parse_args(arguments)


if __name__ == "__main__":
    import sys

    for table in main(sys.argv[1:]):
        print(table.text(), flush=True)
