"""`tinylab compare`: the same inputs through LiteRT, the real TFLM and tinylab."""

from __future__ import annotations

import json
from typing import Annotated, Any

import typer

from tinylab.cli.arguments import DEFAULT_TARGET, AsJson, ModelName, TargetName, read_model
from tinylab.cli.output import console
from tinylab.cli.samples import Count, Inputs, read_inputs, read_numbers
from tinylab.comparison import Comparison, compare
from tinylab.errors import DataError
from tinylab.runtime.tensor_view import dequantize

DEFAULT_COUNT = 16
SHOWN = (
    "program",
    "ran",
    "accuracy",
    "identical_to_tinylab",
    "same_class_as_tinylab",
    "model_bytes",
    "head_bytes",
    "tail_bytes",
    "arena_used_bytes",
    "seconds_per_inference",
    "note",
)


def command(
    model: ModelName,
    inputs: Inputs = None,
    count: Count = DEFAULT_COUNT,
    labels: Annotated[
        str | None, typer.Option("--labels", metavar="FILE", help="A .npy file: the right class of each sample.")
    ] = None,
    target: TargetName = DEFAULT_TARGET,
    as_json: AsJson = False,
) -> None:
    """Compare LiteRT, the real TFLM and tinylab on one model.

    How many output vectors are the same bytes, arena, time here. A program that is not installed, refuses the model or
    dies is a row that says so. Exit code 1: the real TFLM ran, and its integers differ from tinylab's.

      tinylab compare zoo:hello_world

      tinylab compare kws.tflite features.npy --labels words.npy
    """
    read = read_model(model)
    main = read.subgraphs[0]
    arrays = read_inputs(read, inputs, count)
    if len(arrays) != 1:
        raise DataError(f"compare takes a model with one input, and {read.name} has {len(main.inputs)}")
    tensor = main.tensors[main.inputs[0]]
    real = arrays[0] if tensor.dtype.kind == "f" else dequantize(tensor, arrays[0])
    comparison = compare(read, real, None if labels is None else read_numbers(labels).ravel(), target=target)
    if as_json:
        typer.echo(json.dumps(comparison_json(comparison), indent=2, ensure_ascii=False))
    else:
        from tinylab.views import comparison_text  # it brings matplotlib

        console().print(comparison_text(comparison), soft_wrap=True)
    if differs_from_tflm(comparison):
        raise typer.Exit(1)


def differs_from_tflm(comparison: Comparison) -> bool:
    """Whether the real TFLM ran, and its integers are not tinylab's."""
    row = comparison.row("TFLM")
    return row.identical_to_tinylab is not None and row.program != "TFLM float32" and (
        row.identical_to_tinylab < comparison.sample_count
    )  # fmt: skip


def comparison_json(comparison: Comparison) -> dict[str, Any]:
    """The figures of the table."""
    return {
        "model": comparison.model_name,
        "target": comparison.target,
        "sample_count": comparison.sample_count,
        "smallest_arena_bytes": comparison.needs.smallest_arena_bytes,
        "rows": [{name: getattr(row, name) for name in SHOWN} for row in comparison.rows],
    }
