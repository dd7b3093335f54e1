"""tinylab train: folders of one's own and the synthetic default, to a model that is written whole or not at all."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from typer.testing import CliRunner, Result

import tinylab as tl
from tests.datasets.server import wav
from tests.vision.test_photographs import pictures
from tinylab import datasets, peers
from tinylab.cli import train, trained
from tinylab.cli.app import app

pytest.importorskip("tensorflow", reason="the extra `train` is not installed")
HAS_TFLM = peers.tflm.PEER.status().is_available


def run(*arguments: object) -> Result:
    return CliRunner(env={"COLUMNS": "200"}).invoke(app, ["train", *map(str, arguments)])


def refused(*arguments: object) -> str:
    """The one line that a person reads."""
    result = run(*arguments)
    assert result.exit_code == 2, result.output
    assert result.stdout == ""
    (line,) = result.stderr.splitlines()
    return line.removeprefix("tinylab: ")


def tones(folder: Path, counts: dict[str, int]) -> Path:
    """One folder a word; each word is a tone, at a place of its own in the second."""
    time = np.arange(16_000) / 16_000
    for place, (word, count) in enumerate(counts.items(), 1):
        (folder / word).mkdir(parents=True)
        for number in range(count):
            heard = 8_000 * np.sin(2 * np.pi * 440 * place * time) * (time > number / 40) * (time < 0.5 + number / 40)
            (folder / word / f"{number}.wav").write_bytes(wav(heard.astype(np.int16)))
    return folder


def untrained(*arguments: object, **options: object) -> None:
    raise AssertionError("nothing should be trained so")


def test_kws_from_a_folder(tmp_path: Path) -> None:
    folder, out = tones(tmp_path / "d", {"up": 8, "down": 8}), tmp_path / "up_down.tflite"
    result = run("kws", "--data", folder, "--epochs", 2, "--out", out)
    assert result.exit_code == 0, result.stderr
    lines = result.stdout.splitlines()
    assert lines[0] == f"data: {folder}: clips 18 train, 3 validation, 3 test"
    assert lines[1] == "training: tiny_conv, 2 epochs in batches of 8, seed 0"
    programs = [
        line.split()[0] for line in lines if line.startswith(("Keras", "LiteRT", "TFLM", "tinylab")) and "%" in line
    ]
    assert programs[:1] == ["Keras"]
    assert programs[-1] == "tinylab"
    assert "tinylab int8: true class" in result.stdout
    assert "smallest arena that works on x86-64/reference" in result.stdout
    size = out.stat().st_size
    assert lines[-1] == f"written: {out} ({size:,} bytes), its outputs in this order: silence, down, up"
    assert tl.load_model(out).subgraphs[0].operators[0].name == "DEPTHWISE_CONV_2D"
    assert [path.name for path in tmp_path.iterdir() if path.is_file()] == ["up_down.tflite"]


def test_kws_synthetic_ds_cnn_and_json(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: dict[str, Any] = {}

    def made(words: list[str], **options: Any) -> tl.speech.SpeechDataset:
        asked.update(options, words=words)
        return tl.speech.from_recordings(tones(tmp_path / "d", {"yes": 8, "no": 8, "maybe": 8}), words)

    monkeypatch.setattr(train.speech, "synthesize", made)
    out = tmp_path / "kws.tflite"
    out.write_bytes(b"an older one")
    options = ("--model", "ds_cnn", "--epochs", 1, "--seed", 3, "--out", out, "--target", "cortex-m4/reference")
    result = run("kws", *options, "--force", "--json")
    assert result.exit_code == 0, result.stderr
    assert (asked["words"], asked["seed"]) == (["yes", "no"], 3)
    told = json.loads(result.stdout)
    assert told["class_names"] == ["silence", "unknown", "yes", "no"]
    assert (told["network"], told["epochs"], told["target"]) == ("ds_cnn", 1, "cortex-m4/reference")
    assert (
        told["smallest_arena_bytes"] == tl.arena_needs(tl.load_model(out), "cortex-m4/reference").smallest_arena_bytes
    )
    assert np.sum(told["confusion"]) == told["sample_count"] == told["counts"]["test"] == 4
    rows = {row["program"]: row for row in told["rows"]}
    if HAS_TFLM:
        assert rows["TFLM int8"]["identical_to_tinylab"] == 4


def test_vww_from_a_folder_and_exit_code_1(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trained, "differs_from_tflm", lambda comparison: True)
    folder, out = pictures(tmp_path / "d", {"person": 6, "street": 6}), tmp_path / "vww.tflite"
    result = run("vww", "--data", folder, "--epochs", 1, "--out", out, "--json")
    assert result.exit_code == 1, result.stderr
    told = json.loads(result.stdout)
    assert told["class_names"] == ["street", "person"]
    assert told["counts"] == {"train": 8, "validation": 2, "test": 2}
    main = tl.load_model(out).subgraphs[0]
    assert main.tensors[main.inputs[0]].shape == (1, 96, 96, 1)


def test_vww_synthetic_learns_what_is_seen_where(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The painted pictures' tags reach train_telling; nothing is trained here."""
    found: dict[str, Any] = {}
    painted = tl.vision.from_pictures(pictures(tmp_path / "d", {"no_person": 6, "person": 6}))
    monkeypatch.setattr(train.vision, "synthesize", lambda **options: painted)
    monkeypatch.setattr(
        train.vision,
        "train_telling",
        lambda net, *arguments, **options: found.update(options, given=arguments, net=net),
    )
    monkeypatch.setattr(train.vision, "train", untrained)
    monkeypatch.setattr(train, "finish", lambda lesson, *rest: found.update(lesson=lesson))
    assert run("vww", "--model", "mobilenet_v1", "--colour", "rgb", "--out", tmp_path / "v.tflite").exit_code == 0
    assert (found["net"].name, found["net"].input_shape) == ("mobilenet_v1_0_25", (None, 96, 96, 3))
    assert found["given"][2] is painted.train.metadata["tags"]
    assert found["recipe"] == tl.vision.PictureTrainingRecipe().sized_for(8)


