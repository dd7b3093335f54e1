"""Which tensors of a model a peer can be asked for, read with the peer's own copy of the schema.

Not with tinylab's reader: a peer that judges tinylab does not lean on it. This runs in the worker, which may die of it.
"""

from __future__ import annotations

from typing import Any

# Neither resources, variants and strings (a pointer to something else: TFLM's GetTensor crashes on them) nor types that
# NumPy has no word for.
_READABLE = (
    "FLOAT32",
    "FLOAT16",
    "FLOAT64",
    "INT8",
    "INT16",
    "INT32",
    "INT64",
    "UINT8",
    "UINT16",
    "UINT32",
    "UINT64",
    "BOOL",
)


def readable_tensors(schema: Any, model: bytes) -> list[int]:
    """Indices of subgraph 0's tensors that hold computed values: its inputs, variables and every operator's outputs.

    schema: a module made by flatc from TFLite's schema, object API or not.
    """
    types = {getattr(schema.TensorType, name) for name in _READABLE}
    graph = schema.Model.GetRootAs(model, 0).Subgraphs(0)
    computed = {graph.Inputs(place) for place in range(graph.InputsLength())}
    for number in range(graph.OperatorsLength()):
        operator = graph.Operators(number)
        computed |= {operator.Outputs(place) for place in range(operator.OutputsLength())}
        read = {operator.Inputs(place) for place in range(operator.InputsLength())}
        computed |= {index for index in read if index >= 0 and graph.Tensors(index).IsVariable()}
    return sorted(index for index in computed if index >= 0 and graph.Tensors(index).Type() in types)


def input_count(schema: Any, model: bytes) -> int:
    return int(schema.Model.GetRootAs(model, 0).Subgraphs(0).InputsLength())


def output_count(schema: Any, model: bytes) -> int:
    return int(schema.Model.GetRootAs(model, 0).Subgraphs(0).OutputsLength())
