from __future__ import annotations

from typing import TYPE_CHECKING

from fakes.cli import Cli

if TYPE_CHECKING:
    from pathlib import Path

    import pytest


def test_the_load_is_printed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    found = Cli(tmp_path / "w", capsys)("system", "--over", "0.1").last
    assert 0 <= found["cpu_percent"] <= 100
    assert found["memory_total_mb"] > 0
