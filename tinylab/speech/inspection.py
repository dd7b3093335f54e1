"""One clip, all the way: what was said, what the network sees of it, what each layer makes of it, what comes out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tinylab.errors import DataError
from tinylab.model import Model
from tinylab.runtime import MicroInterpreter, arena_needs, resolver_for
from tinylab.runtime.tensor_view import dequantize
from tinylab.speech.dataset import Split
from tinylab.speech.features import FeatureSpec, compute_features


@dataclass(frozen=True, eq=False)
class LayerOutput:
    """One operator's output in real numbers: float32, of the tensor's shape without a leading 1."""

    node_index: int
    operator_name: str
    value: NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class ClipInspection:
    """samples.

    Int16 [sample]; features: float32 [frame, channel], as the network sees them; probabilities: float32 [class].
    """

    index: int
    word: str
    speaker: str
    true_class: str
    class_names: tuple[str, ...]
    sample_rate_hz: int
    samples: NDArray[np.int16]
    features: NDArray[np.float32]
    layers: tuple[LayerOutput, ...]
    probabilities: NDArray[np.float32]

    @property
    def predicted_class(self) -> str:
        """The most likely class."""
        return self.class_names[int(self.probabilities.argmax())]


class ClipInspector:
    """Makes inspections of the clips of one split with one .tflite model, on tinylab's own interpreter."""

    def __init__(self, model: Model, split: Split, class_names: Sequence[str], spec: FeatureSpec) -> None:
        self.split = split
        self.spec = spec
        self.class_names = tuple(class_names)
        self._interpreter = MicroInterpreter(model, resolver_for(model), arena_needs(model).smallest_arena_bytes)
        self._interpreter.allocate_tensors()

    def __len__(self) -> int:
        return len(self.split)

    def __call__(self, index: int) -> ClipInspection:
        """Run clip `index` through the model and keep everything that there is to see."""
        if not 0 <= index < len(self):
            raise DataError(f"there is no clip {index}: the split has {len(self)} clips, from 0")
        samples = self.split.samples[index]
        features = compute_features(samples[np.newaxis], self.spec)[0]
        interpreter = self._interpreter
        interpreter.input(0).data[...] = interpreter.input(0).quantize(features[np.newaxis])
        interpreter.invoke(trace=True)
        trace, tensors = interpreter.trace, interpreter.main.tensors
        assert trace is not None
        layers = tuple(
            LayerOutput(
                node.node_index, node.operator_name, _without_batch(dequantize(tensors[out.tensor_index], out.value))
            )
            for node in trace.nodes
            for out in node.outputs
        )
        metadata = self.split.metadata
        return ClipInspection(
            index=index,
            word=str(metadata["word"][index]),
            speaker=str(metadata["speaker"][index]),
            true_class=self.class_names[int(self.split.labels[index])],
            class_names=self.class_names,
            sample_rate_hz=self.spec.sample_rate_hz,
            samples=samples,
            features=features[..., 0],
            layers=layers,
            probabilities=interpreter.output(0).dequantize().reshape(-1),
        )


def _without_batch(value: NDArray[np.float32]) -> NDArray[np.float32]:
    return value[0] if value.ndim > 1 and len(value) == 1 else value
