"""The package: what `import sightline` gives (src/sightline/__init__.py)."""

from __future__ import annotations

import re
import subprocess
import sys
from typing import TYPE_CHECKING

import sightline

if TYPE_CHECKING:
    from pathlib import Path


def test_the_version_is_one_that_packaging_understands() -> None:
    assert re.fullmatch(r"\d+\.\d+\.\d+([ab]\d+|rc\d+)?", sightline.__version__)


def test_the_verbs_are_functions_of_an_open_workspace(tmp_path: Path) -> None:
    with sightline.open(tmp_path / "w", person="ann") as bench:
        assert bench.settings.person == "ann"
        verbs = "ingest set_labels train_head queue train export predict report runs demo doctor"
        assert all(callable(getattr(bench, verb)) for verb in verbs.split())
    assert (tmp_path / "w" / "sightline.db").is_file()


def test_importing_it_imports_nothing_heavy() -> None:
    code = (
        "import sys, sightline; "
        "heavy = {'torch', 'numpy', 'sqlalchemy', 'fastapi', 'PIL', 'onnxruntime', 'sklearn'}; "
        "sys.exit(', '.join(heavy & set(sys.modules)) or 0)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
