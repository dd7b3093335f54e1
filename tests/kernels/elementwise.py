"""What the tests of element-wise kernels share: random tensors, models of one or two inputs, OpData, near floats."""

from __future__ import annotations

from typing import Any

import numpy as np

from tests.arithmetic.test_fixed_point import c_multiply
from tests.builder import TensorSpec, single_operator
from tests.kernels.running import Array, outputs_of, random_values
from tinylab.arithmetic.fixed_point import quantize_multiplier
from tinylab.kernels.kernel_util import Registration
from tinylab.model import ActivationFunctionType, load_model
from tinylab.peers.tflm import TflmSession
from tinylab.runtime.micro_context import MicroContext

Quantization = tuple[float, int]  # scale, zero point
QUANTIZED = ("int8", "int16", "uint8")
FLOAT_TOLERANCE = 1e-5  # of the largest number in the tensor


def random_scale(rng: np.random.Generator, low: float = -9, high: float = 0) -> float:
    """A float32 between two powers of two, their exponents evenly spread."""
    return float(np.float32(2.0 ** rng.uniform(low, high)))


def random_shape(rng: np.random.Generator, most_axes: int = 4) -> tuple[int, ...]:
    return tuple(int(size) for size in rng.integers(1, 6, rng.integers(1, most_axes + 1)))


def random_tensor(rng: np.random.Generator, shape: tuple[int, ...], dtype: str) -> TensorSpec:
    """With a random scale, and for 8 bits a random zero point, where the type is quantized."""
    if dtype not in QUANTIZED:
        return TensorSpec(shape, dtype.upper())
    limits = np.iinfo(dtype)
    zero_point = 0 if dtype == "int16" else int(rng.integers(limits.min, limits.max, endpoint=True))
    return TensorSpec(shape, dtype.upper(), random_scale(rng), zero_point)


def random_activation(rng: np.random.Generator) -> ActivationFunctionType:
    return ActivationFunctionType(int(rng.integers(0, 4)))


def broadcasting_shapes(rng: np.random.Generator) -> tuple[tuple[int, ...], tuple[int, ...], tuple[int, ...]]:
    """Two shapes that broadcast, of up to six axes, some of them left out; and the shape that they make."""
    whole = random_shape(rng, most_axes=6)

    def part() -> tuple[int, ...]:
        shape = tuple(1 if rng.random() < 0.3 else size for size in whole)
        return shape[int(rng.integers(0, len(shape))) :] if rng.random() < 0.3 else shape

    first, second = part(), part()
    return first, second, np.broadcast_shapes(first, second)


def random_binary_case(
    rng: np.random.Generator, name: str, options: type[Any], dtype: str
) -> tuple[bytes, list[Array]]:
    """(model, inputs [5, *shape]) of an operator of two inputs, the second of them a constant now and then."""
    first, second, whole = broadcasting_shapes(rng)
    tensors = [random_tensor(rng, first, dtype), random_tensor(rng, second, dtype)]
    values = [random_values(rng, dtype, 5, *first), random_values(rng, dtype, 5, *second)]
    if rng.random() < 0.2:
        tensors[1], values = tensors[1]._replace(data=values[1][0]), values[:1]
    activation = options(fused_activation_function=random_activation(rng))
    return single_operator(name, tensors, [random_tensor(rng, whole, dtype)], activation), values


def c_sum(a: int, b: int, first: Quantization, second: Quantization, output: Quantization, sign: int = 1) -> int:
    """One element of a quantized sum, before the clamp; sign is -1 for SUB."""
    left_shift = 20
    twice = 2 * max(first[0], second[0])
    term1 = c_multiply((a - first[1]) << left_shift, *quantize_multiplier(first[0] / twice))
    term2 = c_multiply((b - second[1]) << left_shift, *quantize_multiplier(second[0] / twice))
    multiplier = quantize_multiplier(twice / ((1 << left_shift) * output[0]))
    return c_multiply(term1 + sign * term2, *multiplier) + output[1]


def random_int8_pairs(
    rng: np.random.Generator,
) -> tuple[list[TensorSpec], tuple[Quantization, Quantization, Quantization], list[Array]]:
    """(tensors, quantizations) of two inputs and an output, and values of the inputs [1, 200]."""
    quantizations = tuple((random_scale(rng), int(rng.integers(-128, 128))) for _ in range(3))
    tensors = [TensorSpec((200,), "INT8", *quantization) for quantization in quantizations]
    return tensors, quantizations, [random_values(rng, "int8", 1, 200) for _ in range(2)]  # type: ignore[return-value]


def binary_model(name: str, options: Any, tensor: TensorSpec, **output: Any) -> bytes:
    """An operator of two inputs like `tensor` and an output like it, but for `output`."""
    return single_operator(name, [tensor, tensor], [tensor._replace(**output)], options)


def unary_model(name: str, input: TensorSpec, options: Any = None, **output: Any) -> bytes:
    """An operator of one input and an output like it, but for `output`."""
    return single_operator(name, [input], [input._replace(**output)], options)


def op_data(registration: Registration, model: bytes) -> Any:
    """What prepare makes of the model's only operator."""
    graph = load_model(model).subgraphs[0]
    return registration.prepare(MicroContext(graph), graph.operators[0])


def assert_near_tflm(tflm: TflmSession, model: bytes, *inputs: Array) -> None:
    """Both give the same floats, but for FLOAT_TOLERANCE."""
    theirs = tflm.run(model, inputs).require().outputs
    for our, their in zip(outputs_of(model, *inputs), theirs, strict=True):
        assert our.dtype == their.dtype == np.float32
        assert np.abs(our.reshape(their.shape) - their).max() <= FLOAT_TOLERANCE * np.abs(their).max()
