"""`python -m tinylab`: the command line."""

from __future__ import annotations

from tinylab.cli import main

if __name__ == "__main__":
    main()
