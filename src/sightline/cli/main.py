"""The command line: one verb, one function.

Exit codes: 0 done, 1 unexpected, 2 wrong use or input, 3 not allowed or something is missing,
4 not found, 5 conflict, 6 an export differs from its model, 7 storage, memory or load, 130 stopped.
"""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sightline import __version__
from sightline.cli import output
from sightline.cli.context import Context
from sightline.cli.options import hoist
from sightline.cli.verbs import install
from sightline.core.errors import CancelledError, SightlineError, StorageError
from sightline.settings import find_workspace

if TYPE_CHECKING:
    from collections.abc import Sequence

app = typer.Typer(
    name="sightline",
    help="From a folder of pictures to a vision model you own.",
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    add_completion=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _version(wanted: bool) -> None:
    if wanted:
        output.say(f"sightline {__version__}")
        raise typer.Exit


@app.callback()
def _globals(
    ctx: typer.Context,
    workspace: Annotated[
        Path | None,
        typer.Option("--workspace", "-w", help="Folder that holds everything. Default: workspace"),
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="Print results as JSON lines.")] = False,
    quiet: Annotated[bool, typer.Option("--quiet", help="No progress bars.")] = False,
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """From a folder of pictures to a vision model you own."""
    del version
    verb = ctx.invoked_subcommand or ""
    ctx.obj = Context(find_workspace(workspace), json, quiet, verb=verb)
    ctx.call_on_close(ctx.obj.close)


install(app)


def main(arguments: Sequence[str] | None = None) -> None:
    """Run a verb and leave with its exit code."""
    words = hoist(sys.argv[1:] if arguments is None else arguments)
    code = run(words)
    sys.stdout.flush()
    sys.exit(code)


def run(words: Sequence[str]) -> int:
    """Run a verb and return its exit code; every error is told."""
    as_json = "--json" in words
    signal.signal(signal.SIGTERM, _terminated)
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")  # beside other programs, spinning is slow
    try:
        answer = app(args=list(words), prog_name="sightline", standalone_mode=False)
    except SightlineError as error:
        output.fail(error, as_json=as_json)
        return error.exit_code
    except KeyboardInterrupt:
        answer = CancelledError.exit_code
    except SystemExit as ended:  # so the parser ends when the reader of the output went away
        if not isinstance(ended.__context__, BrokenPipeError):
            raise
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except OSError as error:
        output.fail(_storage(error), as_json=as_json)
        return StorageError.exit_code
    except Exception as error:  # noqa: BLE001 - usage errors have no public base; others go on
        return _click_error(error, as_json=as_json)
    code = answer if isinstance(answer, int) else 0
    if code == CancelledError.exit_code:  # so the parser answers Ctrl+C
        output.fail(CancelledError("stopped", hint="run it again to go on"), as_json=as_json)
    return code


def _click_error(error: Exception, *, as_json: bool) -> int:
    """Tell what the parser of the command line found wrong; pass on what is a fault of ours."""
    show = getattr(error, "show", None)
    code = getattr(error, "exit_code", None)
    if code is None:
        raise error
    if show is not None:
        show()
        if as_json:
            message = getattr(error, "message", "") or str(error)
            hint = "see --help of the verb"
            output.line({"error": {"code": "usage", "message": message, "hint": hint}})
    return int(code)


def _storage(error: OSError) -> StorageError:
    return StorageError(
        f"{error.strerror or error}: {error.filename or ''}".rstrip(": "),
        hint="check the disk's space and permissions; what was saved is kept",
    )


def _terminated(_signal: int, _frame: Any) -> None:
    raise KeyboardInterrupt


if __name__ == "__main__":
    main()
