"""What the tests of reductions share: one-operator models and random axes."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from tests.builder import TensorSpec, constant, single_operator
from tests.kernels.running import Array
from tinylab.model.options import ReducerOptions

Shape = tuple[int, ...]


def reduced(shape: Shape, axes: ArrayLike, *, keep_dims: bool) -> Shape:
    gone = {int(axis) % len(shape) for axis in np.ravel(axes)}
    return tuple(1 if axis in gone else size for axis, size in enumerate(shape) if keep_dims or axis not in gone)


def reduction(
    name: str,
    input: TensorSpec,
    axes: ArrayLike,
    *,
    keep_dims: bool = False,
    computed_axes: bool = False,
    axis_type: str = "INT32",
    **output: Any,
) -> bytes:
    """An output like the input but for `output`; its shape is found here."""
    axis = np.asarray(axes).astype(axis_type.lower())
    axis_tensor = TensorSpec(axis.shape, axis_type) if computed_axes else constant(axis)
    shape = reduced(tuple(input.shape), axis, keep_dims=keep_dims)
    tensor = input._replace(**{"shape": shape, **output})
    return single_operator(name, [input, axis_tensor], [tensor], ReducerOptions(keep_dims))


def random_axes(rng: np.random.Generator, rank: int) -> Array:
    """Some axes in any order, some of them negative; one alone may be a scalar."""
    axes = rng.choice(rank, rng.integers(1, rank + 1), replace=False)
    axes = np.where(rng.random(len(axes)) < 0.4, axes - rank, axes).astype(np.int32)
    return axes.reshape(()) if len(axes) == 1 and rng.random() < 0.5 else axes
