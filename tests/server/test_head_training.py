"""Trainings of heads over the API: options, a job with its curve, encoders against heads."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from fakes.heads import write_shapes
from sightline.app.earlier.tator import spec_of
from sightline.curate.head.spec import HeadSpec
from sightline.server.schemas.crop_heads import TrainClip

if TYPE_CHECKING:
    from pathlib import Path

    from server.conftest import Shop


@pytest.fixture
def folders(tmp_path: Path) -> dict[str, str]:
    """Pictures and labels under the allowed root."""
    folder = tmp_path / "pictures" / "shapes"
    write_shapes(folder)
    names = {"images": "images", "labels": "labels", "labelmap": "mine.txt"}
    return {key: str(folder / name) for key, name in names.items()}


def test_the_options_are_a_form_with_what_suits_the_project(shop: Shop) -> None:
    found = shop.get("/api/projects/birds/heads/options")
    assert (found["values"]["encoder"], found["values"]["of"]) == ("hog", "images")
    described = found["schema"]["properties"]
    assert set(described) == set(found["values"])
    assert all(one["description"] for one in described.values())


def test_what_cannot_be_trained_or_compared_is_refused(
    shop: Shop, folders: dict[str, str], tmp_path: Path
) -> None:
    url = "/api/projects/birds/heads"
    shop.post(f"{url}/train", {"images": folders["images"]}, status=422)
    shop.post(f"{url}/train", {**folders, "labels": str(tmp_path)}, status=403)
    shop.post(f"{url}/train", {"spec": {"padding": -1}}, status=422)
    shop.post(f"{url}/train", {"spec": {"encoder": "none"}}, status=404)
    shop.post(f"{url}/benchmark", {"encoders": ["none"]}, status=404)
    shop.post(f"{url}/benchmark", {"spec": {"head": "mlp"}}, status=422)
    assert shop.client.get("/api/heads/curves/none").status_code == 404
    assert shop.get(f"{url}/benchmark") is None
    assert shop.get("/api/jobs") == []


def test_encoders_and_heads_are_compared(shop: Shop) -> None:
    shop.label(
        *(
            {"image_id": image, "class_id": (shop.cat, shop.dog)[at % 2]}
            for at, image in enumerate(shop.images)
        )
    )
    project = shop.bench.projects.get("birds")
    asked: dict[str, Any] = {"encoders": ["hog"], "heads": ["logistic"], "spec": {"of": "images"}}
    shop.bench.head_benchmark.perform(project, **asked)
    found = shop.get("/api/projects/birds/heads/benchmark")
    assert [(row["encoder"], row["fault"]) for row in found["rows"]] == [("hog", "")]


def test_tators_form_trains_a_head_that_tells_how_it_converges(
    shop: Shop, folders: dict[str, str]
) -> None:
    native = {f"{key}_path_native": path for key, path in folders.items()}
    assert shop.post("/clip/train", {"max_iter": 0, **native}, status=422)["hint"]
    shop.post("/clip/train", {"images_path_native": folders["images"]}, status=422)
    fields = {**native, "solver": "saga", "max_iter": "50", "encoder_model": "hog", "C": "2"}
    answer = shop.client.post(
        "/clip/train", files={key: (None, value.encode()) for key, value in fields.items()}
    )
    assert answer.status_code == 202, answer.text
    job = answer.json()["job_id"]
    result = shop.bench.wait(job)
    (head,) = shop.get("/api/heads")
    facts = head["head"]["facts"]["training"]
    assert (facts["solver"], facts["max_iter"], facts["c"]) == ("saga", 50, 2.0)
    assert head["metrics"]["macro_f1"] == result["metrics"]["macro_f1"]
    points = shop.get(f"/api/heads/curves/{job}")["points"]
    assert {"phase", "step", "loss", "val_loss"} <= set(points[-1])


def test_tators_settings_have_our_names() -> None:
    def ours(**theirs: Any) -> HeadSpec:
        return HeadSpec.of_values(spec_of(TrainClip.model_validate(theirs).model_dump()))

    assert ours(clip_model_name="ViT-B/32").encoder == "clip-vit-base-patch32"
    assert ours(solver="newton-cg", class_weight="effective").class_weight == "balanced"
    mlp = ours(classifier_type="mlp", mlp_hidden_sizes="512,128", mlp_sampler="balanced")
    assert (mlp.head, mlp.sizes, mlp.balanced_sampler) == ("mlp", (512, 128), True)
    assert ours() == HeadSpec(solver="saga")
