"""`tinylab train kws | vww`: from data to an int8 model that was compared with the real TFLM."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import numpy as np
import typer

from tinylab import speech, vision
from tinylab.cli.arguments import DEFAULT_TARGET, AsJson, TargetName
from tinylab.cli.output import Bar
from tinylab.cli.trained import SYNTHETIC, Lesson, Trained, finish, require_data, require_free
from tinylab.speech import SpeechDataset
from tinylab.vision import VisionDataset

command = typer.Typer(help="Train a small model, convert it to int8, and compare it.", rich_markup_mode=None)

Data = Annotated[
    str,
    typer.Option("--data", "-d", metavar="DATA", help="synthetic, a name of `tinylab data list`, or a FOLDER."),
]
Epochs = Annotated[
    int | None, typer.Option("--epochs", min=1, metavar="N", help="[default: what the size of the data asks for]")
]
Seed = Annotated[int, typer.Option("--seed", min=0, metavar="N", help="Of the data, the first weights and the order.")]
Out = Annotated[Path, typer.Option("--out", "-o", metavar="FILE", help="Where to write the model.")]
Force = Annotated[bool, typer.Option("--force", help="Overwrite FILE.")]
_YES_NO = "yes,no"
_MOST_TESTED = 2_000  # pictures: the real TFLM and tinylab run each of them


@command.command()
def kws(
    data: Data = SYNTHETIC,
    words: Annotated[
        str, typer.Option(metavar="WORDS", help="With commas.  [default: yes,no; of a FOLDER, all its words]")
    ] = "",
    model: Annotated[Literal["tiny_conv", "ds_cnn"], typer.Option(help="The network.")] = "tiny_conv",
    epochs: Epochs = None,
    seed: Seed = 0,
    out: Out = Path("kws.tflite"),
    force: Force = False,
    target: TargetName = DEFAULT_TARGET,
    as_json: AsJson = False,
) -> None:
    """Train a keyword spotter.

    It tells the words from silence and from other words. A FOLDER has one folder of 16-bit wavs a word; a folder called
    silence or unknown holds those. Data sets are split by their official rule. Exit code 1: the real TFLM ran, and its
    integers differ from tinylab's.

      tinylab train kws --words stop,go --out stop_go.tflite

      tinylab train kws --data speech_commands --model ds_cnn

      tinylab train kws --data my_recordings
    """
    require_data(data, "speech")
    require_free(out, force)
    bar = Bar()
    chosen = [word.strip() for word in words.split(",")] if words else None
    read = _recordings(data, chosen, seed, bar)
    spec = speech.FeatureSpec()
    features, tested = (speech.compute_features(split.samples, spec) for split in (read.train, read.test))
    recipe = speech.TrainingRecipe().sized_for(len(read.train), epochs)
    build = speech.tiny_conv if model == "tiny_conv" else speech.ds_cnn
    net = build(spec.shape, len(read.class_names), seed=seed)
    speech.train(net, features, read.train.labels, recipe=recipe, seed=seed, progress=bar.show)
    counts = {name: len(read.split(name)) for name in ("train", "validation", "test")}
    lesson = Lesson(data, "clips", read.class_names, counts, model, recipe, seed)
    trained = Trained(net, speech.convert(net, features), tested, read.test.labels)
    finish(lesson, trained, out, force, target, as_json, bar)


def _recordings(data: str, words: list[str] | None, seed: int, bar: Bar) -> SpeechDataset:
    if data == SYNTHETIC:
        return speech.synthesize(words or _YES_NO.split(","), seed=seed, progress=bar.show)
    if words is None and not Path(data).is_dir():
        words = _YES_NO.split(",")
    return speech.from_recordings(data, words, seed=seed, progress=bar.show)


@command.command()
def vww(
    data: Data = SYNTHETIC,
    model: Annotated[Literal["tiny_vision", "mobilenet_v1"], typer.Option(help="The network.")] = "tiny_vision",
    colour: Annotated[Literal["grey", "rgb"], typer.Option(help="What the network sees.")] = "grey",
    epochs: Epochs = None,
    seed: Seed = 0,
    out: Out = Path("vww.tflite"),
    force: Force = False,
    target: TargetName = DEFAULT_TARGET,
    as_json: AsJson = False,
) -> None:
    """Train a network that tells pictures apart: person or not.

    A FOLDER has one folder of pictures a class, two or more; they are shrunk to 96×96. MLPerf Tiny's archive is split
    by its own rule, which leaves no test pictures: its validation pictures are the test. Exit code 1: the real TFLM
    ran, and its integers differ from tinylab's.

      tinylab train vww --out person.tflite

      tinylab train vww --data vww_coco2014_96 --model mobilenet_v1 --colour rgb

      tinylab train vww --data my_pictures
    """
    require_data(data, "pictures")
    require_free(out, force)
    bar = Bar()
    channels = {"grey": 1, "rgb": 3}[colour]
    read = _pictures(data, channels, seed, bar)
    tested = np.unique(np.linspace(0, len(read.test) - 1, min(len(read.test), _MOST_TESTED)).astype(np.int64))
    # Read before the training: a picture that cannot be read is found in seconds.
    inputs = vision.to_inputs(read.test.pictures[tested], channels)
    recipe = vision.PictureTrainingRecipe().sized_for(len(read.train), epochs)
    build = vision.tiny_vision if model == "tiny_vision" else vision.mobilenet_v1
    net = build(channels=channels, classes=len(read.class_names), seed=seed)
    pictures, labels = read.train.pictures, read.train.labels
    if data == SYNTHETIC:  # it is known what is seen where
        tags = read.train.metadata["tags"]
        vision.train_telling(net, pictures, labels, tags, recipe=recipe, seed=seed, progress=bar.show)
    else:
        vision.train(net, pictures, labels, recipe=recipe, seed=seed, progress=bar.show)
    some = vision.to_inputs(pictures[:: max(1, len(labels) // 400)], channels)
    counts = {name: len(read.split(name)) for name in ("train", "validation", "test")}
    lesson = Lesson(data, "pictures", read.class_names, counts, model, recipe, seed)
    trained = Trained(net, vision.convert(net, some), inputs, read.test.labels[tested])
    finish(lesson, trained, out, force, target, as_json, bar)


def _pictures(data: str, channels: int, seed: int, bar: Bar) -> VisionDataset:
    if data == SYNTHETIC:
        return vision.synthesize(seed=seed, progress=bar.show)
    return vision.from_pictures(data, colour="L" if channels == 1 else "RGB")
