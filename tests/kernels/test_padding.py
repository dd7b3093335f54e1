"""Windows on images: output padding of SAME and VALID by hand, what taps and windows see, tiles."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tinylab.errors import PrepareError
from tinylab.kernels import padding
from tinylab.kernels.padding import Window, image_tiles, padded, patches, row_tiles, stripes, taps, window, windows
from tinylab.model import Padding


@pytest.mark.parametrize(
    ("kind", "in_size", "out_size", "size", "stride", "dilation", "expected"),
    [
        (Padding.SAME, 49, 25, 10, 2, 1, (4, 5)),  # odd padding: the larger half behind
        (Padding.SAME, 4, 4, 3, 1, 1, (1, 1)),
        (Padding.SAME, 4, 2, 1, 2, 1, (0, 0)),
        (Padding.SAME, 5, 5, 3, 1, 3, (3, 3)),
        (Padding.VALID, 7, 3, 3, 2, 1, (0, 0)),
        (Padding.VALID, 4, 6, 3, 1, 1, (0, 4)),  # an output larger than the input makes: padding behind alone
        (Padding.VALID, 2, 1, 3, 1, 1, (0, 1)),
    ],
)
def test_window_by_hand(
    kind: Padding, in_size: int, out_size: int, size: int, stride: int, dilation: int, expected: tuple[int, int]
) -> None:
    axis = window(kind, in_size, out_size, size, stride, dilation)
    assert (axis.before, axis.after) == expected
    assert axis[:3] == (size, stride, dilation)


@pytest.mark.parametrize("numbers", [(0, 1, 1), (1, 0, 1), (1, 1, 0), (-1, 1, 1)])
def test_a_window_must_move(numbers: tuple[int, int, int]) -> None:
    with pytest.raises(PrepareError, match="positive"):
        window(Padding.SAME, 4, 4, *numbers)


def test_padding_comes_after_the_zero_point() -> None:
    image = np.array([[[[-128], [127]]]], np.int8)
    columns, rows = Window(2, 1, 1, 1, 0, 2), Window(1, 1, 1, 0, 1, 2)
    result = padded(image, rows, columns, np.float32, zero_point=127)
    assert result.dtype == np.float32
    assert result[0, :, :, 0].tolist() == [[0, -255, 0], [0, 0, 0]]


@given(st.integers(1, 4), st.integers(1, 4), st.integers(1, 3), st.integers(1, 3), st.integers(1, 3))
def test_taps_and_windows_see_the_same(size: int, out_size: int, stride: int, dilation: int, channels: int) -> None:
    rows = Window(size, stride, dilation, 0, 0, out_size)
    columns = Window(2, 1, 1, 0, 0, 3)
    in_size = (out_size - 1) * stride + rows.reach
    image = np.arange(2 * in_size * 4 * channels).reshape(2, in_size, 4, channels)
    seen = windows(image, rows, columns)
    assert seen.shape == (2, out_size, 3, size, 2, channels)
    for tap, view in enumerate(taps(image, rows, columns)):
        np.testing.assert_array_equal(view, seen[:, :, :, tap // 2, tap % 2])
        assert view[1, 0, 0, 0] == image[1, tap // 2 * dilation, tap % 2, 0]


@given(st.integers(1, 3), st.integers(1, 4), st.integers(1, 3), st.integers(1, 3), st.integers(1, 3))
def test_patches_and_stripes_are_windows(size: int, out_size: int, stride: int, dilation: int, channels: int) -> None:
    """Of a part of an image too, as a tile of rows is."""
    rows, columns = Window(2, stride, dilation, 0, 0, 2), Window(size, stride, dilation, 0, 0, out_size)
    height, width = stride + rows.reach, (out_size - 1) * stride + columns.reach
    image = np.random.default_rng(0).normal(size=(2, height + 2, width, channels))[:, 1:-1]
    seen = windows(image, rows, columns)
    np.testing.assert_array_equal(patches(image, rows, columns), seen.reshape(2 * 2 * out_size, -1))
    striped = stripes(image, rows, columns).reshape(2, 2, 2, size, out_size, channels)
    np.testing.assert_array_equal(striped, seen.transpose(0, 1, 3, 4, 2, 5))
    single = Window(1, 1, 1, 0, 0, height), Window(1, 1, 1, 0, 0, width)
    np.testing.assert_array_equal(patches(image, *single), image.reshape(-1, channels))


def test_tiles_cover_everything_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(padding, "TILE_ELEMENTS", 100)
    assert list(image_tiles(5, 40)) == [slice(0, 2), slice(2, 4), slice(4, 6)]
    assert list(image_tiles(2, 1000)) == [slice(0, 1), slice(1, 2)]
    assert list(image_tiles(2, 10, alone=True)) == [slice(0, 1), slice(1, 2)]
    rows = Window(size=3, stride=2, dilation=2, before=0, after=0, out_size=5)
    tiles = list(row_tiles(rows, 40))
    assert [(out, seen, tile.out_size) for out, seen, tile in tiles] == [
        (slice(0, 2), slice(0, 7), 2),
        (slice(2, 4), slice(4, 11), 2),
        (slice(4, 5), slice(8, 13), 1),
    ]
