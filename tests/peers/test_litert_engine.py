from __future__ import annotations

import numpy as np
import pytest

from tests.peers import models


@pytest.mark.parametrize("kernels", ["optimised", "reference"])
def test_no_delegate_takes_the_operators_over(kernels: str) -> None:
    pytest.importorskip("ai_edge_litert")
    from tinylab.peers.litert_engine import LitertEngine

    engine = LitertEngine(models.matrix(), kernels, preserve_all_tensors=False)
    engine.set_input(0, np.ones((1, 3), np.float32))
    engine.invoke()
    assert engine.output(0).tolist() == [[6, 15]]
    assert [operator["op_name"] for operator in engine._interpreter._get_ops_details()] == ["FULLY_CONNECTED"]
