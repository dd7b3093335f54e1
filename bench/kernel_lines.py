"""Lines of the kernels' files: how many files, the median, the longest."""

from __future__ import annotations

import statistics

from bench.contest import ROOT
from bench.measure import Table
from tests.house import MOST_KERNEL_LINES, is_kernel


def main() -> Table:
    """One row; the house allows MOST_KERNEL_LINES."""
    files = [path for path in sorted((ROOT / "tinylab" / "kernels").glob("*.py")) if is_kernel(path)]
    lines = {path.name: len(path.read_text(encoding="utf-8").splitlines()) for path in files}
    longest = max(lines, key=lines.__getitem__)
    row = len(lines), statistics.median(lines.values()), f"{lines[longest]} ({longest})", MOST_KERNEL_LINES
    return Table(("kernel files", "median lines", "longest", "allowed"), [row])
