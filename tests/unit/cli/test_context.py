from __future__ import annotations

from typing import TYPE_CHECKING

from sightline.cli.context import Context

if TYPE_CHECKING:
    from pathlib import Path


def test_a_count_that_cannot_be_written_fails_no_verb(tmp_path: Path) -> None:
    flags = {"usage_report": True}
    context = Context(tmp_path, json=False, quiet=True, flags=flags, verb="models list")
    assert context.bench.settings.usage_report
    (tmp_path / "usage.json").mkdir()
    context.close()
