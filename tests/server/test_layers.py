"""The layers around every request, on a toy application."""

from __future__ import annotations

import errno
import logging
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from fastapi import FastAPI
from pydantic import BaseModel

from sightline.core.errors import (
    ConflictError,
    OverloadedError,
    StorageError,
    UnknownProjectError,
    UnreadableImageError,
)
from sightline.server.events import EventHub
from sightline.server.layers import wrap
from sightline.server.problems import MEDIA_TYPE
from sightline.server.security import Door, is_loopback, make_token, split_host
from sightline.server.static import Page

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.anyio


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


class EmptyLog:
    """An events table with nothing in it."""

    def last_id(self) -> int:
        return 0

    def first_id(self) -> int:
        return 0

    def since(self, after: int, limit: int = 500) -> list[Any]:
        del after, limit
        return []


class Body(BaseModel):
    """What the toy route takes."""

    count: int
    names: list[str] = []


def toy(door: Door | None = None, page: Page | None = None, **limits: int) -> FastAPI:
    app = FastAPI(redirect_slashes=False)
    raised: dict[str, Exception] = {
        "unknown": UnknownProjectError("no project named 'x'", hint="known: y"),
        "conflict": ConflictError("changed", hint="look", current=[{"id": 1}]),
        "busy": OverloadedError("too much", hint="wait"),
        "full": OSError(errno.ENOSPC, "No space left on device"),
        "readonly": OSError(errno.EROFS, "Read-only file system"),
        "storage": StorageError("the database refuses", hint="see doctor"),
        "picture": UnreadableImageError("cut off", reason="truncated"),
        "bug": ZeroDivisionError("secret detail"),
    }

    @app.get("/api/raise/{what}")
    def fail(what: str) -> None:
        raise raised[what]

    @app.post("/api/body")
    def body(value: Body) -> int:
        return value.count

    settings = {"upload_bytes": 10_000, "json_bytes": 1_000} | limits
    wrap(app, door=door or Door(), hub=EventHub(EmptyLog()), page=page, **settings)
    return app


async def ask(
    app: FastAPI, method: str, url: str, base: str = "http://127.0.0.1:8000", **more: Any
) -> httpx.Response:
    transport = httpx.ASGITransport(app=app)
    async with httpx.AsyncClient(transport=transport, base_url=base) as client:
        return await client.request(method, url, **more)


@pytest.mark.parametrize(
    ("what", "status", "code"),
    [
        ("unknown", 404, "unknown_project"),
        ("conflict", 409, "conflict"),
        ("busy", 429, "overloaded"),
        ("full", 507, "storage"),
        ("readonly", 507, "storage"),
        ("storage", 507, "storage"),
        ("picture", 422, "unreadable_image"),
        ("bug", 500, "internal"),
    ],
)
async def test_each_error_is_a_problem_document_with_its_status(
    what: str, status: int, code: str
) -> None:
    answer = await ask(toy(), "GET", f"/api/raise/{what}")
    problem = answer.json()
    assert answer.status_code == status == problem["status"]
    assert answer.headers["content-type"] == MEDIA_TYPE
    assert problem["code"] == code
    assert set(problem) >= {"message", "hint"}


async def test_a_conflict_carries_the_current_state() -> None:
    assert (await ask(toy(), "GET", "/api/raise/conflict")).json()["current"] == [{"id": 1}]


async def test_an_overloaded_server_says_when_to_come_back() -> None:
    assert (await ask(toy(), "GET", "/api/raise/busy")).headers["retry-after"] == "1"


async def test_a_bug_is_logged_with_its_trace_and_told_without_it(
    caplog: pytest.LogCaptureFixture,
) -> None:
    with caplog.at_level(logging.ERROR, "sightline.server"):
        answer = await ask(toy(), "GET", "/api/raise/bug")
    assert "secret detail" not in answer.text
    assert caplog.records[0].exc_info is not None


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        ({"json": {}}, "body.count is missing"),
        ({"json": {"count": "many"}}, "body.count must be a whole number"),
        ({"json": {"count": 1, "names": [1]}}, "body.names[0] must be text"),
        ({"json": [1]}, "body must be an object"),
        ({"content": b"{", "headers": {"content-type": "application/json"}}, "not valid JSON"),
    ],
)
async def test_a_wrong_body_is_named_field_by_field_in_plain_words(
    sent: dict[str, Any], said: str
) -> None:
    answer = await ask(toy(), "POST", "/api/body", **sent)
    assert answer.status_code == 422
    assert said in answer.json()["message"]
    assert answer.json()["hint"]
    assert answer.json()["errors"][0]["field"].startswith("body")


