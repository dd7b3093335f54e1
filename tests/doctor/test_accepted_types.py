"""The table of types against the real TFLM: every operator of it with every type, run or refused, and when."""

from __future__ import annotations

import numpy as np
import pytest

from tests.doctor.typed_models import TYPES, models
from tinylab.doctor.accepted_types import ACCEPTED
from tinylab.model import TensorType, load_model
from tinylab.peers import tflm
from tinylab.peers.tflm import TflmSession
from tinylab.runtime.micro_op_resolver import add_method_name

NOT_BUILT = {"SVDF"}  # its weights have types of their own: type_checks of the kernel itself


def test_the_table_names_operators_of_tflm() -> None:
    assert all(add_method_name(name) for name in ACCEPTED)
    assert {name for name, _ in models("INT8")} == set(ACCEPTED) - NOT_BUILT


@pytest.mark.skipif(not tflm.PEER.status().is_available, reason='pip install "tinylab[peers]"')
def test_every_row_is_what_tflm_does() -> None:
    different, count = [], 0
    with tflm.session() as session:
        for type in TYPES:
            for name, model in models(type):
                count += 1
                row = ACCEPTED[name]
                expected = "runs" if TensorType[type] in row.types else row.phase
                if (found := happens(session, model)) != expected:
                    different.append(f"{name} of {type}: the table says {expected}, TFLM {found}")
    assert not different, "\n".join(different)
    print(f"{count} operators and types as the real TFLM has them")


def happens(session: TflmSession, model: bytes) -> str:
    """What TFLM does: "runs", or the phase in which it refuses, on inputs of ones (nobody divides by zero)."""
    main = load_model(model).subgraphs[0]
    tensors = [main.tensors[index] for index in main.inputs]
    result = session.run(model, [np.ones((1, *tensor.shape), tensor.dtype) for tensor in tensors])
    if result.ran:
        return "runs"
    assert result.reason == "refused", result.message
    return "invoke" if "failed to invoke" in result.text else "prepare"
