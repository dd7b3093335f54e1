"""What a model is fed from the command line: a .npy file, random numbers, or zeros."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import numpy as np
import typer
from numpy.typing import NDArray

from tinylab.errors import DataError
from tinylab.model import Model, Tensor, TensorType
from tinylab.runtime.tensor_view import quantize

RANDOM, ZEROS = "random", "zeros"
SEED = 0

Inputs = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="INPUT",
        help="A .npy file for each input of the model, or random, or zeros: [N, *shape] or one sample; of the input's "
        "own type, or real numbers, which are quantized.  [default: random]",
        show_default=False,
    ),
]
Count = Annotated[int, typer.Option("--count", "-n", min=1, metavar="N", help="How many random samples.")]


def read_inputs(model: Model, names: list[str] | None, count: int) -> list[NDArray[Any]]:
    """An array [N, *shape] an input, of the input's own type. DataError says what does not fit."""
    main = model.subgraphs[0]
    tensors = [main.tensors[index] for index in main.inputs]
    chosen = names or [RANDOM]
    if len(chosen) == 1 and chosen[0] in (RANDOM, ZEROS):
        chosen = chosen * max(len(tensors), 1)
    if len(chosen) != max(len(tensors), 1):
        raise DataError(f"{model.name} has {len(tensors)} inputs, and {len(chosen)} were given")
    generator = np.random.default_rng(SEED)
    arrays = [_read(tensor, name, count, generator) for tensor, name in zip(tensors, chosen, strict=False)]
    if len({len(array) for array in arrays}) > 1:
        raise DataError(
            f"the inputs have {', '.join(str(len(array)) for array in arrays)} samples: give as many of each"
        )
    return arrays


def _read(tensor: Tensor, name: str, count: int, generator: np.random.Generator) -> NDArray[Any]:
    if name == ZEROS:
        return np.zeros((count, *tensor.shape), tensor.dtype)
    return _random(tensor, count, generator) if name == RANDOM else _from_file(tensor, name)


def _random(tensor: Tensor, count: int, generator: np.random.Generator) -> NDArray[Any]:
    """Any integer of the tensor's type, or normally distributed floats."""
    shape = (count, *tensor.shape)
    if tensor.dtype.kind == "f":
        return generator.standard_normal(shape).astype(tensor.dtype)
    if tensor.type is TensorType.BOOL:
        return generator.integers(0, 2, shape).astype(bool)
    limits = np.iinfo(tensor.dtype)
    return generator.integers(limits.min, limits.max, shape, tensor.dtype, endpoint=True)


def _from_file(tensor: Tensor, name: str) -> NDArray[Any]:
    array = read_numbers(name)
    shape = tensor.shape
    one = shape[1:] if shape[:1] == (1,) else shape
    if array.shape in (shape, one):
        array = array[np.newaxis]
    if array.shape[1:] not in (shape, one) or not len(array):
        raise DataError(f"{name} has shape {list(array.shape)}, and samples are [N, {', '.join(map(str, one))}]")
    array = array.reshape(-1, *shape)
    if array.dtype == tensor.dtype:
        return array
    if array.dtype.kind != "f":
        raise DataError(
            f"{name} holds {array.dtype}, and the input is {tensor.type.name}: give it that, or real numbers"
        )
    return quantize(tensor, array)


def read_numbers(file: str) -> NDArray[Any]:
    """The array in a .npy file. DataError where it holds none."""
    try:
        array = np.load(Path(file), allow_pickle=False)
    except (ValueError, EOFError) as error:
        raise DataError(f"{file}: no .npy file of numbers: {error}") from None
    if not isinstance(array, np.ndarray):
        raise DataError(f"{file}: a file of several arrays: save one with numpy.save")
    return array
