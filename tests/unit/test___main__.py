"""The start of the command line (src/sightline/__main__.py)."""

from __future__ import annotations

import json
import sys
from importlib.abc import MetaPathFinder
from typing import TYPE_CHECKING, Any

import pytest

from sightline import __main__ as start
from sightline.core.errors import CancelledError

if TYPE_CHECKING:
    from pathlib import Path


class Interrupted(MetaPathFinder):
    """Ctrl+C while the verbs are imported."""

    def find_spec(self, name: str, *_: Any) -> None:
        if name == "sightline.cli.main":
            raise KeyboardInterrupt


@pytest.mark.parametrize("as_json", [False, True])
def test_ctrl_c_while_it_starts_ends_it_as_later_on(
    as_json: bool, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delitem(sys.modules, "sightline.cli.main", raising=False)
    monkeypatch.setattr(sys, "meta_path", [Interrupted(), *sys.meta_path])
    monkeypatch.setattr(sys, "argv", ["sightline", "engines", *["--json"][:as_json]])
    with pytest.raises(SystemExit) as ended:
        start.main()
    assert ended.value.code == CancelledError.exit_code
    out, err = capsys.readouterr()
    assert err == "error: stopped\n  next: run it again to go on\n"
    told = {"code": "cancelled", "message": "stopped", "hint": "run it again to go on"}
    assert [json.loads(line) for line in out.splitlines()] == [{"error": told}][:as_json]


def test_it_runs_the_verb_that_is_named(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    monkeypatch.setattr(sys, "argv", ["sightline", "-w", str(tmp_path / "w"), "--version"])
    with pytest.raises(SystemExit) as ended:
        start.main()
    assert (ended.value.code, capsys.readouterr().out.split()[0]) == (0, "sightline")
