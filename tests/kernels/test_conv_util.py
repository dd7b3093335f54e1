"""What convolutions share: packed weights, where float32 is exact, products in pieces."""

from __future__ import annotations

import numpy as np

from tests.builder import TensorSpec, constant, single_operator
from tinylab.kernels import conv_util
from tinylab.kernels.conv_util import exact_dtype, product, unpack_int4
from tinylab.model import Tensor, load_model
from tinylab.model.options import ReshapeOptions


def tensor(dtype: str) -> Tensor:
    data = single_operator("RESHAPE", [TensorSpec((1,), dtype), constant(np.int32([1]))], [TensorSpec((1,), dtype)],
                           ReshapeOptions())  # fmt: skip
    return load_model(data).subgraphs[0].tensors[0]


def test_unpack_int4_by_hand() -> None:
    packed = np.array([0x21, 0x8F, 0x07], np.uint8)
    assert unpack_int4(packed, (5,)).tolist() == [1, 2, -1, -8, 7]
    assert unpack_int4(packed, (2, 3)).tolist() == [[1, 2, -1], [-8, 7, 0]]


def test_float32_where_every_sum_is_exact() -> None:
    """65793 weights of 1 times inputs up to 255 make 16777215: the largest sum that fits; one more needs float64."""
    int8, weights = tensor("INT8"), np.ones((65793, 1), np.int8)
    assert exact_dtype(int8, -128, weights) is np.float32
    assert exact_dtype(int8, -128, np.ones((65794, 1), np.int8)) is np.float64
    assert exact_dtype(int8, 127, weights) is np.float32
    assert exact_dtype(int8, 0, -weights) is np.float32
    assert exact_dtype(tensor("INT16"), 0, np.full((4, 1), 127, np.int8)) is np.float32
    assert exact_dtype(tensor("INT16"), 0, np.full((5, 1), 127, np.int8)) is np.float64
    assert exact_dtype(tensor("FLOAT32"), 0, weights) is np.float32


def test_products_in_pieces() -> None:
    rng = np.random.default_rng(1)
    for rows, taps, channels in ((1, 1, 1), (7, 5, 3), (1000, 90, 40), (3, 600, 600), (0, 4, 2)):
        matrix, weights = rng.integers(-99, 99, (rows, taps)), rng.integers(-99, 99, (taps, channels))
        pieces = product(matrix.astype(np.float32), weights.astype(np.float32))
        np.testing.assert_array_equal(pieces, matrix @ weights)
    assert conv_util.ONE_THREAD_PRODUCTS < 1000 * 90 * 40
