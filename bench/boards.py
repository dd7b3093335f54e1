"""Does it fit: MLPerf Tiny's four models and TFLM's three on ten boards, one table of arena, flash and margins.

Each board with the kernels that its core is made for. A margin is what is left when the reserves of tl.fit (32,768 bytes
of flash and 8,192 of RAM for the application, 4,096 of stack where the board's system was not measured) are taken off.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from pathlib import Path

from bench.measure import AbsentError, Table
from tinylab import boards
from tinylab.boards import FitReport
from tinylab.model import Model, load_model

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
    """A row a board and model; ~ marks another core's figures."""
    rows = []
    for label, model in models.items():
        for report in boards.fit_table(model, BOARDS).reports:
            mark = "~" if report.is_estimate else ""
            rows.append(
                (
                    label,
                    report.board.name,
                    report.choice.kernels,
                    f"{mark}{report.arena_bytes:,}",
                    f"{mark}{report.tflm_flash_bytes:,}",
                    f"{model.bytes:,}",
                    f"{report.flash.margin_bytes:,}",
                    f"{report.ram_margin_bytes:,}",
                    report.verdict,
                )
            )
    return Table(
        ("model", "board", "kernels", "arena", "TFLM flash", "model", "flash left", "RAM left", "verdict"), rows
    )


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
