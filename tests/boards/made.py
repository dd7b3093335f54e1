"""Boards that the tests make themselves, as TOML and as values."""

from __future__ import annotations

from tinylab.boards import Board
from tinylab.boards.reading import read_board

PROFILE = """\
title = "A made-up board"

[mcu]
value = "MADE1"
source = "the tests"
confidence = "verified"

[core]
value = "{core}"
source = "the tests"
confidence = "verified"

[clock_mhz]
value = 100
source = "the tests"
confidence = "verified"

[extensions]
fpu = "single"
dsp = true
mve = false
source = "the tests"
confidence = "verified"

[ram_bytes]
value = {ram_total}
source = "the tests"
confidence = "verified"

[[ram_regions]]
name = "MAIN"
bytes = {ram}
source = "the tests"
confidence = "derived"

[flash_bytes]
value = {flash}
source = "the tests"
confidence = "verified"

[flash_app_bytes]
value = {flash_app}
source = "general knowledge"
confidence = "unverified"
"""

SECOND_REGION = """
[[ram_regions]]
name = "SECOND"
bytes = {size}
external = {external}
source = "the tests"
confidence = "verified"
"""


def profile(
    ram: int = 65_536,
    flash: int = 524_288,
    *,
    core: str = "cortex-m4",
    flash_app: int | None = None,
    second: int = 0,
    external: bool = False,
    more: str = "",
) -> str:
    """The TOML of a board; second: bytes of another RAM region; more: tables to add."""
    text = PROFILE.format(
        core=core,
        ram=ram,
        ram_total=ram + (0 if external else second),
        flash=flash,
        flash_app=flash if flash_app is None else flash_app,
    )
    return text + (SECOND_REGION.format(size=second, external=str(external).lower()) if second else "") + more


def board(*args: int, **kwargs: object) -> Board:
    """The board of that profile, named "made"."""
    return read_board(profile(*args, **kwargs), "made.toml")  # type: ignore[arg-type]
