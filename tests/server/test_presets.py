"""Presets over the API."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from server.conftest import Shop


def test_presets_are_listed_by_group(shop: Shop) -> None:
    found = shop.get("/api/presets")
    assert len(found) == 28
    assert {"name", "title", "description", "task", "group", "heading"} == set(found[0])
    groups = [one["group"] for one in found]
    assert [*dict.fromkeys(groups)] == ["classes", "tags", "embedding", "compact", "network"]
    assert groups == sorted(groups, key=[*dict.fromkeys(groups)].index)


def test_a_preset_is_fitted_to_a_projects_data_and_can_be_started(shop: Shop) -> None:
    url = "/api/projects/birds/presets"
    assert shop.client.get(f"{url}/vgg_feature_rich").status_code == 422
    changes = [{"image_id": one, "class_id": shop.cat} for one in shop.images[::2]]
    changes += [{"image_id": one, "class_id": shop.dog} for one in shop.images[1::2]]
    shop.label(*changes)
    for name in ("vgg_feature_rich", "vgg_feature_rich.json"):
        found = shop.get(f"{url}/{name}")
        assert (found["preset"], found["tier"]) == ("vgg_feature_rich", "tiny")
        assert found["spec"]["model"]["name"] == "vgg11_bn"
        assert found["notes"]
    answer = shop.client.get(f"{url}/vgg_feature_ric")
    assert answer.status_code == 422
    assert "vgg_feature_rich" in answer.json()["hint"]
    body = {"spec": {"preset": "multi_object_detection", "batch_size": 2}, "mode": "new"}
    checked = shop.client.post("/api/projects/birds/spec/check", json=body).json()
    assert checked["spec"]["task"] == "multi"
    assert checked["spec"]["batch_size"] == 2
