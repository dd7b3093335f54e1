"""Draw the README's picture of an arena again: `python -m tasks.arena_picture`."""

from __future__ import annotations

from pathlib import Path

import tinylab as tl

TARGET = Path(__file__).resolve().parents[1] / "docs" / "arena.png"


def main() -> None:
    plan = tl.plan_arena(tl.zoo.load("kws_yes_no"), "cortex-m4/reference")
    tl.views.arena_picture(plan).save(TARGET)
    print(f"written: {TARGET.name}")


if __name__ == "__main__":
    main()