async def test_unknown_addresses_and_methods_are_problems() -> None:
    app = toy()
    for method in ("GET", "POST", "DELETE"):
        answer = await ask(app, method, "/api/nothing")
        assert (answer.status_code, answer.json()["code"]) == (404, "unknown_route")
    answer = await ask(app, "DELETE", "/api/body")
    assert (answer.status_code, answer.headers["allow"]) == (405, "POST")
    assert answer.json()["code"] == "method_not_allowed"


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("127.0.0.1:8000", 200),
        ("localhost:9999", 200),
        ("LOCALHOST.", 200),
        ("app.localhost:1", 200),
        ("[::1]:8000", 200),
        ("127.8.9.1", 200),
        ("evil.example", 403),
        ("localhost.evil.example:8000", 403),
        ("192.168.1.7:8000", 403),
        ("evil@localhost", 403),
        ("localhost:8000/x", 403),
        ("localhost:99999", 403),
        ("", 403),
    ],
)
async def test_only_names_of_this_machine_pass_as_host(host: str, status: int) -> None:
    answer = await ask(toy(), "GET", "/", headers={"host": host})
    assert answer.status_code == status
    if status == 403:
        assert answer.json()["code"] == "forbidden"
        assert "allowed_hosts" in answer.json()["hint"]


async def test_configured_names_and_the_bound_one_pass_as_host() -> None:
    app = toy(Door(host="192.168.1.7", allowed_hosts=("lab.example",)))
    for host in ("lab.example:8000", "LAB.example", "192.168.1.7:8000", "localhost"):
        assert (await ask(app, "GET", "/", headers={"host": host})).status_code == 200
    assert (await ask(app, "GET", "/", headers={"host": "10.0.0.1"})).status_code == 403


async def test_bound_to_all_addresses_a_plain_address_passes_but_no_foreign_name() -> None:
    app = toy(Door(host="0.0.0.0"))
    assert (await ask(app, "GET", "/", headers={"host": "10.1.2.3:8000"})).status_code == 200
    assert (await ask(app, "GET", "/", headers={"host": "rebound.example"})).status_code == 403


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 200),
        ({"origin": "http://127.0.0.1:8000"}, 200),
        ({"origin": "https://127.0.0.1:8000"}, 200),
        ({"origin": "http://127.0.0.1:5173"}, 403),
        ({"origin": "http://localhost:8000"}, 403),
        ({"origin": "http://evil.example"}, 403),
        ({"origin": "null"}, 403),
        ({"origin": "http://127.0.0.1:8000@evil.example"}, 403),
        ({"sec-fetch-site": "same-origin"}, 200),
        ({"sec-fetch-site": "cross-site"}, 403),
        ({"sec-fetch-site": "same-site"}, 403),
        ({"cookie": "sightline_8000=stolen"}, 403),
    ],
)
async def test_a_change_may_come_only_from_our_own_page_or_from_no_page(
    headers: dict[str, str], status: int
) -> None:
    answer = await ask(toy(), "POST", "/api/body", json={"count": 1}, headers=headers)
    assert answer.status_code == status


async def test_a_foreign_page_is_told_why_it_may_not_follow_a_websocket() -> None:
    sent: list[Any] = []

    async def receive() -> dict[str, Any]:
        return {"type": "websocket.connect"}

    async def send(message: Any) -> None:
        sent.append(message)

    headers = [(b"host", b"127.0.0.1:8000"), (b"origin", b"http://evil.example")]
    scope = {"type": "websocket", "path": "/ws", "headers": headers, "query_string": b""}
    await toy()(scope, receive, send)
    assert [one["type"] for one in sent] == ["websocket.accept", "websocket.close"]
    assert sent[1]["code"] == 4403
    assert "evil.example" in sent[1]["reason"]


async def test_no_page_of_another_origin_may_read_answers() -> None:
    answer = await ask(toy(), "GET", "/", headers={"origin": "http://evil.example"})
    assert "access-control-allow-origin" not in answer.headers
    assert answer.headers["cross-origin-resource-policy"] == "same-origin"


async def test_every_answer_has_the_security_headers() -> None:
    app = toy()
    for method, url in (("GET", "/"), ("GET", "/api/nothing"), ("GET", "/api/raise/bug")):
        headers = (await ask(app, method, url)).headers
        assert headers["x-content-type-options"] == "nosniff"
        assert "frame-ancestors 'none'" in headers["content-security-policy"]
        assert headers["referrer-policy"] == "no-referrer"
    assert (await ask(app, "GET", "/api/nothing")).headers["cache-control"] == "no-store"


async def test_with_a_token_nothing_is_answered_without_it() -> None:
    app = toy(Door(token="right"))
    for url in ("/", "/assets/x.js", "/api/nothing", "/api/openapi.json"):
        answer = await ask(app, "GET", url)
        assert answer.status_code == 401
        assert answer.json()["code"] == "unauthorized"
        assert answer.headers["www-authenticate"] == "Bearer"
    wrong = await ask(app, "GET", "/", headers={"authorization": "Bearer wrong"})
    assert wrong.status_code == 401
    right = await ask(app, "GET", "/", headers={"authorization": "Bearer right"})
    assert right.status_code == 200
    page = await ask(app, "GET", "/", headers={"accept": "text/html"})
    assert (page.status_code, "token" in page.text) == (401, True)


