"""Explanations over the API."""

from __future__ import annotations

import io
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from PIL import Image

from fakes.trained import answer_here, trained
from server.conftest import is_problem

if TYPE_CHECKING:
    from pathlib import Path

    from server.conftest import Shop
    from sightline.core.cards import ModelCard


@pytest.fixture
def model(shop: Shop, tmp_path: Path) -> ModelCard:
    changes = [
        {"image_id": one, "class_id": shop.cat if at % 2 else shop.dog, "status": "labelled"}
        for at, one in enumerate(shop.images)
    ]
    shop.label(*changes)
    answer_here(shop.bench)
    birds = shop.bench.projects.get("birds")
    return trained(shop.bench, birds, tmp_path, wrong=shop.images[:2], name="birds-cnn")


def shown(shop: Shop, url: str) -> Any:
    answer = shop.client.get(url)
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "image/webp"
    return Image.open(io.BytesIO(answer.content))


def test_an_image_is_explained_its_pictures_have_addresses_and_layers_are_listed(
    shop: Shop, model: ModelCard
) -> None:
    body = {"image_id": shop.images[0], "method": "hirescam", "class": "dog"}
    told = shop.post(f"/api/models/{model.name}/explain", body)
    assert (told["class"], told["class_id"], told["method"]) == ("dog", shop.dog, "hirescam")
    assert told["frame"] == [60, 40]
    assert {one["class"] for one in told["prediction"]} == {"cat", "dog"}
    assert told["seconds"] > 0
    assert shown(shop, told["map_url"]).mode == "RGBA"
    assert shown(shop, told["overlay_url"] + "?opacity=0.9").size == (60, 40)
    assert shown(shop, told["picture_url"]).size == (60, 40)
    small = shop.client.get(told["map_url"] + "?px=30&v=1")
    assert "immutable" in small.headers["cache-control"]
    assert Image.open(io.BytesIO(small.content)).size == (30, 20)
    again = shop.client.get(
        told["map_url"] + "?px=30", headers={"if-none-match": small.headers["etag"]}
    )
    assert again.status_code == 304
    told = shop.get(f"/api/models/{model.name}/layers")
    assert (told["auto"], told["model"]) == ("relu6", model.id)
    assert told["class_ids"] == list(model.class_ids)
    methods = {one["name"]: one["ready"] for one in told["methods"]}
    assert methods["gradcam"]
    assert not methods["rollout"]
    assert any(one["name"] == "relu6" and one["main"] for one in told["layers"])


def test_an_uploaded_picture_is_explained_within_the_limits(shop: Shop, model: ModelCard) -> None:
    file = io.BytesIO()
    Image.fromarray(np.full((20, 30, 3), 90, np.uint8)).save(file, "PNG")
    url = f"/api/models/{model.id}/explain"
    one = ("files", ("../a.png", file.getvalue(), "image/png"))
    answer = shop.client.post(f"{url}?method=gradcam%2B%2B&class=cat", files=[one])
    assert answer.status_code == 200, answer.text
    told = answer.json()
    assert (told["path"], told["image_id"], told["class"]) == ("a.png", None, "cat")
    assert told["method"] == "gradcam++"
    assert shown(shop, told["overlay_url"]).size == (30, 20)
    for files, status in (
        ([one, one], 422),
        ([("files", ("a.png", b"no picture", "image/png"))], 422),
    ):
        refused = shop.client.post(url, files=files)
        assert refused.status_code == status
        assert is_problem(refused)


def test_a_wrong_question_is_a_problem_document(shop: Shop, model: ModelCard) -> None:
    url = f"/api/models/{model.id}/explain"
    wrong: list[tuple[dict[str, Any], int]] = [
        ({"image_id": 999_999}, 404),
        ({"image_id": 0}, 422),
        ({"method": "x"}, 422),
        ({"layer": "x"}, 422),
        ({"class": "x"}, 404),
        ({"class_id": 77_777}, 404),
        ({"steps": 100_000}, 422),
        ({"more": 1}, 422),
    ]
    for body, status in wrong:
        answer = shop.client.post(url, json={"image_id": shop.images[0]} | body)
        assert answer.status_code == status, answer.text
        assert is_problem(answer)
    assert shop.client.get("/api/explanations/..%2f..%2fsecret/map").status_code in {404, 422}
    assert shop.client.get(f"/api/explanations/{'0' * 32}/map").status_code == 404


def test_a_runs_mistakes_are_listed_explained_and_a_queue(shop: Shop, model: ModelCard) -> None:
    told = shop.get(f"/api/runs/{model.run}/mistakes")
    assert [one["image_id"] for one in told["items"]] == list(shop.images[:2])
    assert told["items"][0]["explanation"] is None
    shop.bench.explained_runs.perform(model.run, "mistakes", asked())
    told = shop.get(f"/api/runs/{model.run}/mistakes?limit=1&offset=1")
    assert (told["total"], len(told["items"])) == (2, 1)
    assert shown(shop, told["items"][0]["explanation"]["map_url"]).mode == "RGBA"
    view = {"queue": "mistaken", "run": model.run}
    made = shop.post("/api/projects/birds/views", view, status=201)
    assert made["size"] == 2
    shop.bench.jobs.pump = lambda: None  # type: ignore[method-assign]
    job = shop.post(f"/api/runs/{model.run}/mistakes", {"method": "gradcam"}, status=202)
    assert job["kind"] == "explain"
    assert shop.get(f"/api/runs/{model.run}/mistakes")["job"]["id"] == job["id"]


def test_a_runs_class_averages_are_listed(shop: Shop, model: ModelCard) -> None:
    assert shop.get(f"/api/runs/{model.run}/attention")["items"] == []
    shop.bench.explained_runs.perform(model.run, "classes", asked())
    items = shop.get(f"/api/runs/{model.run}/attention")["items"]
    assert [one["class"] for one in items] == ["cat", "dog"]
    assert shown(shop, items[0]["overlay_url"]).size == (32, 32)
    shop.post("/api/runs/none/attention", {}, status=404)


def asked() -> Any:
    from sightline.app.explaining.explaining import Asked

    return Asked()


WITHOUT_TORCH = """
import sys
from pathlib import Path
from sightline.app import open_workbench
from sightline.app.explaining.explaining import Asked
import sightline.server.main

workspace, image, model = sys.argv[1:]
with open_workbench(Path(workspace)) as bench:
    told = bench.explaining.file(model, Path(image), Asked(), here=False)
    assert bench.explaining.map_layer(told["key"], 64)
    try:
        bench.explaining.file(model, Path(image), Asked(layer="x"), here=False)
    except Exception as error:
        assert type(error).__name__ == "InvalidInputError", error
heavy = {"torch", "torchvision", "captum", "matplotlib"} & set(sys.modules)
assert not heavy, heavy
"""


@pytest.mark.nightly
def test_the_servers_process_explains_without_torch(
    shop: Shop, model: ModelCard, tmp_path: Path
) -> None:
    image = next((tmp_path / "pictures").glob("*.png"))
    words = [sys.executable, "-W", "error", "-c", WITHOUT_TORCH]
    more = [str(shop.bench.workspace), str(image), model.id]
    done = subprocess.run([*words, *more], check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
