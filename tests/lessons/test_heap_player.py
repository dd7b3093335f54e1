"""The heap player and its figure: what they show is the heap's state, and no more."""

from __future__ import annotations

import pytest

from tinylab.errors import DataError
from tinylab.lessons.heap import Heap
from tinylab.lessons.heap_player import heap_player, heap_text, story_picture, story_text


def story() -> Heap:
    heap = Heap(128)
    heap.malloc(24, "tensor 0 (invoke 0)")
    heap.malloc(24, "message")
    heap.free(0)
    heap.malloc(80, "tensor 1 (invoke 0)")
    return heap


def test_the_text_has_every_block_and_what_is_free() -> None:
    assert heap_text(story().states[-1]).splitlines() == [
        "malloc(80) for tensor 1 (invoke 0): NULL",
        "offset  bytes    owner",
        "──────  ─────  ───────",
        "     0     32     free",
        "    32     32  message",
        "    64     64     free",
        "free 96 bytes, the largest piece 64 (fragmentation 33 %)",
    ]
    assert story_text(story().states).startswith("4 calls of malloc and free\nworst fragmentation: 33 %")


def test_the_picture_paints_the_owners() -> None:
    picture = story_picture(story().states, "a heap")
    cells = picture.figure.axes[0].images[0].get_array()
    assert cells.shape == (600, 5)
    assert cells[::150, 2].tolist() == [1, 2, 0, 0]  # rows of 0.21 bytes: tensor, message, free, free
    assert cells[::150, 4].tolist() == [0, 2, 0, 0]
    assert picture.text == story_text(story().states)


def test_the_player_steps_and_says_what_it_shows() -> None:
    player = heap_player(story().states)
    assert player.state.failed
    player.slider.value = 1
    assert player.text.startswith("call 1 of 4: malloc(24) for tensor 0 (invoke 0)\n")
    assert "malloc(24) for tensor 0" in player._shown.value
    plain = player._repr_mimebundle_()["text/plain"]
    assert "it needs a running kernel" in plain
    assert player.text in plain


def test_no_states_are_refused() -> None:
    with pytest.raises(DataError, match="at least one state"):
        heap_player([])
