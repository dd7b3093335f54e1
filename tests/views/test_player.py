"""The arena player without a browser: its controls change its state, its text and its pictures."""

from __future__ import annotations

from html.parser import HTMLParser
from typing import Any

import ipywidgets
import numpy as np
import pytest

from tests.arena.models import hello_world
from tests.views.plans import M4
from tinylab.errors import ArenaError
from tinylab.runtime import ArenaTrace, trace_arena
from tinylab.views import ArenaPlayer, arena_player

SAMPLE = np.array([[40]], np.int8)


@pytest.fixture
def player() -> ArenaPlayer:
    return arena_player(hello_world(), SAMPLE, M4)


def widgets(box: ipywidgets.Box) -> list[ipywidgets.Widget]:
    return [box, *(found for child in getattr(box, "children", ()) for found in widgets(child))]


def images(player: ArenaPlayer) -> list[str]:
    alts: list[str] = []

    class Reader(HTMLParser):
        def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
            alts.extend(value or "" for name, value in attrs if tag == "img" and name == "alt")

    for widget in widgets(player):
        if isinstance(widget, ipywidgets.HTML):
            Reader().feed(widget.value)
    return alts


def test_buttons_slider_and_player_move_through_the_operators(player: ArenaPlayer) -> None:
    assert player.state.moment == 0
    player.previous.click()
    assert player.state.moment == 0
    player.next.click()
    player.next.click()
    assert player.state.moment == player.play.value == 2
    player.play.value = 3
    assert player.state.moment == player.moment.value == 3
    player.next.click()
    assert player.state.moment == 3
    assert "operator 2 FULLY_CONNECTED reads t8 and writes t9" in player.text


def test_it_follows_the_operator_until_a_tensor_is_picked(player: ArenaPlayer) -> None:
    player.moment.value = 1
    assert player.state.buffer.tensor_index == 7
    player.buffer.value = 2
    assert player.state.buffer.tensor_index == 8
    player.moment.value = 3
    assert player.state.buffer.tensor_index == 8
    assert "t8 dense 1" in player.text


def test_the_size_that_is_tried(player: ArenaPlayer) -> None:
    assert player.state.failure is None
    player.arena_bytes.value = 1056
    assert player.state.failure is not None
    assert player.state.failure.phase == "plan"
    assert "Too many buffers (max is 3)" in player.text


def test_target_and_planner_make_new_values(player: ArenaPlayer) -> None:
    player.buffer.value = 2
    player.moment.value = 3
    player.planner.value = "linear"
    assert player.state.plan.memory_planner == "linear"
    assert player.state.buffer.offset == 32
    assert (player.state.moment, player.state.buffer.tensor_index) == (3, 8)
    player.target.value = "x86-64/reference"
    assert player.state.plan.target.name == "x86-64/reference"
    assert player.arena_bytes.value == player.state.plan.needs.smallest_arena_bytes


def test_a_refusal_is_shown_and_the_last_values_stay() -> None:
    def trace(*arguments: Any, memory_planner: str) -> ArenaTrace:
        if memory_planner == "linear":
            raise ArenaError("no <linear> here")
        return trace_arena(*arguments, memory_planner=memory_planner)

    player = arena_player(hello_world(), SAMPLE, M4, trace=trace)
    player.planner.value = "linear"
    assert any("no &lt;linear&gt; here" in w.value for w in widgets(player) if isinstance(w, ipywidgets.HTML))
    assert player.state.plan.memory_planner == "greedy"


def test_every_control_has_a_description_and_every_image_says_what_it_shows(player: ArenaPlayer) -> None:
    controls = (
        ipywidgets.ToggleButtons,
        ipywidgets.IntSlider,
        ipywidgets.Button,
        ipywidgets.Play,
        ipywidgets.BoundedIntText,
    )
    found = [widget for widget in widgets(player) if isinstance(widget, controls)]
    assert len(found) == 9
    assert all(widget.description for widget in found)
    assert len(images(player)) == 2
    assert all(len(alt) > 100 for alt in images(player))


def test_nothing_plays_by_itself_and_it_is_no_output_widget(player: ArenaPlayer) -> None:
    assert player.play.playing is False
    assert player.play.repeat is False
    assert not any(isinstance(widget, ipywidgets.Output) for widget in widgets(player))


def test_changed_bytes_stand_out(player: ArenaPlayer) -> None:
    player.moment.value = 2
    marked = sum(w.value.count("<mark>*") for w in widgets(player) if isinstance(w, ipywidgets.HTML))
    assert marked == int(player.state.changed.sum()) > 0


def test_a_page_without_a_kernel_shows_the_text(player: ArenaPlayer) -> None:
    plain = player._repr_mimebundle_()["text/plain"]
    assert plain.startswith("(the arena player:")
    assert plain.endswith(player.text)
