"""Models for exports: each shows one thing that the templates must cope with."""

from __future__ import annotations

from tests.builder.models import OperatorSpec, SubgraphSpec, TensorSpec, build_model, single_operator
from tinylab.model import Model, load_model
from tinylab.model.options import AddOptions, VarHandleOptions


def sum_of(type_name: str, name: str = "sum", count: int = 4) -> Model:
    """Two inputs, one output, of one type, quantized where that is int8 or int16."""
    scale = 0.5 if type_name in ("INT8", "INT16") else None
    left, right, both = (TensorSpec((1, count), type_name, scale, name=each) for each in ("left", "right", "both"))
    return load_model(single_operator("ADD", [left, right], [both], AddOptions()), name=name)


def with_custom_operators() -> Model:
    """Names that would end a string, a comment or a line, and a custom operator with a built-in one's name."""
    name = 'a"\\\n*/ // ??/ \u00e9 #include <x>'
    tensors = [TensorSpec((1, 2), "INT8", 0.5, 0, name=name) for _ in range(3)]
    operators = [OperatorSpec(name, [0], [1]), OperatorSpec("CONV-2D", [1], [2])]
    graph = SubgraphSpec(tensors, operators, inputs=[0], outputs=[2])
    return load_model(build_model([graph]), name="int")


def with_variables(name: str = "variables") -> Model:
    """Two resource variables, of which one is assigned and read."""
    handles = [TensorSpec((1,), "RESOURCE", name=each) for each in ("first", "second")]
    tensors = [TensorSpec((1, 2), "INT8", 0.5, 0, name="x"), *handles, TensorSpec((1, 2), "INT8", 0.5, 0, name="y")]
    operators = [
        OperatorSpec("VAR_HANDLE", [], [1], VarHandleOptions("", "first")),
        OperatorSpec("VAR_HANDLE", [], [2], VarHandleOptions("", "second")),
        OperatorSpec("ASSIGN_VARIABLE", [1, 0], []),
        OperatorSpec("READ_VARIABLE", [1], [3]),
    ]
    return load_model(build_model([SubgraphSpec(tensors, operators, inputs=[0], outputs=[3])]), name=name)


def with_power() -> Model:
    """POW, which TFLM has no kernel for."""
    x, y, z = (TensorSpec((1, 2), "FLOAT32", name=each) for each in "xyz")
    return load_model(single_operator("POW", [x, y], [z]), name="power")
