"""A model exported in a process of its own: what serves never loads torch."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

from sightline.core.errors import MissingWeightsError, SightlineError

if TYPE_CHECKING:
    from collections.abc import Sequence

TIMEOUT_S: Final = 1_800.0


def export_apart(
    workspace: Path, ref: str, *, command: Sequence[str] = (sys.executable, "-m", __name__)
) -> None:
    """Write a model's ONNX file beside it, as `sightline export` does.

    Raises:
        MissingWeightsError: It could not be; the message says why.
    """
    try:
        done = subprocess.run(  # noqa: S603 - our own module
            [*command, str(workspace), ref],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=TIMEOUT_S,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise MissingWeightsError(
            f"{ref} could not be exported: {error}", hint=_hint(ref)
        ) from error
    if done.returncode:
        said = (done.stderr.strip().splitlines() or ["no reason was given"])[-1]
        raise MissingWeightsError(f"{ref} could not be exported: {said}", hint=_hint(ref))


def _hint(ref: str) -> str:
    return f"sightline export {ref}, where torch is installed"


def main(workspace: str, ref: str) -> None:
    """Export; an error of ours is the last line of standard error."""
    from sightline.app import open_workbench

    try:
        with open_workbench(Path(workspace)) as bench:
            bench.models.export(ref)
    except SightlineError as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main(*sys.argv[1:])
