"""What was published about time, as tinylab/timing/data/published.json holds it; timing_data.py writes it.

Which runtime, which kernels and which clock a row had is in no table of results: it is read from the systems'
descriptions (named in `source`) and stands here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

Read = Callable[[str], dict[str, Any]]  # a file of the measurements, by its name without .json

PAPER = "arXiv 2010.08678v3, table 2a"
TICKS = (
    "printed as kilocycles, which would be 0.2 cycles an instruction: read as ticks of the 12 MHz timer that TFLM's "
    "sparkfun_edge/system_setup.cc starts beside the 96 MHz burst clock, 8 cycles a tick"
)
NOT_NAMED = "kernels are not named: with the reference kernels' instructions it would be under one cycle each"
PAPER_MODELS = {"vww": "person_detect", "google_hotword": "keyword_scrambled"}
MLPERF_MODELS = {
    "kws": "mlperf_kws_ref_model",
    "vww": "mlperf_vww_96_int8",
    "ic": "mlperf_pretrainedResnet_quant",
    "ad": "mlperf_ad01_int8",
}


class System(NamedTuple):
    """An MLPerf Tiny submission that ran TFLM with kernels that were counted."""

    board: str
    core: str
    clock_mhz: float
    target: str
    version: str
    submitter: str
    system: str
    software: str
    source: str
    reading: str = ""


SYSTEMS = (
    System(
        "nucleo_l4r5zi",
        "cortex-m4",
        120,
        "cortex-m4/cmsis-nn",
        "0.5",
        "reference",
        "Nucleo-L4R5ZI",
        "TensorFlow Lite for Microcontrollers 2.3.1, Mbed OS, GCC 6",
        "mlcommons/tiny_results_v0.5, closed/reference",
        NOT_NAMED,
    ),
    System(
        "renesas_ek_ra6m4",
        "cortex-m33",
        200,
        "cortex-m4/cmsis-nn",
        "0.7",
        "renesas",
        "EK-RA6M4",
        "tflite-micro with CMSIS, GCC 8.3.1",
        "mlcommons/tiny_results_v0.7, closed/renesas",
        "instructions of the Cortex-M4 build: the Cortex-M33 has the same DSP instructions",
    ),
    System(
        "renesas_ek_ra8d1",
        "cortex-m85",
        480,
        "cortex-m55/cmsis-nn",
        "1.2",
        "Renesas",
        "EK-RA8D1",
        "TensorFlow Lite for Microcontrollers with CMSIS, LLVM 17",
        "mlcommons/tiny_results_v1.2, closed/Renesas",
        "instructions of the Cortex-M55 build: the Cortex-M85 has the same vector instructions, and wider units",
    ),
)

EXCLUDED = {
    "HiFi Mini (paper, table 2b)": "an Xtensa DSP: no instructions were counted for it",
    "person_detect on Corstone-300 (TFLM's benchmark notes)": "ticks of a simulator: 0.1 to 0.4 of an instruction each",
    "esp-tflite-micro's table (ESP32, -S3, -C3, -P4)": "Xtensa and RISC-V cores: no instructions were counted for them",
    "tinyengine's table (STM32H743)": "its models are not among those counted",
    "MLPerf Tiny: STMicroelectronics, Krai's X-CUBE-AI": "X-CUBE-AI, not TFLM",
    "MLPerf Tiny: OctoML, cTuning, Krai's microTVM": "microTVM, not TFLM",
    "MLPerf Tiny: Plumerai": "Plumerai's own engine",
    "MLPerf Tiny: Bosch": "Bosch's own engine (HALE)",
    "MLPerf Tiny: Skymizer, Nuvoton": "ONNC, not TFLM",
    "MLPerf Tiny: Silicon Labs xG24": "TFLM, but most of the work is done by the MVP accelerator",
    "MLPerf Tiny: Andes D25, D45, NX27V": "TFLM with Andes' library on RISC-V: no instructions were counted for it",
    "MLPerf Tiny: Renesas RX65N": "an RX core: no instructions were counted for it",
    "MLPerf Tiny: FPGAs, Syntiant, GreenWaves, Qualcomm, Alibaba, K1": "accelerators or other processors",
}


def published_content(read: Read) -> dict[str, Any]:
    """What published.json holds: rows that calibrate, what was left out and why, the paper's overhead."""
    rows = [*paper_rows(read), *nano_rows(read), *mlperf_rows(read)]
    return {
        "rows": rows,
        "excluded": EXCLUDED,
        "overhead": list(overhead_rows(read)),
    }


