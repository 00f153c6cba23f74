"""`package` and `unpack`: a model as one file for others, locked if wished."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from sightline.cli import output
from sightline.cli.context import of, tell
from sightline.core.errors import InvalidInputError

if TYPE_CHECKING:
    from sightline.formats.age import Key

VARIABLE: Final = "SIGHTLINE_PACKAGE_KEY"
_HOW: Final = f"--key-file FILE, or the variable {VARIABLE}"
KeyFile = Annotated[
    Path | None,
    typer.Option(help=f"File with a passphrase or a key of age. Default: {VARIABLE}, else asked."),
]


def package(
    ctx: typer.Context,
    model: Annotated[str, typer.Argument(help="Id or name of a model, or an .onnx file.")],
    out: Annotated[Path, typer.Argument(help="The ZIP to write.")],
    encrypt: Annotated[
        bool, typer.Option("--encrypt", help="Lock it, as the age program does.")
    ] = False,
    key_file: KeyFile = None,
    recipient: Annotated[
        list[str] | None,
        typer.Option(metavar="age1...", help="Lock it for this public key; several may be given."),
    ] = None,
) -> None:
    """Write a model as a ZIP that runs without Sightline: card, classes, sample code, hashes."""
    context = of(ctx)
    key = None
    if encrypt or recipient or key_file is not None:
        key = _locking(key_file, tuple(recipient or ()))
    with output.bar("package", quiet=context.quiet) as bar:
        found = context.bench.packages.pack(model, out, key=key, progress=bar)
    locked = ", locked" if found["encrypted"] else ""
    tell(ctx, found, f"{found['path']} ({output.size(found['bytes'])}{locked})")


def unpack(
    ctx: typer.Context,
    file: Annotated[Path, typer.Argument(help="A package, locked or not.")],
    out: Annotated[Path, typer.Option(help="Folder to write, new or empty.")],
    key_file: KeyFile = None,
) -> None:
    """Write the files of a package into a folder, each checked against its hash."""
    key = _opening(file, key_file)
    found = of(ctx).bench.packages.unpack(file, out, key=key)
    tell(ctx, found, f"{found['name']} is in {found['out']}: {len(found['files'])} files")


def add(ctx: typer.Context, file: Path, name: str, key_file: Path | None) -> bool:
    """Add the model of a package; return whether it is one."""
    from sightline.app.packages.packing import is_package

    if not file.is_file() or not is_package(file):
        return False
    key = _opening(file, key_file)
    found = of(ctx).bench.packages.add(file, name=name, key=key)
    tell(ctx, found, f"added {found['kind']} {found['name']}: {found['id']}")
    return True


def _locking(key_file: Path | None, recipients: tuple[str, ...]) -> Key:
    from sightline.formats.age import Key

    if recipients:
        if key_file is not None:
            raise InvalidInputError(
                "a key file and a recipient", hint="lock it by one of the two; age takes no more"
            )
        return Key(recipients=recipients)
    return _given(key_file) or _asked(twice=True)


def _opening(file: Path, key_file: Path | None) -> Key | None:
    """Return the key for a file, None for one that is not locked."""
    from sightline.formats.age import is_locked

    try:
        with file.open("rb") as raw:
            locked = is_locked(raw.read(64))
    except OSError:
        return None
    return (_given(key_file) or _asked(twice=False)) if locked else None


def _given(key_file: Path | None) -> Key | None:
    from sightline.formats.age import parse_key, read_key

    if key_file is not None:
        return read_key(key_file)
    words = os.environ.get(VARIABLE, "")
    return parse_key(words) if words else None


def _asked(*, twice: bool) -> Key:
    from sightline.formats.age import parse_key

    if not sys.stdin.isatty():
        raise InvalidInputError("there is no key", hint=_HOW)
    words: str = typer.prompt("Passphrase", hide_input=True, confirmation_prompt=twice, err=True)
    return parse_key(words)


def install(app: typer.Typer) -> None:
    """Add the verbs."""
    app.command()(package)
    app.command()(unpack)
