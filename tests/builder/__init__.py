"""Small models for tests, built from plain Python values by models.py; the package's own writer makes the file."""

from __future__ import annotations

from tests.builder.models import (
    OperatorSpec,
    SubgraphSpec,
    TensorSpec,
    build_model,
    constant,
    model_tables,
    single_operator,
)
from tinylab.model.flatbuffer_builder import build_flatbuffer as write

__all__ = [
    "OperatorSpec",
    "SubgraphSpec",
    "TensorSpec",
    "build_model",
    "constant",
    "model_tables",
    "single_operator",
    "write",
]
