"""Write the API's description to standard output; the page's types are made from it."""

from __future__ import annotations

import json
import sys
import tempfile
from pathlib import Path

from sightline.app import open_workbench
from sightline.server.main import create_app


def main() -> None:
    """Describe the API of an empty workspace."""
    with tempfile.TemporaryDirectory() as folder, open_workbench(Path(folder)) as bench:
        json.dump(create_app(bench).openapi(), sys.stdout)


if __name__ == "__main__":
    main()
