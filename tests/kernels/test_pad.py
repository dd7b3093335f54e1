"""PAD and PADV2: against plain NumPy padding, hand-made negative padding, and the real TFLM."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from tests.builder import TensorSpec, constant, single_operator
from tests.kernels.cells import Case, Cell, Rng, assert_cell_as_tflm, every, of_types
from tests.kernels.running import Array, assert_as_tflm, assert_refused_as_tflm, outputs_of, random_values, refusal_of
from tinylab.model import load_model
from tinylab.peers.tflm import TflmSession

TYPES = ["float32", "int8", "int16", "int32"]
Pairs = list[tuple[int, int]]


def pad_model(
    shape: tuple[int, ...], pairs: Pairs, dtype: str = "int8", zero_point: int = 0, value: Array | None = None
) -> bytes:
    """PAD, or PADV2 where there is a value to pad with; quantized where the type can be."""
    scale = 0.5 if dtype in ("int8", "int16") else None
    padded = tuple(left + size + right for size, (left, right) in zip(shape, pairs, strict=True))
    inputs = [TensorSpec(shape, dtype.upper(), scale, zero_point), constant(np.array(pairs, np.int32))]
    if value is not None:
        inputs.append(constant(value, scale=scale, zero_point=zero_point))
    outputs = [TensorSpec(padded, dtype.upper(), scale, zero_point)]
    return single_operator("PAD" if value is None else "PADV2", inputs, outputs)


def random_case(rng: np.random.Generator, dtype: str) -> tuple[bytes, Array, Array]:
    """(model, inputs [5, *shape], expected outputs) of a random shape of 1 to 5 axes."""
    shape = tuple(int(size) for size in rng.integers(1, 5, rng.integers(1, 6)))
    pairs = [(int(left), int(right)) for left, right in rng.integers(0, 4, (len(shape), 2))]
    zero_point = int(rng.integers(-128, 128)) if dtype == "int8" else 0
    value = random_values(rng, dtype, 1) if rng.random() < 0.5 else None
    inputs = random_values(rng, dtype, 5, *shape)
    filler = zero_point if value is None else value[0]
    expected = np.pad(inputs, [(0, 0), *pairs], constant_values=filler)
    return pad_model(shape, pairs, dtype, zero_point, value), inputs, expected


@pytest.mark.parametrize("dtype", TYPES)
def test_is_numpys_pad(dtype: str) -> None:
    rng = np.random.default_rng(1)
    for _ in range(20):
        model, inputs, expected = random_case(rng, dtype)
        np.testing.assert_array_equal(outputs_of(model, inputs)[0], expected)


def case_of(name: str) -> Callable[[Rng, str], Case]:
    def case(rng: Rng, dtype: str) -> Case:
        model, inputs, _ = random_case(rng, dtype)
        while load_model(model).subgraphs[0].operators[0].name != name:
            model, inputs, _ = random_case(rng, dtype)
        return model, inputs

    return case


CELLS = of_types("PAD", case_of("PAD"), TYPES) | of_types("PADV2", case_of("PADV2"), TYPES)


@every(CELLS)
def test_as_tflm(tflm: TflmSession, cell: Cell) -> None:
    assert_cell_as_tflm(tflm, cell)


def test_int8_is_padded_with_its_zero_point_and_int16_with_0() -> None:
    ones = np.ones((1, 1), np.int8)
    assert outputs_of(pad_model((1,), [(1, 2)], zero_point=-7), ones)[0].tolist() == [[-7, 1, -7, -7]]
    assert outputs_of(pad_model((1,), [(1, 2)], "int16"), ones.astype(np.int16))[0].tolist() == [[0, 1, 0, 0]]


@pytest.mark.parametrize("pairs", [[(-1, 0), (0, 0)], [(0, -1), (2, 0)], [(-2, 3), (-1, 1)]])
def test_negative_padding_takes_the_first_elements(tflm: TflmSession, pairs: Pairs) -> None:
    values = np.arange(1, 13, dtype=np.int8).reshape(1, 3, 4)
    assert_as_tflm(tflm, pad_model((3, 4), pairs), values)


def test_negative_padding_by_hand() -> None:
    values = np.arange(1, 13, dtype=np.int8).reshape(1, 3, 4)
    cropped = outputs_of(pad_model((3, 4), [(-1, 0), (1, 0)]), values)[0]
    assert cropped.tolist() == [[[0, 1, 2, 3, 4], [0, 5, 6, 7, 8]]]  # the first eight, not rows 1 and 2


def test_the_value_may_be_computed(tflm: TflmSession) -> None:
    """A third input that is fed: another one for each sample."""
    tensors = [TensorSpec((2,), "FLOAT32"), constant(np.array([[1, 1]], np.int32)), TensorSpec((1,), "FLOAT32")]
    model = single_operator("PADV2", tensors, [TensorSpec((4,), "FLOAT32")])
    values, fillers = np.ones((2, 2), np.float32), np.array([[5], [6]], np.float32)
    assert outputs_of(model, values, fillers)[0].tolist() == [[5, 1, 1, 5], [6, 1, 1, 6]]
    assert_as_tflm(tflm, model, values, fillers)


def int8(shape: tuple[int, ...], scale: float = 0.5, zero_point: int = 0) -> TensorSpec:
    return TensorSpec(shape, "INT8", scale, zero_point)


PADDING = constant(np.array([[1, 1]], np.int32))
TWO, FOUR = int8((2,)), int8((4,))
REFUSED = {
    "types differ": ([TWO, PADDING], [TensorSpec((4,), "INT16", 0.5)]),
    "output size": ([TWO, PADDING], [int8((5,))]),
    "paddings too long": ([TWO, constant(np.array([[1, 1], [0, 0]], np.int32))], [FOUR]),
    "paddings not constant": ([TWO, TensorSpec((1, 2), "INT32")], [FOUR]),
    "zero point": ([TWO, PADDING], [int8((4,), zero_point=200)]),
    "another scale": ([TWO, PADDING, constant(np.int8([3]), scale=0.25)], [FOUR]),
    "another zero point": ([TWO, PADDING, constant(np.int8([3]), scale=0.5, zero_point=1)], [FOUR]),
    "another type of value": ([TWO, PADDING, constant(np.int16([3]), scale=0.5)], [FOUR]),
    "two values": ([TWO, PADDING, constant(np.int8([3, 4]), scale=0.5)], [FOUR]),
    "six axes": ([int8((1,) * 6), constant(np.zeros((6, 2), np.int32))], [int8((1,) * 6)]),
    "uint8": ([TensorSpec((2,), "UINT8", 0.5), PADDING], [TensorSpec((4,), "UINT8", 0.5)]),
    "int64": ([TensorSpec((2,), "INT64"), PADDING], [TensorSpec((4,), "INT64")]),
}


def refused_model(name: str) -> bytes:
    inputs, outputs = REFUSED[name]
    return single_operator("PADV2" if len(inputs) == 3 else "PAD", inputs, outputs)


@pytest.mark.parametrize("name", REFUSED)
def test_refusals(name: str) -> None:
    phase, message = refusal_of(refused_model(name))
    assert phase == ("invoke" if name in ("uint8", "int64") else "allocate")
    assert "operator 0 (PAD" in message
    assert "needed" in message


@pytest.mark.parametrize("name", REFUSED)
def test_refused_as_tflm(tflm: TflmSession, name: str) -> None:
    assert_refused_as_tflm(tflm, refused_model(name))
