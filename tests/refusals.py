"""What TFLM refuses, and why: one table of causes, in TFLM's words and in tinylab's.

A refusal is an operator, its place, a phase and a cause. `theirs` reads one from what TFLM printed, `ours` from the
error that tinylab raises; two that are equal are the same refusal for the same reason.
"""

from __future__ import annotations

import itertools
import re
from collections import defaultdict
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from tests.builder import TensorSpec, constant, single_operator
from tests.doctor.typed_models import TYPES
from tests.doctor.typed_models import models as typed_models
from tinylab.errors import InvokeError, OperatorError, ResolverError
from tinylab.model import Padding, load_model
from tinylab.model.options import Conv2DOptions, DepthwiseConv2DOptions, TransposeConvOptions
from tinylab.runtime import AllOpsResolver, MicroInterpreter

ARENA_BYTES = 64 << 20
WEIGHTED = ("CONV_2D", "DEPTHWISE_CONV_2D", "FULLY_CONNECTED", "TRANSPOSE_CONV")
_WEIGHTED = "|".join(WEIGHTED)
_NODE = r"Node (?P<node>\w+) \(number (?P<number>\d+)\) failed to (?P<phase>prepare|invoke)"


class Cause(NamedTuple):
    """name: in words; tflm, tinylab: what is searched for in what TFLM prints, in the message of tinylab's error.

    A text has the first cause that fits. In TFLM's, files are left out, and the line of the node ends it; in tinylab's
    a tensor is just T.
    """

    name: str
    tflm: str
    tinylab: str


# Not of types, though the word is in it.
_OF_TYPES = r"(?!.*(quantization\.type|integer_type|filter->type != kTfLiteInt4\)|contiguous|1-5D|1D-5D))"
TYPES_OF_WEIGHTS = "inputs and weights whose types no kernel multiplies"
TYPE = "a tensor of a type that the kernel does not take"
CAUSES = (
    Cause(
        "an operator that TFLM does not have",
        r"Failed to get registration from op code (?!CUSTOM)\w+",
        r"this resolver has no \w+: TFLM cannot run it either",
    ),
    Cause(
        "a custom operator that nobody registered",
        r"Failed to get registration from op code CUSTOM",
        r"this resolver has no \S+: tinylab has no kernel for it",
    ),
    Cause(
        "a number of inputs or outputs",
        r"Num(Subgraph)?(Inputs|Outputs)\(|puts->size|num_inputs (!=|<=|>=)|(tensors_\[\w+\]|input2) (!=|==) null",
        r"\d+ (in|out)puts|input \d+ is ",
    ),
    Cause(
        "a tensor that is not constant, or that is no variable",
        r"[Nn]on-constant|is_variable",
        r"is not constant|variable tensor",
    ),
    Cause(
        "an option, or a value in a tensor",
        r"threshold|max_categories|ValidateBoxes|num_detections|Division by 0|positive values|bounds\. Got|index out|"
        r"to be non-zero|half_pixel|->activation|frame_step|NumSubgraphs\(",
        r"Options\(|holds |of no height|rows from|indices of|strides \[|half_pixel|activation|steps of|is called",
    ),
    Cause(
        TYPES_OF_WEIGHTS,
        rf"(?s)\A{_OF_TYPES}.*(not supported|type (==|!=)|false was not true).* Node ({_WEIGHTED}) ",
        rf"\(({_WEIGHTED})\): .*type",
    ),
    Cause(
        TYPE,  # each kernel has its own words; two have none, and only their node is named
        rf"\ANode (MIRROR_PAD|TFLite_Det)|\A{_OF_TYPES}.*([Tt]ype|supported|only (currently )?supports)",
        r"\btypes?\b|but FLOAT32",
    ),
    Cause(
        "scales and zero points",
        r"scale(?!_bit)|zero_point|_zp |_offset !=|quantiz|Log2|exponent|filter->type != kTfLiteInt4\)",
        r"\bscales?\b|zero point|quantized",
    ),
    Cause(
        "axes, shapes and sizes",
        r"(?i)\ANode (REVERSE_V2|SPLIT|SPLIT_V) |dims?\b|_dim|dimension|shape|size|axis|axes|rank|elements|channels|5D"
        r"|array|num_classes_with|bytes >= 0",
        r"(?i)axes|axis|shape|elements|size|columns|broadcast|one |blocks|scalar|height|bytes|whole",
    ),
)


class Refusal(NamedTuple):
    """operator, index: which one ("CUSTOM" and None where TFLM gives no more); phase: "find", "prepare" or "invoke"."""

    operator: str
    index: int | None
    phase: str
    cause: str

    def __str__(self) -> str:
        return f"operator {self.index} ({self.operator}) in {self.phase}: {self.cause}"


