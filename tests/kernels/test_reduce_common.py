"""The axes of a reduction, and what it makes of no elements."""

from __future__ import annotations

import numpy as np
import pytest

from tests.builder import OperatorSpec, SubgraphSpec, TensorSpec, build_model
from tests.kernels.cells import spec
from tests.kernels.reducing import reduction
from tests.kernels.running import assert_as_tflm, outputs_of
from tinylab.errors import InvokeError
from tinylab.kernels.reduce_common import resolve_axes
from tinylab.model import Tensor, load_model
from tinylab.peers.tflm import TflmSession


def tensors(input: tuple[int, ...], output: tuple[int, ...]) -> tuple[Tensor, Tensor]:
    specs = [TensorSpec(input, "FLOAT32"), TensorSpec(output, "FLOAT32")]
    graph = load_model(build_model([SubgraphSpec(specs, [OperatorSpec("NEG", [0], [1])])])).subgraphs[0]
    return graph.tensors[0], graph.tensors[1]


@pytest.mark.parametrize(
    ("axes", "output", "expected"),
    [
        ([1], (2, 4), (2,)),
        ([-1, 0], (3,), (1, 3)),
        ([0, 0, -3], (3, 4), (1,)),
        ([], (2, 3, 4), ()),
        ([2, 1, 0], (), (1, 2, 3)),
    ],
)
def test_axes_count_from_either_end_and_once(
    axes: list[int], output: tuple[int, ...], expected: tuple[int, ...]
) -> None:
    assert resolve_axes(np.array(axes, np.int32), *tensors((2, 3, 4), output)) == expected


def test_of_a_scalar_none() -> None:
    assert resolve_axes(np.int32([5]), *tensors((), ())) == ()


@pytest.mark.parametrize(("axes", "output"), [([3], (2, 3)), ([-4], (2, 3)), ([1], (2, 3))])
def test_axes_and_outputs_that_do_not_fit(axes: list[int], output: tuple[int, ...]) -> None:
    with pytest.raises(InvokeError, match="needed"):
        resolve_axes(np.array(axes, np.int32), *tensors((2, 3, 4), output))


LOWEST = float(np.finfo(np.float32).min)


@pytest.mark.parametrize(
    ("name", "dtype", "expected"),
    [
        ("SUM", "float32", 0),
        ("SUM", "int8", 0),  # the number 0, not the zero point
        ("REDUCE_MAX", "float32", LOWEST),
        ("REDUCE_MIN", "int8", 127),
        ("REDUCE_ALL", "bool", True),
    ],
)
def test_of_no_elements_what_a_reduction_starts_from(tflm: TflmSession, name: str, dtype: str, expected: float) -> None:
    model = reduction(name, spec((2, 0, 3), dtype), [1])
    nothing = np.zeros((1, 2, 0, 3), dtype)
    assert (outputs_of(model, nothing)[0] == expected).all()
    assert_as_tflm(tflm, model, nothing)
