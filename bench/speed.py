"""Speed and memory on one thread: tinylab beside the real TFLM and LiteRT, model by model, in turn.

LiteRT reference: its plain C++ kernels. LiteRT default: what it chooses itself, the XNNPACK delegate where it can.
Times are the processor's, which other programs do not slow down much, or by the wall's clock where the row says so.
Medians over the rounds; a ratio is the median of the rounds' own ratios. Everything is in build/bench/speed.json too.

load, allocate: the real TFLM's wheel does both at once, in load. invoke: one sample, input filled
before. predict: 1,000 samples, of the peers in a loop with input and output. dispatch: invoke less the time inside the
kernels' functions. peak memory: of load, allocate and invoke, beyond that of the imported runtime; predict memory:
beyond inputs and outputs.
"""

from __future__ import annotations

import json
import statistics
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from bench.contender import CONTENDERS, Steps
from bench.contest import ROOT, THREADS, Contender, contest, in_turn, ratio
from bench.measure import AbsentError, Table
from tests.shared import SHARED, model_bytes, model_index

MODELS = (
    "tflm/hello_world_int8.tflite",
    "tflm/keyword_scrambled_8bit.tflite",
    "tflm/micro_speech_quantized.tflite",
    "tflm/person_detect.tflite",
    "mlperf_tiny/kws_ref_model.tflite",
    "mlperf_tiny/vww_96_int8.tflite",
    "mlperf_tiny/pretrainedResnet_quant.tflite",
    "mlperf_tiny/ad01_int8.tflite",
    "mlperf_tiny/vww_96_float.tflite",
)
LARGE = ("kws_ref_model", "vww_96_int8", "pretrainedResnet_quant", "person_detect")  # above a million MACs
SAMPLES = 1_000
KWS, MANY = "mlperf_tiny/kws_ref_model.tflite", 100_000
SMALL_BYTES = 1_000_000
RESULTS = ROOT / "build" / "bench" / "speed.json"


class Row(NamedTuple):
    """A line of the table: place `figure` of what `step(count)` gives, in `unit`, `scale` to the second or mebibyte."""

    name: str
    unit: str
    step: str
    count: int
    rounds: int
    figure: int
    scale: float = 1.0


ROWS = (
    Row("peak memory", "MiB", "memory", 8, rounds=1, figure=0),  # of a fresh process
    Row("load", "ms", "ready", 1, rounds=7, figure=0, scale=1e3),
    Row("allocate", "ms", "ready", 1, rounds=7, figure=1, scale=1e3),
    Row("invoke", "ms", "invoke", 16, rounds=15, figure=0, scale=1e3),
    Row("invoke, wall", "ms", "invoke", 16, rounds=15, figure=1, scale=1e3),
    Row("dispatch", "µs an operator", "dispatch", 64, rounds=3, figure=0, scale=1e6),
    Row("predict", "ms a sample", "predict", SAMPLES, rounds=3, figure=0, scale=1e3 / SAMPLES),
    Row("predict, wall", "ms a sample", "predict", SAMPLES, rounds=3, figure=1, scale=1e3 / SAMPLES),
    Row("predict memory", "MiB", "predict", SAMPLES, rounds=3, figure=2),
)


