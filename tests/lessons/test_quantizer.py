"""The Quantizer of notebook 03, its text and pictures, and the explorer's controls."""

from __future__ import annotations

import numpy as np
import pytest

import tinylab as tl
from tinylab.errors import DataError
from tinylab.lessons.quantization_explorer import BY_SCALE, quantization_explorer
from tinylab.lessons.quantizer import (
    Quantizer,
    by_channel,
    errors_picture,
    quantizer_for,
    quantizer_picture,
    quantizer_text,
)
from tinylab.runtime.tensor_view import TensorView


def test_the_range_is_kept_and_zero_is_exact() -> None:
    for low, high in ((-10, 40), (3, 5), (-7, -2), (-0.5, 0.5)):
        quantizer = quantizer_for(low, high)
        assert quantizer.error(0.0) == 0
        inside = np.linspace(*quantizer.range, 1001)
        assert np.abs(quantizer.error(inside)).max() <= quantizer.scale / 2 * (1 + 1e-4)
        assert quantizer.range[1] - quantizer.range[0] == pytest.approx(max(high, 0) - min(low, 0))
    assert quantizer_for(-10, 40)[1:] == (-77, -128, 127)
    assert quantizer_for(-2, 1, symmetric=True) == Quantizer(2 / 127, 0, -127, 127)
    assert quantizer_for(-4, 3, bits=3) == Quantizer(1.0, 0, -4, 3)


def test_ties_go_away_from_zero_and_ends_are_clipped() -> None:
    quantizer = Quantizer(0.5, 10, -128, 127)
    assert quantizer.quantize([0.25, -0.25, 0.75, -0.75]).tolist() == [11, 9, 12, 8]
    assert quantizer.quantize([1e6, -1e6]).tolist() == [127, -128]


def test_it_quantizes_as_an_interpreter_does() -> None:
    tensor = tl.zoo.load("hello_world").subgraphs[0].tensors[0]
    assert tensor.quantization is not None
    quantizer = Quantizer(tensor.quantization.scale, tensor.quantization.zero_point, -128, 127)
    reals = np.linspace(-1, 8, 5000, dtype=np.float32)
    view = TensorView(tensor, np.zeros(1, np.int8))
    assert np.array_equal(quantizer.quantize(reals), view.quantize(reals))  # near ties float64 would differ


@pytest.mark.parametrize(("low", "high", "bits"), [(0, 0, 8), (0, 1, 1), (0, 1, 17)])
def test_what_has_no_quantizer(low: float, high: float, bits: int) -> None:
    with pytest.raises(DataError):
        quantizer_for(low, high, bits)


def test_one_scale_for_rows_of_different_size() -> None:
    one, own = by_channel(np.array([[1.0, -0.3], [0.01, 0.003]]))
    assert one[0] == pytest.approx(own[0])
    assert one[1] > 0.002  # a step of 1/127 for all: 0.003 becomes 0
    assert own[1] <= 0.01 / 127 / 2


def test_text_and_pictures() -> None:
    quantizer = quantizer_for(-10, 40)
    text = quantizer_text(quantizer, [21.3, 45.0])
    assert "zero point -77, integers -128 to 127" in text
    assert "21.3   32  21.3725  +0.0725" in text
    assert text.endswith("clipped")
    assert "at most 0.098" in quantizer_picture(quantizer, -10, 40).alt
    assert quantizer_picture(quantizer, -15, 45).png().startswith(b"\x89PNG")
    picture = errors_picture([("8 bits", 0.5), ("9 bits", 0.25)], "largest error")
    assert "9 bits 0.25" in picture.alt
    assert "9 bits           0.25" in picture.text


def test_the_explorer_follows_its_controls() -> None:
    explorer = quantization_explorer()
    assert explorer.state == quantizer_for(-10, 40)
    assert explorer.text in explorer._words.value
    explorer.bits.value = 4
    assert explorer.state == quantizer_for(-10, 40, 4)
    assert explorer.scale.value == explorer.state.scale
    explorer.symmetric.value = True
    assert explorer.state == quantizer_for(-10, 40, 4, symmetric=True)
    assert explorer.zero_point.value == 0
    explorer.low.value = explorer.high.value = 0
    assert "give a range that is not empty" in explorer.text
    assert 'role="alert"' in explorer._words.value
    explorer.high.value = 10
    assert explorer.state == quantizer_for(0, 10, 4, symmetric=True)


def test_the_explorer_by_scale() -> None:
    explorer = quantization_explorer()
    assert explorer.scale.disabled
    explorer.choose.value = BY_SCALE
    assert explorer.low.disabled
    assert not explorer.scale.disabled
    explorer.scale.value, explorer.zero_point.value = 0.5, 3
    assert explorer.state == Quantizer(0.5, 3, -128, 127)
    explorer.scale.value = 0
    assert "must be above 0" in explorer.text
    explorer.scale.value, explorer.symmetric.value = 0.25, True
    assert explorer.state == Quantizer(0.25, 0, -127, 127)
    assert explorer.zero_point.disabled
    shown = explorer._repr_mimebundle_()["text/plain"]
    assert shown.startswith("(the quantization explorer")
    assert explorer.text in shown
