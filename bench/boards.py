"""Does it fit: MLPerf Tiny's four models and TFLM's three on ten boards, one table of arena, flash and margins.

Each board with the kernels that its core is made for. What is left is what remains when the reserves of tl.fit (32,768
bytes of flash and 8,192 of RAM for the application, 4,096 of stack where nobody measured the board's system) are taken
off. ~ stands before figures of another core, the nearest that was measured.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from pathlib import Path

from bench.measure import AbsentError, Table
from tinylab import boards
from tinylab.boards import FitReport
from tinylab.model import Model, load_model
from tinylab.views.boards import fit_marks

SHARED = Path(os.environ.get("TINYLAB_SHARED") or Path(__file__).resolve().parents[2] / "shared")
MODELS = {
    "MLPerf VWW": "mlperf_tiny/vww_96_int8.tflite",
    "MLPerf KWS": "mlperf_tiny/kws_ref_model.tflite",
    "MLPerf IC": "mlperf_tiny/pretrainedResnet_quant.tflite",
    "MLPerf AD": "mlperf_tiny/ad01_int8.tflite",
    "person_detect": "tflm/person_detect.tflite",
    "micro_speech": "tflm/micro_speech_quantized.tflite",
    "hello_world": "tflm/hello_world_int8.tflite",
}
BOARDS = (
    *("arduino_nano_33_ble_sense", "sparkfun_edge", "sparkfun_edge2", "himax_we_i_plus", "esp_eye"),
    *("raspberry_pi_pico", "b_l475e_iot01a", "arduino_nicla_sense_me", "arduino_nano_33_iot", "grove_vision_ai_v2"),
)


def main() -> Iterator[Table]:
    models = {label: _load(file) for label, file in MODELS.items()}
    yield table(models)
    yield Table(("remedies", "", "flash left", "RAM left"), list(_remedies(models)))


def table(models: Mapping[str, Model]) -> Table:
    """A row a board and model."""
    rows = []
    for label, model in models.items():
        for report in boards.fit_table(model, BOARDS).reports:
            arena, flash, verdict = fit_marks(report)
            used = f"{arena}{report.arena_bytes:,}", f"{flash}{report.tflm_flash_bytes:,}", f"{model.bytes:,}"
            left = f"{report.flash.margin_bytes:,}", f"{report.ram_margin_bytes:,}"
            rows.append((label, report.board.name, report.choice.kernels, *used, *left, verdict + report.verdict))
    used_and_left = ("arena", "TFLM flash", "model", "flash left", "RAM left")
    return Table(("model", "board", "kernels", *used_and_left, "verdict"), rows)


def _remedies(models: Mapping[str, Model]) -> Iterator[tuple[str, str, str, str]]:
    for label, model in models.items():
        for name in BOARDS:
            report: FitReport = boards.fit(model, name)
            for remedy in report.remedies[:3]:
                margins = f"{remedy.flash_margin_bytes:,}", f"{remedy.ram_margin_bytes:,}"
                yield f"{label} on {name}: {remedy.what}", "(hint)" if remedy.is_hint else "", *margins


def _load(file: str) -> Model:
    path = SHARED / "models" / file
    if not path.is_file():
        raise AbsentError("the measured models are not here: put them in ../shared or name it in TINYLAB_SHARED")
    return load_model(path)