def counted(read: Read, target: str, model: str) -> dict[str, Any]:
    """What was counted for a model on a target."""
    entry: dict[str, Any] = read(f"instructions_{target.replace('/', '_')}")["models"][model]
    return entry


def paper_rows(read: Read) -> Iterator[dict[str, Any]]:
    """The SparkFun Edge of the TFLM paper."""
    for target, model, entry in _paper_table(read):
        yield {
            "board": "sparkfun_edge",
            "core": "cortex-m4",
            "clock_mhz": 96,
            "target": target,
            "model": model,
            "cycles": round(8000 * entry["total"]),
            "instructions": counted(read, target, model)["invoke_instructions"],
            "microjoules": None,
            "software": "TFLM of 2020",
            "source": PAPER,
            "reading": TICKS,
        }


def overhead_rows(read: Read) -> Iterator[dict[str, Any]]:
    """The paper's share of the interpreter, beside the counted one."""
    for target, model, entry in _paper_table(read):
        measured = counted(read, target, model)
        yield {
            "model": model,
            "target": target,
            "published_share": entry["overhead"],
            "published_total": entry["total"],
            "published_kernels": entry["calc"],
            "operator_count": len(measured["ops"]),
            "counted_total": measured["invoke_instructions"],
            "counted_overhead": measured["interpreter_overhead_instructions"],
        }


def _paper_table(read: Read) -> Iterator[tuple[str, str, dict[str, Any]]]:
    table = read("published")["tflm_paper_mlsys2021"]["table2a_sparkfun_edge_kcycles"]
    for name, entry in table.items():
        kernels = "reference" if name.endswith("_reference") else "cmsis_nn"
        model = PAPER_MODELS[name.removesuffix(f"_{kernels}")]
        yield f"cortex-m4/{kernels.replace('_', '-')}", model, entry


def nano_rows(read: Read) -> Iterator[dict[str, Any]]:
    """The Arduino Nano 33 BLE Sense with Arduino's library of TFLM."""
    table = read("published")["nano33ble"]
    for name, model in (("kws_micro_speech", "micro_speech_quantized"), ("person_detection", "person_detect")):
        target = "cortex-m4/cmsis-nn"
        yield {
            "board": "arduino_nano_33_ble_sense",
            "core": "cortex-m4",
            "clock_mhz": 64,
            "target": target,
            "model": model,
            "cycles": round(64_000 * table[name]["tflm"]["infer_ms"]),
            "instructions": counted(read, target, model)["invoke_instructions"],
            "microjoules": None,
            "software": "Arduino_TensorFlowLite",
            "source": table["source"],
            "reading": NOT_NAMED,
        }


def mlperf_rows(read: Read) -> Iterator[dict[str, Any]]:
    """The MLPerf Tiny submissions of SYSTEMS."""
    results: Any = read("mlperf_rows")
    for system in SYSTEMS:
        wanted = (system.version, system.submitter, system.system)
        of_it = [row for row in results if (row["version"], row["submitter"], row["system"]) == wanted]
        for row in sorted(of_it, key=lambda row: list(MLPERF_MODELS).index(row["task"])):
            model = MLPERF_MODELS[row["task"]]
            yield {
                "board": system.board,
                "core": system.core,
                "clock_mhz": system.clock_mhz,
                "target": system.target,
                "model": model,
                "cycles": round(1e6 * system.clock_mhz / row["inf_per_s"]),
                "instructions": counted(read, system.target, model)["invoke_instructions"],
                "microjoules": row["energy"][0] if "energy" in row else None,
                "software": system.software,
                "source": f"{system.source}, {row['task']}",
                "reading": system.reading,
            }
