"""The camera: each effect does what it says, and without effects a picture stays itself."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from tinylab.vision.camera import Camera, _blocked, _exposed, blurred, halved, photograph

NOTHING = Camera((0.0, 0.0), (1.0, 1.0), 0, 0, 0, 0, 0, 0, 0, 0)


def rng() -> np.random.Generator:
    return np.random.default_rng(4)


def ramp() -> np.ndarray:
    x = np.broadcast_to(np.linspace(0, 0.75, 96, dtype=np.float32)[None, :, None], (96, 96, 3))
    return np.ascontiguousarray(x) * np.array([1.0, 0.9, 0.8], np.float32)


def test_a_photograph_is_bytes() -> None:
    found = photograph(ramp(), rng(), Camera())
    assert found.dtype == np.uint8
    assert found.shape == (96, 96, 3)
    np.testing.assert_array_equal(found, photograph(ramp(), rng(), Camera()))


def test_exposure_puts_black_and_white_where_they_are_asked_for() -> None:
    found = _exposed(ramp(), 0.1, 0.8) @ np.array([0.299, 0.587, 0.114])
    assert np.percentile(found, 2) == pytest.approx(0.1, abs=0.01)
    assert np.percentile(found, 98) == pytest.approx(0.8, abs=0.01)


@pytest.mark.parametrize(
    "change",
    [
        {"noise": 0.1},
        {"blocking": 1.0},
        {"white": (0.5, 0.6)},
        {"gamma": 0.5},
        {"saturation": 0.8},
        {"grey_probability": 1.0},
        {"white_balance": 0.2},
        {"vignette": 0.9},
    ],
)
def test_each_effect_changes_the_picture(change: dict[str, float]) -> None:
    plain = photograph(ramp(), rng(), NOTHING)
    assert np.abs(plain.astype(int) - photograph(ramp(), rng(), replace(NOTHING, **change))).mean() > 0.3  # type: ignore[arg-type]


def test_grey_has_no_colour() -> None:
    found = photograph(ramp(), rng(), replace(NOTHING, grey_probability=1.0))
    assert (found[..., 0] == found[..., 2]).all()


def test_blur_smooths_an_edge() -> None:
    edge = np.zeros((96, 96, 3), np.float32)
    edge[:, 48:] = 0.75
    sharp, soft = (photograph(edge, rng(), replace(NOTHING, blur=blur)).astype(int) for blur in (0, 20.0))
    assert np.abs(np.diff(sharp[..., 0], axis=1)).max() > np.abs(np.diff(soft[..., 0], axis=1)).max()
    assert np.count_nonzero(np.diff(sharp[0, :, 0])) == 1  # without blur the edge is one step


def test_blocks_of_an_even_picture_stay_even_and_coarse_steps_lose_detail() -> None:
    noise = rng().random((16, 16, 3), np.float32)
    np.testing.assert_allclose(_blocked(noise, 1e-4), noise, atol=5e-3)
    assert _blocked(noise, 0.5).std() < 0.8 * noise.std()


def test_halving_takes_the_mean_of_four() -> None:
    x = np.arange(16, dtype=np.float32).reshape(4, 4, 1)
    assert halved(x)[..., 0].tolist() == [[2.5, 4.5], [10.5, 12.5]]


def test_out_of_focus_spreads_a_point_evenly_and_loses_no_light() -> None:
    point = np.zeros((33, 33, 3), np.float32)
    point[16, 16] = 1
    found = blurred(point, 3)
    assert found.sum() == pytest.approx(3, rel=1e-3)
    assert np.argwhere(found[..., 0] > 1e-6).min(axis=0).tolist() == [10, 10]
    assert np.argwhere(found[..., 0] > 1e-6).max(axis=0).tolist() == [22, 22]
