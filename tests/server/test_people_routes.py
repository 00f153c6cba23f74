"""What people do over the API: tags, whole views, classes made one or parted, snapshots."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pytest

    from server.conftest import Shop

BIRDS = "/api/projects/birds"


def state(shop: Shop) -> list[tuple[str, int | None, list[int]]]:
    """Return status, class and tags of each image."""
    found = [shop.get(f"/api/images/{one}") for one in shop.images]
    return [(one["status"], one["class_id"], one["tags"]) for one in found]


def multi(shop: Shop) -> None:
    """Make it a project of tags."""
    answer = shop.client.put(f"{BIRDS}/settings", json={"values": {"task": "multi"}})
    assert answer.status_code == 200, answer.text


def test_tags_are_added_and_taken_away_one_by_one_and_the_status_follows(shop: Shop) -> None:
    image, cat, dog = shop.images[0], shop.cat, shop.dog
    first = shop.label({"image_id": image, "version": 0, "add_tags": [dog]})
    assert first["images"] == [
        {"id": image, "version": 1, "status": "labelled", "class_id": None, "tags": [dog]}
    ]
    shop.label({"image_id": image, "version": 1, "add_tags": [cat]})
    assert state(shop)[0] == ("labelled", None, [cat, dog])
    shop.label({"image_id": image, "remove_tags": [cat, dog]})
    assert state(shop)[0] == ("unlabelled", None, [])
    shop.post(f"{BIRDS}/undo")
    assert state(shop)[0] == ("labelled", None, [cat, dog])
    assert [one["count"] for one in shop.get(f"{BIRDS}/classes")] == [1, 1]


def test_an_unsure_image_stays_unsure_when_a_tag_that_it_lacks_is_taken_away(shop: Shop) -> None:
    shop.label({"image_id": shop.images[0], "status": "unsure"})
    shop.label({"image_id": shop.images[0], "remove_tags": [shop.cat]})
    assert state(shop)[0][0] == "unsure"
    shop.label({"image_id": shop.images[0], "add_tags": [shop.cat]})
    assert state(shop)[0] == ("labelled", None, [shop.cat])


def test_none_of_these_is_said_of_tags_only(shop: Shop) -> None:
    change = {"image_id": shop.images[0], "status": "labelled", "tags": []}
    refused = shop.label(change, status=422)
    assert "multi" in refused["hint"]
    bulk = {"image_ids": [shop.images[0]], "status": "labelled", "tags": []}
    assert shop.post(f"{BIRDS}/labels/bulk", bulk, status=422)["hint"] == refused["hint"]
    multi(shop)
    shop.label(change)
    assert state(shop)[0] == ("labelled", None, [])
    newest = shop.get(f"{BIRDS}/history")[0]
    assert newest["description"] == "Mark 1 image none of these"


def test_a_stale_tag_is_refused_with_the_tags_that_are_there(shop: Shop) -> None:
    shop.label({"image_id": shop.images[0], "version": 0, "add_tags": [shop.cat]})
    refused = shop.label(
        {"image_id": shop.images[0], "version": 0, "add_tags": [shop.dog]}, status=409
    )
    assert refused["current"][0]["tags"] == [shop.cat]


def test_a_whole_view_is_labelled_in_one_step_without_loading_it(shop: Shop) -> None:
    view = shop.post(f"{BIRDS}/views", {"queue": "all"}, status=201)["id"]
    shop.label({"image_id": shop.images[0], "class_id": shop.cat})
    body: dict[str, Any] = {"view": view, "class_id": shop.cat, "dry_run": True}
    told = shop.post(f"{BIRDS}/labels/bulk", body)
    assert (told["count"], told["changed"], told["seq"]) == (6, 5, None)
    assert {one[0] for one in state(shop)[1:]} == {"unlabelled"}, "a dry run writes nothing"
    done = shop.post(f"{BIRDS}/labels/bulk", {**body, "dry_run": False, "expect": 5})
    assert (done["changed"], done["description"]) == (5, "Label 5 images cat")
    assert state(shop) == [("labelled", shop.cat, [])] * 6
    shop.post(f"{BIRDS}/undo")
    assert [one[0] for one in state(shop)] == ["labelled", *["unlabelled"] * 5]


def test_a_bulk_change_that_is_another_by_now_is_refused(shop: Shop) -> None:
    body = {"image_ids": list(shop.images), "class_id": shop.cat, "expect": 6}
    shop.label({"image_id": shop.images[0], "class_id": shop.cat})
    refused = shop.post(f"{BIRDS}/labels/bulk", body, status=409)
    assert refused["message"] == "5 images by now, not 6"
    again = shop.post(f"{BIRDS}/labels/bulk", {**body, "expect": 5})
    nothing = shop.post(f"{BIRDS}/labels/bulk", {**body, "expect": 0})
    assert (again["changed"], nothing["changed"], nothing["seq"]) == (5, 0, None)


def test_bulk_needs_images_and_something_to_say(shop: Shop) -> None:
    url = f"{BIRDS}/labels/bulk"
    view = shop.post(f"{BIRDS}/views", {"queue": "all"}, status=201)["id"]
    ids = list(shop.images)
    shop.post(url, {"class_id": shop.cat}, status=422)
    shop.post(url, {"class_id": shop.cat, "view": view, "image_ids": ids}, status=422)
    shop.post(url, {"image_ids": ids}, status=422)
    shop.post(url, {"image_ids": [*ids, 999], "class_id": shop.cat}, status=404)
    shop.post(url, {"image_ids": ids, "class_id": 999}, status=404)
    shop.post(url, {"view": "0" * 16, "class_id": shop.cat}, status=404)
    shop.bench.projects.create("other")
    shop.post("/api/projects/other/labels/bulk", {"view": view, "status": "skipped"}, status=422)
    assert shop.post(url, {"image_ids": ids, "class_id": "predicted"})["changed"] == 0


def test_classes_are_merged_and_one_undo_parts_them_again(shop: Shop) -> None:
    owl = shop.post(f"{BIRDS}/classes", {"name": "owl"}, status=201)["id"]
    for at, one in enumerate((shop.cat, shop.dog, owl)):
        shop.label({"image_id": shop.images[at], "class_id": one})
    shop.label({"image_id": shop.images[3], "add_tags": [shop.dog, owl]})
    body: dict[str, Any] = {"from": [shop.dog, owl], "into": shop.cat}
    told = shop.post(f"{BIRDS}/classes/merge", {**body, "dry_run": True})
    assert (told["changed"], told["seq"]) == (3, None)
    before = state(shop)
    shop.post(f"{BIRDS}/classes/merge", {**body, "expect": 3})
    assert [one[1:] for one in state(shop)[:4]] == [(shop.cat, [])] * 3 + [(None, [shop.cat])]
    assert [one["name"] for one in shop.get(f"{BIRDS}/classes")] == ["cat"]
    shop.post(f"{BIRDS}/undo")
    assert state(shop) == before
    assert [one["id"] for one in shop.get(f"{BIRDS}/classes")] == [shop.cat, shop.dog, owl]
    refused = shop.post(
        f"{BIRDS}/classes/merge", {"from": [shop.cat], "into": shop.cat}, status=422
    )
    assert "itself" in refused["message"]


def test_some_images_of_a_class_become_a_class_of_their_own(shop: Shop) -> None:
    for one in shop.images[:3]:
        shop.label({"image_id": one, "class_id": shop.cat})
    url = f"{BIRDS}/classes/{shop.cat}/split"
    body: dict[str, Any] = {"name": "kitten", "image_ids": list(shop.images[2:])}
    assert shop.post(url, {**body, "dry_run": True})["changed"] == 1
    assert len(shop.get(f"{BIRDS}/classes")) == 2
    shop.post(url, body)
    kitten = shop.get(f"{BIRDS}/classes")[-1]
    assert (kitten["name"], kitten["count"]) == ("kitten", 1)
    assert state(shop)[2][1] == kitten["id"]
    shop.post(f"{BIRDS}/undo")
    assert state(shop)[2][1] == shop.cat
    shop.post(url, {**body, "name": "DOG"}, status=409)
    nobody = {"name": "x", "image_ids": [shop.images[5]]}
    assert "none of these images" in shop.post(url, nobody, status=422)["message"]


def test_classes_keep_the_order_that_people_give_them(shop: Shop) -> None:
    owl = shop.post(f"{BIRDS}/classes", {"name": "owl"}, status=201)["id"]
    moved = shop.client.patch(f"/api/classes/{owl}", json={"position": 0}).json()
    assert moved["position"] == 0
    assert [one["name"] for one in shop.get(f"{BIRDS}/classes")] == ["owl", "cat", "dog"]
    shop.post(f"{BIRDS}/undo")
    assert [one["name"] for one in shop.get(f"{BIRDS}/classes")] == ["cat", "dog", "owl"]


def test_deleting_a_class_says_first_how_many_images_it_touches(shop: Shop) -> None:
    shop.label({"image_id": shop.images[0], "class_id": shop.cat})
    shop.label({"image_id": shop.images[1], "add_tags": [shop.cat, shop.dog]})
    told = shop.client.delete(f"/api/classes/{shop.cat}?dry_run=true").json()
    assert (told["deleted"], told["changed"]) == (None, 2)
    refused = shop.client.delete(f"/api/classes/{shop.cat}?expect=1")
    assert refused.status_code == 409
    shop.client.delete(f"/api/classes/{shop.cat}?expect=2")
    assert state(shop)[:2] == [("unlabelled", None, []), ("labelled", None, [shop.dog])]


def test_the_history_of_an_image_says_who_changed_what_to_what(shop: Shop) -> None:
    image = shop.images[0]
    shop.label({"image_id": image, "class_id": shop.cat})
    shop.label({"image_id": image, "class_id": shop.dog, "tags": [shop.cat]})
    newest, oldest = shop.get(f"/api/images/{image}/history")
    blank = {
        "status": "unlabelled",
        "class_id": None,
        "tags": [],
        "split": oldest["after"]["split"],
        "review": "todo",
        "objects": 0,
    }
    middle = {**blank, "status": "labelled", "class_id": shop.cat}
    assert (oldest["before"], oldest["after"]) == (blank, middle)
    after = {**middle, "class_id": shop.dog, "tags": [shop.cat]}
    assert (newest["before"], newest["after"]) == (middle, after)
    assert newest["actor"] == shop.get(f"{BIRDS}/people")[0]
    assert shop.client.get("/api/images/999/history").status_code == 404


def test_the_history_of_a_project_is_read_by_person_and_page(shop: Shop) -> None:
    for one in shop.images[:4]:
        shop.label({"image_id": one, "class_id": shop.cat})
    me = shop.get(f"{BIRDS}/people")[0]
    page = shop.get(f"{BIRDS}/history", params={"limit": 2, "person": me})
    older = shop.get(f"{BIRDS}/history", params={"limit": 9, "before": page[-1]["seq"]})
    assert [one["seq"] for one in (*page, *older)] == sorted(
        (one["seq"] for one in (*page, *older)), reverse=True
    )
    assert shop.get(f"{BIRDS}/history", params={"person": "nobody"}) == []


def test_snapshots_are_compared_restored_and_deleted(shop: Shop) -> None:
    shop.label({"image_id": shop.images[0], "class_id": shop.cat})
    first = shop.post(f"{BIRDS}/snapshots", {"name": "2026"}, status=201)
    for one in shop.images[:3]:
        shop.label({"image_id": one, "class_id": shop.dog})
    owl = shop.post(f"{BIRDS}/classes", {"name": "owl"}, status=201)["id"]
    told = shop.get(f"{BIRDS}/snapshots/diff", params={"from": "2026"})
    assert (told["from"], told["to"], told["changed"]) == ("2026", "now", 3)
    assert told["summary"] == [
        {"before": "unlabelled", "after": "dog", "count": 2},
        {"before": "cat", "after": "dog", "count": 1},
    ]
    assert told["images"][0]["after"]["class_id"] == shop.dog
    assert told["images"][0]["path"].endswith(".png")
    assert [(one["id"], one["before"]) for one in told["classes"]] == [(owl, None)]
    back = shop.get(f"{BIRDS}/snapshots/diff", params={"from": "now", "to": first["id"]})
    assert [one["after"] for one in back["summary"]] == ["unlabelled", "cat"]
    shop.post(f"{BIRDS}/snapshots/{first['id']}/restore")
    assert shop.get(f"{BIRDS}/snapshots/diff", params={"from": first["id"]})["changed"] == 0
    assert shop.client.delete(f"{BIRDS}/snapshots/{first['id']}").json()["name"] == "2026"
    assert shop.get(f"{BIRDS}/snapshots") == []
    gone = shop.client.get(f"{BIRDS}/snapshots/diff", params={"from": "2026"})
    assert gone.status_code == 404


def test_quick_training_is_offered_and_started_as_a_job(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shop.bench.jobs, "pump", lambda: None)
    url = f"{BIRDS}/quick-train"
    assert shop.client.get(url).status_code == 422, "nothing is labelled"
    for at, one in enumerate(shop.images):
        shop.label({"image_id": one, "class_id": (shop.cat, shop.dog)[at % 2]})
    offer = shop.get(url)
    assert (offer["labelled"], offer["images"]) == (6, 6)
    made = shop.post(url, {"network": "small_cnn", "epochs": 2, "image_px": 16}, status=202)
    run = shop.get(f"/api/runs/{made['run']}")
    assert (run["spec"]["epochs"], run["spec"]["image_size"]) == (2, 16)
    assert made["job"]["kind"] == "train"
    assert shop.get(f"{BIRDS}/predictions") == []
    shop.post(f"{BIRDS}/predictions", {"model": "nobody"}, status=404)
    shop.post(url, {"network": "nonsense"}, status=422)
