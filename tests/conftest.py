"""Fixtures that many tests share."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Real pictures and weights; a test that needs them says so when they are not there."""
    folder = Path(os.environ.get("SIGHTLINE_TEST_DATA", ROOT.parent / "shared" / "data"))
    if not folder.is_dir():
        pytest.skip(f"no test data at {folder}: set SIGHTLINE_TEST_DATA")
    return folder
