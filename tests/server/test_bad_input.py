"""Whatever is sent, the answer is a problem document that says what to do, never a 500."""

from __future__ import annotations

import json
from itertools import islice
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import pytest

from server.conftest import is_problem

if TYPE_CHECKING:
    from collections.abc import Iterator

    from server.conftest import Shop

NAMES = {
    ".": 422,
    "..": 422,
    "a/b": 422,
    "a\\b": 422,
    "CON": 422,
    "con.txt": 422,
    "x" * 300: 422,
    "": 422,
    " ": 422,
    "tab\there": 422,
    "nul\0": 422,
    "end.": 422,
    "🦉": 201,
    "über große": 201,
}
ODD = ["x", "-1", "0", "1.5", "9" * 30, "..", "%2e%2e", "a%2Fb", "🦉", "x" * 300, "%00", "null"]
WRONG: list[Any] = [
    None,
    True,
    -1,
    1.5,
    10**30,
    "",
    "x",
    "\0",
    "\ud800",
    "x" * 5_000,
    [],
    {},
    [None],
]
PROJECT_ROUTES = ("", "/settings", "/classes", "/images", "/journal-state", "/history", "/runs")
BODIES: list[Any] = [None, [], "text", 5, {}, {"unknown": 1}, {"values": []}]


def test_a_project_gets_a_name_that_every_system_can_keep(shop: Shop) -> None:
    for name, status in NAMES.items():
        answer = shop.client.post("/api/projects", json={"name": name})
        assert answer.status_code == status, (name, answer.text)
        if status == 422:
            assert is_problem(answer)
            assert answer.json()["hint"]
    folders = {one.name for one in (shop.bench.workspace / "projects").iterdir()}
    assert folders == {"birds"} | {name for name, status in NAMES.items() if status == 201}


def test_no_name_reaches_out_of_its_project(shop: Shop) -> None:
    before = snapshot(shop)
    for name in NAMES:
        reach_for(shop, name)
    assert snapshot(shop) == before


def reach_for(shop: Shop, name: str) -> None:
    quoted = quote(name, safe="").replace(".", "%2E")
    url = f"/api/projects/{quoted}"
    for route in PROJECT_ROUTES:
        answer = shop.client.get(url + route)
        assert answer.status_code in {404, 405, 422} or (name == "" and route == "")
        assert answer.status_code == 200 or is_problem(answer)
    for method, route, body in (
        ("DELETE", "", None),
        ("POST", "/archive", None),
        ("POST", "/restore", None),
        ("POST", "/erase", {"confirm": name}),
        ("POST", "/undo", None),
        ("POST", "/labels", {"changes": [{"image_id": 1, "class_id": 1}]}),
        ("POST", "/views", {}),
        ("POST", "/snapshots", {"name": "s"}),
        ("POST", "/classes", {"name": "c"}),
        ("PUT", "/settings", {"values": {}}),
    ):
        answer = shop.client.request(method, url + route, json=body)
        assert answer.status_code in {404, 405, 422}, (name, method, route, answer.text)
        assert is_problem(answer)


def snapshot(shop: Shop) -> list[str]:
    return sorted(str(one) for one in shop.bench.workspace.rglob("*") if "logs" not in one.parts)


def test_classes_and_snapshots_keep_the_same_rule(shop: Shop) -> None:
    for name in [name for name, status in NAMES.items() if status == 422]:
        for noun in ("classes", "snapshots"):
            answer = shop.client.post(f"/api/projects/birds/{noun}", json={"name": name})
            assert answer.status_code == 422, (noun, name)
            assert is_problem(answer)


