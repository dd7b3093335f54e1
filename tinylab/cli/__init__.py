"""The command line, `tinylab COMMAND`: one file a command, and their list in `app.py`. Needs the extra `cli`."""

from __future__ import annotations

from tinylab.errors import ExtraMissingError

__all__ = ["main"]


def main() -> None:
    """Run the command line; ends the process with 0, with 1, or with 2 for bad input."""
    try:
        from tinylab.cli.app import app
    except ModuleNotFoundError as error:
        if error.name is None or error.name.split(".")[0] not in ("typer", "rich"):
            raise
        raise SystemExit(f"tinylab: {ExtraMissingError('cli', 'the command line')}") from None
    app(prog_name="tinylab")
