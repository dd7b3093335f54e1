"""SOFTMAX: by hand, and against the real TFLM; its integer arithmetic is tested in tests/arithmetic/test_softmax.py."""

from __future__ import annotations

import numpy as np
import pytest

from tests.builder import TensorSpec, single_operator
from tests.kernels.cells import NEAR, SAMPLES, Case, Cell, Rng, assert_cell_as_tflm, every, of_types
from tests.kernels.elementwise import op_data, random_scale, random_shape, unary_model
from tests.kernels.running import Array, assert_as_tflm, assert_refused_as_tflm, outputs_of, random_values, refusal_of
from tinylab.kernels.softmax import REGISTRATION
from tinylab.model.options import SoftmaxOptions
from tinylab.peers.tflm import TflmSession

ONE = SoftmaxOptions(beta=1.0)
# (input, output) -> how an output from 0 to 1 is quantized
OUTPUTS = {("int8", "int8"): (2**-8, -128), ("int8", "int16"): (2**-16, -(2**15)), ("int16", "int16"): (2**-15, 0)}


def softmax_model(
    shape: tuple[int, ...], types: tuple[str, str], scale: float, options: SoftmaxOptions = ONE, zero_point: int = 0
) -> bytes:
    input = TensorSpec(shape, types[0].upper(), scale, zero_point)
    return single_operator("SOFTMAX", [input], [TensorSpec(shape, types[1].upper(), *OUTPUTS[types])], options)


