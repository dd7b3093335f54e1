"""Every thing can be painted at every size and place, leaves a trace where it is put, and never breaks."""

from __future__ import annotations

import numpy as np
import pytest

from tinylab.vision import furniture, things
from tinylab.vision.canvas import Canvas

THINGS = (*things.OUTDOORS, *things.ANIMALS, *things.INDOORS)
FURNITURE = (*furniture.VEHICLES, *furniture.FURNITURE, *furniture.ON_TABLES, *furniture.STREETS)


@pytest.mark.parametrize("draw", sorted({*THINGS, *FURNITURE}, key=lambda d: d.__name__), ids=lambda d: d.__name__)
def test_a_thing_is_seen(draw: things.Drawer) -> None:
    for seed in range(3):
        canvas = Canvas(96, np.random.default_rng(seed))
        draw(canvas, np.random.default_rng(seed), 0.5, 0.9, 0.0, 0.6)
        assert 0.004 < np.mean(canvas.depth > -50) < 0.95
        assert np.isfinite(canvas.colour).all()


@pytest.mark.parametrize("draw", sorted({*THINGS, *FURNITURE}, key=lambda d: d.__name__), ids=lambda d: d.__name__)
def test_a_thing_may_lie_outside_or_be_tiny(draw: things.Drawer) -> None:
    canvas = Canvas(32, np.random.default_rng(0))
    for x, y, height in ((-3.0, 0.5, 0.2), (0.5, 5.0, 0.2), (0.5, 0.5, 0.001), (0.5, 2.0, 4.0)):
        draw(canvas, np.random.default_rng(0), x, y, 0.0, height)
    assert np.isfinite(canvas.colour).all()
