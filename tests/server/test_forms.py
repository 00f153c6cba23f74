from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from fakes.colours import add_colours, write_colours

if TYPE_CHECKING:
    from pathlib import Path

    from server.conftest import Shop


@pytest.fixture
def colours(shop: Shop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A classifier; jobs are queued and wait."""
    monkeypatch.setattr(shop.bench.jobs, "pump", lambda: None)
    found: str = add_colours(shop.bench, tmp_path)["id"]
    return found


def test_judging_is_a_job(shop: Shop, colours: str, tmp_path: Path) -> None:
    folder = str(write_colours(tmp_path / "pictures" / "d", 2))
    job = shop.post(f"/api/models/{colours}/evaluate", {"folder": folder}, status=202)
    assert (job["kind"], job["state"]) == ("evaluate-model", "queued")
    wish: dict[str, Any] = {"project": "birds"}
    told = shop.post(f"/api/models/{colours}/evaluate", wish, status=422)
    assert "no labelled pictures" in told["message"]
    shop.post("/api/models/none/evaluate", {"folder": folder}, status=404)
    shop.post(f"/api/models/{colours}/evaluate", {"split": "dev"}, status=422)


def test_folders_that_the_server_may_not_show_are_refused(shop: Shop, colours: str) -> None:
    shop.post(f"/api/models/{colours}/evaluate", {"folder": "/etc"}, status=403)
