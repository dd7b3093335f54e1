"""`tinylab footprint`: the flash of TFLM with exactly the operators that a model needs."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Annotated

import typer

from tinylab.cli.arguments import AsJson, ModelName, read_model
from tinylab.footprint import MEASURED, estimate_flash

DEFAULT_BUILD = "cortex-m4/reference"
BUILDS = ", ".join(sorted({build.target for build in MEASURED}))


def command(
    model: ModelName,
    target: Annotated[str, typer.Option("--target", "-t", metavar="NAME", help=f"What was measured: {BUILDS}.")] = (
        DEFAULT_BUILD
    ),
    optimize: Annotated[str, typer.Option(help="How the kernels are compiled: O2 or Os.")] = "O2",
    log_strings: Annotated[bool, typer.Option("--log-strings", help="Keep TFLM's messages.")] = False,
    every_operator: Annotated[bool, typer.Option("--all-operators", help="As if all 118 were linked.")] = False,
    as_json: AsJson = False,
) -> None:
    """Estimate the flash that TFLM takes for a model.

    Core, operators, what they share, and the model's own bytes. The figures are linked sizes of the real TFLM, united
    and not added up; the estimate says its own error.

      tinylab footprint zoo:kws_yes_no --target cortex-m4/cmsis-nn
    """
    estimate = estimate_flash(read_model(model), target, optimize=optimize, log_strings=log_strings)
    if every_operator:
        estimate = estimate.with_every_operator()
    if as_json:
        found = asdict(estimate) | {"total_bytes": estimate.total_bytes, "firmware_bytes": estimate.firmware_bytes}
        typer.echo(json.dumps(found, indent=2, ensure_ascii=False, default=str))
        return
    from tinylab.views.footprint import flash_text  # brings matplotlib

    typer.echo(flash_text(estimate))
