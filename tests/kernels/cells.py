"""Operator by types: random models, each run on some samples by tinylab and by the real TFLM.

A test file says in CELLS which types its operators take and how a random model of each is made: shapes, scales, zero
points, options, data with its extremes. The tests run MODELS of each cell; docs/operators.md is what came of
TABLE_MODELS of each (operators_table.py).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any, NamedTuple, TypeVar

import numpy as np
import pytest

from tests.builder import TensorSpec, single_operator
from tests.kernels.elementwise import broadcasting_shapes, random_activation, random_shape, random_tensor
from tests.kernels.running import Array, interpreter_of, random_values
from tinylab.peers.tflm import TflmSession

MODELS, TABLE_MODELS, SAMPLES = 5, 50, 6
FLOAT_EXTREMES = np.float32([0, -0.0, 0.5, -0.5, 1.5, 2.5, -2.5, 3, 88, -100, 1e-30, -1e-40, 1e30, -1e38])
NOT_FINITE = np.float32([np.inf, -np.inf, np.nan])

Rng = np.random.Generator
Case = Sequence[Any]  # a model, its inputs [samples, *shape], and more that is not looked at here


class Bound(NamedTuple):
    """How far a float may lie from TFLM's: in words, and for each element of TFLM's tensor [samples, ...]."""

    words: str
    of: Callable[[Array], Array]


def _largest(theirs: Array) -> Array:
    """The largest magnitude of each sample's tensor, as many axes as it has: float64 [samples, 1, ...]."""
    magnitudes = np.where(np.isfinite(theirs), np.abs(theirs), 0).astype(np.float64)
    largest: Array = magnitudes.max(axis=tuple(range(1, theirs.ndim)), keepdims=True, initial=0)
    return largest


SAME = Bound("the same bits", np.zeros_like)
ONE_UNIT = Bound(
    "one unit in the last place", lambda theirs: np.spacing(np.where(np.isfinite(theirs), np.abs(theirs), 0))
)
NEAR = Bound("1e-5 of the tensor's largest magnitude", lambda theirs: 1e-5 * _largest(theirs))


class Cell(NamedTuple):
    """case: makes a random case. bound: of its floats. shown: of a case's outputs, those elements that TFLM writes."""

    case: Callable[[Rng], Case]
    bound: Bound = SAME
    shown: Callable[[list[Array], Case], list[Array]] = lambda outputs, _: outputs


class Compared(NamedTuple):
    """What came of one model on both. fault: "" where all is equal; largest: of |a - b| / max|tensor|, over floats."""

    fault: str
    values: int
    largest: float


Cells = dict[tuple[str, str], Cell]
Drawn = TypeVar("Drawn")


def of_types(name: str, case: Callable[[Rng, str], Case], types: Iterable[str], **fields: Any) -> Cells:
    """A cell a type, of a function that makes cases of any."""
    return {(name, dtype): Cell(lambda rng, dtype=dtype: case(rng, dtype), **fields) for dtype in types}  # type: ignore[misc]


def of_kinds(
    name: str,
    kinds: Iterable[str],
    draw: Callable[[Rng, str], Drawn],
    kind_of: Callable[[Drawn], str],
    case: Callable[[Rng, Drawn], Case],
) -> Cells:
    """A cell a kind ("int8 x int4"), of a function that draws of a type (the kind's first word) any of its kinds."""

    def of_kind(rng: Rng, kind: str) -> Case:
        drawn = draw(rng, kind.split()[0])
        while kind_of(drawn) != kind:
            drawn = draw(rng, kind.split()[0])
        return case(rng, drawn)

    integers = [kind for kind in kinds if kind != "float32"]
    return of_types(name, of_kind, ["float32"], bound=NEAR) | of_types(name, of_kind, integers)


def kind(input: str, weights: str, scale_count: int = 1, sums: str = "") -> str:
    """The types of an operator with weights: "float32", "int8 x int4", "int8 x int8 per channel", "int16 x int8, …"."""
    if input == "FLOAT32":
        return "float32"
    more = f", {sums}" if sums and input == "INT16" else " per channel" if input == "INT8" and scale_count > 1 else ""
    return f"{input} x {weights}".lower() + more


def every(cells: Cells) -> pytest.MarkDecorator:
    """Parametrizes a test by `cell`."""
    return pytest.mark.parametrize("cell", [pytest.param(cell, id=" ".join(key)) for key, cell in cells.items()])


def assert_cell_as_tflm(tflm: TflmSession, cell: Cell) -> None:
    """The first MODELS of the cell's models are equal on both."""
    for compared in compare(tflm, cell, MODELS):
        assert not compared.fault, compared.fault


def compare(tflm: TflmSession, cell: Cell, models: int) -> list[Compared]:
    """Random models of the cell on both: always the same ones in the same order."""
    rng = np.random.default_rng(1)
    return [_compare(tflm, cell, cell.case(rng)) for _ in range(models)]


def _compare(tflm: TflmSession, cell: Cell, case: Case) -> Compared:
    model, inputs = case[0], [case[1]] if isinstance(case[1], np.ndarray) else list(case[1])
    result = tflm.run(model, inputs)
    if not result.ran:
        return Compared(f"TFLM does not run it: {result.text}", 0, 0.0)
    theirs = cell.shown(list(result.outputs), case)
    ours, invoked = (cell.shown(outputs, case) for outputs in (_predicted(model, inputs), _invoked(model, inputs)))
    faults = [_fault(*pair, cell.bound) for pair in zip(ours, theirs, strict=True)]
    if [one.tobytes() for one in ours] != [one.tobytes() for one in invoked]:
        faults.append("predict is not N invokes")
    largest = max(_relative(*pair) for pair in zip(ours, theirs, strict=True))
    return Compared(next(filter(None, faults), ""), sum(array.size for array in theirs), largest)


