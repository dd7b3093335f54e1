"""What a .tflite file is: load_model reads and checks it; Model, Subgraph, Tensor and Operator are what it says;
write_model writes one; fuse and chain make one of two."""

from __future__ import annotations

from tinylab.model.enums import ActivationFunctionType, BuiltinOperator, Padding, TensorType
from tinylab.model.fusion import chain, fuse
from tinylab.model.model import Model, Operator, Quantization, Signature, Subgraph, Tensor
from tinylab.model.reader import load_model
from tinylab.model.writer import write_model

__all__ = [
    "ActivationFunctionType",
    "BuiltinOperator",
    "Model",
    "Operator",
    "Padding",
    "Quantization",
    "Signature",
    "Subgraph",
    "Tensor",
    "TensorType",
    "chain",
    "fuse",
    "load_model",
    "write_model",
]
