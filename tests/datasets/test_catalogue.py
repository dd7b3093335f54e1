"""The tables of what can be fetched: complete, sourced, and told the truth of by the READMEs."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

import pytest

from tests.shared import model_bytes, model_index, needs_shared
from tinylab import datasets
from tinylab.datasets.catalogue import MODEL, Source, sources
from tinylab.errors import DataError

ROOT = Path(__file__).resolve().parents[2]
RULES = ("lists", "speaker", "first_tenth")


@pytest.mark.parametrize("known", [*sources().values()], ids=[*sources()])
def test_every_source_is_complete(known: Source) -> None:
    assert re.fullmatch("[0-9a-f]{64}", known.sha256)
    assert known.bytes > 1000
    assert all(re.match("https?://", url) for url in known.urls)
    assert {Path(url).name for url in known.urls} == {known.file_name}
    assert known.found
    assert known.licence
    assert known.instead
    assert len(known.title) <= 60  # one line of `tinylab data list`
    assert set(known.weak) <= {"bytes", "sha256"}
    assert (known.split in RULES) == (known.kind != MODEL)
    readme = (ROOT / "datasets" / known.readme / "README.md").read_text("utf-8")
    assert f"`{known.name}`" in readme or f"fetch {known.name}" in readme
    assert f"{known.bytes:,}" in readme


def test_doubts_are_marked() -> None:
    assert datasets.source("mini_speech_commands").confidence == "sha256 from one witness only"
    assert datasets.source("speech_commands_v0.01").weak == ("bytes",)
    assert datasets.source("speech_commands").confidence == "good"


def test_names_by_kind() -> None:
    assert datasets.names("pictures") == ("vww_coco2014_96",)
    assert datasets.names("speech")[0] == "speech_commands"
    assert len(datasets.names("model")) == 8


def test_an_unknown_name_is_told_what_there_is() -> None:
    with pytest.raises(DataError, match=r"do you mean .*speech_commands.*there are speech_commands, "):
        datasets.source("speech_command")


@needs_shared
@pytest.mark.parametrize("name", datasets.names("model"))
def test_the_models_are_those_that_were_measured(name: str) -> None:
    known = datasets.source(name)
    (entry,) = [entry for entry in model_index() if entry["sha256"] == known.sha256]
    content = model_bytes(entry["file"])
    assert (len(content), hashlib.sha256(content).hexdigest()) == (known.bytes, known.sha256)
    places = [f"{entry['source_repo']}:{entry['source_path']}", *entry["also_in"]]
    repository, path = re.fullmatch(
        rf"https://raw\.githubusercontent\.com/([^/]+/[^/]+)/{entry['commit']}/(.+)", known.urls[0]
    ).groups()  # type: ignore[union-attr]
    assert f"{repository}:{path}" in places
