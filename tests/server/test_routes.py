"""What each route answers, through the real application over a real workspace."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from server.conftest import Shop

ITEM = {
    "id", "ordinal", "path", "page", "width", "height", "status", "class_id", "tags", "split",
    "version", "score", "why", "predicted", "probability",
}  # fmt: skip


def test_health_says_where_and_what(shop: Shop) -> None:
    health = shop.get("/api/health")
    assert health["status"] == "ok"
    assert health["workspace"] == str(shop.bench.workspace)
    assert health["uptime_s"] >= 0


def test_doctor_lists_checks(shop: Shop) -> None:
    doctor = shop.get("/api/doctor")
    assert {"python", "disk", "database"} <= {check["name"] for check in doctor["checks"]}


def test_openapi_names_every_route_with_tags_and_examples(shop: Shop) -> None:
    document = shop.get("/api/openapi.json")
    operations = [
        operation for methods in document["paths"].values() for operation in methods.values()
    ]
    assert len(operations) > 50
    assert all(operation["tags"] and operation["summary"] for operation in operations)
    assert all("default" in operation["responses"] for operation in operations)
    assert len({operation["operationId"] for operation in operations}) == len(operations)
    assert "examples" in document["components"]["schemas"]["Labels"]
    assert "HTTPValidationError" not in document["components"]["schemas"]


def test_no_documentation_page_asks_the_network(shop: Shop) -> None:
    for url in ("/docs", "/redoc", "/api/docs"):
        assert "cdn" not in shop.client.get(url).text


def test_a_project_lives_is_put_away_thrown_away_and_fetched_back(shop: Shop) -> None:
    made = shop.post("/api/projects", {"name": "🦉 owls"}, status=201)
    assert (made["name"], made["images"], made["archived"]) == ("🦉 owls", 0, False)
    url = "/api/projects/🦉 owls"
    assert shop.get(url) == made
    assert shop.post(f"{url}/archive")["archived"] is True
    assert [one["name"] for one in shop.get("/api/projects")] == ["birds"]
    assert [one["name"] for one in shop.get("/api/projects?archived=true")] == ["🦉 owls"]
    assert shop.post(f"{url}/restore")["archived"] is False
    trashed = shop.client.delete(url).json()["trashed"]
    assert Path(trashed).is_dir()
    assert shop.client.get(url).status_code == 404
    assert shop.post(f"{url}/restore")["name"] == "🦉 owls"


def test_a_project_is_erased_only_with_its_name_once_more(shop: Shop) -> None:
    refused = shop.post("/api/projects/birds/erase", {"confirm": "bird"}, status=422)
    assert "birds" in refused["hint"]
    shop.post("/api/projects/birds/erase", {"confirm": "birds"})
    assert shop.client.get("/api/projects/birds").status_code == 404
    assert shop.client.get(f"/api/images/{shop.images[0]}").status_code == 404


def test_projects_dropped_into_the_folder_are_found(shop: Shop) -> None:
    (shop.bench.workspace / "projects" / "dropped").mkdir()
    assert shop.post("/api/projects/discover") == {"found": ["dropped"]}
    assert shop.post("/api/projects/discover") == {"found": []}


def test_a_project_summary_counts(shop: Shop) -> None:
    shop.label(
        {"image_id": shop.images[0], "class_id": shop.cat},
        {"image_id": shop.images[1], "status": "unsure"},
        {"image_id": shop.images[2], "status": "skipped"},
    )
    project = shop.get("/api/projects/birds")
    counted = {key: project[key] for key in ("images", "labelled", "unsure", "skipped", "classes")}
    assert counted == {"images": 6, "labelled": 1, "unsure": 1, "skipped": 1, "classes": 2}
    first, last = shop.images[0], shop.images[-1]
    assert (len(project["cover"]), project["cover"][0], project["cover"][-1]) == (4, first, last)


def test_classes_are_made_edited_and_deleted(shop: Shop) -> None:
    url = "/api/projects/birds/classes"
    made = shop.post(url, {"name": "owl", "hotkey": "9"}, status=201)
    assert (made["name"], made["hotkey"], made["count"]) == ("owl", "9", 0)
    edited = shop.client.patch(f"/api/classes/{made['id']}", json={"hotkey": None}).json()
    assert (edited["name"], edited["hotkey"]) == ("owl", None)
    shop.label({"image_id": shop.images[0], "class_id": made["id"]})
    assert [one["count"] for one in shop.get(url)] == [0, 0, 1]
    gone = shop.client.delete(f"/api/classes/{made['id']}").json()
    assert (gone["deleted"], gone["changed"]) == (made["id"], 1)
    assert [one["name"] for one in shop.get(url)] == ["cat", "dog"]
    assert shop.get(f"/api/images/{shop.images[0]}")["status"] == "unlabelled"


def test_a_view_is_read_by_position(shop: Shop) -> None:
    view = shop.post("/api/projects/birds/views", {"queue": "all"}, status=201)
    assert (view["size"], view["queue"]) == (6, "all")
    window = shop.get(f"/api/views/{view['id']}?offset=4&limit=100")
    assert (window["size"], window["offset"]) == (6, 4)
    assert [item["id"] for item in window["items"]] == list(shop.images[4:])
    assert set(window["items"][0]) >= ITEM


def test_a_view_follows_its_filter(shop: Shop) -> None:
    shop.label({"image_id": shop.images[3], "class_id": shop.dog})
    wanted = {"class_ids": [shop.dog], "statuses": ["labelled"], "splits": ["train"]}
    view = shop.post("/api/projects/birds/views", {"filter": wanted}, status=201)
    items = shop.get(f"/api/views/{view['id']}")["items"]
    assert [item["id"] for item in items] == [shop.images[3]]


def test_a_random_view_is_the_same_for_the_same_seed(shop: Shop) -> None:
    body = {"queue": "random", "seed": 3}
    orders = []
    for _ in range(2):
        view = shop.post("/api/projects/birds/views", body, status=201)
        orders.append([item["id"] for item in shop.get(f"/api/views/{view['id']}")["items"]])
    assert orders[0] == orders[1]
    assert sorted(orders[0]) == list(shop.images)


def test_scripts_page_through_all_images_by_cursor(shop: Shop) -> None:
    seen, cursor = [], ""
    while True:
        page = shop.get(f"/api/projects/birds/images?cursor={cursor}&limit=4")
        seen += [item["id"] for item in page["items"]]
        cursor = page["next"]
        if cursor is None:
            break
    assert seen == list(shop.images)


def test_an_image_tells_all_that_is_known_of_it(shop: Shop, tmp_path: Path) -> None:
    shop.label({"image_id": shop.images[0], "class_id": shop.cat})
    image = shop.get(f"/api/images/{shop.images[0]}")
    assert set(image) >= ITEM
    assert image["locations"] == [str(tmp_path / "pictures" / "000000.png")]
    assert (image["format"], image["width"], image["height"]) == ("PNG", 60, 40)
    assert image["history"][0]["description"].startswith("Label")
    assert image["probabilities"] == []


def test_labels_say_what_became_of_each_image(shop: Shop) -> None:
    answer = shop.label(
        {"image_id": shop.images[0], "version": 0, "class_id": shop.cat},
        {"image_id": shop.images[1], "status": "unsure"},
    )
    first, second = shop.images[:2]
    told = {"version": 1, "tags": None}
    assert answer["images"] == [
        {"id": first, "status": "labelled", "class_id": shop.cat, **told},
        {"id": second, "status": "unsure", "class_id": None, **told},
    ]
    again = shop.label({"image_id": shop.images[0], "class_id": None})
    assert again["images"][0]["status"] == "unlabelled"
    assert again["seq"] == answer["seq"] + 1


def test_a_stale_label_is_refused_with_the_current_state(shop: Shop) -> None:
    shop.label({"image_id": shop.images[0], "version": 0, "class_id": shop.cat})
    change = {"image_id": shop.images[0], "version": 0, "class_id": shop.dog}
    other = {"image_id": shop.images[1], "version": 0, "class_id": shop.dog}
    refused = shop.label(change, other, status=409)
    assert refused["code"] == "conflict"
    assert refused["current"][0]["class_id"] == shop.cat
    assert shop.get(f"/api/images/{shop.images[1]}")["status"] == "unlabelled"


def test_undo_and_redo_say_what_they_did(shop: Shop) -> None:
    url = "/api/projects/birds"
    shop.label({"image_id": shop.images[0], "class_id": shop.cat})
    state = shop.get(f"{url}/journal-state")
    assert (state["can_undo"], state["can_redo"], state["redo"]) == (True, False, None)
    undone = shop.post(f"{url}/undo")
    assert undone["images"][0]["status"] == "unlabelled"
    assert undone["description"].startswith("Undo")
    assert shop.post(f"{url}/redo")["images"][0]["class_id"] == shop.cat
    history = shop.get(f"{url}/history?limit=2")
    assert [entry["kind"] for entry in history] == ["redo", "undo"]
    older = shop.get(f"{url}/history?before={history[-1]['seq']}")
    assert older[0]["kind"] == "labels"


def test_a_snapshot_brings_the_labels_back(shop: Shop) -> None:
    url = "/api/projects/birds/snapshots"
    shop.label({"image_id": shop.images[0], "class_id": shop.cat})
    kept = shop.post(url, {"name": "good"}, status=201)
    shop.label({"image_id": shop.images[0], "class_id": shop.dog})
    assert [one["name"] for one in shop.get(url)] == ["good"]
    restored = shop.post(f"{url}/{kept['id']}/restore")
    assert restored["images"][0]["class_id"] == shop.cat


def test_settings_are_a_form_and_secrets_stay_out_of_it(shop: Shop) -> None:
    form = shop.get("/api/settings")
    assert set(form) == {"schema", "values", "origins"}
    assert "port" in form["schema"]["properties"]
    changed = shop.client.put("/api/settings", json={"values": {"log_level": "debug"}}).json()
    assert changed["values"]["log_level"] == "debug"
    assert changed["origins"]["log_level"] == "settings.json"
    assert shop.client.put("/api/settings", json={"values": {"prot": 1}}).status_code == 422
    project = shop.get("/api/projects/birds/settings")
    assert "title" in project["schema"]["properties"]
    body = {"values": {"title": "My birds"}}
    assert shop.client.put("/api/projects/birds/settings", json=body).status_code == 200
    assert shop.get("/api/projects/birds")["title"] == "My birds"


def test_a_thumbnail_is_made_kept_and_not_sent_twice(shop: Shop) -> None:
    url = f"/api/thumb/{shop.images[0]}?px=128"
    first = shop.client.get(url)
    assert first.status_code == 200
    assert first.headers["content-type"].startswith("image/")
    assert first.headers["cache-control"] == "private, no-cache"
    tag = {"if-none-match": first.headers["etag"]}
    again = shop.client.get(url, headers=tag)
    assert (again.status_code, again.content) == (304, b"")
    assert "immutable" in shop.client.get(f"{url}&v=1").headers["cache-control"]
    head = shop.client.head(url)
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["content-length"] == str(len(first.content))


def test_an_odd_thumbnail_size_gives_the_nearest_one(shop: Shop) -> None:
    answer = shop.client.get(f"/api/thumb/{shop.images[0]}?px=250")
    same = shop.client.get(f"/api/thumb/{shop.images[0]}?px=256")
    assert answer.headers["etag"] == same.headers["etag"]


def test_a_view_of_an_image_is_a_picture_for_browsers(shop: Shop) -> None:
    url = f"/api/view/{shop.images[0]}?px=64"
    answer = shop.client.get(url)
    assert answer.headers["content-type"] in {"image/png", "image/jpeg"}
    tag = {"if-none-match": answer.headers["etag"]}
    assert shop.client.get(url, headers=tag).status_code == 304


def test_the_original_comes_whole_or_in_ranges_and_runs_nothing(shop: Shop, tmp_path: Path) -> None:
    url = f"/api/file/{shop.images[0]}"
    original = (tmp_path / "pictures" / "000000.png").read_bytes()
    whole = shop.client.get(url)
    assert whole.content == original
    assert whole.headers["content-type"] == "image/png"
    assert "sandbox" in whole.headers["content-security-policy"]
    part = shop.client.get(url, headers={"range": "bytes=2-5"})
    assert (part.status_code, part.content) == (206, original[2:6])
    tag = {"if-none-match": whole.headers["etag"]}
    assert shop.client.get(url, headers=tag).status_code == 304
    assert shop.client.head(url).headers["content-length"] == str(len(original))


@pytest.mark.parametrize("kind", ["thumb", "view", "file"])
def test_a_picture_whose_file_is_gone_is_a_problem(shop: Shop, tmp_path: Path, kind: str) -> None:
    (tmp_path / "pictures" / "000005.png").unlink()
    answer = shop.client.get(f"/api/{kind}/{shop.images[5]}")
    assert answer.status_code == 422
    assert answer.json()["code"] == "unreadable_image"
    assert answer.json()["reason"]


def test_engines_queues_and_networks_are_listed(shop: Shop) -> None:
    assert {"name", "kind", "ready"} <= set(shop.get("/api/engines")[0])
    assert {"all", "uncertain", "random"} <= {one["name"] for one in shop.get("/api/queues")}
    networks = shop.get("/api/networks")
    assert networks[0]["name"] == "small_cnn"
    assert {one["group"] for one in networks} == {"small", "all-round", "large", "classic"}
    found = {one["name"]: one for one in shop.get("/api/networks?text=test_vit")}
    assert found["timm:test_vit"]["group"] == "timm"
    assert "resnet18" not in found
    assert "epochs" in shop.get("/api/train/schema")["properties"]


def test_without_labels_there_is_no_head(shop: Shop) -> None:
    assert shop.get("/api/projects/birds/head") is None
    refused = shop.post("/api/projects/birds/head/train", status=422)
    assert refused["hint"]


def test_an_ingest_outside_of_the_allowed_folders_is_refused(shop: Shop, tmp_path: Path) -> None:
    outside = tmp_path / "elsewhere"
    outside.mkdir()
    (tmp_path / "pictures" / "link").symlink_to(outside)
    url = "/api/projects/birds/ingest"
    sources = [outside, tmp_path / "pictures" / ".." / "elsewhere", tmp_path / "pictures" / "link"]
    for source in sources:
        refused = shop.post(url, {"source": str(source), "dry_run": True}, status=403)
        assert "allowed_roots" in refused["hint"]
    for name in ("relative/path", "a\0b", "~nobody-here/x"):
        shop.post(url, {"source": name, "dry_run": True}, status=422)


def test_a_dry_ingest_reports_and_changes_nothing(shop: Shop, tmp_path: Path) -> None:
    body = {"source": str(tmp_path / "pictures"), "dry_run": True}
    report = shop.post("/api/projects/birds/ingest", body)
    assert (report["found"], report["added"], report["known"]) == (6, 0, 6)
    assert report["skipped"] == []


def test_an_ingest_is_a_job_that_ends(shop: Shop, tmp_path: Path) -> None:
    body = {"source": str(tmp_path / "pictures")}
    job = shop.post("/api/projects/birds/ingest", body, status=202)
    assert (job["kind"], job["project"]) == ("ingest", "birds")
    job = finished(shop, job["id"])
    assert job["state"] == "done", job
    assert job["result"]["known"] == 6
    assert shop.get("/api/jobs?state=done")[0]["id"] == job["id"]
    assert set(shop.get(f"/api/jobs/{job['id']}/log")) == {"text", "next"}
    refused = shop.post(f"/api/jobs/{job['id']}/cancel", status=409)
    assert "done" in refused["message"]


def finished(shop: Shop, job_id: str) -> Any:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        job = shop.get(f"/api/jobs/{job_id}")
        if job["state"] not in {"queued", "running"}:
            return job
        time.sleep(0.05)
    raise AssertionError(f"job {job_id} does not end")


def test_uploaded_pictures_keep_their_names_and_bad_ones_are_listed(
    shop: Shop, tmp_path: Path
) -> None:
    picture = (tmp_path / "pictures" / "000000.png").read_bytes()
    fresh = picture + b"more"
    files = [
        ("files", ("../../a b.png", fresh, "image/png")),
        ("files", ("known.png", picture, "image/png")),
        ("files", ("broken.png", b"not a picture", "image/png")),
    ]
    answer = shop.client.post("/api/projects/birds/upload", files=files)
    assert answer.status_code == 200, answer.text
    report = answer.json()
    assert (report["added"], report["known"]) == (1, 1)
    assert [one["path"] for one in report["skipped"]] == ["broken.png"]
    newest = shop.get("/api/projects/birds/images?limit=100")["items"][-1]
    assert newest["path"].endswith("a b.png")
    assert not list((shop.bench.workspace / "cache").glob("upload-*"))


def test_an_upload_without_files_says_what_to_send(shop: Shop) -> None:
    answer = shop.client.post("/api/projects/birds/upload", json={})
    assert answer.status_code == 422
    assert "multipart" in answer.json()["message"]
    answer = shop.client.post("/api/projects/birds/upload", files=[("other", b"x")])
    assert "`files`" in answer.json()["hint"]


def test_a_run_that_cannot_start_says_why(shop: Shop) -> None:
    refused = shop.post("/api/projects/birds/runs", {"spec": {}}, status=422)
    assert "label" in refused["hint"]
    spec = {"model": {"weights": "/etc/passwd"}}
    refused = shop.post("/api/projects/birds/runs", {"spec": spec}, status=403)
    assert "allowed_roots" in refused["hint"]
    assert shop.get("/api/projects/birds/runs") == []


def test_events_tell_changes_and_can_be_resumed(shop: Shop) -> None:
    before = shop.bench.store.events.last_id()
    shop.label({"image_id": shop.images[0], "class_id": shop.cat})
    shop.label({"image_id": shop.images[1], "class_id": shop.dog})
    events = shop.bench.store.events.since(before)
    assert [event.kind for event in events] == ["labels", "labels"]
    assert shop.client.get("/api/events?last_event_id=x").status_code == 422
