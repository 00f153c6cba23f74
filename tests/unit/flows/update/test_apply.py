"""An update replaces all of it or nothing, keeps what a person changed, and can be undone."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from sightline.core.errors import (
    CancelledError,
    ConflictError,
    InvalidInputError,
    NotFoundError,
)
from sightline.core.progress import Silent
from sightline.flows.update.apply import apply, installed, recover, rollback, unfinished
from sightline.flows.update.manifest import STORE, Manifest, make_manifest
from sightline.flows.update.plan import make_plan

if TYPE_CHECKING:
    from sightline.flows.update.apply import Get
    from sightline.flows.update.manifest import File

OLD = {"run.py": "old run", "src/a.py": "old a", "src/gone.py": "gone", "docs/x.md": "old doc"}
NEW = {"run.py": "new run", "src/a.py": "new a", "src/new/b.py": "b", "docs/x.md": "new doc"}


def fill(folder: Path, texts: dict[str, str]) -> Path:
    for path, text in texts.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text)
    return folder


def texts(folder: Path) -> dict[str, str]:
    return {
        path.relative_to(folder).as_posix(): path.read_text()
        for path in folder.rglob("*")
        if path.is_file() and STORE not in path.parts
    }


class World:
    """A program's folder at an old version, and a release."""

    def __init__(self, folder: Path) -> None:
        self.root = fill(folder / "program", OLD)
        self.release = fill(folder / "release", NEW)
        self.before = make_manifest(self.root, "1.0")
        self.manifest = make_manifest(self.release, "1.1", "better")
        self.fetched: list[str] = []

    def get(self, file: File, target: Path) -> None:
        self.fetched.append(file.path)
        shutil.copyfile(self.release / file.path, target)

    def update(self, *skip: str, get: Get | None = None, progress: Silent | None = None) -> None:
        plan = make_plan(self.root, self.manifest, here="1.0", installed=self.before, skip=skip)
        apply(self.root, self.manifest, plan, get=get or self.get, progress=progress or Silent())


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path)


def test_the_folder_becomes_the_release(world: World) -> None:
    world.update()
    assert texts(world.root) == NEW
    assert installed(world.root) == world.manifest
    assert not unfinished(world.root)


def test_a_second_update_to_the_same_release_has_nothing_to_do(world: World) -> None:
    world.update()
    plan = make_plan(world.root, world.manifest, here="1.1", installed=installed(world.root))
    assert (plan.state, plan.fetch, plan.remove) == ("current", (), ())


def test_what_is_skipped_stays_as_it_is(world: World) -> None:
    world.update("docs/*", "src/gone.py")
    assert texts(world.root) == NEW | {"docs/x.md": "old doc", "src/gone.py": "gone"}


def test_a_file_of_another_hash_changes_nothing_at_all(world: World) -> None:
    def get(file: File, target: Path) -> None:
        world.get(file, target)
        if file.path == "src/new/b.py":
            target.write_text("c")

    with pytest.raises(InvalidInputError, match=r"src/new/b\.py is not the file"):
        world.update(get=get)
    assert texts(world.root) == OLD


def test_what_was_fetched_is_not_fetched_again(world: World) -> None:
    class StopAtSecond(Silent):
        def advance(self, done: int, total: int | None, note: str = "") -> None:
            del done, total, note
            raise CancelledError("stopped")

    with pytest.raises(CancelledError):
        world.update(progress=StopAtSecond())
    assert texts(world.root) == OLD
    first = list(world.fetched)
    world.update()
    assert len(first) == 1
    assert sorted(world.fetched) == sorted(set(world.fetched))
    assert texts(world.root) == NEW


def test_an_update_is_undone_and_a_change_made_since_is_kept_beside(world: World) -> None:
    world.update()
    (world.root / "src/a.py").write_text("mine")
    result = rollback(world.root)
    assert result["kept"] == ["src/a.py.kept"]
    assert texts(world.root) == OLD | {"src/a.py.kept": "mine"}
    assert installed(world.root) is None
    with pytest.raises(NotFoundError):
        rollback(world.root)