def test_bad_data_is_named_before_anything_is_trained(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert refused("kws", "--data", "speech_comands") == (
        "--data speech_comands: there is neither a folder nor a data set of speech with this name: choose synthetic"
        " (made here, without a download), speech_commands, speech_commands_v0.01, mini_speech_commands, or a folder"
        " with a folder for each class"
    )
    assert "choose synthetic (made here, without a download), vww_coco2014_96, or" in refused(
        "vww", "--data", "mini_speech_commands"
    )
    folder = tones(tmp_path / "few", {"up": 2, "down": 9})
    assert "class up has 2 files, and none falls into validation" in refused("kws", "--data", folder)
    assert "has no word yes: it has down, up" in refused("kws", "--data", folder, "--words", "yes")
    (folder / "up" / "bad.wav").write_bytes(b"RIFF")
    assert f"{folder}/up/bad.wav: this is no 16-bit PCM wav" in refused("kws", "--data", folder)
    assert "has one class, cat, and two at least are needed" in refused(
        "vww", "--data", pictures(tmp_path / "one", {"cat": 9})
    )
    broken = pictures(tmp_path / "broken", {"cat": 3, "dog": 3})
    (file,) = [name for name in datasets.load(broken).split("test").metadata["file"] if name.startswith("dog")]
    (broken / file).write_bytes(b"GIF")
    monkeypatch.setattr(train.vision, "train", untrained)  # pictures that test are read before
    assert f"{broken / file}: this is no picture that can be read" in refused("vww", "--data", broken)
    assert not list(tmp_path.glob("*.tflite"))


def test_a_data_set_that_was_not_fetched_says_how(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TINYLAB_CACHE", str(tmp_path))
    line = refused("kws", "--data", "speech_commands", "--out", tmp_path / "k.tflite")
    assert "speech_commands is not in the cache: `tinylab data fetch speech_commands` fetches it" in line


def test_the_file_is_never_half_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    out = tmp_path / "m.tflite"
    out.write_bytes(b"mine")
    assert refused("kws", "--out", out) == (
        f"--out {out}: the file is there already: --force overwrites it, another --out leaves it"
    )
    assert "this is a folder: name a file in it" in refused("vww", "--out", tmp_path)
    assert f"there is no folder {tmp_path / 'no'}: make it first" in refused(
        "vww", "--out", tmp_path / "no" / "m.tflite"
    )

    def full(self: Path, content: bytes) -> int:
        with self.open("wb") as file:
            file.write(content[:3])
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(tl.TinylabError, match="it was not written: No space left on device"):
        trained.write_whole(out, b"model", force=True)
    assert [path.name for path in tmp_path.iterdir()] == ["m.tflite"]
    assert out.read_bytes() == b"mine"
    monkeypatch.undo()
    with pytest.raises(tl.TinylabError, match="is there already"):  # it came while we trained
        trained.write_whole(out, b"model", force=False)
    trained.write_whole(out, b"model", force=True)
    assert out.read_bytes() == b"model"
