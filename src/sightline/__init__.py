"""From a folder of pictures to a vision model you own.

    import sightline

    with sightline.open("./workspace") as bench:
        bench.ingest("~/pictures/pets", project="pets")
        bench.queue("pets", limit=20)
        bench.train("pets", {"epochs": 8})

Each verb of the command line is a function of the workbench that `open` returns, and returns what
`--json` prints.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path

    from sightline.app import Workbench

__version__ = "0.1.0"
__all__ = ["__version__", "open"]


def open(workspace: Path | str | None = None, **settings: Any) -> Workbench:  # noqa: A001
    """Open a workspace, which is made when it is not there; see `sightline.app.open_workbench`."""
    from sightline.app import open_workbench

    return open_workbench(workspace, **settings)
