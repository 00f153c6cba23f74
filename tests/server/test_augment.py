from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from fakes.room import HereRoom
from sightline.app.training.augmenting import Augmenting

if TYPE_CHECKING:
    from server.conftest import Shop

URL = "/api/projects/birds/augment/preview"


@pytest.fixture
def labelled(shop: Shop) -> Shop:
    room: Any = HereRoom()
    bench = shop.bench
    bench.augmenting = Augmenting(bench.store, bench.projects, bench.training, room)
    shop.label(
        *(
            {"image_id": one, "class_id": shop.cat if i % 2 else shop.dog, "status": "labelled"}
            for i, one in enumerate(shop.images)
        )
    )
    return shop


def test_views_come_as_pictures_of_the_networks_size(labelled: Shop) -> None:
    body = {
        "augment": {"flip": 0.5, "mixup": 0.5}, "image_size": 32, "resize": "letterbox",
        "seed": 3, "epoch": 2, "image_ids": [labelled.images[0]], "views": 2,
    }  # fmt: skip
    told = labelled.post(URL, body)
    (one,) = told["pictures"]
    assert one["image_id"] == labelled.images[0]
    assert all(url.startswith("data:image/") for url in (one["original"], *one["views"]))
    assert [seen["epoch"] for seen in one["seen"]] == [2, 3]
    assert one["seen"][0]["mixed_with"]["labels"]
    assert told["augment"]["flip"] == 0.5


def test_what_is_wrong_is_refused_with_a_reason(labelled: Shop) -> None:
    assert labelled.post(URL, {"count": 99}, status=422)["code"]
    refused = labelled.post(URL, {"augment": {"flips": 1}}, status=422)
    assert "flips" in refused["message"]
    assert labelled.post(URL, {"image_ids": [999_999]}, status=404)["hint"]
