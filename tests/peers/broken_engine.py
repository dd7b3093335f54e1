"""A peer that cannot be imported, as one whose shared library is missing."""

from __future__ import annotations

raise ImportError("libpeer.so: cannot open shared object file")
