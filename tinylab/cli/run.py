"""`tinylab run`: feed a model and see what comes out."""

from __future__ import annotations

import json
from typing import Annotated, Any

import numpy as np
import typer
from numpy.typing import NDArray
from rich.console import Console

from tinylab.arena import find_target
from tinylab.cli.arguments import DEFAULT_TARGET, AsJson, ModelName, TargetName, read_model
from tinylab.cli.output import console, figures, heading, table
from tinylab.cli.samples import Count, Inputs, read_inputs
from tinylab.model import Model, Tensor
from tinylab.runtime import MicroInterpreter, MicroProfiler, arena_needs, resolver_for
from tinylab.runtime.tensor_view import dequantize

SHOWN_VALUES, SHOWN_SAMPLES = 8, 8


def command(
    model: ModelName,
    inputs: Inputs = None,
    count: Count = 1,
    target: TargetName = DEFAULT_TARGET,
    every_tensor: Annotated[
        bool, typer.Option("--every-tensor", "-e", help="Also what every operator computed: range, mean, ends.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Run a model, bit for bit as TFLM's reference kernels do.

    Its outputs, the arena it took, and the time each operator took here (a laptop's NumPy: no board's time).

      tinylab run zoo:hello_world

      tinylab run kws.tflite features.npy --every-tensor
    """
    read = read_model(model)
    arrays = read_inputs(read, inputs, count)
    needs = arena_needs(read, find_target(target))
    profiler = MicroProfiler()
    interpreter = MicroInterpreter(
        read, resolver_for(read), needs.smallest_arena_bytes, target=target, profiler=profiler
    )
    values = interpreter.predict_every_tensor(arrays)
    main = read.subgraphs[0]
    outputs = [(main.tensors[index], values[index]) for index in main.outputs if index in values]
    if as_json:
        computed = [(main.tensors[i], v) for i, v in values.items()] if every_tensor else []
        typer.echo(json.dumps(_as_json(read, interpreter, outputs, computed, profiler), indent=2, ensure_ascii=False))
        return
    to = console()
    heading(to, f"{read.name} on {target}")
    figures(
        to,
        [
            ("arena", needs.smallest_arena_bytes, "the smallest that works, which it ran in"),
            ("used", interpreter.arena_used_bytes(), "arena_used_bytes()"),
        ],
    )
    for number, (tensor, value) in enumerate(outputs):
        _output(to, number, tensor, value)
    if every_tensor:
        _tensors(to, read, values)
    _times(to, profiler)


def _output(to: Console, number: int, tensor: Tensor, values: NDArray[Any]) -> None:
    to.print()
    shape = "×".join(map(str, tensor.shape)) or "scalar"
    heading(to, f"output {number} {tensor.name}: {shape} {tensor.type.name}, {len(values)} samples")
    for sample, value in enumerate(values[:SHOWN_SAMPLES]):
        real = _real(tensor, value)
        shown = " ".join(f"{one}" for one in value.ravel()[:SHOWN_VALUES])
        in_reals = " = " + " ".join(f"{one:.4g}" for one in real[:SHOWN_VALUES]) if _is_scaled(tensor) else ""
        more = " …" if value.size > SHOWN_VALUES else ""
        best = f"; largest: {int(np.argmax(real))}" if value.size > 1 else ""
        to.print(f"  {sample}: {shown}{more}{in_reals}{more if in_reals else ''}{best}", soft_wrap=True)
    if len(values) > SHOWN_SAMPLES:
        to.print(f"  … {len(values) - SHOWN_SAMPLES} more; --json has them all")


def _is_scaled(tensor: Tensor) -> bool:
    return tensor.quantization is not None and tensor.dtype.kind != "f"


def _real(tensor: Tensor, values: NDArray[Any]) -> NDArray[Any]:
    return dequantize(tensor, values).ravel()


def _tensors(to: Console, model: Model, values: dict[int, NDArray[Any]]) -> None:
    to.print()
    heading(to, "every tensor, over all samples (in its own integers; ends: share at the smallest and largest)")
    to.print()
    rows = []
    for index, value in values.items():
        tensor = model.subgraphs[0].tensors[index]
        stats = _statistics(value)
        ends = f"{100 * stats['ends']:.1f} %" if stats["ends"] is not None else "–"
        rows.append(
            (index, tensor.name or "–", tensor.type.name, *(f"{stats[k]:.4g}" for k in ("min", "max", "mean")), ends)
        )
    table(to, ("#", "tensor", "type", "min", "max", "mean", "ends"), rows, left=(1, 2))


def _statistics(value: NDArray[Any]) -> dict[str, float | None]:
    """Smallest, largest, mean, and of integers the share that lies at an end of the type."""
    if not value.size:
        return {"min": 0.0, "max": 0.0, "mean": 0.0, "ends": None}
    ends = None
    if value.dtype.kind in "iu":
        limits = np.iinfo(value.dtype)
        ends = float(np.mean((value == limits.min) | (value == limits.max)))
    return {"min": float(value.min()), "max": float(value.max()), "mean": float(value.mean()), "ends": ends}


def _times(to: Console, profiler: MicroProfiler) -> None:
    total = profiler.total_seconds() or 1.0
    to.print()
    heading(to, f"time here, all samples: {1000 * profiler.total_seconds():.2f} ms")
    to.print()
    counts: dict[str, set[int]] = {}
    for event in profiler.events:
        counts.setdefault(event.tag, set()).add(event.node_index)
    rows = [
        (tag, len(counts[tag]), f"{1000 * seconds:.2f}", f"{100 * seconds / total:.0f} %")
        for tag, seconds in profiler.seconds_per_tag().items()
    ]
    table(to, ("operator", "count", "ms", "share"), rows)


def _as_json(
    model: Model, interpreter: MicroInterpreter, outputs: list[tuple[Tensor, NDArray[Any]]],
    computed: list[tuple[Tensor, NDArray[Any]]], profiler: MicroProfiler,
) -> dict[str, Any]:  # fmt: skip
    def told(tensor: Tensor, values: NDArray[Any]) -> dict[str, Any]:
        named = {"tensor": tensor.index, "name": tensor.name, "type": tensor.type.name, "shape": list(tensor.shape)}
        return {**named, "values": values.tolist()}

    needs = interpreter.needs
    return {
        "model": model.name,
        "sha256": model.sha256,
        "target": interpreter.allocator.target.name,
        "smallest_arena_bytes": needs.smallest_arena_bytes,
        "used_bytes": needs.used_bytes,
        "outputs": [
            {**told(tensor, values), **({"real": dequantize(tensor, values).tolist()} if _is_scaled(tensor) else {})}
            for tensor, values in outputs
        ],
        "tensors": [{**told(tensor, values), **_statistics(values)} for tensor, values in computed],
        "seconds_per_operator": profiler.seconds_per_tag(),
    }
