"""tinylab data: list, fetch, verify and path, against a web server on this machine."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from tests.datasets.server import Behaviour, serving, source_of, speech_files, tar_of
from tinylab import datasets
from tinylab.cli import output
from tinylab.cli.app import app
from tinylab.datasets import Source, catalogue, fetching

ARCHIVE = tar_of(speech_files())


def run(*arguments: str) -> Result:
    return CliRunner(env={"COLUMNS": "120"}).invoke(app, ["data", *arguments])


@pytest.fixture
def known(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Source]:
    """A set that can be fetched from here under the name mini_speech_commands."""
    monkeypatch.setenv("TINYLAB_CACHE", str(tmp_path))
    monkeypatch.delenv("TINYLAB_OFFLINE", raising=False)
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    with serving(Behaviour(ARCHIVE)) as url:
        source = source_of(ARCHIVE, url, name="mini_speech_commands")
        for module in (catalogue, fetching, datasets):
            monkeypatch.setattr(module, "source", lambda _: source)
        yield source


def test_list(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TINYLAB_CACHE", str(tmp_path))
    lines = run("list").stdout.splitlines()
    assert [line.split()[0] for line in lines[2:]] == list(datasets.names())
    (mini,) = [line for line in lines if line.startswith("mini_speech_commands")]
    assert mini.split()[-3:] == ["-", "weak", "182,082,353"]
    assert "…" not in run("list").stdout
    rows = json.loads(run("list", "--json").stdout)
    assert rows[0]["sha256"] == datasets.source("speech_commands").sha256
    assert rows[0]["is_fetched"] is False


def test_fetch_verify_path(known: Source) -> None:
    fetched = run("fetch", known.name)
    assert fetched.exit_code == 0, fetched.stderr
    assert "licence: none" in fetched.stderr
    folder = Path(fetched.stdout.strip())
    assert (folder / "yes").is_dir()
    assert run("path", known.name).stdout.strip() == str(folder)
    assert run("fetch", known.name).stderr == ""  # nothing to say the second time
    assert run("verify", known.name).stdout == f"{known.name}: {len(speech_files())} files, all as they were\n"
    (folder / "yes" / "00000000_nohash_0.wav").unlink()
    for number in range(12):
        (folder / f"{number:02}.wav").touch()
    bad = run("verify", known.name)
    assert bad.exit_code == 1
    lines = bad.stdout.splitlines()
    assert lines[:2] == ["missing: files/yes/00000000_nohash_0.wav", "not of it: files/00.wav"]
    assert "not of it: … 12 in all" in lines
    assert lines[-1].endswith(f"delete {folder.parent} and fetch it again")


def test_a_failure_is_one_line(known: Source, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TINYLAB_OFFLINE", "1")
    failed = run("fetch", known.name)
    assert failed.exit_code == 2
    assert failed.stdout == ""
    assert failed.stderr.splitlines()[-1].startswith("tinylab: TINYLAB_OFFLINE is set, and mini_speech_commands is not")
    for command in ("path", "verify"):
        failed = run(command, known.name)
        assert failed.exit_code == 2
        assert failed.stderr.startswith("tinylab: mini_speech_commands is not in the cache: `tinylab data fetch mini_")


def test_the_bar_is_drawn_for_people_only(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    bar = output.Bar()
    bar.show("fetching x", 1, 2)
    bar.end()
    assert capsys.readouterr().err == ""
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    for done in (1, 2, 2):
        bar.show("fetching x", 500 * done, 1000)
    bar.show("checking x", 1000, 1000)
    bar.end()
    err = capsys.readouterr().err
    assert "\rfetching x [############            ] 500 of 1,000" in err
    assert err.endswith("\n\rchecking x [########################] 1,000 of 1,000\n")
