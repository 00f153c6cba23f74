from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest

from sightline.core.errors import MissingWeightsError
from sightline.server.serving.exporting import export_apart

if TYPE_CHECKING:
    from pathlib import Path


def test_an_export_elsewhere_tells_why_it_failed(tmp_path: Path) -> None:
    script = "import sys; sys.exit(f'no torch for {sys.argv[2]}')"
    with pytest.raises(MissingWeightsError, match="no torch for pets"):
        export_apart(tmp_path, "pets", command=(sys.executable, "-S", "-c", script))


def test_one_that_cannot_be_started_is_told(tmp_path: Path) -> None:
    with pytest.raises(MissingWeightsError, match="could not be exported"):
        export_apart(tmp_path, "pets", command=(str(tmp_path / "nowhere"),))


def test_one_that_ends_well_says_nothing(tmp_path: Path) -> None:
    export_apart(tmp_path, "pets", command=(sys.executable, "-S", "-c", ""))
