"""The process of one job: `python -m sightline.worker --workspace W ID`."""

from __future__ import annotations

import argparse
import os
import sys
from contextlib import suppress
from pathlib import Path

from sightline.app import open_workbench
from sightline.core.errors import SightlineError

NICENESS = 5
"""Labelling and the page come first."""


def main(arguments: list[str] | None = None) -> int:
    """Do one job and return the exit code."""
    parser = argparse.ArgumentParser(prog="sightline.worker", description=__doc__)
    parser.add_argument("--workspace", type=Path, required=True)
    parser.add_argument("job")
    asked = parser.parse_args(arguments)
    if hasattr(os, "nice"):
        with suppress(OSError):
            os.nice(NICENESS)
    try:
        bench = open_workbench(asked.workspace)
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
