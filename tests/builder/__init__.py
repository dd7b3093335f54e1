"""Small models for tests, built from plain Python values: models.py has the values, flatbuffer.py the writer."""

from __future__ import annotations

from tests.builder.flatbuffer import write
from tests.builder.models import (
    OperatorSpec,
    SubgraphSpec,
    TensorSpec,
    build_model,
    constant,
    model_tables,
    single_operator,
)

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
