"""Searches over the API."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pytest

    from server.conftest import Shop


def test_a_search_is_asked_for_listed_stopped_and_deleted(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shop.bench.jobs, "pump", lambda: None)
    shop.label(
        *({"image_id": one, "class_id": shop.cat + i % 2} for i, one in enumerate(shop.images))
    )
    birds = shop.bench.projects.get("birds")
    shop.bench.splits.change(birds, method="kfold", folds=2, fold=0)
    place = "/api/projects/birds/sweeps"
    body: dict[str, Any] = {"trials": 2, "knobs": ["ema=0,0.9"], "spec": {"epochs": 1}}
    made = shop.post(place, body, status=202)
    assert (made["state"], made["knobs"], made["rows"]) == ("queued", ["ema=0,0.9"], [])
    assert [one["id"] for one in shop.get(place)] == [made["id"]]
    assert shop.post(f"{place}/newest/stop")["state"] == "stopped"
    assert shop.post(f"{place}/newest/resume", {"trials": 4}, status=202)["trials"] == 4
    shop.post(f"{place}/newest/stop")
    assert "spec" in shop.get(f"{place}/{made['id']}")
    told = shop.post(place, body | {"knobs": ["a=1..2"]}, status=422)
    assert told["hint"]
    escaping = body | {"spec": {"model": {"weights": "/etc/passwd"}}}
    shop.post(place, escaping, status=403)
