"""log of fixed-point numbers: near the real one, and numbers of the real TFLM."""

from __future__ import annotations

import numpy as np

from tinylab.arithmetic.logarithm import log_of_at_least_1


def test_near_the_real_one() -> None:
    """Of Q12.19 in Q5.26: from 1 to 4096."""
    rng = np.random.default_rng(1)
    x = np.concatenate([2**19 + np.arange(1000), 2.0 ** rng.uniform(19, 31, 20_000), [2**30, 2**31 - 1]])
    x = x.astype(np.int64)
    result = log_of_at_least_1(x, 12, 5) * 2.0**-26
    np.testing.assert_allclose(result, np.log(x * 2.0**-19), atol=1.5e-7)


def test_log_of_1_and_of_powers_of_2() -> None:
    exponents = np.arange(12)
    result = log_of_at_least_1(np.int64(1) << (19 + exponents), 12, 5)
    assert np.abs(result - np.round(exponents * np.log(2) * 2**26)).max() <= 8
    assert result[0] == 0
