"""What the page learns of processes that serve."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from server.conftest import Shop


def test_the_page_lists_who_serves(shop: Shop) -> None:
    assert shop.get("/api/serving") == []
    with shop.bench.serving.entry("http://127.0.0.1:8100", ["colours"], keyed=True):
        [one] = shop.get("/api/serving")
    assert (one["url"], one["models"], one["keyed"]) == ("http://127.0.0.1:8100", ["colours"], True)
