"""Models as files over the API: uploaded, checked, removed, put back; what lies where."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from fakes.onnx_graphs import colour_model
from fakes.sam_graphs import circle_pair
from sightline.app.models import shelf as model_shelf

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

    from server.conftest import Shop


def upload(shop: Shop, *files: Path, status: int = 201, **about: str) -> Any:
    parts = [("files", (one.name, one.read_bytes())) for one in files]
    answer = shop.client.post("/api/models/upload", files=parts, params=about)
    assert answer.status_code == status, answer.text
    return answer.json()


def test_dropped_files_become_a_model(shop: Shop, tmp_path: Path) -> None:
    one = upload(shop, colour_model(tmp_path / "colours.onnx"), output="embedding", licence="MIT")
    assert (one["name"], one["kind"], one["licence"]) == ("colours", "encoder", "MIT")
    pair = upload(shop, *sorted(circle_pair(tmp_path / "pair").iterdir()), name="circles")
    assert (pair["kind"], set(pair["files"])) == ("segmenter", {"decoder.onnx"})
    (tmp_path / "theirs.pkl").write_bytes(b"\x80\x04.")
    refused = upload(shop, tmp_path / "theirs.pkl", status=422)
    assert "never" in refused["message"] + refused["hint"]
    assert shop.client.post("/api/models/upload", data={"a": "b"}).status_code == 422
    assert len(shop.get("/api/models")) == 2


def test_a_model_is_removed_with_what_used_it_and_put_back(shop: Shop, tmp_path: Path) -> None:
    made = upload(shop, colour_model(tmp_path / "colours.onnx"), output="embedding")
    birds = shop.bench.projects.get("birds")
    shop.bench.projects.save_settings(birds, {"encoder": "colours"})
    used_by = [{"kind": "project", "name": "birds", "what": "its encoder", "setting": "encoder"}]
    assert shop.get("/api/models")[0]["used_by"] == used_by
    gone = shop.client.delete(f"/api/models/{made['id']}").json()
    assert gone["used_by"] == used_by
    assert shop.get("/api/models") == []
    disk = shop.get("/api/models/disk")
    assert disk["trash"] == shop.get("/api/models/trash")
    assert [one["name"] for one in disk["missing"]] == ["colours"]
    back = shop.post(f"/api/models/trash/{made['id']}/restore", {})
    assert (back["id"], back["used_by"]) == (made["id"], used_by)
    shop.post(f"/api/models/trash/{made['id']}/restore", {}, status=404)

    shop.client.delete(f"/api/models/{made['id']}")
    assert shop.client.delete("/api/models/trash", params={"ref": "none"}).status_code == 404
    assert shop.client.delete("/api/models/trash").json() == {"erased": 1}
    assert shop.get("/api/models/trash") == []


def test_models_are_checked_at_once_or_by_a_job(
    shop: Shop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = upload(shop, colour_model(tmp_path / "colours.onnx"), output="embedding")
    found = shop.post(f"/api/models/{made['id']}/verify", {})
    assert (found["ok"], found["job"]) == (True, None)
    (shop.bench.store.models.root / made["id"] / "model.onnx").write_bytes(b"")
    found = shop.post("/api/models/verify", {})
    assert found["ok"] is False
    assert found["models"][0]["fault"]
    assert found["models"][0]["hint"]
    shop.post("/api/models/none/verify", {}, status=404)
    monkeypatch.setattr(model_shelf, "BIG_BYTES", 0)
    monkeypatch.setattr(shop.bench.jobs, "pump", lambda: None)
    queued = shop.post("/api/models/verify", {}, status=202)
    assert queued["job"]["kind"] == "verify-models"


def test_a_begun_download_is_listed_and_thrown_away(shop: Shop) -> None:
    folder = shop.bench.workspace / "cache/pulls/hub--facebook--dinov2-small"
    folder.mkdir(parents=True)
    (folder / "model.safetensors.part").write_bytes(b"12345")
    rows = {one["name"]: one["state"] for one in shop.get("/api/models/catalogue")}
    assert rows["dinov2-small"] == "partial"
    (one,) = shop.get("/api/models/disk")["partial"]
    assert (one["name"], one["bytes"]) == ("dinov2-small", 5)
    gone = shop.client.delete("/api/models/pull", params={"name": "dinov2-small"})
    assert gone.json() == {"name": "dinov2-small", "freed_bytes": 5}
    gone = shop.client.delete("/api/models/pull", params={"name": "dinov2-small"})
    assert gone.status_code == 404
