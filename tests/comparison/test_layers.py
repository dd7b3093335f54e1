"""Layer by layer: the noise of int8 against float, by hand and for a network that parts."""

from __future__ import annotations

import math

import numpy as np
import pytest

from tests.builder import TensorSpec, single_operator
from tests.comparison.networks import float_network, int8_network, samples
from tinylab.comparison.layers import compare_layers, first_parted
from tinylab.errors import DataError


def test_sqnr_by_hand() -> None:
    """RELU of [1, -2, 0.26] with scale 0.5: signal 1, 0, 0.26; int8 says 1, 0, 0.5: noise 0.24."""
    x = np.array([[1.0, -2.0, 0.26]], np.float32)
    one = single_operator("RELU", [TensorSpec((1, 3), "FLOAT32")], [TensorSpec((1, 3), "FLOAT32")])
    other = single_operator("RELU", [TensorSpec((1, 3), "INT8", 0.5)], [TensorSpec((1, 3), "INT8", 0.5)])
    (layer,) = compare_layers(one, other, x)
    assert layer.operator_name == "RELU"
    assert layer.sqnr_db == pytest.approx(10 * math.log10((1 + 0.26**2) / 0.24**2), abs=1e-4)
    assert layer.largest_error_steps == pytest.approx(0.48, abs=1e-5)
    assert layer.parted


def test_layers_of_a_network_in_order() -> None:
    layers = compare_layers(float_network(), int8_network(), samples())
    assert [layer.operator_name for layer in layers] == ["FULLY_CONNECTED", "FULLY_CONNECTED", "SOFTMAX"]
    assert [layer.shape for layer in layers] == [(1, 5), (1, 3), (1, 3)]
    assert all(layer.sqnr_db > 10 for layer in layers)


def test_a_model_against_itself_never_parts() -> None:
    layers = compare_layers(float_network(), float_network(), samples())
    assert all(math.isinf(layer.sqnr_db) for layer in layers)
    assert first_parted(layers) is None


def test_models_of_different_networks_are_refused() -> None:
    relu = single_operator("RELU", [TensorSpec((1, 6), "FLOAT32")], [TensorSpec((1, 6), "FLOAT32")])
    with pytest.raises(DataError, match="operator 0 is FULLY_CONNECTED in one, RELU in the other"):
        compare_layers(float_network(), relu, samples())
