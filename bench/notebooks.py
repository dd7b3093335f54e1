"""Every notebook from its first cell to its last: wall time, processor time and peak memory of its kernel."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from bench.measure import Table

ROOT = Path(__file__).resolve().parents[1]
# A process a notebook, so that the peak of its children (the kernel, and the peers that it starts) is this notebook's.
CHILD = """
import resource, sys, time
from pathlib import Path
from tasks.notebooks import execute
started = time.perf_counter()
_, finished = execute(Path(sys.argv[1]))
used = resource.getrusage(resource.RUSAGE_CHILDREN)
print("MEASURED", time.perf_counter() - started, used.ru_utime + used.ru_stime, used.ru_maxrss * 1024, int(finished))
"""


def main() -> Table:
    rows = [(path.stem, *measured(path)) for path in sorted((ROOT / "notebooks").glob("*.ipynb"))]
    total = ("all", *(f"{sum(float(row[column]) for row in rows):.0f}" for column in (1, 2)), "", "")
    return Table(("notebook", "wall s", "processor s", "peak MiB of one process", "ran to its end"), [*rows, total])


def measured(path: Path) -> tuple[str, str, str, str]:
    ran = subprocess.run([sys.executable, "-c", CHILD, str(path)], cwd=ROOT, capture_output=True, text=True, check=True)
    line = next(line for line in ran.stdout.splitlines() if line.startswith("MEASURED"))
    wall, processor, peak_bytes, finished = (float(figure) for figure in line.split()[1:])
    return f"{wall:.0f}", f"{processor:.0f}", f"{peak_bytes / 2**20:,.0f}", "yes" if finished else "no"