def random_rows(rng: np.random.Generator, dtype: str, *shape: int) -> Array:
    """Over the type's whole range, or close to one another: one large result a row, or many middling ones."""
    values = random_values(rng, dtype, *shape)
    return (values // values.dtype.type(rng.choice([1, 8, 100]))).astype(dtype)


def random_case(rng: Rng, types: str) -> Case:
    shape = (*random_shape(rng, 3), int(rng.integers(1, 40)))
    beta = SoftmaxOptions(float(np.float32(rng.choice([1.0, 0.5, rng.uniform(0.1, 8)]))))
    if types == "float32":
        return unary_model("SOFTMAX", TensorSpec(shape, "FLOAT32"), beta), 4 * random_values(
            rng, types, SAMPLES, *shape
        )
    first, second = types.split(" to ")
    scale = random_scale(rng, -9, 1) if first == "int8" else random_scale(rng, -14, -3)
    return softmax_model(shape, (first, second), scale, beta), random_rows(rng, first, SAMPLES, *shape)


CELLS = {
    **of_types("SOFTMAX", random_case, map(" to ".join, OUTPUTS)),
    **of_types("SOFTMAX", random_case, ["float32"], bound=NEAR),
}


@every(CELLS)
def test_as_tflm(tflm: TflmSession, cell: Cell) -> None:
    assert_cell_as_tflm(tflm, cell)


def test_every_int16_difference_as_tflm(tflm: TflmSession) -> None:
    """Every point of the tables and every place between two of them, to see that they are TFLM's."""
    x = np.stack([np.full(2**16 - 1, 2**15 - 1), np.arange(-(2**15), 2**15 - 1)], axis=-1).astype(np.int16)
    for scale in (10 / 2**16, 1 / 2**12):
        assert_as_tflm(tflm, softmax_model(x.shape, ("int16", "int16"), scale), x[np.newaxis])


def test_by_hand() -> None:
    """Equal numbers share 1; a far smaller one gets nothing, a lone one the largest number that there is."""
    model = softmax_model((2, 2), ("int8", "int8"), 1.0)
    x = np.array([[[5, 5], [100, -100]]], np.int8)
    assert outputs_of(model, x)[0].tolist() == [[[0, 0], [127, -128]]]
    floats = unary_model("SOFTMAX", TensorSpec((2,), "FLOAT32"), SoftmaxOptions(beta=2.0))
    expected = 1 / (1 + np.exp(-2 * 0.5))
    np.testing.assert_allclose(
        outputs_of(floats, np.array([[1.0, 0.5]], np.float32))[0], [[expected, 1 - expected]], rtol=1e-6
    )


def test_op_data_by_hand() -> None:
    """beta * scale = 0.375 in Q5.26 is 0.75 * 2**25; 31 of them are 31 * 2**26 / 2**25 = 62 shifts."""
    data = op_data(REGISTRATION, softmax_model((3,), ("int8", "int8"), 0.1875, SoftmaxOptions(beta=2.0)))
    assert (data.input_multiplier, data.input_left_shift, data.diff_min) == (3 * 2**29, 25, -62)
    wide = op_data(REGISTRATION, softmax_model((3,), ("int16", "int16"), 10 / 65535))
    assert (wide.input_multiplier, wide.input_left_shift) == (2**30, 1)


FLAT = np.zeros((1, 512), np.int8)
FLAT_MODEL = softmax_model((512,), ("int8", "int8"), 0.5)


def test_a_flat_row_of_512_is_refused() -> None:
    phase, message = refusal_of(FLAT_MODEL)
    assert phase == "invoke"
    assert "512 or more" in message
    assert outputs_of(softmax_model((511,), ("int8", "int8"), 0.5), FLAT[:, 1:])[0].max() == -127


def test_a_flat_row_of_512_kills_the_real_one(tflm: TflmSession) -> None:
    assert_as_tflm(tflm, softmax_model((511,), ("int8", "int8"), 0.5), FLAT[:, 1:])
    assert_as_tflm(tflm, softmax_model((512,), ("int8", "int16"), 0.5), FLAT)
    theirs = tflm.run(FLAT_MODEL, FLAT)
    assert not theirs.ran
    assert theirs.reason == "died"


INT8, INT16 = TensorSpec((2,), "INT8", 0.5), TensorSpec((2,), "INT16", 0.5)
INT8_OUTPUT = {"scale": 2**-8, "zero_point": -128}
REFUSED = {
    "int8 output scale": unary_model("SOFTMAX", INT8, ONE, scale=2**-8 * 1.0001, zero_point=-128),
    "int8 output zero point": unary_model("SOFTMAX", INT8, ONE, scale=2**-8, zero_point=0),
    "int8 to int16 scale": unary_model("SOFTMAX", INT8, ONE, type="INT16", scale=2**-16 * 1.01, zero_point=-(2**15)),
    "int16 output scale": unary_model("SOFTMAX", INT16, ONE, scale=2**-15 * 1.01),
    "int16 output zero point": unary_model("SOFTMAX", INT16, ONE, scale=2**-15, zero_point=1),
    "int16 zero point": unary_model("SOFTMAX", INT16._replace(zero_point=1), ONE, scale=2**-15, zero_point=0),
    "int16 to int8": unary_model("SOFTMAX", INT16, ONE, type="INT8", **INT8_OUTPUT),
    "float to int8": unary_model("SOFTMAX", TensorSpec((2,), "FLOAT32"), ONE, type="INT8", **INT8_OUTPUT),
    "uint8": unary_model("SOFTMAX", TensorSpec((2,), "UINT8", 0.5), ONE, scale=2**-8),
    "int32": unary_model("SOFTMAX", TensorSpec((2,), "INT32"), ONE),
    "a scalar": unary_model("SOFTMAX", TensorSpec((), "FLOAT32"), ONE),
    "two inputs": single_operator("SOFTMAX", [INT8, INT8], [INT8._replace(**INT8_OUTPUT)], ONE),
}


def test_a_scale_nearly_right(tflm: TflmSession) -> None:
    """TFLM takes an int16 output's scale within 0.1 %, and computes as if it were exact."""
    model = unary_model("SOFTMAX", INT16, ONE, scale=2**-15 * 1.0005)
    assert_as_tflm(tflm, model, np.array([[3, 4]], np.int16))


# What is undefined in TFLM, or written beside the output.
REFUSED_HERE = {
    "another output size": unary_model("SOFTMAX", TensorSpec((2,), "FLOAT32"), ONE, shape=(3,)),
    "beta is no number": softmax_model((2,), ("int8", "int8"), 0.5, SoftmaxOptions(float("nan"))),
}


@pytest.mark.parametrize("name", REFUSED)
def test_refused_as_tflm(tflm: TflmSession, name: str) -> None:
    assert_refused_as_tflm(tflm, REFUSED[name])


@pytest.mark.parametrize("name", [*REFUSED, *REFUSED_HERE])
def test_refusals(name: str) -> None:
    phase, message = refusal_of({**REFUSED, **REFUSED_HERE}[name])
    assert phase == "allocate"
    assert "operator 0 (SOFTMAX)" in message
    assert "needed" in message


def test_a_scale_too_small_for_tflm() -> None:
    """It aborts where beta * scale is at most 2**-26."""
    assert refusal_of(softmax_model((2,), ("int8", "int8"), 2.0**-26))[0] == "allocate"
    assert outputs_of(softmax_model((2,), ("int8", "int8"), 2.0**-25), np.array([[9, 7]], np.int8))[0].tolist() == [
        [0, 0]
    ]
