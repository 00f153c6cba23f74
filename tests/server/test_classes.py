"""Classes over HTTP: the skeleton of keypoints."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from server.conftest import Shop

SKELETON = {"names": ["nose", "eye"], "edges": [[0, 1]]}


def edit(shop: Shop, **values: Any) -> Any:
    answer = shop.client.patch(f"/api/classes/{shop.cat}", json=values)
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_a_class_keeps_its_skeleton_through_other_edits_until_it_is_taken_away(shop: Shop) -> None:
    assert shop.get("/api/projects/birds/classes")[0]["skeleton"] is None
    assert edit(shop, skeleton=SKELETON)["skeleton"] == SKELETON
    assert edit(shop, name="tom")["skeleton"] == SKELETON
    assert edit(shop, skeleton=None)["skeleton"] is None
    shop.post("/api/projects/birds/undo")
    assert shop.get("/api/projects/birds/classes")[0]["skeleton"] == SKELETON


def test_a_skeleton_that_joins_what_is_not_there_is_refused(shop: Shop) -> None:
    body = {"skeleton": {"names": ["nose"], "edges": [[0, 1]]}}
    answer = shop.client.patch(f"/api/classes/{shop.cat}", json=body)
    assert answer.status_code == 422, answer.text
    assert "cannot be joined" in answer.json()["message"]
