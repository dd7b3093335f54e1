"""The dispatch stepper without a browser: its controls change its state, its text and its picture."""

from __future__ import annotations

import ipywidgets
import numpy as np
import pytest

from tests.arena.models import hello_world
from tests.views.plans import M4
from tests.views.test_player import widgets
from tinylab.errors import InvokeError
from tinylab.views import DispatchStepper, dispatch_stepper

SAMPLE = np.array([[40]], np.int8)


@pytest.fixture
def stepper() -> DispatchStepper:
    return dispatch_stepper(hello_world(), SAMPLE, M4)


def shown(stepper: DispatchStepper) -> str:
    return "".join(widget.value for widget in widgets(stepper) if isinstance(widget, ipywidgets.HTML))


def test_buttons_slider_and_player_move_through_the_nodes(stepper: DispatchStepper) -> None:
    assert stepper.state.index == 0
    stepper.previous.click()
    assert stepper.state.index == 0
    stepper.next.click()
    assert stepper.state.index == stepper.play.value == 1
    stepper.play.value = 2
    assert stepper.state.index == stepper.node.value == 2
    stepper.next.click()
    assert stepper.state.index == 2
    assert "node 2 of 0 to 2" in stepper.text


def test_words_and_picture_follow(stepper: DispatchStepper) -> None:
    assert "Node 0 FULLY_CONNECTED is pointed at" in shown(stepper)
    stepper.next.click()
    assert "node 1 of 0 to 2" in shown(stepper)
    assert "Node 1 FULLY_CONNECTED is pointed at" in shown(stepper)
    assert 'aria-live="polite"' in shown(stepper)


def test_every_control_has_a_description_and_nothing_plays_by_itself(stepper: DispatchStepper) -> None:
    controls = (ipywidgets.IntSlider, ipywidgets.Button, ipywidgets.Play)
    found = [widget for widget in widgets(stepper) if isinstance(widget, controls)]
    assert len(found) == 4
    assert all(widget.description for widget in found)
    assert stepper.play.playing is False


def test_a_page_without_a_kernel_shows_the_text(stepper: DispatchStepper) -> None:
    plain = stepper._repr_mimebundle_()["text/plain"]
    assert plain.startswith("(the dispatch stepper:")
    assert plain.endswith(stepper.text)


def test_values_come_from_the_function_that_makes_them() -> None:
    def refuse(*_: object) -> None:
        raise InvokeError("no values here")

    with pytest.raises(InvokeError, match="no values here"):
        dispatch_stepper(hello_world(), SAMPLE, trace=refuse)  # type: ignore[arg-type]
