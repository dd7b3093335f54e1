"""The common scale of ADD and SUB: by hand, and its refusals."""

from __future__ import annotations

import numpy as np
import pytest

from tinylab.errors import PrepareError
from tinylab.kernels.common_scale import Rescaling, rescale, smaller_than_one


def test_smaller_than_one() -> None:
    assert smaller_than_one(0.5) == (2**30, 0)
    assert smaller_than_one(0.375) == (3 * 2**29, -1)
    assert smaller_than_one(2.0**-40) == (0, 0)


@pytest.mark.parametrize("real", [0.0, -0.5, 1.0, 7.0, 1 - 2.0**-40, float("inf"), float("nan")])
def test_other_multipliers_are_refused(real: float) -> None:
    """TFLM aborts on them. 1 - 2**-40 is below 1 and still rounds up to a multiplier of 1."""
    with pytest.raises(PrepareError, match="below 1"):
        smaller_than_one(real)


def test_rescale_by_hand() -> None:
    """Half of (x - 3) * 2**20, for every end of int8."""
    x = np.array([-128, 3, 127], np.int8)
    assert rescale(Rescaling(3, 20, 2**30, 0), x).tolist() == [-131 * 2**19, 0, 124 * 2**19]
    assert rescale(Rescaling(0, 15, 2**30, -1), np.array([-(2**15), 2**15 - 1], np.int16)).tolist() == [
        -(2**28),
        (2**15 - 1) * 2**13,
    ]
