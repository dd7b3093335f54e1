"""Laws: what each part of a kernel costs in instructions, as fitted to counts of the real TFLM; and what to do without.

A law is linear and never negative: instructions = sum of cost × count over the parts that work.py counts.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from tinylab.timing.builds import Build
from tinylab.timing.work import Node, Work


class MeasuredPath(NamedTuple):
    """What a law rests on, for one path. rows: operators counted; sizes: different counts among them; only_size: the
    size where there is one, else 0; per_size: instructions by size (MACs or elements), the median."""

    rows: int
    sizes: int
    only_size: int
    per_size: float


class Law(NamedTuple):
    """Instructions of one operator and its types. parts: cost of each part; paths: what was measured; models: how many
    different models; worst: the largest error over the rows it was fitted to."""

    parts: Mapping[str, float]
    paths: Mapping[str, MeasuredPath]
    models: int
    worst: float

    def instructions(self, work: Work) -> float:
        """The sum over the parts; a part without a cost counts nothing."""
        return sum(self.parts.get(name, 0.0) * count for name, count in work.counts.items())

    @property
    def per_size(self) -> float:
        """Instructions by size, of the path that was measured most."""
        return max(self.paths.values()).per_size


class Prediction(NamedTuple):
    """Instructions of one operator. basis: "law"; "guess", with the reason in `because`; or "unknown", where
    instructions is None."""

    instructions: float | None
    basis: str
    because: str = ""


Laws = Mapping[str, Law]  # by law_name

# Operators that were never counted, and one that does about the same for each MAC or element.
RELATIVES: Mapping[str, str] = {
    **dict.fromkeys(("BATCH_MATMUL", "UNIDIRECTIONAL_SEQUENCE_LSTM"), "FULLY_CONNECTED"),
    "LOGISTIC": "SOFTMAX",
    "MEAN": "AVERAGE_POOL_2D",
    "DEQUANTIZE": "QUANTIZE",
    **dict.fromkeys(("MAX_POOL_2D", "L2_POOL_2D"), "AVERAGE_POOL_2D"),
    **dict.fromkeys(("SUM", "REDUCE_MAX", "REDUCE_MIN", "ARG_MAX", "ARG_MIN"), "MEAN"),
    **dict.fromkeys(("SQUEEZE", "EXPAND_DIMS", "ASSIGN_VARIABLE", "READ_VARIABLE", "FILL", "ZEROS_LIKE"), "RESHAPE"),
    **dict.fromkeys(("VAR_HANDLE", "SHAPE"), "RESHAPE"),
    **dict.fromkeys(("CONCATENATION", "PACK", "UNPACK", "SPLIT", "SPLIT_V", "SLICE"), "STRIDED_SLICE"),
    **dict.fromkeys(("GATHER", "BROADCAST_TO"), "STRIDED_SLICE"),
    **dict.fromkeys(("MIRROR_PAD", "PADV2"), "PAD"),
    **dict.fromkeys(("RESIZE_NEAREST_NEIGHBOR", "DEPTH_TO_SPACE", "SPACE_TO_DEPTH", "REVERSE_V2"), "TRANSPOSE"),
    **dict.fromkeys(("BATCH_TO_SPACE_ND", "SPACE_TO_BATCH_ND"), "TRANSPOSE"),
    **dict.fromkeys(("MUL", "SUB", "SQUARED_DIFFERENCE", "ADD_N", "FLOOR_DIV", "FLOOR_MOD"), "ADD"),
    **dict.fromkeys(("EQUAL", "NOT_EQUAL", "GREATER", "GREATER_EQUAL", "LESS", "LESS_EQUAL"), "ADD"),
    **dict.fromkeys(("RELU", "RELU6", "PRELU", "HARD_SWISH", "ABS", "NEG", "SQUARE", "FLOOR", "CEIL"), "LEAKY_RELU"),
    **dict.fromkeys(("TANH", "ELU", "EXP", "LOG", "SQRT", "RSQRT", "SIN", "COS", "LOG_SOFTMAX"), "LOGISTIC"),
}


def law_name(node: Node, work: Work) -> str:
    """What a law is kept under: "CONV_2D INT8"."""
    return f"{work.runs_as or node.name} {node.types}"


def predict(build: Build, laws: Laws, node: Node) -> Prediction:
    """Instructions of an operator: by its law; else a guess from what was measured nearest; else unknown."""
    work = build.work_of(node)
    law = laws.get(law_name(node, work))
    if law is not None and work.path in law.paths:
        return _by_law(law, work)
    if law is not None:
        return Prediction(law.per_size * work.size, "guess", f'the path "{work.path}" was not measured')
    for name, near in _nearest(laws, work.runs_as or node.name, node.types):
        if work.path in near.paths and not _missing(near, work):
            return Prediction(near.instructions(work), "guess", f"by the law of {name}")
        return Prediction(near.per_size * work.size, "guess", f"in proportion to {name}")
    return Prediction(None, "unknown", "never measured, and nothing like it was")


def _by_law(law: Law, work: Work) -> Prediction:
    """Of a path that was measured: a guess still, where one size only was, or not every part."""
    path = law.paths[work.path]
    if path.sizes == 1 and work.size != path.only_size:
        return Prediction(law.instructions(work), "guess", "measured at one size only")
    if path.sizes == 1:
        return Prediction(law.instructions(work), "law")
    if missing := _missing(law, work):
        return Prediction(law.instructions(work), "guess", f"without {', '.join(missing)}, never measured")
    return Prediction(law.instructions(work), "law")


def _missing(law: Law, work: Work) -> list[str]:
    return [name for name, count in work.counts.items() if count and name not in law.parts]


def _nearest(laws: Laws, operator: str, types: str) -> Iterator[tuple[str, Law]]:
    """Laws of the operator with other types, and of its relative: floats with floats first, then those that were
    measured at more sizes than one, then the operator itself, and the best measured."""
    family = (operator, RELATIVES.get(operator, ""))
    candidates = [(key, law) for key, law in laws.items() if key.partition(" ")[0] in family]

    def rank(candidate: tuple[str, Law]) -> tuple[bool, bool, bool, int]:
        key, law = candidate
        same_arithmetic = ("FLOAT" in key) == ("FLOAT" in types)
        sizes = sum(path.sizes for path in law.paths.values())
        rows = sum(path.rows for path in law.paths.values())
        return same_arithmetic, sizes > 1, key.startswith(f"{operator} "), rows

    yield from sorted(candidates, key=rank, reverse=True)
