"""The commands, and what all of them share: how errors end."""

from __future__ import annotations

import sys
from typing import Any

import typer
from typer.core import TyperGroup

import tinylab
from tinylab.cli import boards, compare, data, doctor, explain, export, fit, footprint, inspect, plan, run, time, train
from tinylab.errors import TinylabError

# Each module has a `command`, called as the module is: a function, or a Typer of its own with commands below it.
COMMANDS = (inspect, plan, run, compare, footprint, time, fit, boards, data, train, export, doctor, explain)
BAD_INPUT = 2


class Commands(TyperGroup):
    """Ends on bad input with one line and exit code 2; never with a traceback, unless tinylab itself is wrong."""

    def main(self, *args: Any, **options: Any) -> Any:
        """As TyperGroup.main; options that it does not know are told on one line too."""
        options["standalone_mode"] = False
        try:
            code = super().main(*args, **options)
        except typer.TyperException as error:  # an unknown option, a missing argument
            context = getattr(error, "ctx", None)
            fail(
                f"{error.format_message()} (see {context.command_path if context else 'tinylab'} --help)",
                error.exit_code,
            )
        except TinylabError as error:
            fail(str(error), BAD_INPUT)
        except BrokenPipeError:  # whoever read our output has seen enough
            sys.stderr.close()
            sys.exit(1)
        except OSError as error:
            fail(f"{error.filename}: {error.strerror}" if error.filename else str(error), BAD_INPUT)
        except typer.Abort:
            sys.exit(1)
        sys.exit(code if isinstance(code, int) else 0)


def fail(message: str, code: int) -> None:
    """One line on stderr, and the end."""
    print(f"tinylab: {' '.join(message.split())}", file=sys.stderr)
    sys.exit(code)


app = typer.Typer(
    cls=Commands,
    rich_markup_mode=None,  # plain help: short, and the same in every terminal
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


@app.callback(invoke_without_command=True)
def _tinylab(
    context: typer.Context,
    version: bool = typer.Option(False, "--version", help="Print the version and stop."),
) -> None:
    """TensorFlow Lite Micro on your desk: what a model is, the arena it needs, and what went wrong on the board.

    MODEL is a .tflite file, or zoo:NAME for one that tinylab ships. Exit code 2 is bad input; what 1 means, each
    command says. Try these:

      tinylab inspect zoo:kws_yes_no

      tinylab doctor zoo:kws_yes_no --board microbit_v2 --arena-bytes 20000

      tinylab explain serial.log --model kws.tflite --target cortex-m4/cmsis-nn
    """
    if version:
        print(f"tinylab {tinylab.__version__}")
    elif context.invoked_subcommand is None:
        print(context.get_help())


for module in COMMANDS:
    name = module.__name__.rpartition(".")[2]
    if isinstance(module.command, typer.Typer):
        app.add_typer(module.command, name=name)
    else:
        app.command(name)(module.command)
