"""Auto class over HTTP: boxes named, objects looked through, changes taken."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from fakes.heads import BETWEEN, GREEN, RED, colour_head, write_colours
from fakes.http import Client
from fakes.tiny_models import save_transformer
from sightline.heads.bundle import CropRule, HeadBundle, Layer
from sightline.server.main import create_app
from sightline.store.model_plan import ImportOptions

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from sightline.app import Workbench


@pytest.fixture
def api(bench: Workbench, tmp_path: Path) -> Iterator[Client]:
    """A project with two pictures, the classes red and green, and a head for them."""
    bench.ingest(write_colours(tmp_path / "pictures", 2), "colours", labels="none")
    project = bench.projects.get("colours")
    for name in ("red", "green"):
        bench.labels.add_class(project, name)
    bench.crop_heads.keep(colour_head(bench), "colours")
    with Client(create_app(bench)) as client:
        yield client


def sent(api: Client, url: str, body: Any, status: int = 200) -> Any:
    answer = api.post(url, json=body)
    assert answer.status_code == status, answer.text
    return answer.json()


def box(uid: str, class_id: int) -> dict[str, Any]:
    return {"uid": uid, "kind": "box", "geometry": list(RED), "class_id": class_id}


def test_boxes_are_named_and_doubtful_ones_come_with_a_choice(
    api: Client, bench: Workbench
) -> None:
    status = api.get("/api/projects/colours/auto-class").json()
    assert (status["head"], status["ready"]) == (None, False)
    assert "heads train colours" in status["hint"]
    asked = {"image_id": 1, "boxes": [RED, BETWEEN]}
    refused = sent(api, "/api/assist/classify", asked, 422)
    assert refused["message"] == "no head names objects of colours"
    bench.crop_heads.activate(bench.projects.get("colours"), "colours")
    found = sent(api, "/api/assist/classify", asked)
    red, between = found["boxes"]
    assert (red["class"], red["class_id"], red["accepted"]) == ("red", 1, True)
    assert (between["accepted"], len(between["top"])) == (False, 3)
    assert {"class", "p", "class_id"} == set(between["top"][0])
    status = api.get("/api/projects/colours/auto-class").json()
    assert (status["head"], status["ready"], status["unknown"]) == ("colours", True, ["blue"])


def test_what_cannot_be_named_is_refused(api: Client, bench: Workbench) -> None:
    bench.crop_heads.activate(bench.projects.get("colours"), "colours")
    for more in (
        {},
        {"boxes": [[0, 0, 1]]},
        {"boxes": [[500, 500, 510, 510]]},
        {"boxes": [[0, 0, 9, 9]], "guard": {"min_prob": 2}},
        {"boxes": [[0, 0, 9, 9]] * 1_001},
    ):
        sent(api, "/api/assist/classify", {"image_id": 1, **more}, 422)


def test_a_job_looks_through_objects_and_a_person_takes_what_is_right(
    api: Client, bench: Workbench
) -> None:
    project = bench.projects.get("colours")
    changes = [{"image_id": n, "put": [box("a", 2)]} for n in (1, 2)]
    sent(api, "/api/projects/colours/objects", {"changes": changes})
    started = sent(api, "/api/projects/colours/auto-class", {"head": "colours"}, 202)
    done = bench.wait(started["id"])
    assert (done["objects"], done["changes"]) == (2, 2)
    url = f"/api/projects/colours/auto-class/{started['id']}"
    listed = api.get(url, params={"limit": 1}).json()
    assert (listed["total"], listed["next"]) == (2, "1")
    assert (listed["items"][0]["from"], listed["items"][0]["to"]) == (2, 1)
    but = [{"image_id": 2, "uid": "a"}]
    body = {"job": started["id"], "all": True, "min_p": 0.5, "but": but}
    applied = sent(api, "/api/projects/colours/auto-class/apply", body)
    assert (applied["objects"], applied["left_out"]) == (1, 0)
    assert [one.class_id for one in bench.store.objects.of([1])[1]] == [1]
    bench.labels.undo(project)
    assert [one.class_id for one in bench.store.objects.of([1])[1]] == [2]
    assert api.get("/api/projects/colours/auto-class/none").status_code == 404
    nothing = {"job": started["id"]}
    sent(api, "/api/projects/colours/auto-class/apply", nothing, 422)


@pytest.mark.nightly
def test_an_encoder_that_needs_torch_answers_from_a_process_of_its_own(
    api: Client, bench: Workbench, tmp_path: Path
) -> None:
    bench.models.add(save_transformer(tmp_path / "clip", "clip"), ImportOptions(name="clip"))
    rows = np.stack([encoded(bench, 1, box) for box in (RED, GREEN)])
    # The nearer of two vectors answers.
    weight, bias = 100 * rows.T, -50 * (rows**2).sum(axis=1)
    head = HeadBundle(
        layers=(Layer(weight.astype(np.float32), bias.astype(np.float32)),),
        classes=("red", "green"),
        encoder="clip",
        encoder_key=bench.encoders.key_of("clip"),
        dim=rows.shape[1],
    )
    bench.crop_heads.keep(head, "near")
    asked = {"image_id": 2, "boxes": [RED, GREEN], "head": "near"}
    found = sent(api, "/api/assist/classify", asked)
    assert [one["top"][0]["class"] for one in found["boxes"]] == ["red", "green"]


def encoded(bench: Workbench, image: int, box: tuple[float, ...]) -> Any:
    picture = bench.crop_heads.picture(image)
    return bench.crop_heads.rows("clip", picture, [box], CropRule())[0]
