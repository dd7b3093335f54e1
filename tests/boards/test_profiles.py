"""The shipped profiles: all load, every number has one source, and they equal the facts that they were made from."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.shared import SHARED, needs_shared
from tinylab import boards
from tinylab.arena import TARGETS
from tinylab.boards import CORES, Board, Fact
from tinylab.footprint import MEASURED

SEED_COURSE = {"arduino_nano_33_ble_sense", "sparkfun_edge", "sparkfun_edge2", "himax_we_i_plus", "esp_eye"}

# Profiles that depart from the collected facts, and why.
DEPARTURES = {
    ("coral_dev_board_micro", "ram_bytes"): "its linker script was read",
    ("grove_vision_ai_v2", "ram_bytes"): "its linker script was read",
    ("nucleo_h7a3zi_q", "ram_bytes"): "its device tree was read",
    ("teensy_41", "flash_bytes"): "the collected figure is what an application may use",
}


def facts(board: Board) -> dict[str, Fact[Any]]:
    """Every number of a board, by field."""
    found = {
        "clock_mhz": board.clock_mhz,
        "ram_bytes": board.ram_bytes,
        "flash_bytes": board.flash_bytes,
        "flash_app_bytes": board.flash_app_bytes,
        "rtos_ram_bytes": board.rtos_ram_bytes,
        "rtos_flash_bytes": board.rtos_flash_bytes,
        **{f"ram_regions.{region.name}": region.bytes for region in board.ram_regions},
    }
    return {name: fact for name, fact in found.items() if fact is not None}


def test_the_seed_course_and_twenty_more() -> None:
    assert set(boards.names()) >= SEED_COURSE
    assert len(boards.names()) == 36
    assert len({boards.load(name).title for name in boards.names()}) == 36


@pytest.mark.parametrize("name", boards.names())
def test_every_number_has_one_source(name: str) -> None:
    board = boards.load(name)
    assert board.name == name
    for field, fact in facts(board).items():
        assert " ; " not in fact.source, field
        assert (fact.source == "general knowledge") <= (fact.confidence == "unverified"), field
        assert fact.source.startswith(("github:", "https://", "general knowledge")), field
    words = [board.mcu, board.core, *([board.sensors] if board.sensors else [])]
    sources = [(fact.source, fact.confidence) for fact in words]
    known, _, where = board.extensions_source.partition(": ")
    for source, confidence in (*sources, (where, known)):
        assert (source == "general knowledge") <= (confidence == "unverified"), source
        assert " ; " not in source
    assert set(board.unsure_fields()) == {name for name, fact in facts(board).items() if not fact.is_sure}


@pytest.mark.parametrize("name", boards.names())
def test_its_core_is_known_and_its_targets_exist(name: str) -> None:
    board = boards.load(name)
    assert board.core.value in CORES
    measured = {key.target for key in MEASURED}
    for kernels, targets in board.targets.items():
        assert targets.arena in TARGETS
        assert targets.footprint in measured
        assert targets.arena.partition("/")[2] == targets.footprint.partition("/")[2] == kernels
    assert board.kernels == ("cmsis-nn" if board.extensions.dsp and "cmsis-nn" in board.targets else "reference")
    assert ("cmsis-nn" in board.targets) == (board.core.value.startswith("cortex") and board.extensions.dsp)


def test_what_was_measured_on_its_own_core() -> None:
    for name, arena, flash in (
        ("arduino_nano_33_ble_sense", True, True),
        ("grove_vision_ai_v2", True, True),
        ("raspberry_pi_pico", False, True),
        ("teensy_41", False, False),
        ("esp_eye", False, False),
        ("himax_we_i_plus", False, False),
    ):
        board = boards.load(name)
        assert (board.is_measured(board.kernels, "arena"), board.is_measured(board.kernels, "footprint")) == (
            arena,
            flash,
        )
    assert not boards.load("grove_vision_ai_v2").is_measured("reference", "footprint")


@needs_shared
def test_they_say_what_was_collected() -> None:
    collected = {entry["id"]: entry for entry in json.loads((SHARED / "boards" / "boards.json").read_text())["boards"]}
    assert set(collected) == set(boards.names())
    columns = {"clock_mhz": "clock_mhz", "ram_bytes": "sram_bytes", "flash_bytes": "flash_bytes"}
    different = {
        (name, field)
        for name, entry in collected.items()
        for field, column in columns.items()
        if getattr(boards.load(name), field).value != entry[column]["value"]
    }
    assert different == set(DEPARTURES)


@needs_shared
def test_confidence_is_never_higher_than_collected() -> None:
    """But where another source was read since: those are named by commit."""
    collected = {entry["id"]: entry for entry in json.loads((SHARED / "boards" / "boards.json").read_text())["boards"]}
    for name, entry in collected.items():
        board = boards.load(name)
        for field, column in (("clock_mhz", "clock_mhz"), ("ram_bytes", "sram_bytes"), ("flash_bytes", "flash_bytes")):
            fact: Fact[int] = getattr(board, field)
            if entry[column]["confidence"] == "unverified" and fact.value == entry[column]["value"]:
                assert not fact.is_sure or "@" in fact.source, (name, field)
