"""A board of your own: what is read, and errors that name file, field, what was found and what is needed."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.boards.made import board, profile
from tinylab import boards
from tinylab.boards import KernelTargets
from tinylab.boards.reading import read_board
from tinylab.errors import BoardError


def test_a_board_of_your_own(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_text(
        profile(100_000, second=20_000, more='[rtos_ram_bytes]\nvalue=9\nsource="me"\nconfidence="derived"')
    )
    mine = boards.load(str(path))
    assert mine == boards.load(path) == boards.load(mine)
    assert (mine.name, mine.ram_app_bytes, mine.ram_bytes.value) == ("mine", 100_000, 120_000)
    assert [region.name for region in mine.ram_regions] == ["MAIN", "SECOND"]
    assert mine.rtos_ram_bytes is not None
    assert (mine.rtos_ram_bytes.value, mine.rtos_ram_bytes.confidence) == (9, "derived")
    assert (mine.kernels, mine.copied_to_ram, mine.sensors) == ("cmsis-nn", None, None)
    assert mine.unsure_fields() == ("flash_app_bytes",)
    assert repr(mine) == "Board(mine: cortex-m4, 100 MHz)"


def test_a_core_of_your_own_names_its_stand_in() -> None:
    more = '[targets.reference]\narena = "cortex-m4/reference"\nfootprint = "riscv32imc/reference"\n'
    mine = board(core="hazard3", more=more)
    assert dict(mine.targets) == {"reference": KernelTargets("cortex-m4/reference", "riscv32imc/reference")}
    assert not mine.is_measured("reference", "footprint")


WRONG = [
    ('title = "A made-up board"', "", "title", "missing"),
    ('title = "A made-up board"', "title = 3", "title", "3"),
    ('title = "A made-up board"', 'title = "a"\ncolour = "red"', "colour", "an unknown field"),
    ('value = "cortex-m4"', 'value = "cortex-m3"', "core.value", "'cortex-m3'"),
    ("value = 100\n", 'value = "100"\n', "clock_mhz.value", "'100'"),
    ("value = 100\n", "value = 0\n", "clock_mhz.value", "0"),
    ("value = 100\n", "value = true\n", "clock_mhz.value", "True"),
    ("value = 100\n", "value = 48.5\n", "clock_mhz.value", "48.5"),
    ("value = 100\n", "", "clock_mhz.value", "missing"),
    ('fpu = "single"', 'fpu = "half"', "extensions.fpu", "'half'"),
    ("dsp = true", 'dsp = "yes"', "extensions.dsp", "'yes'"),
    ("mve = false\n", "mve = false\nsimd = true\n", "extensions.simd", "an unknown field"),
    ("bytes = 65536", "bytes = -1", "ram_regions[0].bytes", "-1"),
    ('confidence = "derived"', 'confidence = "sure"', "ram_regions[0].confidence", "'sure'"),
    ('name = "MAIN"', "name = 1", "ram_regions[0].name", "1"),
    ('name = "MAIN"', 'name = "MAIN"\nexternal = true', "ram_regions[0].external", "true"),
    ("bytes = 65536", "bytes = 65537", "ram_regions", "65,537 bytes in all"),
    ('source = "general knowledge"', 'source = ""', "flash_app_bytes.source", "''"),
    ('source = "general knowledge"\n', "", "flash_app_bytes.source", "missing"),
    ("[flash_app_bytes]\nvalue = 524288", "[flash_app_bytes]\nvalue = 524289", "flash_app_bytes.value", "524,289"),
    ("[mcu]", "[[mcu]]", "mcu", "[{"),
    ("[[ram_regions]]", "[ram_regions]", "ram_regions", "{"),
]


@pytest.mark.parametrize(("old", "new", "field", "found"), WRONG, ids=[f"{w[2]} {w[3]}" for w in WRONG])
def test_an_error_names_the_file_the_field_and_what_is_needed(old: str, new: str, field: str, found: str) -> None:
    text = profile()
    assert text.count(old) >= 1
    with pytest.raises(BoardError) as caught:
        read_board(text.replace(old, new, 1), "mine.toml")
    error = caught.value
    assert str(error).startswith(f"mine.toml: {field} is {found}")
    assert (error.file, error.field) == ("mine.toml", field)
    assert error.needed
    assert str(error).endswith(f": needed is {error.needed}")


ADDED = [
    ("[targets]\n", "targets", "empty"),
    ("[targets.neon]\n", "targets.neon", "an unknown field"),
    ('[targets.reference]\narena = "z80"\nfootprint = "cortex-m4/reference"', "targets.reference.arena", "'z80'"),
    ('[targets.reference]\narena = "cortex-m4/reference"', "targets.reference.footprint", "missing"),
    ('[copied_to_ram]\nvalue = []\nsource = "s"\nconfidence = "derived"', "copied_to_ram.value", "[]"),
    ('[copied_to_ram]\nvalue = ["data"]\nsource = "s"\nconfidence = "derived"', "copied_to_ram.value", "['data']"),
    ('[rtos_ram_bytes]\nvalue = 65537\nsource = "s"\nconfidence = "derived"', "rtos_ram_bytes.value", "65,537"),
    ('[sensors]\nvalue = "mic"\nsource = "s"\nconfidence = "derived"', "sensors.value", "'mic'"),
]


@pytest.mark.parametrize(("more", "field", "found"), ADDED, ids=[f"{a[1]} {a[2]}" for a in ADDED])
def test_optional_fields_are_checked_too(more: str, field: str, found: str) -> None:
    with pytest.raises(BoardError) as caught:
        board(more=more)
    assert str(caught.value).startswith(f"made.toml: {field} is {found}")


def test_regions_have_names_of_their_own() -> None:
    with pytest.raises(BoardError, match=r"ram_regions\[1\].name is 'MAIN': needed is a name that no other region has"):
        read_board(profile(second=1_000).replace("SECOND", "MAIN"), "made.toml")


def test_a_note_is_a_text() -> None:
    with pytest.raises(BoardError, match=r"made.toml: clock_mhz.note is 3: needed is a text"):
        read_board(profile().replace("value = 100\n", "value = 100\nnote = 3\n"), "made.toml")


def test_no_toml_no_file_no_text(tmp_path: Path) -> None:
    with pytest.raises(BoardError, match=r"mine.toml: this is no TOML: "):
        read_board("title = ", "mine.toml")
    with pytest.raises(BoardError, match=r"absent.toml: it cannot be read"):
        boards.load(tmp_path / "absent.toml")
    (tmp_path / "latin.toml").write_bytes(b'title = "\xe4"')
    with pytest.raises(BoardError, match=r"latin.toml: this is no text in UTF-8"):
        boards.load(tmp_path / "latin.toml")


def test_an_unknown_board_and_one_that_is_spelt_almost_right() -> None:
    with pytest.raises(
        BoardError, match=r"there is no board 'esp-eye': do you mean esp_eye.*there are adafruit_clue, "
    ):
        boards.load("esp-eye")
