"""Models and encoders over the API: catalogue, pull, adding by a path that may be named."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest

from fakes.conv_graphs import conv_model
from fakes.onnx_graphs import colour_model
from fakes.tiny_models import save_transformer
from sightline.app import tasks
from sightline.core.progress import Silent
from sightline.engines import BUILT_IN
from sightline.export import latency

if TYPE_CHECKING:
    from pathlib import Path

    from server.conftest import Shop


def test_the_catalogue_tells_what_can_be_pulled_and_asks_nobody(shop: Shop) -> None:
    rows = {one["name"]: one for one in shop.get("/api/models/catalogue")}
    assert rows["mobilenet_v2"] | {"description": ""} == {
        "name": "mobilenet_v2",
        "kind": "encoder",
        "page": "",
        "files": [],
        "gated": False,
        "terms": "",
        "source": "torchvision",
        "place": "mobilenet_v2",
        "dim": 1280,
        "mb": 13.6,
        "licence": "BSD-3-Clause",
        "text": False,
        "description": "",
        "state": "absent",
        "model": None,
        "job": None,
    }
    clip = rows["clip-vit-base-patch32"]
    assert clip["text"]
    assert clip["page"].startswith("https://huggingface.co/openai/clip-vit-base-patch32")
    assert {"model.safetensors", "tokenizer.json"} <= set(clip["files"])


def test_what_is_not_known_cannot_be_pulled(shop: Shop) -> None:
    refused = shop.post("/api/models/pull", {"name": "mobilenet_v9"}, status=422)
    assert "OWNER/NAME" in refused["hint"]
    assert shop.get("/api/jobs") == []


def test_a_model_is_added_by_a_path_under_the_allowed_roots(shop: Shop, tmp_path: Path) -> None:
    inside = colour_model(tmp_path / "pictures" / "colours.onnx")
    body = {"path": str(inside), "name": "colours", "output": "embedding"}
    made = shop.post("/api/models", body, status=201)
    assert (made["kind"], made["dim"]) == ("encoder", 3)
    assert shop.get(f"/api/models/{made['id']}") == made

    outside = colour_model(tmp_path / "elsewhere" / "colours.onnx")
    shop.post("/api/models", body | {"path": str(outside)}, status=403)
    link = tmp_path / "pictures" / "link.onnx"
    link.symlink_to(outside)
    shop.post("/api/models", body | {"path": str(link)}, status=403)
    for wrong, status in (
        ({"path": "colours.onnx"}, 422),
        ({"path": str(tmp_path / "pictures")}, 422),
        ({"path": str(inside) + "x"}, 404),
        ({"name": "../x"}, 422),
        ({"output": "nope"}, 422),
    ):
        assert shop.post("/api/models", body | wrong, status=status)["hint"]
    assert len(shop.get("/api/models")) == 1


def test_a_projects_encoders_are_listed_switched_and_forgotten(shop: Shop, tmp_path: Path) -> None:
    file = colour_model(tmp_path / "pictures" / "colours.onnx")
    shop.post("/api/models", {"path": str(file), "name": "a b", "output": "embedding"}, status=201)
    birds = shop.bench.projects.get("birds")
    shop.bench.encoders.embed(birds, "a b")
    rows = shop.get("/api/projects/birds/encoders")
    assert [(one["name"], one["current"], one["embedded"]) for one in rows] == [
        ("a b", True, 6),
        *((spec.name, False, 0) for spec in sorted(BUILT_IN, key=lambda one: one.name)),
    ]
    assert set(rows[0]) == {
        "name", "key", "dim", "embedded", "total", "current", "text", "ready", "missing",
    }  # fmt: skip
    gone = shop.client.delete(f"/api/projects/birds/encoders/{rows[0]['key']}")
    assert gone.json()["deleted"] == 6
    assert shop.client.delete("/api/projects/birds/encoders/a b").status_code == 404
    shop.post("/api/projects/birds/embed", {"engine": "nope"}, status=404)


def test_words_are_a_view_like_any_other(shop: Shop) -> None:
    shop.bench.encoders.embed(shop.bench.projects.get("birds"))
    body = {"queue": "text", "text": "a red car"}
    refused = shop.post("/api/projects/birds/views", body, status=422)
    assert "no text tower" in refused["message"]
    shop.post("/api/projects/birds/views", {"queue": "all", "text": "a red car"}, status=422)


def test_an_encoder_of_torch_is_added_and_not_exported(
    shop: Shop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shop.bench.room, "trial", lambda *_: {"dim": 16})
    folder = save_transformer(tmp_path / "pictures" / "dino", "dinov2")
    made = shop.post("/api/models", {"path": str(folder), "name": "dino"}, status=201)
    assert (made["format"], made["network"], made["dim"]) == ("transformers", "dinov2", 16)
    refused = shop.post(f"/api/models/{made['id']}/export", {"format": "onnx"}, status=422)
    assert "runs as it is" in refused["message"]


WITHOUT_TORCH = """
import sys
from pathlib import Path
from sightline.app import open_workbench
from sightline.store.model_plan import ImportOptions

folder, workspace = map(Path, sys.argv[1:])
with open_workbench(workspace) as bench:
    import sightline.server.main
    bench.models.add(folder, ImportOptions(name="clip"))
    project = bench.projects.create("p")
    bench.projects.save_settings(project, {"encoder": "clip"})
    assert bench.encoders.encode_text(project, "a cat").shape == (8,)
    assert bench.encoders.of_project(project)[0]["text"]
heavy = {"torch", "transformers", "timm", "torchvision"} & set(sys.modules)
assert not heavy, heavy
"""


@pytest.mark.nightly
def test_the_servers_process_never_loads_torch(tmp_path: Path) -> None:
    folder = save_transformer(tmp_path / "clip", "clip")
    words = [sys.executable, "-W", "error", "-c", WITHOUT_TORCH, str(folder), str(tmp_path / "w")]
    done = subprocess.run(words, check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def test_an_export_is_a_job_and_its_form_is_listed_with_its_report(
    shop: Shop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shop.bench.jobs, "pump", lambda: None)
    monkeypatch.setattr(latency, "threads_here", lambda: (1,))
    file = conv_model(tmp_path / "pictures" / "conv.onnx")
    made = shop.post("/api/models", {"path": str(file), "name": "conv"}, status=201)
    address = f"/api/models/{made['id']}"
    assert shop.get(f"{address}/forms") == []
    job = shop.post(f"{address}/export", {"quantize": "dynamic", "force": True}, status=202)
    assert job["kind"] == "export"
    context: Any = Silent()
    tasks.export(shop.bench, context, **shop.bench.jobs.get(job["id"]).arguments)
    (form,) = shop.get(f"{address}/forms")
    assert (form["name"], form["precision"]) == ("conv-int8-dynamic", "int8-dynamic")
    assert form["forced"]
    assert form["report"]["files"][0]["name"] == "model.onnx"
    card = shop.get(f"/api/models/{form['model']}")
    assert (card["origin"], card["forced"]) == (made["id"], True)
    file_name = shop.client.get(f"/api/models/{form['model']}/file").headers["content-disposition"]
    assert "conv-int8-dynamic.onnx" in file_name
    assert shop.post(f"{address}/export", {"data": "/"}, status=403)["hint"]
    for wrong in ({"quantize": "int4"}, {"format": "tflite"}, {"calibration": 0}):
        shop.post(f"{address}/export", wrong, status=422)
