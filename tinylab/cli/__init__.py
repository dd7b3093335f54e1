"""The command line, `tinylab COMMAND`: one file a command, and their list in `app.py`. Needs the extra `cli`.

A new command is a module with a function `command`, named as the command is called, and its name in COMMANDS:

- Its docstring is its help. The first line says what it does, in one sentence that is not cut in the list of commands
  (68 letters); then what it shows, its exit codes, and examples, each indented and with an empty line around it.
- Arguments that others have too are in `arguments.py` (MODEL, --target, --json) and `samples.py` (INPUT).
- It prints with `output.py`, reads values of the rooms below, and computes nothing. `--json` prints the same figures.
- 0 is fine, 1 is what the command says it is, 2 is bad input: raise a TinylabError, and `app.py` ends with one line.
- Views bring matplotlib, which takes half a second: import them inside the function.
"""

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
