"""The files of an export as text: templates/ filled with values. A name that a template misspells is an error."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from tinylab.cpp import cpp_text
from tinylab.cpp.exported_model import ExportedModel
from tinylab.cpp.op_resolver import OpResolver
from tinylab.cpp.tensor_arena import TensorArena
from tinylab.errors import ExtraMissingError

FLAVOURS = ("tflm", "arduino")


@dataclass(frozen=True)
class Program:
    """What is exported. name: the folder's; flavour: one of FLAVOURS."""

    name: str
    flavour: str
    models: tuple[ExportedModel, ...]
    resolver: OpResolver
    arena: TensorArena

    @property
    def identifier(self) -> str:
        """The name as a part of C++ names and as a target of make."""
        return cpp_text.identifier(self.name, "program")

    @property
    def suffix(self) -> str:
        """Of C++ sources: TFLM's own, and the one that every Arduino IDE compiles."""
        return ".cpp" if self.flavour == "arduino" else ".cc"

    @property
    def smooths(self) -> bool:
        """Whether any model's scores are smoothed."""
        return any(model.smoothing for model in self.models)

    @property
    def shares(self) -> bool:
        """Whether the program makes a MicroAllocator itself: for several interpreters, or for resource variables."""
        return len(self.models) > 1 or any(model.variable_count for model in self.models)


def render(program: Program) -> dict[str, str]:
    """Every file of the folder: name -> text."""
    environment = _environment()

    def fill(template: str, **values: Any) -> str:
        text: str = environment.get_template(f"{template}.j2").render(program=program, **values)
        return text

    files = {name: fill(name) for name in ("README.md", "op_resolver.h", "tensor_arena.h", "quantization.h")}
    if program.resolver.customs:
        files["custom_operators.h"] = fill("custom_operators.h")
    if program.smooths:
        files["score_smoother.h"] = fill("score_smoother.h")
    for part in ("models", "application", "input_provider", "responder", "self_test"):
        files |= {f"{part}.h": fill(f"{part}.h"), f"{part}{program.suffix}": fill(f"{part}.cc")}
    for model in program.models:
        files[f"{model.name}_model_settings.h"] = fill("model_settings.h", model=model)
        files |= _arrays(program, model, fill)
    if program.flavour == "arduino":
        files[f"{program.name}.ino"] = fill("sketch.ino")
    else:
        files |= {name: fill(name) for name in ("main.cc", "self_test_main.cc")}
        sources, headers = (sorted(name for name in files if name.endswith(end)) for end in (".cc", ".h"))
        parts = [name for name in sources if not name.endswith("main.cc")]
        files["Makefile.inc"] = fill("Makefile.inc", sources=parts, headers=headers)
    return files


def _arrays(program: Program, model: ExportedModel, fill: Any) -> dict[str, str]:
    """The model's bytes, and those of its test vector."""
    arrays = {"model_data": [(model.array, model.model.data)]}
    if model.samples is not None:
        tensors, data = model.inputs + model.outputs, model.samples.inputs + model.samples.outputs
        names = [f"g_{model.name}_test_{tensor.argument}" for tensor in tensors]
        arrays["test_data"] = [(name, memoryview(each)) for name, each in zip(names, data, strict=True)]
    files = {}
    for what, named in arrays.items():
        header = f"{model.name}_{what}.h"
        values = {"model": model, "arrays": named, "header": header}
        files[header] = fill("data.h", **values, is_model=what == "model_data")
        files[f"{model.name}_{what}{program.suffix}"] = fill("data.cc", **values)
    return files


def _environment() -> Any:
    """jinja2's Environment."""
    try:
        from jinja2 import Environment, PackageLoader, StrictUndefined
    except ImportError as error:
        raise ExtraMissingError("export", "exporting C++") from error
    environment = Environment(
        loader=PackageLoader("tinylab.cpp"),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        autoescape=False,  # C++, not HTML
    )
    environment.filters |= {
        "comment": cpp_text.comment,
        "string": cpp_text.string_literal,
        "float": cpp_text.float_literal,
        "bytes": cpp_text.byte_lines,
        "thousands": "{:,}".format,
    }
    return environment
