"""`tinylab data list | fetch | verify | path`: data sets and well-known models by name."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Annotated

import typer

from tinylab import datasets
from tinylab.cli.arguments import AsJson
from tinylab.cli.output import Bar, console, table
from tinylab.datasets import Source

command = typer.Typer(help="List, fetch and check data sets and well-known models.", rich_markup_mode=None)
Name = Annotated[str, typer.Argument(metavar="NAME", help="As `tinylab data list` prints it.", show_default=False)]
AcceptSha256 = Annotated[
    str, typer.Option(metavar="HEX", help="Accept this checksum in place of one that is marked weak.")
]
_MOST_SHOWN = 10


@command.command("list")
def list_(as_json: AsJson = False) -> None:
    """List what can be fetched, and what already is."""
    known = [datasets.source(name) for name in datasets.names()]
    if as_json:
        rows = [asdict(each) | {"is_fetched": datasets.is_fetched(each)} for each in known]
        typer.echo(json.dumps(rows, indent=2, ensure_ascii=False))
        return
    table(console(), ("name", "what", "here", "checksum", "bytes"), [_row(each) for each in known], left=(0, 1, 2, 3))


def _row(known: Source) -> tuple[str, ...]:
    here = "yes" if datasets.is_fetched(known) else "-"
    return known.name, known.title, here, "weak" if "sha256" in known.weak else "good", f"{known.bytes:,}"


@command.command()
def fetch(name: Name, accept_sha256: AcceptSha256 = "") -> None:
    """Fetch, check and unpack one; go on where an earlier fetch was cut off. Prints where it lies.

    The cache is the folder TINYLAB_CACHE, else tinylab's in the platform's cache folder. TINYLAB_OFFLINE=1 forbids the
    network.
    """
    known = datasets.source(name)
    if not datasets.is_fetched(known):
        typer.echo(f"{known.title}\nlicence: {known.licence}\nfrom {known.urls[0]}", err=True)
    bar = Bar()
    try:
        found = datasets.fetch(known, progress=bar.show, accept_sha256=accept_sha256)
    finally:
        bar.end()
    typer.echo(found)


@command.command()
def verify(name: Name) -> None:
    """Read every file of one again and compare checksums; exit code 1 where any differs."""
    bar = Bar()
    try:
        found = datasets.verify(name, progress=bar.show)
    finally:
        bar.end()
    for what, files in (("missing", found.missing), ("changed", found.changed), ("not of it", found.extra)):
        for file in files[:_MOST_SHOWN]:
            typer.echo(f"{what}: {file}")
        if len(files) > _MOST_SHOWN:
            typer.echo(f"{what}: … {len(files):,} in all")
    if not found.is_good:
        typer.echo(f"{name} is not as it was: delete {_folder(name)} and fetch it again")
        raise typer.Exit(1)
    typer.echo(f"{name}: {found.file_count:,} files, all as they were")


def _folder(name: str) -> str:
    found = datasets.path(name)
    return str(next(parent.parent for parent in (found, *found.parents) if parent.name == "files"))


@command.command()
def path(name: Name) -> None:
    """Print where one lies, for scripts; exit code 2 where it is not fetched."""
    typer.echo(datasets.path(name))
