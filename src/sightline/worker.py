"""The process of one job: `python -m sightline.worker --workspace W ID`.

Or, with `--engine` instead of an id, of one engine, which answers on its standard streams.
"""

from __future__ import annotations

import argparse
import os
import sys
from contextlib import suppress
from pathlib import Path

from sightline.app import open_workbench
from sightline.app.engines.room import run_engine
from sightline.core.errors import SightlineError
from sightline.nets.device import WANTED

NICENESS = 5
"""Labelling and the page come first."""


def main(arguments: list[str] | None = None) -> int:
    """Do one job, or be one engine, and return the exit code."""
    parser = argparse.ArgumentParser(prog="sightline.worker", description=__doc__)
    parser.add_argument("--workspace", type=Path, required=True)
    parser.add_argument("job", nargs="?", default="")
    parser.add_argument("--engine", action="store_true")
    parser.add_argument("--idle-s", type=float, default=300.0)
    asked = parser.parse_args(arguments)
    if hasattr(os, "nice"):
        with suppress(OSError):
            os.nice(NICENESS)
    if asked.engine:
        return run_engine(asked.idle_s)
    try:
        bench = open_workbench(asked.workspace)
        os.environ[WANTED] = bench.settings.engine_device
        try:
            code: int = bench.jobs.run_child(bench, asked.job)
        finally:
            bench.close()
    except SightlineError as error:
        sys.stderr.write(f"{error}\n{error.hint}\n")
        return error.exit_code
    return code


if __name__ == "__main__":
    sys.exit(main())
