"""Sound made visible.

A clip with its features, layers and probabilities; a stream with what was said and what was heard.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tinylab.speech.inspection import ClipInspection
from tinylab.speech.stream import Detection, Stream
from tinylab.views.picture import COLOURS, Picture, new_figure
from tinylab.views.text import table


def features_picture(features: NDArray[Any], names: Sequence[str]) -> Picture:
    """Some clips' features side by side.

    Float32 [clip, frame, channel, 1]; low channels (low pitches) at the bottom.
    """
    figure = new_figure(2.6 * len(names) + 0.6, 2.6)
    for place, name in enumerate(names):
        axes = figure.add_subplot(1, len(names), place + 1)
        axes.imshow(features[place, ..., 0].T, origin="lower", aspect="auto", cmap="magma")
        axes.set_title(name)
        axes.set_xlabel("frame")
        if place == 0:
            axes.set_ylabel("channel")
    rows = [
        (n, "×".join(map(str, f.shape)), f"{f.min():.1f}", f"{f.max():.1f}")
        for n, f in zip(names, features, strict=True)
    ]
    return Picture(figure, table(("clip", "frames × channels", "lowest", "highest"), rows))


def clip_text(clip: ClipInspection) -> str:
    """What was said, what the model says, and the shape and range of every layer."""
    said = f'"{clip.word}" by {clip.speaker}' if clip.word else "nothing (silence)"
    right = "right" if clip.predicted_class == clip.true_class else "wrong"
    lines = [
        f"clip {clip.index}: {said}; class {clip.true_class}; heard as {clip.predicted_class} ({right})",
        table(
            ("class", "probability"),
            [(n, f"{p:.3f}") for n, p in zip(clip.class_names, clip.probabilities, strict=True)],
        ),
        table(
            ("layer", "output shape", "lowest", "highest"),
            [
                (
                    f"{layer.node_index} {layer.operator_name}",
                    "×".join(map(str, layer.value.shape)),
                    f"{layer.value.min():.2f}",
                    f"{layer.value.max():.2f}",
                )
                for layer in clip.layers
            ],
        ),
    ]
    return "\n".join(lines)


def clip_picture(clip: ClipInspection) -> Picture:
    """The wave, the features, each layer's output as an image, and the probabilities as bars."""
    shown = [layer for layer in clip.layers if layer.value.size > len(clip.class_names)]
    columns = 4
    rows = 1 + -(-len(shown) // columns)
    figure = new_figure(11.0, 2.1 * rows + 0.6)
    grid = figure.add_gridspec(rows, columns)
    seconds = np.arange(len(clip.samples)) / clip.sample_rate_hz
    wave = figure.add_subplot(grid[0, 0])
    wave.plot(seconds, clip.samples / 32768, linewidth=0.5, color=COLOURS[0])
    wave.set_title("samples")
    wave.set_xlabel("seconds")
    features = figure.add_subplot(grid[0, 1:3])
    features.imshow(clip.features.T, origin="lower", aspect="auto", cmap="magma")
    features.set_title("features: what the network sees")
    features.set_xlabel("frame")
    features.set_ylabel("channel")
    bars = figure.add_subplot(grid[0, 3])
    colours = [COLOURS[2] if name == clip.true_class else COLOURS[7] for name in clip.class_names]
    bars.barh(range(len(clip.class_names)), clip.probabilities, color=colours)
    bars.set_yticks(range(len(clip.class_names)), clip.class_names)
    bars.set_xlim(0, 1)
    bars.invert_yaxis()
    bars.set_title("probabilities (green: true)")
    for place, layer in enumerate(shown):
        axes = figure.add_subplot(grid[1 + place // columns, place % columns])
        axes.imshow(_as_image(layer.value), aspect="auto", cmap="viridis")
        axes.set_title(f"{layer.node_index} {layer.operator_name}", fontsize=8)
        axes.set_xticks([])
        axes.set_yticks([])
    return Picture(figure, clip_text(clip))


def _as_image(value: NDArray[Any]) -> NDArray[Any]:
    """Any layer as a picture.

    [height, width, channel] with its channels side by side; vectors folded near to a square.
    """
    if value.ndim == 3:
        return np.concatenate([value[..., channel] for channel in range(min(value.shape[2], 16))], axis=1)
    flat = value.reshape(-1)
    width = max(1, int(np.ceil(np.sqrt(flat.size))))
    padded = np.full(width * -(-flat.size // width), np.nan, np.float32)
    padded[: flat.size] = flat
    return padded.reshape(-1, width)


def stream_text(stream: Stream, detections: Sequence[Detection]) -> str:
    """What was said and when, then what was heard and when, in seconds."""
    said = table(("said", "from", "to"), [(w.word, f"{w.start_s:.2f}", f"{w.end_s:.2f}") for w in stream.words])
    heard = table(("heard", "at", "score"), [(d.word, f"{d.time_s:.1f}", f"{d.score:.1f}") for d in detections])
    return f"{said}\n\n{heard}"


def stream_picture(
    stream: Stream,
    times_s: NDArray[Any],
    scores: NDArray[Any],
    class_names: Sequence[str],
    detections: Sequence[Detection],
) -> Picture:
    """The sound above, the smoothed score [window, class] of each class below.

    Words said are shaded, words heard are arrows.
    """
    figure = new_figure(11.0, 4.6)
    sound, curves = figure.subplots(2, 1, sharex=True)
    seconds = np.arange(len(stream.samples)) / (len(stream.samples) / stream.duration_s)
    sound.plot(seconds, stream.samples / 32768, linewidth=0.3, color=COLOURS[7])
    for word in stream.words:
        for axes in (sound, curves):
            axes.axvspan(word.start_s, word.end_s, color=COLOURS[4], alpha=0.25)
        sound.annotate(word.word, ((word.start_s + word.end_s) / 2, 0.85), ha="center", fontsize=8)
    sound.set_ylim(-1, 1)
    sound.set_title("what was said (shaded) and what was heard (arrows)")
    for place, name in enumerate(class_names):
        curves.plot(times_s, scores[:, place], label=name, color=COLOURS[place % len(COLOURS)], linewidth=1.2)
    for detection in detections:
        curves.annotate(
            detection.word,
            (detection.time_s, detection.score),
            (detection.time_s, 1.12),
            arrowprops={"arrowstyle": "->"},
            ha="center",
            fontsize=8,
        )
    curves.set_ylim(0, 1.25)
    curves.set_xlabel("seconds")
    curves.set_ylabel("smoothed score")
    curves.legend(loc="center left", bbox_to_anchor=(1.0, 0.5), fontsize=8)
    return Picture(figure, stream_text(stream, detections))
