"""Write tinylab/timing/data from the measured files: `python -m tasks.timing_data ../shared`.

Laws of instructions are fitted to the counted operators; what was published about time is copied with its source.
"""

from __future__ import annotations

import functools
import json
import sys
from pathlib import Path
from typing import Any

from tasks.timing_published import published_content
from tinylab.model import load_model
from tinylab.model.model import Model
from tinylab.timing.allocation import allocation_work
from tinylab.timing.builds import BUILDS, Build
from tinylab.timing.fit import (
    CountedModel,
    CountedOperator,
    CountedWork,
    LeftOut,
    fit_law,
    fit_laws,
    leave_one_allocation_out,
    leave_one_out,
)
from tinylab.timing.laws import Law
from tinylab.timing.work import node_of

DATA = Path(__file__).resolve().parents[1] / "tinylab" / "timing" / "data"
LEVELS = 4
DIGITS = 5  # of a cost; the laws are no better than that


def main(arguments: list[str]) -> int:
    """Write the data files anew from the folder that is named."""
    shared = Path(arguments[0] if arguments else "../shared")
    write("laws.json", laws_content(shared))
    write("published.json", published_content(functools.partial(read, shared)))
    return 0


def write(name: str, content: dict[str, Any]) -> None:
    """As JSON, one line a law: short, and readable in a diff."""
    (DATA / name).write_text(text_of(content) + "\n", encoding="utf-8")


def text_of(value: Any, depth: int = 0) -> str:
    """JSON with a line for every value of the first LEVELS levels."""
    if isinstance(value, list) and value and isinstance(value[0], dict):
        rows = ",\n".join(f"{' ' * (depth + 1)}{json.dumps(row, ensure_ascii=False)}" for row in value)
        return f"[\n{rows}\n{' ' * depth}]"
    if not isinstance(value, dict) or depth == LEVELS:
        return json.dumps(value, ensure_ascii=False)
    lines = [f"{' ' * (depth + 1)}{json.dumps(key)}: {text_of(inner, depth + 1)}" for key, inner in value.items()]
    return "{\n" + ",\n".join(lines) + "\n" + " " * depth + "}"


def laws_content(shared: Path) -> dict[str, Any]:
    """What laws.json holds."""
    return {
        "source": {
            "counted": "TFLM 90b983c2, CMSIS-NN 4ab83cc3, arm-none-eabi-gcc 12.2.1, TFLM's release build (-Os core, "
            "-O2 kernels, strings stripped), QEMU 7.2 counting every executed instruction of the second Invoke",
            "fitted": "non-negative least squares over relative errors (tinylab/timing/fit.py)",
            "figures": "instructions_*.json of the measurements",
        },
        "targets": {target: target_content(build, counted_models(shared, target)) for target, build in BUILDS.items()},
    }


def target_content(build: Build, models: list[CountedModel]) -> dict[str, Any]:
    """The laws of one target, and their errors over models left out."""
    return {
        "models": len({model.sha256 for model in models}),
        "operators": sum(len(model.operators) for model in models),
        "left_out": {
            left.model: [round(left.error, 4), left.guessed] for left in distinct(leave_one_out(build, models), models)
        },
        "allocate": allocate_content(build, models),
        "laws": {name: law_content(law) for name, law in fit_laws(build, models).items()},
    }


def allocate_content(build: Build, models: list[CountedModel]) -> dict[str, Any]:
    """The law of AllocateTensors, and its error over models of two operators or more, left out."""
    rows = [CountedWork(model.allocation, model.allocate_instructions, model.sha256) for model in models]
    law = law_content(fit_law(rows))
    large = {model.sha256 for model in models if len(model.operators) > 1}
    errors = leave_one_allocation_out(rows, large)
    return {"parts": law["parts"], "left_out": [round(error, 4) for error in errors]}


def distinct(results: list[LeftOut], models: list[CountedModel]) -> list[LeftOut]:
    """One result a file, where a file has two names."""
    files = {model.name: model.sha256 for model in models}
    return list({files[result.model]: result for result in reversed(results)}.values())[::-1]


def law_content(law: Law) -> dict[str, Any]:
    """A law as JSON."""
    return {
        "parts": {name: significant(cost) for name, cost in law.parts.items()},
        "paths": {path: [*row[:3], significant(row.per_size)] for path, row in law.paths.items()},
        "models": law.models,
        "worst": round(law.worst, 4),
    }


def significant(value: float) -> float:
    return float(f"{value:.{DIGITS}g}")


def counted_models(shared: Path, target: str) -> list[CountedModel]:
    """The models whose instructions were counted on a target, with their operators."""
    counted = read(shared, f"instructions_{target.replace('/', '_')}")["models"]
    files = {name: entry["sha256"] for name, entry in read(shared, "arena_cortex-m4_reference")["models"].items()}
    models = []
    for name, entry in counted.items():
        if "ops" not in entry:  # a model that TFLM refused
            continue
        model = model_of(shared, files[name])
        subgraph = model.subgraphs[0]
        nodes = [node_of(subgraph, operator) for operator in subgraph.operators]
        if [node.name for node in nodes] != [row["op"] for row in entry["ops"]]:
            raise ValueError(f"{name}: the operators counted are not those of the file")
        rows = zip(nodes, entry["ops"], strict=True)
        operators = tuple(CountedOperator(node, row["instructions"]) for node, row in rows)
        invoke, allocate = entry["invoke_instructions"], entry["allocate_tensors_instructions"]
        allocation = allocation_work(BUILDS[target], model)
        models.append(CountedModel(name, files[name], operators, invoke, allocation, allocate))
    return models


def read(shared: Path, name: str) -> dict[str, Any]:
    """One file of the measurements."""
    content: dict[str, Any] = json.loads((shared / "measurements" / f"{name}.json").read_text(encoding="utf-8"))
    return content


@functools.cache
def model_of(shared: Path, sha256: str) -> Model:
    """The shared model whose SHA-256 starts so."""
    index = json.loads((shared / "models" / "INDEX.json").read_text(encoding="utf-8"))["models"]
    file = next(entry["file"] for entry in index if entry["sha256"].startswith(sha256))
    return load_model(shared / "models" / file)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
