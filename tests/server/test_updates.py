"""Updates over the API: asked on a press of the button, of the address that is set alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from server.conftest import Shop


def test_without_an_address_the_answer_says_what_to_set(shop: Shop) -> None:
    problem = shop.post("/api/update/check", status=422)
    assert "update_url" in problem["hint"]


def test_an_address_is_not_taken_from_the_request(shop: Shop) -> None:
    body = {"url": "http://127.0.0.1:9/manifest.json"}
    assert "no address" in shop.post("/api/update/check", body, status=422)["message"]
