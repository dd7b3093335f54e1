"""Exercises of the notebooks, and the map of the course.

`check("08-1", answer)` gives a value that says *done* or *not yet* and why; it never raises. `course_map()` shows the
notebooks and what the reader has solved; `forget()` empties that record, which is one file in the reader's own folder.
"""

from __future__ import annotations

from tinylab.lessons.checks import Verdict, check
from tinylab.lessons.course import course_map
from tinylab.lessons.record import forget

__all__ = ["Verdict", "check", "course_map", "forget"]