def cause_of(said: str, by: str) -> str:
    """The first cause whose words, TFLM's or tinylab's (by), are in a text; ValueError where there is none."""
    for cause in CAUSES:
        if re.search(getattr(cause, by), said):
            return cause.name
    raise ValueError(f"{said!r} has no cause: give it a row, or a word, in tests/refusals.py")


def their_cause(text: str) -> str:
    """Of what TFLM printed, its lines apart or with " | " between them, without what Python's interpreter adds."""
    lines = [line for line in re.split(r"\s*\n\s*|\s*\| ", text) if line and not line.startswith("RuntimeError")]
    return cause_of(re.sub(r"\S*kernels/\w+\.(cc|h)(:\d+)?", "", "\n ".join(lines)).strip() + " ", "tflm")


def our_cause(message: str) -> str:
    return cause_of(re.sub(r'tensor \d+ "[^"]*" \([^)]*\)', "T", message), "tinylab")


def theirs(text: str) -> Refusal:
    """The refusal that TFLM printed."""
    node = re.search(_NODE, text)
    if node is None:  # before there are nodes
        operator = re.search(r"registration from op code (\w+)", text)
        assert operator, text
        return Refusal(operator[1], None, "find", their_cause(text))
    return Refusal(node["node"], int(node["number"]), node["phase"], their_cause(text))


def ours(model: bytes) -> Refusal | None:
    """What tinylab says of a model and inputs of ones (so that nobody divides by zero); None where it runs."""
    graph = load_model(model).subgraphs[0]
    try:
        interpreter = MicroInterpreter(load_model(model), AllOpsResolver(), ARENA_BYTES)
        interpreter.allocate_tensors()
        interpreter.predict(ones_for(model))
    except ResolverError as error:
        codes = [operator.code.name for operator in graph.operators if operator.index == error.operator_index]
        return Refusal(codes[0], None, "find", our_cause(str(error)))
    except OperatorError as error:
        phase = "invoke" if isinstance(error, InvokeError) else "prepare"
        return Refusal(error.operator_name, error.operator_index, phase, our_cause(str(error)))
    return None


def ones_for(model: bytes) -> list[np.ndarray]:
    """One sample of ones for each of the model's inputs."""
    graph = load_model(model).subgraphs[0]
    return [np.ones((1, *graph.tensors[index].shape), graph.tensors[index].dtype) for index in graph.inputs]


CAUSE_OF_TYPES = defaultdict(lambda: TYPE, dict.fromkeys(WEIGHTED, TYPES_OF_WEIGHTS))
RUN_BY_TFLM_ALONE = {
    ("GREATER", "int16"): "TFLM rescales with numbers that nobody wrote.",
    ("TRANSPOSE_CONV", "int16 x int16"): "TFLM reads the weights as int8.",
}


def models_of_types() -> Iterator[tuple[str, str, bytes]]:
    """(operator, types, model): every operator of one type, and every one with weights by pairs."""
    for type in TYPES:
        yield from ((name, type.lower(), model) for name, model in typed_models(type))
    yield from weighted_models()


INPUT_TYPES, WEIGHT_TYPES = (
    ("FLOAT32", "INT8", "INT16", "UINT8", "INT32"),
    ("FLOAT32", "INT8", "INT4", "INT16", "UINT8"),
)


def weighted_models() -> Iterator[tuple[str, str, bytes]]:
    """(operator, "INPUT x WEIGHTS", model) of every pair of types; biases left out where they may be."""
    for name, input, weights in itertools.product(WEIGHTED, INPUT_TYPES, WEIGHT_TYPES):
        yield name, f"{input} x {weights}".lower(), _weighted_model(name, input, weights)


def _weighted_model(name: str, input: str, weights: str) -> bytes:
    def tensor(shape: tuple[int, ...], type: str) -> TensorSpec:
        return TensorSpec(shape, type, None if type in ("FLOAT32", "INT32") else 0.5)

    image, small = tensor((1, 2, 2, 1), input), name == "FULLY_CONNECTED"
    shape = (1, 4) if small else (1, 1, 1, 1)
    values = np.ones(shape, "int8" if weights == "INT4" else weights.lower())
    filter = constant(values, weights, scale=None if "FLOAT32" == input == weights else 0.5)
    if small:
        return single_operator(name, [tensor((1, 4), input), filter, None], [tensor((1, 1), input)])
    if name == "TRANSPOSE_CONV":
        inputs = [constant(np.int32([1, 2, 2, 1])), filter, image]
        return single_operator(name, inputs, [image], TransposeConvOptions(Padding.SAME, 1, 1))
    if name == "DEPTHWISE_CONV_2D":
        return single_operator(name, [image, filter], [image], DepthwiseConv2DOptions(Padding.SAME, 1, 1, 1))
    return single_operator(name, [image, filter, None], [image], Conv2DOptions(Padding.SAME, 1, 1))
