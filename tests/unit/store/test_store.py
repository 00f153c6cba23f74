from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from sightline.core.errors import InvalidInputError, StorageError
from sightline.store.store import Store, resolve_url

if TYPE_CHECKING:
    from pathlib import Path


def test_a_workspace_is_made_and_found_again(tmp_path: Path) -> None:
    store = Store(tmp_path / "deep" / "w")
    store.projects.create("pets")
    store.tell("project", None, {"project": "pets", "change": "renamed"})
    store.close()
    folders = {one.name for one in (tmp_path / "deep" / "w").iterdir() if one.is_dir()}
    assert {"projects", "models", "cache", "jobs", "trash", "logs"} <= folders
    again = Store(tmp_path / "deep" / "w")
    assert [one.name for one in again.projects.list()] == ["pets"]
    assert again.events.since(0)[-1].payload["change"] == "renamed"
    assert again.project_dir("pets") == tmp_path / "deep" / "w" / "projects" / "pets"
    again.close()


@pytest.mark.parametrize("where", ["w", "w/projects"])
def test_a_file_in_the_way_is_told_and_kept(tmp_path: Path, where: str) -> None:
    target = tmp_path / where
    target.parent.mkdir(exist_ok=True)
    target.write_text("mine")
    with pytest.raises(InvalidInputError, match="file is in the way"):
        Store(tmp_path / "w")
    assert target.read_text() == "mine"


def test_below_a_file_there_is_no_workspace(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("mine")
    with pytest.raises(InvalidInputError, match="file is in the way"):
        Store(tmp_path / "file" / "w")


def test_a_file_that_is_no_database_is_told_and_kept(tmp_path: Path) -> None:
    (tmp_path / "sightline.db").write_bytes(b"not a database, but somebody's own words" * 100)
    before = (tmp_path / "sightline.db").read_bytes()
    with pytest.raises(StorageError):
        Store(tmp_path)
    assert (tmp_path / "sightline.db").read_bytes() == before


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("", "sqlite:///{w}/sightline.db"),
        ("other.db", "sqlite:///{w}/other.db"),
        ("postgres://me@db/x", "postgresql+psycopg://me@db/x"),
        ("postgresql://me@db/x", "postgresql+psycopg://me@db/x"),
        ("postgresql+psycopg://me@db/x", "postgresql+psycopg://me@db/x"),
    ],
)
def test_databases_are_named_by_url_or_file(tmp_path: Path, url: str, expected: str) -> None:
    assert resolve_url(tmp_path, url) == expected.format(w=tmp_path)


@pytest.mark.parametrize("name", ["what?", "50%20#1", "ä b", "a;b", "c:d"])
def test_a_workspace_may_have_any_name(tmp_path: Path, name: str) -> None:
    store = Store(tmp_path / name)
    store.projects.create("pets")
    store.close()
    assert (tmp_path / name / "sightline.db").is_file()
    assert [one.name for one in tmp_path.iterdir()] == [name]


@pytest.mark.parametrize("url", ["postgresql://me@db:port/x", "postgresql://[::bad/x"])
def test_a_url_that_makes_no_sense_is_refused(tmp_path: Path, url: str) -> None:
    with pytest.raises(InvalidInputError, match="URL"):
        Store(tmp_path, database_url=url)


def test_a_database_that_does_not_answer_is_told_with_what_to_check(tmp_path: Path) -> None:
    with pytest.raises(StorageError) as caught:
        Store(tmp_path, database_url="postgresql://me:hunter2@127.0.0.1:9/x?connect_timeout=2")
    assert "SIGHTLINE_DATABASE_URL" in caught.value.hint
    assert "hunter2" not in str(caught.value)


@pytest.mark.parametrize("url", ["mysql://db/x", "http://db/x"])
def test_another_database_is_refused(tmp_path: Path, url: str) -> None:
    with pytest.raises(InvalidInputError, match="no support"):
        resolve_url(tmp_path, url)
