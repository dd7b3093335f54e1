"""`import tinylab` in a fresh process, beside NumPy's import, which it contains, and an empty process."""

from __future__ import annotations

import subprocess
import sys
from functools import partial

from bench.measure import Table, beside

ROUNDS = 9
HEAVY = ("tensorflow", "matplotlib", "ipywidgets", "IPython", "jupyter_client")


def main() -> list[Table]:
    statements = {"nothing": "pass", "import numpy": "import numpy", "import tinylab": "import tinylab"}
    times = beside({name: partial(python, code) for name, code in statements.items()}, ROUNDS, "import numpy")
    modules = python("import sys, tinylab; print(*sys.modules)").split()
    heavy = [name for name in HEAVY if name in modules]
    return [times, Table(("modules imported", "of them heavy"), [(len(modules), ", ".join(heavy) or "none")])]


def python(code: str) -> str:
    """What a fresh interpreter prints."""
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
