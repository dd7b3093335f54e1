"""The table of MLPerf Tiny's four models and TFLM's three on ten boards, held against measured arenas."""

from __future__ import annotations

import functools
import hashlib
import json

import pytest

from bench.boards import BOARDS, MODELS, main, table
from tests.boards.test_profiles import SEED_COURSE
from tests.shared import SHARED, model_bytes, needs_shared
from tinylab import boards
from tinylab.model import Model, load_model


@functools.cache
def model_of(label: str) -> Model:
    return load_model(model_bytes(MODELS[label]), name=label)


@functools.cache
def smallest_arenas(target: str) -> dict[str, int]:
    """Measured on the real TFLM, by the first 16 digits of the model's SHA-256."""
    file = SHARED / "measurements" / f"arena_{target.replace('/', '_')}.json"
    found = json.loads(file.read_text())["models"].values()
    column = "min_arena_bytes_multiple_of_16"
    return {entry["sha256"]: entry[column] for entry in found if column in entry}


@needs_shared
@pytest.mark.parametrize("label", MODELS)
def test_arenas_are_the_real_tflms(label: str) -> None:
    digest = hashlib.sha256(model_bytes(MODELS[label])).hexdigest()[:16]
    for report in boards.fit_table(model_of(label), BOARDS).reports:
        target = report.board.targets[report.choice.kernels].arena
        assert report.arena_bytes == smallest_arenas(target)[digest], report.board.name


@needs_shared
def test_the_table_has_a_row_a_model_and_board() -> None:
    found = table({label: model_of(label) for label in MODELS})
    assert len(found.rows) == len(MODELS) * len(BOARDS) == 70
    assert set(BOARDS) >= SEED_COURSE
    rows = {(row[0], row[1]): row for row in found.rows}
    assert rows["person_detect", "sparkfun_edge"][3:6] == ("82,320", "70,044", "300,568")
    assert rows["MLPerf VWW", "esp_eye"][3] == "~100,672"
    assert rows["MLPerf VWW", "raspberry_pi_pico"][3:5] == ("~100,672", "51,993")
    assert rows["MLPerf VWW", "b_l475e_iot01a"][-1] == "does not fit"
    assert rows["hello_world", "esp_eye"][-1] == "~fits"


@needs_shared
def test_whatever_does_not_fit_gets_a_remedy() -> None:
    _, remedies = main()
    misfits = {
        f"{row[0]} on {row[1]}" for row in table({label: model_of(label) for label in MODELS}).rows if "not" in row[-1]
    }
    assert {row[0].partition(":")[0] for row in remedies.rows} == misfits
    assert "MLPerf VWW on b_l475e_iot01a" in misfits
