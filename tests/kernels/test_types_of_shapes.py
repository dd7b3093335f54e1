"""Every operator that moves elements, by every type: run as the real TFLM runs it, or refused where it refuses.

The cases are those of the operators' own tests; here also of types that their kernels do not take.
"""

from __future__ import annotations

import zlib

import numpy as np
import pytest

from tests.kernels import (
    test_batch_to_space_nd,
    test_broadcast_args,
    test_broadcast_to,
    test_depth_to_space,
    test_dynamic_update_slice,
    test_embedding_lookup,
    test_fill,
    test_gather,
    test_gather_nd,
    test_mirror_pad,
    test_resize_bilinear,
    test_resize_nearest_neighbor,
    test_reverse,
    test_slice,
    test_space_to_batch_nd,
    test_split_v,
    test_squeeze,
    test_unpack,
)
from tests.kernels.cases import MakeCase
from tests.kernels.running import assert_as_tflm, refusal_of
from tinylab.peers.tflm import TflmSession

# Not UINT16, which the wheel cannot be fed.
TYPES = ["float16", "float32", "float64", "int8", "uint8", "int16", "int32", "uint32", "int64", "uint64", "bool"]
OF_PADDING_THAT_TFLM_DOES_NOT_SET = {("space_to_batch_nd", "float32"), ("space_to_batch_nd", "int8")}
MODULES = [
    test_batch_to_space_nd, test_broadcast_args, test_broadcast_to, test_dynamic_update_slice, test_embedding_lookup,
    test_fill, test_gather, test_gather_nd, test_mirror_pad, test_resize_bilinear, test_resize_nearest_neighbor,
    test_reverse, test_slice, test_space_to_batch_nd, test_split_v, test_squeeze, test_unpack,
]  # fmt: skip
# What makes a case of a type, and the types that the kernel takes.
OPERATORS: dict[str, tuple[MakeCase, list[str]]] = {
    **{module.__name__.rpartition(".test_")[2]: (module.case, module.TYPES) for module in MODULES},
    **{name.lower(): (case, test_depth_to_space.TYPES) for name, case in test_depth_to_space.CASES.items()},
}


@pytest.mark.filterwarnings("ignore:.*encountered in cast")  # what is expected of a float64 is of no interest here
@pytest.mark.parametrize("dtype", TYPES)
@pytest.mark.parametrize("name", OPERATORS)
def test_run_or_refused_as_tflm(tflm: TflmSession, name: str, dtype: str) -> None:
    make, taken = OPERATORS[name]
    rng = np.random.default_rng(zlib.crc32(f"{name} {dtype}".encode()))
    for _ in range(4):
        case = make(rng, dtype)
        theirs = tflm.run(case.model, case.inputs)
        if not theirs.ran:
            assert dtype not in taken
            assert theirs.phase == refusal_of(case.model)[0], theirs.text
        elif (name, dtype) not in OF_PADDING_THAT_TFLM_DOES_NOT_SET:
            assert dtype in taken, "a type that TFLM takes too"
            assert_as_tflm(tflm, case.model, *case.inputs)
