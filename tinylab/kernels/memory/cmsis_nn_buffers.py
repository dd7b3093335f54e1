"""How many bytes of work space CMSIS-NN's functions want: pure functions of shapes, `mve` being the kind of core.

mve: False for a core with the DSP extension (Cortex-M4, M7, M33), True for one with vectors (Cortex-M55, M85).
Retells arm_*_get_buffer_sizes_*.c of CMSIS-NN 4ab83cc3 as GCC compiles them; Arm's own compiler has other paths.
"""

from __future__ import annotations

import math
from typing import NamedTuple

INT16_BYTES, INT32_BYTES = 2, 4
MVE_CHANNEL_BLOCK = 124  # channels that a depthwise convolution takes at a time (CH_IN_BLOCK_MVE)
UNSET = (1 << 16, 1 << 16)  # a stride that TFLM forgets to set
REVERSE_ABOVE_CHANNELS = 16  # a transposed convolution of more is run as a convolution of the reversed filter


class Convolution(NamedTuple):
    """What a convolution's work space depends on. Sizes are (height, width); padding: rows above, columns left."""

    batch: int
    input: tuple[int, int]
    input_channels: int
    filter: tuple[int, int]
    filter_channels: int
    output: tuple[int, int]
    output_channels: int
    stride: tuple[int, int]
    padding: tuple[int, int]
    dilation: tuple[int, int] = (1, 1)

    @property
    def taps(self) -> int:
        """Elements of a filter in one channel."""
        return math.prod(self.filter)

    @property
    def column(self) -> int:
        """Elements that one output pixel sees; of a grouped convolution in all groups, though it needs but one."""
        return self.taps * self.input_channels

    @property
    def is_grouped(self) -> bool:
        return self.input_channels != self.filter_channels


def convolve_s8(conv: Convolution, mve: bool) -> int:
    """int8 CONV_2D, with int4 weights too: TFLM asks for the int8 function's bytes whatever the weights are."""
    is_pointwise = conv.filter == (1, 1) and conv.padding == (0, 0) and conv.dilation == (1, 1)
    if is_pointwise and not conv.is_grouped:
        return 0  # the image is a matrix as it lies
    if mve and _is_one_row(conv):
        return _one_row_mve(conv)
    return _columns_s8(conv.column, mve)


def _columns_s8(column: int, mve: bool) -> int:
    """Columns of the image, laid out for the matrix product."""
    if mve:
        return 4 * _round_up(column, 16)  # four columns of int8, in whole vectors
    return 2 * INT16_BYTES * _round_up(column, 4)  # two columns widened to int16


def _is_one_row(conv: Convolution) -> bool:
    """Whether it is a convolution along one row whose steps are whole words (arm_nn_is_convolve_1_x_n)."""
    is_row = conv.input[0] == 1 and conv.filter[0] == 1 and conv.dilation[1] == 1
    return is_row and conv.stride[1] * conv.input_channels % 4 == 0 and not conv.is_grouped


def _one_row_mve(conv: Convolution) -> int:
    """Only the ends of a row, where padding is, are copied; all of it where the ends meet."""
    (_, in_width), (_, taps), (_, out_width) = conv.input, conv.filter, conv.output
    stride, left = conv.stride[1], conv.padding[1]
    uneven = int(math.fmod((out_width - 1) * stride + taps - in_width, 2))  # -1, 0 or 1, as C's %
    right_places = max(1, (left + uneven + stride - 1) // stride) if left + uneven else 0
    left_places = max(1, (left + stride - 1) // stride) if left else 0
    if right_places + left_places > out_width:
        return _columns_s8(conv.column, mve=True)
    right = right_places if uneven else left
    return max(taps + left, taps - 1 + right) * conv.input_channels


def convolve_s16(conv: Convolution, mve: bool) -> int:
    """int16 CONV_2D: two columns, or four in whole vectors; also for a 1x1 filter."""
    return 4 * INT16_BYTES * _round_up(conv.column, 8) if mve else 2 * INT16_BYTES * conv.column


def depthwise_s8(conv: Convolution, mve: bool) -> int:
    """int8 DEPTHWISE_CONV_2D.

    NB: where it becomes a convolution, TFLM 90b983c2 asks without having set the stride, which matters to images of one
    row. Here it is a large multiple of 4, as on the Cortex-M55 in all 72 models measured that begin so and in 22 of 26
    where another operator comes first; behind AVERAGE_POOL_2D, PAD, RELU and SOFTMAX it was not.
    """
    if mve and conv.input_channels == 1 and conv.output_channels > 1:
        # The filter transposed, and a convolution with it.
        return conv.taps * conv.output_channels + convolve_s8(conv._replace(filter_channels=1, stride=UNSET), mve)
    if not mve and conv.filter == (3, 3) and max(conv.padding) <= 1:
        return 0  # a loop of its own
    return depthwise_s4(conv, mve)


def depthwise_s4(conv: Convolution, mve: bool) -> int:
    """int8 DEPTHWISE_CONV_2D with int4 weights: one path, and none where channels multiply, in batches or dilated."""
    if conv.input_channels != conv.output_channels or conv.batch != 1 or conv.dilation != (1, 1):
        return 0
    return (4 * MVE_CHANNEL_BLOCK if mve else INT16_BYTES * conv.input_channels) * conv.taps


def transpose_conv_s8(conv: Convolution, mve: bool) -> tuple[int, int]:
    """int8 TRANSPOSE_CONV: (work space, reversed filter). TFLM asks for both, even if one is of 0 bytes."""
    if max(conv.stride) <= 2 and conv.input_channels > REVERSE_ABOVE_CHANNELS:
        return _columns_s8(conv.column, mve), conv.column * conv.output_channels
    # As many rows of sums as one row of input adds to. The stride down is also asked for across, as in the C.
    rows = max(conv.filter[0], conv.stride[0])
    columns = (conv.input[1] - 1) * conv.stride[1] + max(conv.filter[1], conv.stride[0])
    return rows * columns * conv.output_channels * INT32_BYTES, 0


def fully_connected_s8(units: int, mve: bool) -> int:
    """Sums of the weights, one a unit, which vectors want ready."""
    return INT32_BYTES * units if mve else 0


def svdf_s8(filters: int, mve: bool) -> int:
    """Sums of the feature weights, one a filter."""
    return INT32_BYTES * filters if mve else 0


def average_pool(channels: int, mve: bool) -> int:
    """Sums of one pixel's channels, int8 and int16; vectors keep them in registers."""
    return 0 if mve else INT32_BYTES * channels


def _round_up(count: int, multiple: int) -> int:
    return -(-count // multiple) * multiple
