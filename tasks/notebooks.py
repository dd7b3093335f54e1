"""Execute notebooks headless: `run` one and print its tables, `store` the outputs of all.

`python -m tasks.notebooks run PATH` writes to build/ and leaves the committed notebook alone
(`--data NAME-or-FOLDER` runs it on that in place of its DATA = "synthetic");
`python -m tasks.notebooks store [PATH ...]` writes back in place, with nothing in the file that differs by run.
"""

from __future__ import annotations

import argparse
import os
import re
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError

ROOT = Path(__file__).resolve().parents[1]
CELL_SECONDS = 1800  # training on a slow machine fits in it; a hang does not last for ever
WIDGET_VIEW = "application/vnd.jupyter.widget-view+json"
SYNTHETIC = 'DATA = "synthetic"'  # how a notebook names its data
ANSI = re.compile(r"\x1b\[[0-9;]*m")


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tasks.notebooks", description=__doc__.splitlines()[0])
    commands = parser.add_subparsers(dest="command", required=True)
    to_run = commands.add_parser("run")
    to_run.add_argument("notebook", type=Path)
    to_run.add_argument("--data", default="", help="a data set's name, or a folder with a folder a class")
    commands.add_parser("store").add_argument("notebooks", type=Path, nargs="*")
    arguments = parser.parse_args()
    if arguments.command == "run":
        return run(arguments.notebook, arguments.data)
    return store(arguments.notebooks or sorted((ROOT / "notebooks").glob("*.ipynb")))


def run(path: Path, data: str = "") -> int:
    """Execute one notebook, write it to build/notebooks/, print the cells tagged `table`; 0 when no cell failed."""
    notebook, finished = execute(path, data)
    if notebook is None:
        return 2
    built = ROOT / "build" / "notebooks" / path.name
    built.parent.mkdir(parents=True, exist_ok=True)
    nbformat.write(notebook, built)
    for table in tables(notebook):
        print(f"\n{table}")
    print(f"\nthe executed notebook: {built.relative_to(ROOT)}")
    return 0 if finished else 1


def store(paths: list[Path]) -> int:
    """Execute the notebooks and write each that ran to its end back in place; 0 when all did."""
    os.environ["TINYLAB_PROGRESS"] = "off"  # the map of the course shows a reader who has solved nothing yet
    status = 0
    for path in paths:
        notebook, finished = execute(path)
        if notebook is None or not finished:
            print(f"{path}: not stored")
            status = 1
        else:
            nbformat.write(steady(notebook), path)
            print(f"{path}: stored")
    return status


def execute(path: Path, data: str = "") -> tuple[Any, bool]:
    """The notebook with its outputs (None if there is nothing to run), and whether every cell ran without an error."""
    if not path.is_file():
        print(f"{path} is not here", file=sys.stderr)
        return None, False
    notebook = nbformat.read(path, as_version=4)
    if data and not choose_data(notebook, data):
        print(f"{path} takes no other data: no code cell of it has a line {SYNTHETIC!r}", file=sys.stderr)
        return None, False
    code = [(place, cell) for place, cell in enumerate(notebook.cells) if cell.cell_type == "code"]
    for _, cell in code:  # a cell that is never reached must not keep the outputs of an earlier run
        cell.outputs, cell.execution_count = [], None
    print(f"{path}: {len(code)} code cells", flush=True)
    client = NotebookClient(
        notebook,
        timeout=CELL_SECONDS,
        startup_timeout=180,
        kernel_name="python3",
        extra_arguments=["--log-level=ERROR"],  # the kernel warns of its own TCP ports otherwise
        resources={"metadata": {"path": str(path.resolve().parent)}},
        record_timing=False,
        store_widget_state=False,
    )
    started = time.monotonic()
    try:
        with client.setup_kernel():
            for number, (place, cell) in enumerate(code, start=1):
                with progress(f"{number:2}/{len(code)}", cell.source):
                    client.execute_cell(cell, place)
    except (CellExecutionError, CellTimeoutError, DeadKernelError) as error:
        print(f"\n{ANSI.sub('', str(error)).strip()}\n\n{path}: stopped by the error above", file=sys.stderr)
        return notebook, False
    print(f"{path}: done in {time.monotonic() - started:.0f} s", flush=True)
    return notebook, True


def choose_data(notebook: Any, data: str) -> bool:
    """Put other data in the place of the notebook's default; False where it has none."""
    chosen = str(Path(data).resolve()) if Path(data).is_dir() else data  # a notebook runs in its own folder
    for cell in notebook.cells:
        if cell.cell_type == "code" and any(line.startswith(SYNTHETIC) for line in cell.source.splitlines()):
            cell.source = re.sub(f"^{SYNTHETIC}", lambda _: f"DATA = {chosen!r}", cell.source, flags=re.MULTILINE)
            return True
    return False


@contextmanager
def progress(number: str, source: str) -> Iterator[None]:
    """One line a cell: its number, its first line, a dot for every five seconds it takes, its seconds."""
    first_line = source.strip().split("\n", 1)[0]
    print(f"  {number}  {first_line:.70}  ", end="", flush=True)
    done = threading.Event()

    def dots() -> None:
        while not done.wait(5):
            print(".", end="", flush=True)

    ticker = threading.Thread(target=dots, daemon=True)
    ticker.start()
    started = time.monotonic()
    try:
        yield
    finally:
        done.set()
        ticker.join()
        print(f" {time.monotonic() - started:.1f} s", flush=True)


def tables(notebook: Any) -> list[str]:
    """The text that the cells tagged `table` printed or showed, in order."""
    return [
        text.rstrip()
        for cell in notebook.cells
        if cell.cell_type == "code" and "table" in cell.metadata.get("tags", [])
        for text in texts(cell)
    ]


def texts(cell: Any) -> list[str]:
    """The text of each output of a code cell: what it printed (not on stderr), the text form of what it showed."""
    shown = (output for output in cell.outputs if output.get("name") != "stderr")
    forms = (output.get("text") or output.get("data", {}).get("text/plain", "") for output in shown)
    return [text for text in forms if text]


def steady(notebook: Any) -> Any:
    """The same notebook without what differs from run to run or machine to machine: two stores give equal files.

    Gone are widget state and views (their ids are random), times and the kernel's version; a widget's text form stays.
    """
    notebook.metadata = nbformat.from_dict(
        {
            "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
            "language_info": {"name": "python"},
        }
    )
    for number, cell in enumerate(notebook.cells, start=1):
        cell.id = f"cell-{number:02}"
        tags = cell.metadata.get("tags")
        cell.metadata = nbformat.from_dict({"tags": tags} if tags else {})
        for output in cell.get("outputs", []):
            output.get("data", {}).pop(WIDGET_VIEW, None)
        if cell.cell_type == "code":
            cell.outputs = joined(cell.outputs)
    return notebook


def joined(outputs: list[Any]) -> list[Any]:
    """The same outputs, what was printed in one piece: into how many the kernel cuts it differs from run to run."""
    found: list[Any] = []
    for output in outputs:
        before = found[-1] if found else None
        if before and output.output_type == before.output_type == "stream" and output.name == before.name:
            before.text += output.text
        else:
            found.append(output)
    return found


if __name__ == "__main__":
    sys.exit(main())
