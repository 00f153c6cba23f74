"""A detector suggests, a person decides."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from fakes.onnx_graphs import constant_model
from sightline.store.model_plan import ImportOptions

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from server.conftest import Shop

URL = "/api/projects/birds"
SOURCE = "engine:pets"
FOUND: dict[str, NDArray[Any]] = {
    "boxes": np.array([(0, 0, 32, 32), (32, 32, 64, 64)], np.float32),
    "scores": np.array([0.9, 0.4], np.float32),
    "labels": np.array([0, 1], np.int64),
}
"""Of a square of 64 px: a cat at the top left, and perhaps a horse."""


@pytest.fixture
def detector(shop: Shop, tmp_path: Path) -> str:
    file = constant_model(tmp_path / "pets.onnx", FOUND, size=64)
    options = ImportOptions(name="pets", decoder="boxes", classes=("Cat", "horse"))
    shop.bench.models.add(file, options)
    return "pets"


def ask(shop: Shop, **more: Any) -> dict[str, Any]:
    project = shop.bench.projects.get("birds")
    return shop.bench.suggesting.suggest(project, "pets", **more)


def ghosts(shop: Shop, image: int) -> list[dict[str, Any]]:
    return [
        one for source in shop.get(f"/api/images/{image}/suggestions") for one in source["objects"]
    ]


def drawn(shop: Shop, image: int) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = shop.get(f"/api/images/{image}/objects")["objects"]
    return found


def test_a_job_asks_the_detector_about_every_picture(shop: Shop, detector: str) -> None:
    job = shop.post(f"{URL}/suggest", {"engine": detector}, status=202)
    assert shop.bench.wait(job["id"])["images"] == len(shop.images)
    assert shop.get(f"{URL}/suggestions") == [{"source": SOURCE, "images": len(shop.images)}]
    first, second = ghosts(shop, shop.images[0])
    assert (first["label"], first["class_id"]) == ("Cat", shop.cat), "whatever its case"
    assert first["geometry"] == pytest.approx([0, 0, 30, 20])
    assert (second["label"], second["class_id"]) == ("horse", None)
    assert drawn(shop, shop.images[0]) == [], "nothing is labelled until somebody accepts it"


def test_accepting_is_one_undo_step_that_makes_missing_classes(shop: Shop, detector: str) -> None:
    assert detector
    ask(shop)
    ids = list(shop.images[:2])
    done = shop.post(f"{URL}/suggestions/accept", {"image_ids": ids, "min_score": 0.3})
    assert (done["images"], done["objects"]) == (2, 4)
    assert [one["score"] for one in drawn(shop, ids[0])] == pytest.approx([0.9, 0.4])
    assert {one["source"] for one in drawn(shop, ids[0])} == {SOURCE}
    assert "horse" in {one["name"] for one in shop.get(f"{URL}/classes")}
    assert ghosts(shop, ids[0]) == []
    shop.post(f"{URL}/undo")
    assert drawn(shop, ids[0]) == drawn(shop, ids[1]) == []
    assert len(ghosts(shop, ids[0])) == 2, "what was taken back is suggested again"


def test_only_what_is_sure_enough_or_named_is_accepted(shop: Shop, detector: str) -> None:
    assert detector
    ask(shop)
    image = shop.images[0]
    body = {"image_ids": [image], "min_score": 0.5, "source": SOURCE}
    assert shop.post(f"{URL}/suggestions/accept", body)["objects"] == 1
    (left,) = ghosts(shop, image)
    body = {"image_ids": [image], "uids": [left["uid"]]}
    assert shop.post(f"{URL}/suggestions/accept", body)["objects"] == 1
    assert shop.post(f"{URL}/suggestions/accept", body)["objects"] == 0
    shop.post(f"{URL}/suggestions/accept", {}, status=422)


def test_what_is_rejected_stays_away_until_it_is_taken_back(shop: Shop, detector: str) -> None:
    assert detector
    ask(shop)
    image = shop.images[0]
    uid = ghosts(shop, image)[0]["uid"]
    url = f"/api/images/{image}/suggestions/reject"
    assert shop.post(url, {"uids": [uid]})["changed"] == 1
    ask(shop, again=True)
    assert uid not in {one["uid"] for one in ghosts(shop, image)}
    shop.post(url, {"uids": [uid], "rejected": False})
    assert uid in {one["uid"] for one in ghosts(shop, image)}


def test_what_somebody_has_drawn_there_already_is_not_suggested(shop: Shop, detector: str) -> None:
    assert detector
    ask(shop)
    image = shop.images[0]
    put = {"uid": "mine", "kind": "box", "geometry": [0, 0.2, 30, 20], "class_id": shop.cat}
    shop.post(f"{URL}/objects", {"changes": [{"image_id": image, "put": [put]}]})
    assert [one["label"] for one in ghosts(shop, image)] == ["horse"]


def test_pictures_that_were_asked_about_are_passed_over(shop: Shop, detector: str) -> None:
    assert detector
    first = ask(shop, image_ids=list(shop.images[:2]), min_score=0.95)
    assert (first["images"], first["objects"]) == (2, 0)
    second = ask(shop)
    assert second["images"] == len(shop.images) - 2
    answer = shop.client.delete(f"{URL}/suggestions", params={"source": SOURCE})
    assert answer.json() == {"images": len(shop.images)}


def test_a_detector_that_is_not_there_is_refused_with_what_to_do(shop: Shop) -> None:
    assert shop.get("/api/detectors") == []
    refused = shop.post(f"{URL}/suggest", {"engine": "yolo"}, status=404)
    assert "models add" in refused["hint"]
