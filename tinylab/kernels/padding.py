"""Where a window stands on an image: output sizes and padding of SAME and VALID, and views of what the window sees.

Retells tensorflow/lite/kernels/padding.h.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from numpy.lib.stride_tricks import as_strided
from numpy.typing import DTypeLike, NDArray

from tinylab.arithmetic.scratch import scratch
from tinylab.kernels.kernel_util import Array, refuse
from tinylab.model import Padding

TILE_ELEMENTS = 2**17  # as many floats stay in a processor's cache


class Window(NamedTuple):
    """How a window of `size` taps, `dilation` apart, steps along one axis: `out_size` places, `stride` apart.

    before, after: how many elements outside the image its first and its last places see.
    """

    size: int
    stride: int
    dilation: int
    before: int
    after: int
    out_size: int

    @property
    def reach(self) -> int:
        """From the first tap to the last, in elements (TFLM: the effective filter size)."""
        return (self.size - 1) * self.dilation + 1

    def places(self, tap: int) -> slice:
        """What `tap` sees of a padded axis, place after place."""
        first = tap * self.dilation
        return slice(first, first + (self.out_size - 1) * self.stride + 1, self.stride)

    def counts(self, in_size: int) -> NDArray[np.int32]:
        """How many of `in_size` elements each place of an undilated window sees: int32 [out_size]."""
        first = np.arange(self.out_size, dtype=np.int32) * self.stride - self.before
        counts: NDArray[np.int32] = np.minimum(self.size, in_size - first) - np.maximum(0, -first)
        return np.maximum(counts, 0)


def window(padding: Padding, in_size: int, out_size: int, size: int, stride: int, dilation: int = 1) -> Window:
    """The Window that ComputePaddingHeightWidth lays over `in_size` elements.

    TFLM computes the padding for the output size that in_size gives, and then fills as many places as the output has.

    NB: TFLM goes on where size, stride or dilation is not positive; here they are refused.
    """
    if min(size, stride, dilation) <= 0:
        refuse(f"a window of size {size}, stride {stride} and dilation {dilation}", "a positive number for each")
    reach = (size - 1) * dilation + 1
    first_taps = in_size if padding == Padding.SAME else in_size - reach + 1
    computed_size = -(-first_taps // stride)
    before = max((computed_size - 1) * stride + reach - in_size, 0) // 2 if computed_size > 0 else 0
    after = max((out_size - 1) * stride + reach - in_size - before, 0)
    return Window(size, stride, dilation, before, after, out_size)


def padded(
    image: Array, rows: Window, columns: Window, dtype: DTypeLike, zero_point: int = 0, fill: float = 0
) -> Array:
    """`image` [batch, height, width, channels] minus zero_point, as dtype, with `fill` around it for windows to see.

    It lies in memory that the next call may use again.
    """
    is_padded = any((rows.before, rows.after, columns.before, columns.after))
    if not is_padded and image.dtype == dtype and not zero_point:
        return image
    batch, height, width, channels = image.shape
    shape = (batch, rows.before + height + rows.after, columns.before + width + columns.after, channels)
    result = scratch("image", shape, dtype)
    if is_padded:
        result.fill(fill)
    inside = result[:, rows.before : rows.before + height, columns.before : columns.before + width]
    if zero_point:
        np.subtract(image, zero_point, out=inside, dtype=dtype)
    else:
        np.copyto(inside, image)
    return result


def taps(image: Array, rows: Window, columns: Window) -> Iterator[Array]:
    """What each tap sees of a padded image, row by row: views [batch, out_height, out_width, channels]."""
    for row in range(rows.size):
        for column in range(columns.size):
            yield image[:, rows.places(row), columns.places(column)]


def reduce_windows(combine: np.ufunc, image: Array, rows: Window, columns: Window) -> Array:
    """`combine` of what each place sees of a padded image: [batch, out_height, out_width, channels].

    First down the rows, then along the columns: as many passes as a window has rows and columns together.
    """
    still = Window(size=1, stride=1, dilation=1, before=0, after=0, out_size=0)  # sees every element by itself
    for down, along in (
        (rows, still._replace(out_size=image.shape[2])),
        (still._replace(out_size=rows.out_size), columns),
    ):
        first, *others = taps(image, down, along)
        image = first.copy()
        for seen in others:
            combine(image, seen, out=image)
    return image


def windows(image: Array, rows: Window, columns: Window) -> Array:
    """What each place sees of a padded image: a view [batch, out_height, out_width, rows, columns, channels]."""
    batch, row, column, channel = image.strides
    shape = (len(image), rows.out_size, columns.out_size, rows.size, columns.size, image.shape[3])
    places = (row * rows.stride, column * columns.stride, row * rows.dilation, column * columns.dilation)
    return as_strided(image, shape, (batch, *places, channel), writeable=False)


def patches(image: Array, rows: Window, columns: Window) -> Array:
    """The same, a place a row of a matrix: [batch * out_height * out_width, rows * columns * channels].

    A view where that is possible, else a copy in memory that the next call may use again.
    """
    seen = windows(image, rows, columns)
    if rows.size == columns.size == rows.stride == columns.stride == 1:
        return seen.reshape(-1, image.shape[3])
    copy = scratch("patches", seen.shape, image.dtype)
    np.copyto(copy, seen)
    return copy.reshape(-1, math.prod(seen.shape[3:]))


def stripes(image: Array, rows: Window, columns: Window) -> Array:
    """The same with a row of places as one vector: [batch, out_height, rows, columns, out_width * channels]."""
    seen = windows(image, rows._replace(size=1, stride=1, out_size=image.shape[1]), columns)  # of single rows
    by_tap = seen[:, :, :, 0].swapaxes(2, 3)  # [batch, height, columns, out_width, channels]
    merged = by_tap.reshape(*by_tap.shape[:3], -1)  # a view where places are not strides apart
    batch, row, tap, element = merged.strides
    shape = (len(image), rows.out_size, rows.size, *merged.shape[2:])
    strides = (batch, row * rows.stride, row * rows.dilation, tap, element)
    return as_strided(merged, shape, strides, writeable=False)


def image_tiles(batch: int, elements_an_image: int, *, alone: bool = False) -> Iterator[slice]:
    """Parts of a batch whose temporaries, of so many elements an image, stay small; one image at least, or `alone`."""
    count = 1 if alone else max(1, TILE_ELEMENTS // max(1, elements_an_image))
    for first in range(0, batch, count):
        yield slice(first, first + count)


def row_tiles(rows: Window, elements_a_row: int) -> Iterator[tuple[slice, slice, Window]]:
    """The same within an image: (rows of the output, the rows of the padded image they see, their Window)."""
    count = max(1, TILE_ELEMENTS // max(1, elements_a_row))
    for first in range(0, rows.out_size, count):
        tile = rows._replace(out_size=min(count, rows.out_size - first))
        seen = slice(first * rows.stride, first * rows.stride + (tile.out_size - 1) * rows.stride + rows.reach)
        yield slice(first, first + tile.out_size), seen, tile