async def test_a_token_in_the_address_becomes_a_cookie_once() -> None:
    app = toy(Door(token="right", port=8123))
    answer = await ask(app, "GET", "/?token=right&x=1")
    assert (answer.status_code, answer.headers["location"]) == (303, "/?x=1")
    cookie = answer.headers["set-cookie"]
    assert cookie.startswith("sightline_8123=right;")
    assert "HttpOnly" in cookie
    assert "SameSite=strict" in cookie
    with_cookie = {"cookie": "sightline_8123=right"}
    assert (await ask(app, "GET", "/", headers=with_cookie)).status_code == 200
    assert (await ask(app, "GET", "/?token=wrong")).status_code == 401
    assert (await ask(app, "GET", "/api/nothing?token=right")).status_code == 401
    own = with_cookie | {"origin": "http://127.0.0.1:8000"}
    answer = await ask(app, "POST", "/api/body", json={"count": 2}, headers=own)
    assert answer.status_code == 200


def test_a_token_is_made_once_and_only_its_owner_may_read_it(tmp_path: Path) -> None:
    first = make_token(tmp_path / "token")
    assert len(first) >= 40
    assert make_token(tmp_path / "token") == first
    assert (tmp_path / "token").stat().st_mode & 0o777 == 0o600


async def test_a_body_that_says_it_is_too_long_is_refused_unread() -> None:
    answer = await ask(toy(), "POST", "/api/body", content=b"x" * 1_001)
    assert (answer.status_code, answer.json()["code"]) == (413, "too_large")


async def test_a_body_of_unknown_length_is_refused_once_it_is_too_long() -> None:
    read = 0

    async def endless() -> Any:
        nonlocal read
        for _ in range(1_000):
            read += 100
            yield b"x" * 100

    headers = {"content-type": "application/json"}
    answer = await ask(toy(), "POST", "/api/body", content=endless(), headers=headers)
    assert answer.status_code == 413
    assert read <= 1_200


async def test_uploads_have_a_limit_of_their_own() -> None:
    headers = {"content-type": "multipart/form-data; boundary=b"}
    small = await ask(toy(), "POST", "/api/body", content=b"x" * 5_000, headers=headers)
    assert small.status_code == 422
    large = await ask(toy(), "POST", "/api/body", content=b"x" * 10_001, headers=headers)
    assert large.status_code == 413


async def test_without_a_built_page_the_root_says_how_to_get_one(tmp_path: Path) -> None:
    answer = await ask(toy(page=Page(tmp_path)), "GET", "/")
    assert answer.status_code == 200
    assert "run.py" in answer.text


@pytest.fixture
def built(tmp_path: Path) -> Page:
    (tmp_path / "web" / "assets").mkdir(parents=True)
    (tmp_path / "web" / "index.html").write_text("<title>page</title>")
    (tmp_path / "web" / "assets" / "index-abc123.js").write_text("1")
    (tmp_path / "secret.txt").write_text("secret")
    return Page(tmp_path / "web")


async def test_hashed_assets_are_kept_for_ever_and_the_index_never(built: Page) -> None:
    app = toy(page=built)
    asset = await ask(app, "GET", "/assets/index-abc123.js")
    assert "immutable" in asset.headers["cache-control"]
    assert asset.headers["content-type"].startswith("text/javascript")
    for url in ("/", "/projects/birds/browse", "/models"):
        answer = await ask(app, "GET", url)
        assert (answer.status_code, answer.text) == (200, "<title>page</title>")
        assert answer.headers["cache-control"] == "no-cache"
    assert (await ask(app, "GET", "/assets/gone.js")).status_code == 404
    assert (await ask(app, "HEAD", "/")).status_code == 200
    assert (await ask(app, "POST", "/")).status_code == 405


async def test_the_index_says_which_event_is_the_newest(tmp_path: Path) -> None:
    (tmp_path / "index.html").write_text('<html data-last-event="">')
    known = [7]

    async def newest() -> int:
        return known.pop()  # once it is known, then it cannot be read

    app = toy(page=Page(tmp_path, newest=newest))
    assert (await ask(app, "GET", "/models")).text == '<html data-last-event="7">'
    assert (await ask(app, "GET", "/")).text == '<html data-last-event="">'


@pytest.mark.parametrize(
    "url",
    ["/../secret.txt", "/%2e%2e/secret.txt", "/..%2fsecret.txt", "/assets/..%2f..%2fsecret.txt"],
)
async def test_no_file_outside_the_page_is_served(built: Page, url: str) -> None:
    answer = await ask(toy(page=built), "GET", url)
    assert answer.text != "secret"


def test_loopback_means_this_machine_only() -> None:
    assert all(map(is_loopback, ("localhost", "127.0.0.1", "::1", "[::1]", "127.1.2.3")))
    assert not any(map(is_loopback, ("0.0.0.0", "10.0.0.1", "evil.example", "", "::")))


def test_a_host_header_is_split_or_refused() -> None:
    assert split_host("[::1]:80") == ("::1", 80)
    assert split_host("A.example.") == ("a.example", None)
    assert split_host("a b") is None
    assert split_host("a:b") is None
