from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

    from fakes.cli import Cli


def test_the_report_is_shown_and_written_and_counts_only_when_asked(
    cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "report.json"
    cli("projects", "list")
    assert cli("usage", "--out", out).last["verbs"] == {}
    assert out.is_file()
    monkeypatch.setenv("SIGHTLINE_USAGE_REPORT", "true")
    cli("projects", "list")
    assert cli("usage").last["verbs"] == {"projects": "1-9"}
    assert cli("usage", "--forget").last == {"forgotten": True}
    assert not (cli.workspace / "usage.json").exists()
    shown = cli.call("--workspace", cli.workspace, "usage").out
    assert "nothing was written or sent" in shown
