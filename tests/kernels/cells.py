"""Operator by type: random one-operator models, each run on many samples by tinylab and by the real TFLM.

A test file says in CELLS which (operator, type) pairs its kernel takes and how a case of each is made. Every cell has
MODELS models of SAMPLES samples: 60 random cases, with random shapes, scales, zero points and options.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
import pytest

from tests.builder import TensorSpec, single_operator
from tests.kernels.elementwise import broadcasting_shapes, random_shape, random_tensor
from tests.kernels.running import Array, assert_as_tflm, outputs_of, random_values
from tinylab.peers.tflm import TflmSession

MODELS, SAMPLES = 10, 6
FLOAT_EXTREMES = np.float32([0, -0.0, 0.5, -0.5, 1.5, 2.5, -2.5, 3, 88, -100, 1e-30, -1e-40, 1e30, -1e38])
NOT_FINITE = np.float32([np.inf, -np.inf, np.nan])

Rng = np.random.Generator
Case = tuple[bytes, list[Array]]  # a model, and its inputs [SAMPLES, *shape]


class Cell(NamedTuple):
    """How a random case is made; where C's float functions round otherwise, how far each result may lie from TFLM's."""

    case: Callable[[Rng], Case]
    bound: Callable[[Array], Array] | None = None


def one_unit(theirs: Array) -> Array:
    """One unit in the last place of each number."""
    return np.spacing(np.abs(theirs))


def every(cells: dict[tuple[str, str], Cell]) -> pytest.MarkDecorator:
    """Parametrizes a test by `cell`."""
    return pytest.mark.parametrize("cell", [pytest.param(cell, id=" ".join(key)) for key, cell in cells.items()])


def assert_cell_as_tflm(tflm: TflmSession, cell: Cell) -> None:
    """All cases of the cell give the same bytes on both, or near floats."""
    rng = np.random.default_rng(1)
    for _ in range(MODELS):
        model, inputs = cell.case(rng)
        if cell.bound is None:
            assert_as_tflm(tflm, model, *inputs)
            continue
        (theirs,) = tflm.run(model, inputs).require().outputs
        ours, finite = outputs_of(model, *inputs)[0].reshape(theirs.shape), np.isfinite(theirs)
        np.testing.assert_array_equal(ours[~finite], theirs[~finite])
        assert (np.abs(ours[finite] - theirs[finite]) <= cell.bound(theirs)[finite]).all()


def values(rng: Rng, dtype: str, *shape: int) -> Array:
    """[SAMPLES, *shape] over the type's whole range; floats from 1e-3 to 1e3, with extremes among them."""
    drawn = random_values(rng, dtype, SAMPLES, *shape)
    if dtype != "float32":
        return drawn
    spread = (drawn * 10.0 ** rng.integers(-3, 4, drawn.shape)).astype(np.float32)
    return np.where(rng.random(drawn.shape) < 0.1, rng.choice(FLOAT_EXTREMES, drawn.shape), spread)


def unary(name: str, dtype: str, options: Any = None, bound: Callable[[Array], Array] | None = None) -> Cell:
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
        return single_operator(name, tensors, [whole], options), inputs

    return Cell(case)


def near_each_other(rng: Rng, array: Array) -> Array:
    """The same with few different values, so that many pairs are equal."""
    return rng.choice(array.ravel()[:3], array.shape) if array.dtype != np.bool_ else array


def spec(shape: tuple[int, ...], dtype: str, **fields: Any) -> TensorSpec:
    """A tensor of a type, with scale 0.5 where the type has one and none is given."""
    quantized = dtype.upper() in ("INT8", "INT16", "UINT8")
    return TensorSpec(shape, dtype.upper(), **{"scale": 0.5 if quantized else None, **fields})
