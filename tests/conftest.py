"""Fixtures that many tests share."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn
from uuid import uuid4

import hypothesis
import pytest

from fixtures.chromium import find_chromium, launch_args

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[1]
IN_CI = os.environ.get("CI", "").lower() in {"1", "true", "yes"}
KEPT = {"SIGHTLINE_CHROMIUM", "SIGHTLINE_TEST_DATA"}

# A busy machine is not an error: hypothesis counts examples, not milliseconds. At night more.
hypothesis.settings.register_profile(
    "sightline",
    deadline=None,
    max_examples=100 if os.environ.get("SIGHTLINE_NIGHTLY") else 40,
    suppress_health_check=[hypothesis.HealthCheck.too_slow],
)
hypothesis.settings.load_profile("sightline")


def pytest_configure() -> None:
    """Forget the settings of whoever runs the tests."""
    for name in [name for name in os.environ if name.startswith("SIGHTLINE_")]:
        if name not in KEPT:
            del os.environ[name]
    for name in ("AL_STORE_DIR", "AL_DATA_DIR", "AL_DB_PATH", "AL_EMBEDDING_BACKEND"):
        os.environ.pop(name, None)


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Real pictures and weights; a test that needs them says so when they are not there."""
    folder = Path(os.environ.get("SIGHTLINE_TEST_DATA", ROOT.parent / "shared" / "data"))
    if not folder.is_dir():
        pytest.skip(f"no test data at {folder}: set SIGHTLINE_TEST_DATA")
    return folder


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """URL of a real PostgreSQL that runs for this session; shared, so leave nothing behind."""
    if sys.platform == "win32":
        pytest.skip("the PostgreSQL fixture starts servers on Linux and macOS only")
    from fixtures.postgres import find_postgres, running_postgres

    binaries = find_postgres()
    if binaries is None:
        missing("PostgreSQL is not installed (initdb, postgres and pg_ctl were looked for)")
    with running_postgres(binaries) as url:
        yield url


@pytest.fixture
def empty_postgres_url(postgres_url: str) -> Iterator[str]:
    """URL of an empty database of its own on the session's PostgreSQL; dropped afterwards."""
    import psycopg

    name = f"test_{uuid4().hex}"
    server = postgres_url.replace("+psycopg", "")
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"'.encode())
        yield f"{postgres_url.rpartition('/')[0]}/{name}"
        connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)'.encode())


@pytest.fixture(scope="session")
def chromium() -> Path:
    """The browser; without one the browser tests fail: a page nobody looked at is not tested."""
    path = find_chromium()
    if path is None:
        pytest.fail("no Chromium: run `python3 run.py test`, or set SIGHTLINE_CHROMIUM")
    return path


@pytest.fixture(scope="session")
def browser_type_launch_args(
    browser_type_launch_args: dict[str, Any], chromium: Path
) -> dict[str, Any]:
    """How pytest-playwright starts the browser: once for all tests of a worker.

    Its camera is a moving pattern; a page must still be given the right to it.
    """
    args = [*launch_args(), "--use-fake-device-for-media-stream"]
    return {**browser_type_launch_args, "executable_path": str(chromium), "args": args}


@pytest.fixture(scope="session")
def browser_context_args(browser_context_args: dict[str, Any]) -> dict[str, Any]:
    """A window that every screenshot shares."""
    return {**browser_context_args, "viewport": {"width": 1440, "height": 900}}


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark whatever drives a browser or PostgreSQL, so that nobody forgets to."""
    for item in items:
        used = set(getattr(item, "fixturenames", ()))
        if used & {"page", "browser", "context", "new_context"}:
            item.add_marker("browser")
        if used & {"postgres_url", "empty_postgres_url"}:
            item.add_marker("postgres")


def missing(reason: str) -> NoReturn:
    """Fail in continuous integration, skip elsewhere: a gap is reported, never silent."""
    if IN_CI:
        pytest.fail(reason)
    pytest.skip(reason)
