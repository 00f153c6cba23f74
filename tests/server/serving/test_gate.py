"""Who may ask `serve`, and how often."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from fakes.http import Client
from fakes.serving import add_colours, desk_of, photo
from sightline.app.serving.metrics import Metrics
from sightline.server.security import Door
from sightline.server.serving import gate
from sightline.server.serving.app import create_serving_app
from sightline.server.serving.gate import Rules
from sightline.server.serving.rate import Buckets

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator
    from pathlib import Path

KEYS = ("first-key", "second-key")
OPEN = ("/", "/health", "/ready", "/openapi.json", "/v2/health/live", "/v2/health/ready")
CLOSED = ("/v1/models", "/metrics", "/v2", "/v2/models/colours", "/nowhere", "/api/media")


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("serving")
    add_colours(made)
    return made


@pytest.fixture
def keyed(folder: Path) -> Iterator[Client]:
    yield from client_of(folder, Rules(Door(), KEYS))


@pytest.fixture
def local(folder: Path) -> Iterator[Client]:
    yield from client_of(folder, Rules(Door()))


def client_of(folder: Path, rules: Rules) -> Iterator[Client]:
    desk = desk_of(folder, "colours")
    with Client(create_serving_app(desk, max_bytes=10_000, rules=rules)) as one:
        yield one
    desk.serving.close()


def code(client: Client, headers: dict[str, str], path: str = "/v1/predict") -> int:
    return client.post(path, content=photo(), headers=headers).status_code


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"authorization": "Bearer first-key"}, 200),
        ({"authorization": "bearer second-key"}, 200),
        ({"x-api-key": "second-key"}, 200),
        ({"x-api-key": "first-key", "host": "anything.example"}, 200),
        ({}, 401),
        ({"x-api-key": ""}, 401),
        ({"x-api-key": "first-ke"}, 401),
        ({"x-api-key": "first-key,second-key"}, 401),
        ({"authorization": "Basic first-key"}, 401),
        ({"authorization": "Bearer third"}, 401),
    ],
)
def test_with_keys_a_request_carries_one(
    keyed: Client, headers: dict[str, str], status: int
) -> None:
    assert code(keyed, headers) == status


def test_a_key_in_the_address_counts_for_no_request(keyed: Client) -> None:
    assert code(keyed, {}, "/v1/predict?key=first-key") == 401


def test_probes_and_documents_need_no_key_and_all_else_does(keyed: Client) -> None:
    assert [keyed.get(path).status_code for path in OPEN] == [200] * len(OPEN)
    assert [keyed.get(path).status_code for path in CLOSED] == [401] * len(CLOSED)
    assert keyed.get("/v1/models").headers["www-authenticate"] == "Bearer"


def test_a_browser_gets_a_cookie_for_its_key_and_foreign_pages_cannot_use_it(
    keyed: Client,
) -> None:
    told = keyed.get("/?key=second-key")
    assert (told.status_code, told.headers["location"]) == (303, "/")
    cookie = told.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=strict" in cookie
    held = {"cookie": cookie.partition(";")[0]}
    assert keyed.get("/v1/models", headers=held).status_code == 200
    assert code(keyed, {**held, "origin": "http://127.0.0.1:8000"}) == 200
    assert code(keyed, {**held, "origin": "http://evil.example"}) == 401
    assert code(keyed, held) == 401
    assert keyed.get("/?key=wrong").headers.get("set-cookie") is None


def test_without_keys_foreign_names_and_pages_are_refused(local: Client) -> None:
    assert code(local, {}) == 200
    assert code(local, {"host": "rebound.example"}) == 403
    assert code(local, {"origin": "http://evil.example"}) == 403
    assert code(local, {"origin": "http://127.0.0.1:8000"}) == 200


def test_the_front_page_names_models_to_those_alone_who_may_ask_them(
    local: Client, keyed: Client
) -> None:
    assert 'href="/demo/colours"' in local.get("/").text
    assert "colours" not in keyed.get("/").text
    assert "/v1/predict" in keyed.get("/").text


def test_answers_bear_the_security_headers(local: Client) -> None:
    for path in ("/", "/v1/models"):
        headers = local.get(path).headers
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["cache-control"] == "no-store"
        assert "default-src 'self'" in headers["content-security-policy"]


def test_each_client_has_a_rate_of_its_own(folder: Path) -> None:
    clock = Clock()
    rules = Rules(Door(), KEYS, Buckets(2.0, clock=clock))
    for client in client_of(folder, rules):
        first, second = ({"x-api-key": key} for key in KEYS)
        assert [code(client, first) for _ in range(3)] == [200, 200, 429]
        assert code(client, second) == 200
        assert client.get("/health").status_code == 200
        refused = client.post("/v1/predict", content=photo(), headers=first)
        assert refused.headers["retry-after"] == "1"
        assert refused.json()["code"] == "overloaded"
        clock.now = 0.5
        assert [code(client, first) for _ in range(2)] == [200, 429]


def test_keys_cannot_be_found_out_by_trying_and_who_has_one_is_not_kept_waiting(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gate, "GUESSES_PER_S", 0.001)  # however slowly they are tried
    for client in client_of(folder, Rules(Door(), KEYS)):
        tried = [client.get("/v1/models", headers={"x-api-key": f"guess-{at}"}) for at in range(40)]
        codes = [one.status_code for one in tried]
        assert codes[: gate.GUESSES] == [401] * gate.GUESSES
        assert set(codes[gate.GUESSES :]) == {429}
        assert int(tried[-1].headers["retry-after"]) >= 1
        assert code(client, {"x-api-key": KEYS[0]}) == 200
        assert client.get("/health").status_code == 200
        assert [client.head(path).status_code for path in ("/health", "/ready")] == [200, 200]


def test_who_ends_soon_asks_clients_to_go(folder: Path) -> None:
    for client in client_of(folder, Rules(Door(), draining=lambda: True)):
        assert client.get("/health").headers["connection"] == "close"


def test_requests_are_counted_by_route_and_status(folder: Path) -> None:
    metrics = Metrics()
    for client in client_of(folder, Rules(Door(), meter=metrics)):
        client.post("/v1/predict", content=photo())
        client.post("/v1/predict", content=b"x")
        client.get("/v1/models/nobody")
        client.get("/nowhere/7")
    text = metrics.text().decode()
    assert told(text, route="/v1/predict", status="200") == 1
    assert told(text, route="/v1/predict", status="422") == 1
    assert told(text, route="/v1/models/{name}", status="404") == 1
    assert told(text, route="other", status="404") == 1


def told(text: str, **labels: Any) -> float:
    wanted = ",".join(f'{key}="{value}"' for key, value in labels.items())
    [line] = [
        one for one in text.splitlines() if one.startswith(f"sightline_requests_total{{{wanted}}}")
    ]
    return float(line.rpartition(" ")[2])


def test_bytes_are_counted_as_they_come_not_as_they_are_announced(folder: Path) -> None:
    async def pieces() -> AsyncIterator[bytes]:
        yield photo()[:20]
        yield photo()[20:]

    metrics = Metrics()
    for client in client_of(folder, Rules(Door(), KEYS, meter=metrics)):
        held = {"x-api-key": KEYS[0]}
        client.post("/v1/predict", content=photo(), headers=held)
        client.post("/v1/predict", content=pieces(), headers=held)
        huge = {**held, "content-length": str(10**17)}
        assert client.post("/v1/predict", content=b"x", headers=huge).status_code == 413
        assert client.post("/v1/predict", content=photo()).status_code == 401
    text = metrics.text().decode()
    lines = dict(line.rsplit(" ", 1) for line in text.splitlines() if line[0] != "#")
    received = "sightline_request_bytes_total"
    assert float(lines[f'{received}{{route="/v1/predict"}}']) == 2 * len(photo())
    assert float(lines[f'{received}{{route="other"}}']) <= 1


def test_a_socket_is_closed_with_a_code_that_says_why(folder: Path) -> None:
    from starlette.testclient import TestClient
    from starlette.websockets import WebSocketDisconnect

    desk = desk_of(folder, "colours")
    app = create_serving_app(desk, max_bytes=10_000, rules=Rules(Door(), KEYS))
    with (
        TestClient(app) as client,
        client.websocket_connect("/ws/describe?key=wrong") as socket,
        pytest.raises(WebSocketDisconnect) as caught,
    ):
        socket.receive_text()
    desk.serving.close()
    assert caught.value.code == 4401
