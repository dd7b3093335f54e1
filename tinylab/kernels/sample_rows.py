"""For kernels whose C++ reads begins, sizes, axes or paddings in Invoke, where the graph may have computed them."""

from __future__ import annotations

from collections.abc import Iterator

from tinylab.kernels.kernel_util import Array


def rows_of(array: Array, rows: slice) -> Array:
    """Those samples of an array; a constant, which has one sample, is there for all."""
    return array if len(array) == 1 else array[rows]


def by_arguments(*arguments: Array) -> Iterator[tuple[slice, list[list[int]]]]:
    """(samples, each argument's values, flat): all samples at once where the arguments are constants, else one by one.

    arguments: integers [samples, ...].
    """
    count = max(map(len, arguments))
    if count == 1:
        yield slice(None), [argument[0].ravel().tolist() for argument in arguments]
        return
    for sample in range(count):
        rows = slice(sample, sample + 1)
        yield rows, [rows_of(argument, rows)[0].ravel().tolist() for argument in arguments]
