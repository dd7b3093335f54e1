"""Exercises of the notebooks.

`check("08-1", answer)` gives a value that says *done* or *not yet* and why; it never raises.
"""

from __future__ import annotations

from tinylab.lessons.checks import Verdict, check

__all__ = ["Verdict", "check"]