MISSING = [
    ("GET", "/api/projects/birdz", "unknown_project"),
    ("POST", "/api/projects/birdz/undo", "unknown_project"),
    ("GET", "/api/images/999999", "unknown_image"),
    ("GET", "/api/thumb/999999", "unknown_image"),
    ("GET", "/api/file/999999", "unknown_image"),
    ("GET", "/api/view/999999", "unknown_image"),
    ("PATCH", "/api/classes/999999", "unknown_class"),
    ("DELETE", "/api/classes/999999", "unknown_class"),
    ("GET", "/api/views/nothing", "unknown_view"),
    ("GET", "/api/models/nothing", "unknown_model"),
    ("DELETE", "/api/models/nothing", "unknown_model"),
    ("POST", "/api/models/nothing/export", "unknown_model"),
    ("GET", "/api/models/nothing/file", "unknown_model"),
    ("POST", "/api/models/nothing/predict", "unknown_model"),
    ("GET", "/api/runs/nothing", "unknown_run"),
    ("POST", "/api/runs/nothing/stop", "unknown_run"),
    ("GET", "/api/jobs/nothing", "unknown_job"),
    ("POST", "/api/jobs/nothing/cancel", "unknown_job"),
    ("POST", "/api/jobs/nothing/resume", "unknown_job"),
    ("GET", "/api/jobs/nothing/log", "unknown_job"),
    ("POST", "/api/projects/birds/snapshots/99/restore", "not_found"),
]


def test_an_event_of_thousands_of_digits_is_no_event(shop: Shop) -> None:
    answer = shop.client.get("/api/events", headers={"last-event-id": "9" * 5_000})
    assert answer.status_code == 422
    assert "Last-Event-ID" in answer.json()["message"]


def test_what_is_not_there_is_404_with_its_own_code(shop: Shop) -> None:
    for method, url, code in MISSING:
        body = {"image_ids": [1]} if url.endswith("predict") else {}
        answer = shop.client.request(method, url, json=body)
        assert (answer.status_code, answer.json()["code"]) == (404, code), (method, url)
        assert answer.json()["hint"]


@pytest.mark.parametrize(
    ("url", "body", "status"),
    [
        ("/api/projects/birds/embed", {"engine": "nothing"}, 404),
        ("/api/projects/birds/views", {"queue": "nothing"}, 422),
        ("/api/projects/birds/views", {"filter": {"statuses": ["blue"]}}, 422),
        ("/api/projects/birds/runs", {"mode": "again"}, 422),
        ("/api/projects/birds/classes", {"name": "cat"}, 409),
        ("/api/projects/birds/classes", {"name": "x", "hotkey": "x"}, 422),
        ("/api/projects/birds/classes", {"name": "x", "colour": "blue-ish"}, 422),
        ("/api/projects", {"name": "BIRDS"}, 409),
        ("/api/projects/birds/undo", None, 409),
        ("/api/projects/birds/redo", None, 409),
        ("/api/models/x/export", {"format": "tflite"}, 422),
        ("/api/projects/birds/ingest", {"source": "/", "mode": "move"}, 422),
        ("/api/projects/birds/ingest", {"source": ""}, 422),
    ],
)
def test_a_wish_that_cannot_be_met_says_so(shop: Shop, url: str, body: Any, status: int) -> None:
    for _ in range(3 if url.endswith("undo") else 0):  # the two classes can be undone
        shop.client.post(url)
    answer = shop.client.post(url, json=body)
    assert answer.status_code == status, answer.text
    assert is_problem(answer)
    assert answer.json()["hint"]


WRONG_CHANGES: list[dict[str, Any]] = [
    {},
    {"image_id": 1},
    {"class_id": 1},
    {"image_id": 0, "class_id": 1},
    {"image_id": 10**18, "class_id": 1},
    {"image_id": "1", "class_id": 1},
    {"image_id": 1, "class_id": 10**18},
    {"image_id": 1, "class_id": True},
    {"image_id": 1, "status": "conflict"},
    {"image_id": 1, "status": "labelled"},
    {"image_id": 1, "class_id": 1, "version": -1},
    {"image_id": 1, "class_id": 1, "colour": "red"},
    {"image_id": 1, "tags": [0]},
]


def test_a_wrong_label_is_refused_and_changes_nothing(shop: Shop) -> None:
    good = {"image_id": shop.images[1], "class_id": shop.cat}
    for wrong in WRONG_CHANGES:
        change = wrong | ({"image_id": shop.images[0]} if wrong.get("image_id") == 1 else {})
        answer = shop.client.post("/api/projects/birds/labels", json={"changes": [good, change]})
        assert answer.status_code in {404, 422}, (wrong, answer.text)
        assert is_problem(answer)
    assert [one["kind"] for one in shop.get("/api/projects/birds/history")] == ["classes"] * 2


