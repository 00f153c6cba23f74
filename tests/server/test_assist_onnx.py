"""The same clicks, answered by ONNX: graphs that can be worked out, and a real, tiny SAM."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from safetensors.numpy import load

from fakes.sam_graphs import LOW, SIDE, circle_pair
from fakes.segmenter import use_squares
from fakes.tiny_sam import export_sam, save_sam
from sightline.core.assist import Prompt
from sightline.core.geometry.masks import decode
from sightline.core.geometry.shapes import Mask, shape_from_json

if TYPE_CHECKING:
    from pathlib import Path

    from server.conftest import Shop


def add(shop: Shop, folder: Path, name: str) -> Any:
    from sightline.store.model_plan import ImportOptions

    return shop.bench.models.add(folder, ImportOptions(name=name))


def ask(shop: Shop, engine: str, prompt: dict[str, Any], **more: Any) -> list[Any]:
    body = {"image_id": shop.images[0], "engine": engine, "prompts": [prompt], **more}
    found: list[Any] = shop.post("/api/assist/predict", body)["candidates"]
    return found


def test_a_pair_that_was_added_answers_clicks_until_it_is_deleted(
    shop: Shop, tmp_path: Path
) -> None:
    model = add(shop, circle_pair(tmp_path / "pair"), "circles")
    assert model["kind"] == "segmenter"
    listed = {one["name"]: one for one in shop.get("/api/assist/engines")}
    assert listed["circles"]["ready"]
    assert listed["circles"]["guess"] is False
    best = ask(shop, "circles", {"points": [[30, 20, 1]]})[0]
    x1, y1, x2, y2 = best["box"]
    assert ((x1 + x2) / 2, (y1 + y2) / 2) == pytest.approx((30, 20), abs=1)
    assert shop.client.delete(f"/api/models/{model['id']}").status_code == 200
    assert "circles" not in {one["name"] for one in shop.get("/api/assist/engines")}
    body = {"image_id": shop.images[0], "engine": "circles", "prompts": [{"points": [[3, 4, 1]]}]}
    shop.post("/api/assist/predict", body, status=404)


def test_a_name_means_the_newest_model_from_the_next_click_on(shop: Shop, tmp_path: Path) -> None:
    add(shop, circle_pair(tmp_path / "pair"), "circles")
    ask(shop, "circles", {"points": [[30, 20, 1]]})
    older = shop.bench.assist.engines.load("circles")
    add(shop, circle_pair(tmp_path / "other", stretched=True), "circles")
    assert shop.bench.assist.engines.load("circles") is not older
    assert ask(shop, "circles", {"points": [[30, 20, 1]]})


def test_another_engine_answers_at_once_and_the_first_one_keeps_what_it_encoded(
    shop: Shop, tmp_path: Path
) -> None:
    squares = use_squares(shop.bench)
    add(shop, circle_pair(tmp_path / "pair"), "circles")
    for engine in ("classical", "circles", "classical", "circles"):
        assert ask(shop, engine, {"points": [[30, 20, 1]]})
    assert squares.encoded == 1
    assert shop.get("/api/assist/slots")["used"]["memory"]["count"] == 2


def test_weights_that_changed_are_refused(shop: Shop, tmp_path: Path) -> None:
    model = add(shop, circle_pair(tmp_path / "pair"), "circles")
    with (shop.bench.workspace / "models" / model["id"] / "decoder.onnx").open("ab") as file:
        file.write(b"\x00")
    body = {"image_id": shop.images[0], "engine": "circles", "prompts": [{"box": [1, 1, 9, 9]}]}
    found = shop.post("/api/assist/predict", body, status=422)
    assert "decoder.onnx has changed" in found["message"]


def test_a_pair_that_does_not_run_is_not_added(shop: Shop, tmp_path: Path) -> None:
    pair = circle_pair(tmp_path / "pair", stretched=True)
    circle_pair(tmp_path / "plain")
    (pair / "encoder.onnx").write_bytes((tmp_path / "plain" / "encoder.onnx").read_bytes())
    with pytest.raises(Exception, match="also asks for"):
        add(shop, pair, "odd")
    assert shop.bench.models.all() == []


@pytest.mark.nightly
def test_a_random_sam_is_saved_exported_added_and_clicked(shop: Shop, tmp_path: Path) -> None:
    saved = save_sam(tmp_path / "sam")
    import torch
    from transformers import SamModel

    add(shop, export_sam(saved, tmp_path / "pair"), "tiny-sam")
    found = ask(shop, "tiny-sam", {"points": [[20.5, 10.5, 1], [50, 30, 0]]}, output="rle")
    assert len(found) == 3
    net: Any = SamModel.from_pretrained(saved, local_files_only=True)
    net.eval()
    subject = shop.bench.assist.pictures.of_image(shop.images[0])
    segmenter = shop.bench.assist.engines.load("tiny-sam")
    encoding = segmenter.encode(shop.bench.assist.pictures.pixels(subject))
    places = torch.tensor([[[[20.5, 10.5], [50.0, 30.0]]]]) * (64 / 60) - 0.5
    with torch.no_grad():
        wanted = net(
            image_embeddings=torch.from_numpy(encoding["image_embeddings"].astype(np.float32)),
            input_points=places,
            input_labels=torch.tensor([[[1, 0]]]),
            multimask_output=True,
        )
    scores = torch.sigmoid(wanted.iou_scores[0, 0]).numpy()
    order = np.argsort(-scores, kind="stable")
    assert [one["score"] for one in found] == pytest.approx(scores[order].tolist(), abs=1e-3)
    points = ((20.5, 10.5, True), (50.0, 30.0, False))
    answers = segmenter.predict(encoding, Prompt(points=points))
    for one, answer, at in zip(found, answers, order, strict=True):
        assert answer.logits is not None
        assert np.allclose(answer.logits, wanted.pred_masks[0, 0, at].numpy(), atol=1e-3)
        shape = shape_from_json("mask", one["rle"])
        assert isinstance(shape, Mask)
        mask = decode(shape)
        assert answer.mask is not None
        assert mask.sum() == answer.mask.sum() > 0


def test_a_page_gets_what_it_needs_to_answer_clicks_itself(shop: Shop, tmp_path: Path) -> None:
    add(shop, circle_pair(tmp_path / "pair"), "circles")
    listed = {one["name"]: one["browser"] for one in shop.get("/api/assist/engines")}
    assert listed == {"classical": False, "circles": True}
    plan = shop.get("/api/assist/decoder?engine=circles")
    assert plan["fed"] == {"image_embeddings": "image_embeddings"}
    assert (plan["masks"], plan["scores"]) == ("low_res_masks", "iou_predictions")
    assert (plan["points"], plan["boxes"], plan["nested"]) == ("point_coords", "", False)
    assert (plan["low"], plan["side"], plan["stretched"]) == ([LOW, LOW], SIDE, False)
    file = shop.client.get("/api/assist/decoder/file?engine=circles")
    assert len(file.content) == plan["bytes"]
    found = shop.get(f"/api/assist/encodings?image_id={shop.images[0]}&engine=circles")
    packed = shop.client.get(f"/api/assist/encodings/{found['emb_key']}")
    arrays = load(packed.content)
    assert arrays["size"].tolist() == [60, 40]
    assert arrays["image_embeddings"].dtype == np.float16
    shop.bench.assist.encodings.cache.bound(1)
    other = f"/api/assist/encodings?image_id={shop.images[1]}&engine=circles"
    assert shop.get(other)["emb_key"] != found["emb_key"]
    assert shop.client.get(f"/api/assist/encodings/{'0' * 32}").status_code == 404
    assert shop.client.get("/api/assist/encodings/..%2Fsecret").status_code == 404
    refused = shop.client.get("/api/assist/decoder?engine=classical")
    assert (refused.status_code, refused.json()["code"]) == (422, "invalid_input")
    shop.bench.assist.tile_px = 16
    assert shop.get(other)["emb_key"] is None  # by tiles, by the server
