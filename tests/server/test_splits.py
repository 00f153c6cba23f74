"""Splits over HTTP."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from server.conftest import Shop

URL = "/api/projects/birds/splits"


def test_a_split_is_looked_at_done_and_undone(shop: Shop) -> None:
    asked = {"method": "hash", "seed": 3, "val": 0.3, "test": 0.3}
    looked = shop.post(URL, asked | {"dry_run": True})
    assert looked["dry_run"]
    assert looked["before"] == {"train": 6, "val": 0, "test": 0}
    done = shop.post(URL, asked | {"expect": looked["moved"]})
    assert done["after"] == looked["after"]
    assert done["seq"]
    assert shop.post("/api/projects/birds/undo")["description"].startswith("Undo: Split 6 images")
    assert shop.post(URL, asked | {"dry_run": True})["before"] == looked["before"]


def test_a_group_that_nobody_knows_is_refused(shop: Shop) -> None:
    problem = shop.post(URL, {"method": "group", "group_by": "patient"}, status=422)
    assert problem["hint"].startswith("by image, folder")
    shop.post(URL, {"method": "shuffle"}, status=422)