def test_labels_of_another_project_are_refused(shop: Shop) -> None:
    shop.post("/api/projects", {"name": "other"}, status=201)
    change = {"image_id": shop.images[0], "class_id": shop.cat}
    answer = shop.client.post("/api/projects/other/labels", json={"changes": [change]})
    assert answer.status_code in {404, 422}
    foreign = shop.post("/api/projects/other/classes", {"name": "fox"}, status=201)["id"]
    shop.label({"image_id": shop.images[0], "class_id": foreign}, status=422)
    twice = {"image_id": shop.images[0], "class_id": shop.cat}
    shop.label(twice, twice, status=422)


@pytest.mark.parametrize("every", [11, pytest.param(1, marks=pytest.mark.nightly)])
def test_every_route_answers_wrong_types_with_a_problem(shop: Shop, every: int) -> None:
    """By day every eleventh wrong request; each route has twelve or more of them. At night all."""
    document = shop.get("/api/openapi.json")
    asked = 0
    for method, url, body in islice(wrong_requests(document), 0, None, every):
        answer = send(shop, method, url, body)
        asked += 1
        where = f"{method} {url} {str(body)[:200]}"
        assert answer.status_code < 500 or answer.status_code == 501, f"{where}: {answer.text}"
        if answer.status_code >= 400:
            assert is_problem(answer), where
    assert asked > 5_000 // every


def send(shop: Shop, method: str, url: str, body: Any) -> Any:
    if body is NOTHING:
        return shop.client.request(method, url)
    headers = {"content-type": "application/json"}
    return shop.client.request(method, url, content=json.dumps(body), headers=headers)


NOTHING = object()


def wrong_requests(document: dict[str, Any]) -> Iterator[tuple[str, str, Any]]:
    """Yield every operation with odd paths, odd queries, and bodies that are wrong in one place."""
    for path, methods in document["paths"].items():
        if path == "/api/events":
            continue
        for method, operation in methods.items():
            verb = method.upper()
            body = example(document, operation)
            for odd in ODD:
                yield verb, fill(path, odd), body
            for parameter in operation.get("parameters", []):
                if parameter["in"] == "query":
                    for odd in ODD:
                        yield verb, f"{fill(path, None)}?{parameter['name']}={odd}", body
            if body is not NOTHING:
                for wrong in wrong_bodies(body):
                    yield verb, fill(path, None), wrong


def fill(path: str, value: str | None) -> str:
    """Put a value into each part of a path: an odd one, or one that is there or might be."""
    known = {"{name}": "birds", "{image_id}": "1", "{class_id}": "1", "{snapshot_id}": "1"}
    for part in ("{name}", "{image_id}", "{class_id}", "{snapshot_id}"):
        path = path.replace(part, known[part] if value is None else value)
    for part in ("{ref}", "{run_id}", "{job_id}", "{view_id}"):
        path = path.replace(part, "x" if value is None else value)
    return path


def example(document: dict[str, Any], operation: dict[str, Any]) -> Any:
    """Return a body with every field of the schema, or NOTHING."""
    content = operation.get("requestBody", {}).get("content", {}).get("application/json")
    return NOTHING if content is None else sample(document, content["schema"])


def sample(document: dict[str, Any], schema: dict[str, Any]) -> Any:
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        return sample(document, document["components"]["schemas"][name])
    if "anyOf" in schema:
        return sample(document, schema["anyOf"][0])
    if "enum" in schema:
        return schema["enum"][0]
    if schema.get("type") == "object":
        fields = schema.get("properties", {})
        return {name: sample(document, one) for name, one in fields.items()}
    if schema.get("type") == "array":
        return [sample(document, schema["items"])]
    return {"integer": 1, "number": 1.0, "boolean": True}.get(schema.get("type", ""), "x")


def wrong_bodies(body: Any) -> Iterator[Any]:
    yield from BODIES
    for place in places(body):
        for wrong in WRONG:
            yield put(body, place, wrong)


def places(body: Any, at: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    entries = enumerate(body) if isinstance(body, list) else []
    for key, value in body.items() if isinstance(body, dict) else entries:
        yield (*at, key)
        yield from places(value, (*at, key))


def put(body: Any, place: tuple[Any, ...], value: Any) -> Any:
    changed = json.loads(json.dumps(body))
    inner = changed
    for key in place[:-1]:
        inner = inner[key]
    inner[place[-1]] = value
    return changed
