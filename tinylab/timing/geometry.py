"""Sizes of a convolution: places, channels, taps inside the image. From shapes and options alone."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from tinylab.kernels.padding import Window, window
from tinylab.timing.work import Node


class Convolution(NamedTuple):
    """A convolution or a depthwise convolution, its batch counted into pixels.

    pixels: places of the output; kernel: taps of the filter; inside: taps that see the image, over all pixels;
    inside_rows: rows of the filter that do, over all pixels; in_channels: of the image; depth: input channels a filter
    sees (1 if depthwise); out_channels.
    """

    rows: Window
    columns: Window
    batch: int
    in_channels: int
    depth: int
    out_channels: int
    inside: int
    inside_rows: int
    in_height: int

    @property
    def pixels(self) -> int:
        return self.batch * self.rows.out_size * self.columns.out_size

    @property
    def kernel(self) -> int:
        return self.rows.size * self.columns.size

    @property
    def patch(self) -> int:
        """Elements of the image that one output sees."""
        return self.kernel * self.depth

    @property
    def outputs(self) -> int:
        return self.pixels * self.out_channels

    @property
    def macs(self) -> int:
        """Multiplications with weights, those with padding left out."""
        return self.inside * self.depth * self.out_channels

    @property
    def is_padded(self) -> bool:
        """Whether anything lies before the image: what CMSIS-NN calls padding."""
        return self.rows.before > 0 or self.columns.before > 0

    @property
    def dilated(self) -> bool:
        return self.rows.dilation > 1 or self.columns.dilation > 1


def convolution(node: Node) -> Convolution:
    """The sizes of a CONV_2D or DEPTHWISE_CONV_2D."""
    options = node.operator.options
    batch, in_height, in_width, in_channels = node.shape(0)
    _, kernel_height, kernel_width, depth = node.shape(1)
    _, out_height, out_width, out_channels = node.outputs[0].shape
    down = (kernel_height, options.stride_h, options.dilation_h_factor)
    along = (kernel_width, options.stride_w, options.dilation_w_factor)
    rows = window(options.padding, in_height, out_height, *down)
    columns = window(options.padding, in_width, out_width, *along)
    row_taps, column_taps = taps_inside(rows, in_height), taps_inside(columns, in_width)
    return Convolution(
        rows=rows,
        columns=columns,
        batch=batch,
        in_channels=in_channels,
        depth=1 if node.name == "DEPTHWISE_CONV_2D" else depth,
        out_channels=out_channels,
        inside=batch * row_taps * column_taps,
        inside_rows=batch * row_taps * out_width,
        in_height=in_height,
    )


def taps_inside(along: Window, in_size: int) -> int:
    """How many taps see one of `in_size` elements, over all places along one axis."""
    first = np.arange(along.out_size)[:, None] * along.stride - along.before  # [places, 1]
    seen = first + np.arange(along.size) * along.dilation  # [places, taps]
    return int(np.count_nonzero((seen >= 0) & (seen < in_size)))


def pooling(node: Node) -> tuple[int, int, int]:
    """(taps that see the image, rows of the window that do, outputs) of a pooling, all over all channels."""
    options = node.operator.options
    batch, in_height, in_width, channels = node.shape(0)
    _, out_height, out_width, _ = node.outputs[0].shape
    rows = window(options.padding, in_height, out_height, options.filter_height, options.stride_h)
    columns = window(options.padding, in_width, out_width, options.filter_width, options.stride_w)
    window_rows = batch * channels * taps_inside(rows, in_height)
    seen = window_rows * taps_inside(columns, in_width)
    return seen, window_rows * out_width, batch * channels * out_height * out_width