def test_undoing_the_second_update_gives_the_first(world: World) -> None:
    world.update()
    second = fill(world.release.parent / "second", NEW | {"run.py": "newest"})
    manifest = make_manifest(second, "1.2")
    plan = make_plan(world.root, manifest, here="1.1", installed=installed(world.root))
    world.release = second
    apply(world.root, manifest, plan, get=world.get, progress=Silent())
    assert texts(world.root)["run.py"] == "newest"
    rollback(world.root)
    assert texts(world.root) == NEW
    assert installed(world.root) == world.manifest


def test_a_persons_own_change_is_named_and_kept_in_the_backup(world: World) -> None:
    (world.root / "src/a.py").write_text("mine")
    plan = make_plan(world.root, world.manifest, here="1.0", installed=world.before)
    assert plan.changed_here == ("src/a.py",)
    world.update()
    rollback(world.root)
    assert (world.root / "src/a.py").read_text() == "mine"


def test_a_disk_that_refuses_in_the_middle_puts_everything_back(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls: list[Path] = []
    replace = Path.replace

    def full(self: Path, target: Path) -> Path:
        if self.name.endswith(".update") and target.name == "a.py" and not calls:
            calls.append(target)
            raise OSError(28, "No space left on device")
        return replace(self, target)

    monkeypatch.setattr(Path, "replace", full)
    with pytest.raises(OSError, match="No space"):
        world.update()
    assert calls
    assert texts(world.root) == OLD
    assert not unfinished(world.root)


def test_a_process_killed_between_two_files_is_put_back_by_the_next(world: World) -> None:
    program = f"""
import os, pathlib, sys
sys.path.insert(0, {str(Path(__file__).parent)!r})
from pathlib import Path
import sightline.flows.update.apply as module
from test_apply import World
class Again(World):
    def __init__(self):
        self.root, self.release = Path({str(world.root)!r}), Path({str(world.release)!r})
        self.fetched = []
        self.before = module.installed(self.root)
        from sightline.flows.update.manifest import make_manifest
        self.manifest = make_manifest(self.release, "1.1")
put, count = module._put, 0
def die(*words, **more):
    global count
    put(*words, **more)
    count += 1
    if count == 2:
        os.kill(os.getpid(), 9)
module._put = die
Again().update()
"""
    done = subprocess.run([sys.executable, "-c", program], check=False, env=dict(os.environ))
    assert done.returncode == -9
    assert unfinished(world.root)
    assert texts(world.root) != OLD
    assert recover(world.root)
    assert texts(world.root) == OLD
    assert not recover(world.root)


def test_a_link_out_of_the_folder_is_refused(world: World, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (world.root / "src/new").symlink_to(outside)
    with pytest.raises(ConflictError, match="through a link"):
        world.update()
    assert list(outside.iterdir()) == []


def test_a_folder_in_the_way_is_named_before_anything_changes(world: World) -> None:
    (world.root / "src/new").write_text("a file where a folder should be")
    with pytest.raises(ConflictError, match="in the way"):
        world.update()
    assert texts(world.root)["run.py"] == "old run"


def test_a_release_for_a_newer_python_is_refused(world: World) -> None:
    world.manifest = Manifest("1.1", world.manifest.files, python="4.0")
    with pytest.raises(InvalidInputError, match=r"needs Python 4\.0"):
        world.update()


def test_a_program_that_is_run_stays_executable(world: World) -> None:
    (world.release / "run.py").chmod(0o755)
    world.manifest = make_manifest(world.release, "1.1")
    world.update()
    assert os.access(world.root / "run.py", os.X_OK)
    assert hashlib.sha256((world.root / "run.py").read_bytes()).hexdigest() == (
        world.manifest.by_path()["run.py"].sha256
    )
