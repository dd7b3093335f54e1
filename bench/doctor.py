"""The shared models that the real TFLM refuses: its own message, and the cause that tinylab names."""

from __future__ import annotations

import time

from bench.measure import AbsentError, Table
from tests.shared import SHARED, model_bytes, model_index
from tinylab.doctor import FAILS, examine
from tinylab.model import load_model


def main() -> list[Table]:
    entries = model_index()
    if not entries:
        raise AbsentError(f"no models in {SHARED}: name their folder in TINYLAB_SHARED")
    rows, false_alarms, seconds = [], 0, 0.0
    for entry in entries:
        model = load_model(model_bytes(entry["file"]), name=entry["file"])
        started = time.perf_counter()
        failing = examine(model).of(FAILS)
        seconds += time.perf_counter() - started
        if entry["tflm"]["invokes"]:
            false_alarms += bool(failing)
            continue
        named = "; ".join(f"{finding.check}: {finding.place}" for finding in failing) or "nothing"
        rows.append((entry["file"], shortened(entry["tflm"]["error"].split(" | ")[0]), named))
    named = sum(found != "nothing" for _, _, found in rows)
    counts = (
        ("models", len(entries)),
        ("that TFLM refuses", len(rows)),
        ("of these named", named),
        ("that run, and are said to fail", false_alarms),
        ("ms a model", f"{1000 * seconds / len(entries):.0f}"),
    )
    return [
        Table(("refused by the real TFLM", "its message", "cause that tinylab names"), rows),
        Table(("", ""), counts),
    ]


def shortened(message: str, most: int = 72) -> str:
    """Without the path of the file that says it."""
    words = message.removeprefix("tensorflow/lite/micro/kernels/")
    return words if len(words) <= most else words[: most - 1] + "…"


if __name__ == "__main__":
    for table in main():
        print(table.text(), end="\n\n")
