from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pyrage
import pytest

from fakes.colours import add_colours, write_colours
from fakes.onnx_graphs import colour_card

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


def test_a_package_is_downloaded_locked_and_taken_in(shop: Shop, colours: str) -> None:
    plain = shop.client.get(f"/api/models/{colours}/package")
    assert plain.status_code == 200
    assert plain.headers["content-type"] == "application/zip"
    assert "colours.zip" in plain.headers["content-disposition"]
    owner = pyrage.x25519.Identity.generate()
    public = {"recipients": [str(owner.to_public())]}
    locked = shop.client.post(f"/api/models/{colours}/package", json=public)
    assert pyrage.decrypt(locked.content, [owner]) == plain.content

    def sent(data: bytes, **fields: str) -> Any:
        return shop.client.post(
            "/api/models/package", files={"files": ("c.zip", data)}, data=fields
        )

    assert sent(plain.content, name="again").json()["name"] == "again"
    assert sent(locked.content).json()["code"] == "wrong_key"
    other = str(pyrage.x25519.Identity.generate())
    wrong = sent(locked.content, key=other)
    assert (wrong.status_code, wrong.json()["code"]) == (422, "wrong_key")
    assert other not in wrong.text
    assert sent(locked.content, key=str(owner)).status_code == 201
    assert sent(b"PK nothing").status_code == 422


def test_a_package_on_the_servers_disk_is_added_by_its_path(
    shop: Shop, colours: str, tmp_path: Path
) -> None:
    file = tmp_path / "pictures" / "c.zip"
    shop.bench.packages.pack(colours, file)
    added = shop.post("/api/models", {"path": str(file), "name": "by-path"}, status=201)
    assert (added["name"], added["classes"]) == ("by-path", ["red", "green", "blue"])


def test_a_package_is_locked_in_one_way(shop: Shop, colours: str) -> None:
    both = {"passphrase": "words", "recipients": ["age1x"]}
    for body in ({}, both, {"recipients": ["age1x"]}):
        shop.post(f"/api/models/{colours}/package", body, status=422)


def test_a_model_that_is_not_exported_is_not_packed(shop: Shop) -> None:
    rule = colour_card().preprocess
    shop.bench.store.models.add(
        b"w", name="t", kind="classifier", format="torch", preprocess=rule, classes=("a", "b")
    )
    answer = shop.client.get("/api/models/t/package")
    assert answer.json()["code"] == "missing_weights"
    assert "export" in answer.json()["hint"]
