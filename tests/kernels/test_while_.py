"""WHILE: a body runs as long as a condition holds."""

from __future__ import annotations

import numpy as np
import pytest

from tests.builder import OperatorSpec, SubgraphSpec, TensorSpec, build_model, constant
from tests.kernels.cells import SAMPLES, Case, Cell, Rng, assert_cell_as_tflm, every, of_types
from tests.kernels.running import assert_as_tflm, assert_refused_as_tflm, interpreter_of, random_values, refusal_of
from tinylab.model import TensorType
from tinylab.model.options import AddOptions, CastOptions, SubOptions, WhileOptions
from tinylab.peers.tflm import TflmSession

COUNT, VALUE, TRUTH = TensorSpec((1,), "FLOAT32"), TensorSpec((1, 3), "FLOAT32"), TensorSpec((1,), "BOOL")
TO_BOOL = OperatorSpec("CAST", [0], [2], CastOptions(TensorType.FLOAT32, TensorType.BOOL))
IS_NOT_0 = SubgraphSpec([COUNT, VALUE, TRUTH], [TO_BOOL], [0, 1], [2])
# count - 1, value + value
BODY = SubgraphSpec(
    [COUNT, VALUE, constant(np.ones(1, np.float32)), COUNT, VALUE],
    [OperatorSpec("SUB", [0, 2], [3], SubOptions()), OperatorSpec("ADD", [1, 1], [4], AddOptions())],
    [0, 1],
    [3, 4],
)


def looping(condition: SubgraphSpec = IS_NOT_0, body: SubgraphSpec = BODY, outputs: tuple[int, ...] = (2, 3)) -> bytes:
    loop = OperatorSpec("WHILE", [0, 1], outputs, WhileOptions(1, 2))
    return build_model([SubgraphSpec([COUNT, VALUE, COUNT, VALUE], [loop], [0, 1], outputs), condition, body])


def test_by_hand_and_as_tflm(tflm: TflmSession) -> None:
    """value x 2**count; no round at all where the count is 0."""
    counts = np.arange(8, dtype=np.float32)[:, np.newaxis]
    values = np.float32([[[1, -3, 0.5]]]).repeat(8, axis=0)
    ends, doubled = interpreter_of(looping()).predict([counts, values])
    assert ends.tolist() == [[0]] * 8
    np.testing.assert_array_equal(doubled, values * 2 ** counts[:, :, np.newaxis])
    assert_as_tflm(tflm, looping(), counts, values)


def random_case(rng: Rng, dtype: str) -> Case:
    """value x 2**count, of a value of the type."""
    value = TensorSpec((1, int(rng.integers(1, 9))), dtype.upper(), 0.5 if dtype in ("int8", "int16") else None)
    condition, body, main = (
        graph._replace(tensors=[value if tensor is VALUE else tensor for tensor in graph.tensors])
        for graph in (IS_NOT_0, BODY, SubgraphSpec([COUNT, VALUE, COUNT, VALUE], [LOOP], [0, 1], [2, 3]))
    )
    counts = rng.integers(0, 12, (SAMPLES, 1)).astype(np.float32)
    return build_model([main, condition, body]), [counts, random_values(rng, dtype, SAMPLES, *value.shape)]


LOOP = OperatorSpec("WHILE", [0, 1], [2, 3], WhileOptions(1, 2))
CELLS = of_types("WHILE", random_case, ["float32", "int8", "int16", "int32"])


@every(CELLS)
def test_as_tflm(tflm: TflmSession, cell: Cell) -> None:
    assert_cell_as_tflm(tflm, cell)


ONE_INPUT = SubgraphSpec([COUNT, TRUTH], [TO_BOOL._replace(outputs=[1])], [0], [1])
LONG = TensorSpec((1, 4), "FLOAT32")
REFUSED = {
    "inputs of the condition": ("allocate", looping(ONE_INPUT)),
    "inputs of the body": ("allocate", looping(body=ONE_INPUT)),
    "outputs of the body": ("allocate", looping(body=BODY._replace(outputs=[3]))),
    "outputs": ("allocate", looping(outputs=(2,))),
    "sizes of the condition": ("invoke", looping(IS_NOT_0._replace(tensors=[COUNT, LONG, TRUTH]))),
}


@pytest.mark.parametrize("name", REFUSED)
def test_refusals(tflm: TflmSession, name: str) -> None:
    phase, model = REFUSED[name]
    assert refusal_of(model)[0] == phase
    assert_refused_as_tflm(tflm, model)
