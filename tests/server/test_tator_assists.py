"""Tator's names for pictures encoded ahead lead to the very slots of the page."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from fakes.segmenter import SquareSegmenter, use_squares

if TYPE_CHECKING:
    from server.conftest import Shop


@pytest.fixture(autouse=True)
def squares(shop: Shop) -> SquareSegmenter:
    return use_squares(shop.bench)


def test_before_anything_is_encoded_three_slots_are_empty(shop: Shop) -> None:
    rows = shop.get("/sam_slots")
    assert [(one["slot_name"], one["enabled"], one["image_name"]) for one in rows] == [
        ("current", True, None),
        ("next", True, None),
        ("previous", True, None),
    ]
    found = shop.get("/predictor_settings")
    assert (found["max_predictors"], found["max_supported_predictors"]) == (3, 3)
    assert found["loaded_predictors"] == 0
    assert found["process_ram_mb"] > 0


def test_the_slots_are_those_of_the_page_that_asked_last(shop: Shop) -> None:
    for client, at in (("old", 0), ("new", 1)):
        body = {"image_id": shop.images[at], "priority": "current", "gen": 1, "client": client}
        assert shop.client.post("/api/assist/encode", json=body).status_code in {200, 202}
    current, following, _ = shop.get("/sam_slots")
    row = shop.bench.store.images.get(shop.images[1])
    assert current["image_name"] == row.path.rpartition("/")[2]
    assert (current["width"], current["height"]) == (row.width, row.height)
    assert current["variant"]
    assert following["image_name"] is None
    assert shop.get("/predictor_settings")["loaded_predictors"] == 1


def test_their_number_is_the_budget_of_the_page(shop: Shop) -> None:
    before = shop.get("/api/assist/slots")["budget"]["bytes"]
    found = shop.post("/predictor_settings", {"max_predictors": 1})
    assert (found["max_predictors"], found["active_predictors"]) == (1, 1)
    budget = shop.get("/api/assist/slots")["budget"]
    assert (budget["slots"], budget["bytes"]) == (1, before)
    assert [one["enabled"] for one in shop.get("/sam_slots")] == [True, False, False]
    for wrong in (0, 4):
        assert shop.post("/predictor_settings", {"max_predictors": wrong}, status=422)["hint"]
