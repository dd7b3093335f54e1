"""The boards that tinylab knows, and a user's own."""

from __future__ import annotations

import difflib
import functools
from importlib import resources
from pathlib import Path

from tinylab.boards.board import Board
from tinylab.boards.reading import read_board
from tinylab.errors import BoardError

_PROFILES = resources.files("tinylab.boards") / "profiles"


@functools.cache
def names() -> tuple[str, ...]:
    """The boards there are, sorted."""
    files = (entry.name for entry in _PROFILES.iterdir())
    return tuple(sorted(name.removesuffix(".toml") for name in files if name.endswith(".toml")))


def load(board: str | Path | Board) -> Board:
    """The board of that name, or of a TOML file: a path, or a name that ends in ".toml".

    A Board is returned as it is. BoardError names the boards there are, or the file and field that are wrong.
    """
    if isinstance(board, Board):
        return board
    if isinstance(board, Path) or board.endswith(".toml"):
        return _of_file(Path(board))
    if board not in names():
        near = difflib.get_close_matches(board, names(), 3, 0.5)
        asked = f"do you mean {' or '.join(near)}? " if near else ""
        raise BoardError(f"there is no board {board!r}: {asked}there are {', '.join(names())}; or give a .toml file")
    return _shipped(board)


@functools.cache
def _shipped(name: str) -> Board:
    return read_board((_PROFILES / f"{name}.toml").read_text("utf-8"), f"{name}.toml")


def _of_file(path: Path) -> Board:
    try:
        text = path.read_text("utf-8")
    except OSError as error:
        raise BoardError(f"{path}: it cannot be read: {error.strerror}", str(path)) from None
    except UnicodeDecodeError:
        raise BoardError(f"{path}: this is no text in UTF-8", str(path)) from None
    return read_board(text, str(path))