def main() -> Iterator[Table]:
    """A row a model and what is measured; then the geometric means over the models above a million MACs."""
    if not model_index():
        raise AbsentError(f"no models in {SHARED}: name their folder in TINYLAB_SHARED")
    results: list[dict[str, Any]] = []
    for file in MODELS:
        name = Path(file).stem
        with contest(list(CONTENDERS), SHARED / "models" / file) as contenders:
            results += [{"model": name, **result} for result in measure(contenders)]
        yield table([result for result in results if result["model"] == name])
    small = small_models()
    yield Table(("models under 1 MB, ms", "count", "median", "worst"), [(step, *row) for step, row in small.items()])
    with Contender("tinylab", SHARED / "models" / KWS) as tinylab:
        tinylab.ask("ready", 1)
        seconds, _, mebibytes = tinylab.ask("predict", MANY)
    many = {"samples": MANY, "seconds": seconds, "mebibytes": mebibytes}
    yield Table((f"predict, {KWS}", *many), [("", *(f"{figure:,.4g}" for figure in many.values()))])
    summary = geometric_means(results)
    RESULTS.parent.mkdir(parents=True, exist_ok=True)
    RESULTS.write_text(
        json.dumps({"threads": THREADS, "means": summary, "small": small, "many": many, "rows": results}, indent=1)
        + "\n"
    )
    rows = [(name, *(f"{mean[peer]:.2f}" for peer in mean)) for name, mean in summary.items()]
    yield Table((f"geometric mean of {len(LARGE)}", *next(iter(summary.values()))), rows)


def measure(contenders: Sequence[Contender]) -> Iterator[dict[str, Any]]:
    """For each of ROWS the figures of the rounds, by contender, or why there are none."""
    rounds: dict[tuple[str, int], dict[str, list[list[float]]]] = {}
    for row in ROWS:
        key = row.step, row.count
        if key not in rounds:
            rounds[key] = in_turn(contenders, row.step, row.count, row.rounds)
        figures = {
            name: [row.scale * each[row.figure] for each in taken] for name, taken in rounds[key].items() if any(taken)
        }
        refusals = {one.name: one.refusal for one in contenders if one.refusal}
        yield {"row": row.name, "unit": row.unit, "figures": figures, "refusals": refusals}


def table(results: Sequence[dict[str, Any]]) -> Table:
    """One model's rows: medians, and how many times a peer's time is ours."""
    peers = [name for name in CONTENDERS if name != "tinylab"]
    rows = []
    for result in results:
        figures = result["figures"]
        cells = [
            f"{statistics.median(figures[name]):.4g}" if name in figures else short(result["refusals"].get(name, "–"))
            for name in CONTENDERS
        ]
        ratios = ["–"] * len(peers)
        if result["unit"] != "MiB":
            both = [figures.keys() >= {"tinylab", peer} for peer in peers]
            ratios = [
                f"{ratio(figures['tinylab'], figures[peer]):.2f}" if ran else "–"
                for peer, ran in zip(peers, both, strict=True)
            ]
        rows.append((f"{result['model']}: {result['row']}, {result['unit']}", *cells, *ratios))
    return Table((f"threads: {THREADS}", *CONTENDERS, *(f"{peer} / ours" for peer in peers)), rows)


def short(reason: str, most: int = 24) -> str:
    return reason if len(reason) <= most else reason[: most - 1] + "…"


def geometric_means(results: Sequence[dict[str, Any]]) -> dict[str, dict[str, float]]:
    """Row -> peer -> the mean over LARGE of a peer's time / ours, of those that the peer runs."""
    means: dict[str, dict[str, float]] = {}
    for name in ("invoke", "predict"):
        of_it = [result["figures"] for result in results if result["row"] == name and result["model"] in LARGE]
        means[name] = {
            peer: statistics.geometric_mean(ratio(one["tinylab"], one[peer]) for one in of_it if peer in one)
            for peer in CONTENDERS
            if peer != "tinylab" and any(peer in one for one in of_it)
        }
    return means


def small_models() -> dict[str, tuple[int, str, str]]:
    """Step -> how many models below SMALL_BYTES it was done for, its median and worst milliseconds."""
    taken: list[list[float]] = []
    for entry in model_index():
        if entry["bytes"] < SMALL_BYTES and entry["tflm"]["invokes"]:
            steps = Steps("tinylab", model_bytes(entry["file"]))
            taken.append(list(np.median([steps.ready(1) for _ in range(3)], axis=0)))
    columns = zip(("load", "allocate"), 1e3 * np.transpose(taken), strict=True)
    return {step: (len(each), f"{np.median(each):.2f}", f"{each.max():.2f}") for step, each in columns}
