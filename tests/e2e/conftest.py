"""A real browser on a real server on a real workspace."""

from __future__ import annotations

from typing import TYPE_CHECKING

import httpx
import pytest
from playwright.sync_api import expect

from e2e.toasts import remember
from fakes.running import Running, running
from fakes.shapes import SHAPES, write_shapes
from fakes.template import EACH, copy_template, make_template
from sightline.server.static import FOLDER

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import ConsoleMessage, Page

expect.set_options(timeout=20_000)
"""A busy machine is slow, not wrong."""
EXPECTED = (
    "Failed to load resource",
    "net::ERR",
    "WebSocket connection to",
    "Couldn't load preload assets",
)
"""A refused or lost request is for the page to show; the browser logs it besides. The last is axe's
own, which reads style sheets again while a test has stopped its server."""
STALL = "GPU stall due to ReadPixels"
"""A screenshot of WebGL without a graphics card; the browser says so."""


@pytest.fixture(scope="session", autouse=True)
def built_page() -> Path:
    """The page, built; without it there is nothing to look at."""
    if not (FOLDER / "index.html").is_file():
        pytest.fail("the page is not built: run `npm ci && npm run build` in web/")
    return FOLDER


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The workspace that `project` is a copy of."""
    return make_template(tmp_path_factory.mktemp("template"))


@pytest.fixture
def server(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Running]:
    """A server of the test's own; pictures may come from the test's folder.

    Its workspace is empty, or a copy of the template when the test asks for `project`.
    """
    if "project" in request.fixturenames:
        copy_template(request.getfixturevalue("template"), tmp_path)
    with running(tmp_path / "workspace", tmp_path) as found:
        yield found


@pytest.fixture
def shapes(tmp_path: Path) -> Path:
    """Sixty pictures: twenty of each shape, named after it."""
    folder = tmp_path / "shapes"
    return folder if folder.is_dir() else write_shapes(folder, EACH)


@pytest.fixture
def project(server: Running) -> str:
    """A project with sixty unlabelled pictures and a class for each shape."""
    with httpx.Client(base_url=server.url, timeout=30) as api:
        name: str = api.get("/api/projects").raise_for_status().json()[0]["name"]
    return name


@pytest.fixture
def taught(server: Running, project: str) -> str:
    """The project with every picture labelled after its name."""
    with httpx.Client(base_url=server.url, timeout=30) as api:
        found = api.get(f"/api/projects/{project}/classes").json()
        ids = {one["name"]: one["id"] for one in found}
        items = api.get(f"/api/projects/{project}/images", params={"limit": 100}).json()["items"]
        changes = [
            {"image_id": one["id"], "class_id": ids[shape]}
            for one in items
            for shape in SHAPES
            if shape in one["path"].rsplit("/", 1)[-1]
        ]
        api.post(f"/api/projects/{project}/labels", json={"changes": changes}).raise_for_status()
    return project


@pytest.fixture(autouse=True)
def quiet_page(request: pytest.FixtureRequest) -> Iterator[None]:
    """Fail when the page threw, or complained on its console, in any browser test."""
    if "page" not in request.fixturenames:
        yield
        return
    page: Page = request.getfixturevalue("page")
    heard: list[str] = []

    def listen(message: ConsoleMessage) -> None:
        expected = message.text.startswith(EXPECTED) or STALL in message.text
        if message.type in {"error", "warning"} and not expected:
            heard.append(message.text)

    remember(page)
    page.on("pageerror", lambda error: heard.append(str(error)))
    page.on("console", listen)
    yield
    assert not heard, heard
