"""Updates over HTTP, from a server on this machine."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import pytest

from fakes.hub import Hub, running_hub
from sightline.app.updates import Updates
from sightline.core.errors import BusyError, ConflictError, DownloadError, InvalidInputError
from sightline.flows.update.manifest import make_manifest
from sightline.settings import Settings
from sightline.store.locks import FileLock

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

NEW = {"run.py": "new", "pyproject.toml": "[project]", "src/a b.py": "ä"}


@pytest.fixture
def hub() -> Iterator[Hub]:
    with running_hub() as made:
        yield made


def publish(hub: Hub, folder: Path, files: dict[str, str], version: str) -> str:
    for path, text in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text, "utf-8")
        hub.files[f"/r/{path.replace(' ', '%20')}"] = text.encode()
    data = make_manifest(folder, version, "what is new").to_bytes()
    hub.files["/r/manifest.json"] = data
    return hashlib.sha256(data).hexdigest()


def program(folder: Path) -> Path:
    folder.mkdir()
    for name in ("run.py", "pyproject.toml"):
        (folder / name).write_text("old")
    return folder


def updates(tmp_path: Path, hub: Hub, **settings: object) -> Updates:
    root = program(tmp_path / "program")
    values = {"update_url": f"{hub.url}/r/manifest.json"} | settings
    return Updates(Settings.model_validate(values), tmp_path / "workspace", root)


def test_nothing_is_asked_of_any_server_before_somebody_checks(tmp_path: Path, hub: Hub) -> None:
    updates(tmp_path, hub).root()
    assert hub.asked == []


def test_a_check_says_what_would_change_and_changes_nothing(tmp_path: Path, hub: Hub) -> None:
    publish(hub, tmp_path / "release", NEW, "9.0")
    found = updates(tmp_path, hub).check()
    assert (found["state"], found["there"], found["notes"]) == ("newer", "9.0", "what is new")
    assert (found["add"], found["change"]) == (["src/a b.py"], ["pyproject.toml", "run.py"])
    assert (tmp_path / "program/run.py").read_text() == "old"
    assert not (tmp_path / "program/.sightline-update").exists()


def test_an_update_is_fetched_checked_taken_and_undone(tmp_path: Path, hub: Hub) -> None:
    publish(hub, tmp_path / "release", NEW, "9.0")
    taking = updates(tmp_path, hub)
    assert taking.apply(dry_run=True)["done"] is False
    assert (tmp_path / "program/run.py").read_text() == "old"
    assert taking.apply()["done"] is True
    assert (tmp_path / "program/src/a b.py").read_text("utf-8") == "ä"
    assert taking.check()["state"] == "current"
    assert taking.apply()["done"] is False
    assert taking.rollback()["to"] == "0"
    assert (tmp_path / "program/run.py").read_text() == "old"


def test_code_that_differs_from_its_hash_is_never_written(tmp_path: Path, hub: Hub) -> None:
    publish(hub, tmp_path / "release", NEW, "9.0")
    hub.files["/r/run.py"] = b"bad"
    with pytest.raises(DownloadError, match="not the file that was meant"):
        updates(tmp_path, hub).apply()
    assert (tmp_path / "program/run.py").read_text() == "old"


def test_a_manifest_of_another_hash_than_the_publisher_told_is_refused(
    tmp_path: Path, hub: Hub
) -> None:
    right = publish(hub, tmp_path / "release", NEW, "9.0")
    taking = updates(tmp_path, hub)
    assert taking.check(sha256=right)["there"] == "9.0"
    with pytest.raises(DownloadError):
        taking.check(sha256="0" * 64)


def test_a_file_that_does_not_end_is_cut_off(tmp_path: Path, hub: Hub) -> None:
    publish(hub, tmp_path / "release", NEW, "9.0")
    hub.files["/r/run.py"] = b"x" * 100_000
    with pytest.raises(DownloadError, match="more than 3 bytes"):
        updates(tmp_path, hub).apply()


def test_an_older_release_is_taken_only_when_asked(tmp_path: Path, hub: Hub) -> None:
    taking = updates(tmp_path, hub)
    publish(hub, tmp_path / "nine", NEW, "9.0")
    taking.apply()
    publish(hub, tmp_path / "eight", NEW | {"run.py": "eight"}, "8.0")
    with pytest.raises(ConflictError, match="older"):
        taking.apply()
    assert taking.apply(downgrade=True)["done"] is True
    assert (tmp_path / "program/run.py").read_text() == "eight"


def test_what_the_settings_skip_is_left_alone(tmp_path: Path, hub: Hub) -> None:
    publish(hub, tmp_path / "release", NEW, "9.0")
    found = updates(tmp_path, hub, update_skip=("run.py",)).apply(skip=["src"])
    assert found["skip"] == ["run.py", "src/a b.py"]
    assert (tmp_path / "program/run.py").read_text() == "old"


def test_files_are_not_replaced_under_a_running_server_or_job(tmp_path: Path, hub: Hub) -> None:
    publish(hub, tmp_path / "release", NEW, "9.0")
    taking = updates(tmp_path, hub)
    for place in ("server.lock", "jobs/7/lock"):
        path = tmp_path / "workspace" / place
        path.parent.mkdir(parents=True, exist_ok=True)
        with FileLock(path) as lock:
            lock.acquire(timeout_s=1)
            with pytest.raises(BusyError):
                taking.apply()
    assert taking.apply()["done"] is True


def test_a_checkout_of_git_is_left_to_git(tmp_path: Path, hub: Hub) -> None:
    publish(hub, tmp_path / "release", NEW, "9.0")
    taking = updates(tmp_path, hub)
    (tmp_path / "program/.git").mkdir()
    assert taking.check()["state"] == "newer"
    with pytest.raises(ConflictError) as caught:
        taking.apply()
    assert "git pull" in caught.value.hint


def test_a_package_in_an_environment_is_left_to_pip(tmp_path: Path, hub: Hub) -> None:
    taking = updates(tmp_path, hub)
    (tmp_path / "program/run.py").unlink()
    with pytest.raises(ConflictError) as caught:
        taking.check()
    assert "pip" in caught.value.hint


@pytest.mark.parametrize(
    ("url", "says"),
    [("", "no address"), ("http://example.org/m.json", "not https"), ("file:///etc/passwd", "not")],
)
def test_an_address_that_is_missing_or_not_safe_is_refused(
    tmp_path: Path, hub: Hub, url: str, says: str
) -> None:
    with pytest.raises(InvalidInputError, match=says):
        updates(tmp_path, hub, update_url=url).check()
    assert hub.asked == []
