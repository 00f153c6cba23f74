"""Who narrates, over HTTP."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fakes.http import Client
from fakes.narrated import add_blobs
from sightline.app import open_workbench
from sightline.server.main import create_app

if TYPE_CHECKING:
    from pathlib import Path


def test_engines_and_languages_are_listed(tmp_path: Path) -> None:
    with (
        open_workbench(tmp_path / "w") as bench,
        Client(create_app(bench, background=False)) as client,
    ):
        assert client.get("/api/narration/engines").json() == []
        model = add_blobs(bench, tmp_path)
        (row,) = client.get("/api/narration/engines").json()
        assert (row["name"], row["model"], row["ready"]) == ("template:blobs", model, True)
        assert row["classes"] == ["car", "dog", "bottle"]
        languages = client.get("/api/narration/languages").json()
        assert {"code": "hi", "name": "हिन्दी"} in languages
