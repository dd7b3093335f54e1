"""tinylab/timing/geometry.py: taps inside the image, by hand and by going through every place."""

from __future__ import annotations

import itertools

import pytest

from tests.timing import made
from tinylab.kernels.padding import window
from tinylab.model import Padding
from tinylab.timing.geometry import convolution, taps_inside


def test_a_3x3_kernel_on_4x4_with_padding_sees_100_taps() -> None:
    """Down one axis the four places see 2, 3, 3 and 2 taps: 10, and 10 × 10 over both."""
    sizes = convolution(made.node(made.conv((4, 4, 2), (3, 3, 3, 2), (4, 4, 3))))
    assert (sizes.pixels, sizes.kernel, sizes.patch, sizes.outputs) == (16, 9, 18, 48)
    assert (sizes.inside, sizes.inside_rows, sizes.macs) == (100, 40, 600)
    assert sizes.is_padded


def test_valid_padding_sees_every_tap() -> None:
    sizes = convolution(made.node(made.conv((4, 4, 2), (3, 3, 3, 2), (2, 2, 3), padding=Padding.VALID)))
    assert sizes.inside == sizes.pixels * sizes.kernel == 36
    assert not sizes.is_padded


@pytest.mark.parametrize(
    ("size", "kernel", "stride", "dilation"), list(itertools.product((5, 8), (1, 2, 3, 5), (1, 2, 3), (1, 2)))
)
def test_taps_inside_are_those_that_a_loop_finds(size: int, kernel: int, stride: int, dilation: int) -> None:
    along = window(Padding.SAME, size, -(-size // stride), kernel, stride, dilation)
    seen = [place * stride - along.before + tap * dilation for place in range(along.out_size) for tap in range(kernel)]
    assert taps_inside(along, size) == sum(0 <= index < size for index in seen)
