"""Folders of the SAM family: added, loaded in a process of their own, and clicked over the API."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from fakes.sam_family import FAMILIES, save_family
from sightline.core.errors import InvalidInputError
from sightline.store.model_plan import ImportOptions

if TYPE_CHECKING:
    from pathlib import Path

    from server.conftest import Shop


def ask(shop: Shop, engine: str, prompt: dict[str, Any], **more: Any) -> list[Any]:
    body = {"image_id": shop.images[0], "engine": engine, "prompts": [prompt], **more}
    found: list[Any] = shop.post("/api/assist/predict", body)["candidates"]
    return found


@pytest.mark.nightly
def test_a_folder_is_clicked_and_the_click_refined(shop: Shop, tmp_path: Path) -> None:
    folder = save_family(tmp_path / "sam2", "sam2")
    shop.bench.store.models.add_file(folder, ImportOptions(name="tiny"))
    listed = {one["name"]: one for one in shop.get("/api/assist/engines")}
    assert (listed["tiny"]["ready"], listed["tiny"]["guess"]) == (True, False)
    found = ask(shop, "tiny", {"points": [[30, 20, 1]]}, output="rle")
    assert len(found) == 3
    scores = [one["score"] for one in found]
    assert scores == sorted(scores, reverse=True)
    assert all(one["rle"] for one in found)
    points = [[30, 20, 1], [8, 8, 0]]
    ref = found[0]["mask_ref"]
    refined = ask(shop, "tiny", {"points": points, "mask_ref": ref}, output="rle")
    plain = ask(shop, "tiny", {"points": points}, output="rle")
    assert len(refined) == len(plain) == 1
    assert refined[0]["rle"] != plain[0]["rle"]
    assert len(ask(shop, "tiny", {"box": [5, 5, 40, 30]})) == 1


@pytest.mark.nightly
@pytest.mark.parametrize("kind", FAMILIES)
def test_each_family_is_added_tried_and_clicked(shop: Shop, tmp_path: Path, kind: str) -> None:
    model = shop.bench.models.add(save_family(tmp_path / kind, kind), ImportOptions(name=kind))
    assert (model["kind"], model["network"]) == ("segmenter", kind)
    assert len(ask(shop, kind, {"points": [[30, 20, 1]]})) >= 1
    assert len(ask(shop, kind, {"box": [5, 5, 40, 30]})) == 1


@pytest.mark.nightly
def test_a_folder_that_does_not_load_is_not_added(shop: Shop, tmp_path: Path) -> None:
    folder = save_family(tmp_path / "sam2", "sam2")
    weights = folder / "model.safetensors"
    weights.write_bytes(weights.read_bytes()[:5000])
    with pytest.raises(InvalidInputError, match="cannot be loaded"):
        shop.bench.models.add(folder, ImportOptions(name="short"))
    assert shop.bench.models.all() == []


@pytest.mark.nightly
def test_a_job_makes_an_onnx_pair_of_a_folder_and_the_pair_is_clicked(
    shop: Shop, tmp_path: Path
) -> None:
    folder = save_family(tmp_path / "sam2", "sam2")
    shop.bench.store.models.add_file(folder, ImportOptions(name="tiny"))
    job = shop.post("/api/models/tiny/export", {"format": "onnx"}, status=202)
    shop.bench.jobs.wait(job["id"])
    done = shop.get(f"/api/jobs/{job['id']}")
    assert done["state"] == "done", done
    assert done["result"]["name"] == "tiny-onnx"
    assert len(ask(shop, "tiny-onnx", {"points": [[30, 20, 1]]})) >= 1