def _predicted(model: bytes, inputs: list[Array]) -> list[Array]:
    outputs = interpreter_of(model).predict(inputs)
    return outputs if isinstance(outputs, list) else [outputs]


def _invoked(model: bytes, inputs: list[Array]) -> list[Array]:
    """The same of one invoke a sample, in an interpreter of its own: what has a state begins anew."""
    interpreter, found = interpreter_of(model), []
    for sample in range(len(inputs[0]) if inputs else 1):
        for index, array in enumerate(inputs):
            interpreter.input(index).data[...] = array[sample]
        interpreter.invoke()
        found.append([np.array(interpreter.output(index).data) for index in range(len(interpreter.main.outputs))])
    return [np.stack(outputs) for outputs in zip(*found, strict=True)]


def _fault(ours: Array, theirs: Array, bound: Bound) -> str:
    """What is wrong, or ""."""
    if (ours.dtype, ours.size) != (theirs.dtype, theirs.size):
        return f"{ours.dtype} {ours.shape}, and TFLM's is {theirs.dtype} {theirs.shape}"
    ours = ours.reshape(theirs.shape)
    if theirs.dtype != np.float32:
        return "" if np.array_equal(ours, theirs) else f"{(ours != theirs).sum()} of {ours.size} values differ"
    same = (ours == theirs) & (np.signbit(ours) == np.signbit(theirs)) | np.isnan(ours) & np.isnan(theirs)
    near = np.isfinite(theirs) & (_difference(ours, theirs) <= bound.of(theirs))
    wrong = ~(same | near if bound is not SAME else same)
    return f"{wrong.sum()} of {wrong.size} floats differ" if wrong.any() else ""


def _relative(ours: Array, theirs: Array) -> float:
    if theirs.dtype != np.float32 or ours.size != theirs.size or not theirs.size:
        return 0.0
    largest = np.maximum(_largest(theirs), np.finfo(np.float32).tiny)
    return float((_difference(ours.reshape(theirs.shape), theirs) / largest).max())


def _difference(ours: Array, theirs: Array) -> Array:
    """|a - b| in float64, 0 where TFLM's is no number or infinite."""
    finite = np.isfinite(theirs)
    return np.abs(np.where(finite, ours, 0).astype(np.float64) - np.where(finite, theirs, 0))


def values(rng: Rng, dtype: str, *shape: int) -> Array:
    """[SAMPLES, *shape] over the type's whole range; floats from 1e-3 to 1e3, with extremes among them."""
    drawn = random_values(rng, dtype, SAMPLES, *shape)
    if dtype != "float32":
        return drawn
    spread = (drawn * 10.0 ** rng.integers(-3, 4, drawn.shape)).astype(np.float32)
    return np.where(rng.random(drawn.shape) < 0.1, rng.choice(FLOAT_EXTREMES, drawn.shape), spread)


def unary(name: str, dtype: str, options: Any = None, bound: Bound = SAME) -> Cell:
    """An element-wise operator, from one random quantization to another."""

    def case(rng: Rng) -> Case:
        shape = random_shape(rng, 5)
        model = single_operator(name, [random_tensor(rng, shape, dtype)], [random_tensor(rng, shape, dtype)], options)
        return model, [values(rng, dtype, *shape)]

    return Cell(case, bound)


def binary(
    name: str, dtype: str, options: Any = None, *, second: str = "", output: str = "", most_axes: int = 6
) -> Cell:
    """An operator of two tensors that broadcast, the second a constant now and then; they are close in half of all."""

    def case(rng: Rng) -> Case:
        shapes = broadcasting_shapes(rng)
        while max(map(len, shapes)) > most_axes:
            shapes = broadcasting_shapes(rng)
        types = dtype, second or dtype
        tensors = [random_tensor(rng, shape, type_) for shape, type_ in zip(shapes, types, strict=False)]
        inputs = [values(rng, type_, *shape) for shape, type_ in zip(shapes, types, strict=False)]
        if rng.random() < 0.5 and types[0] == types[1]:
            tensors[1] = tensors[1]._replace(scale=tensors[0].scale, zero_point=tensors[0].zero_point)
            inputs = [near_each_other(rng, array) for array in inputs]
        if rng.random() < 0.2:
            tensors[1], inputs = tensors[1]._replace(data=inputs[1][0]), inputs[:1]
        whole = random_tensor(rng, shapes[2], output or dtype)
        return single_operator(name, tensors, [whole], options(rng) if callable(options) else options), inputs

    return Cell(case)


def fused(options: type[Any]) -> Callable[[Rng], Any]:
    """An operator's options with a random activation."""
    return lambda rng: options(fused_activation_function=random_activation(rng))


def near_each_other(rng: Rng, array: Array) -> Array:
    """The same with few different values, so that many pairs are equal."""
    return rng.choice(array.ravel()[:3], array.shape) if array.dtype != np.bool_ else array


def spec(shape: tuple[int, ...], dtype: str, **fields: Any) -> TensorSpec:
    """A tensor of a type, with scale 0.5 where the type has one and none is given."""
    quantized = dtype.upper() in ("INT8", "INT16", "UINT8")
    return TensorSpec(shape, dtype.upper(), **{"scale": 0.5 if quantized else None, **fields})
