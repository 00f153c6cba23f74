from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from sightline.core.errors import InvalidInputError
from sightline.ingest.scan import scan, wanted_extensions


def touch(root: Path, *names: str) -> None:
    for name in names:
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"x")


def names(root: Path, **options: list[str]) -> list[str]:
    return [file.name for file in scan(root, **options).files]


def test_pictures_are_found_in_order_at_any_depth(tmp_path: Path) -> None:
    touch(tmp_path, "b.PNG", "a/z.jpg", "a/b/c.tiff", "a/y.JPEG", "notes.csv", "a/y.txt", "x.json")
    found = scan(tmp_path)
    assert [file.name for file in found.files] == ["a/b/c.tiff", "a/y.JPEG", "a/z.jpg", "b.PNG"]
    assert found.texts == {"a/y.txt"}
    assert not found.skipped


def test_hidden_system_and_own_files_are_passed_over(tmp_path: Path) -> None:
    touch(tmp_path, ".a.jpg", "._b.jpg", ".git/c.jpg", "__MACOSX/d.jpg", "@eaDir/e.jpg", "f.jpg")
    touch(tmp_path, "p/project.json", "p/runs/1/g.png", "p/exports/h.png", "p/images/i.png")
    touch(tmp_path, "w/sightline.db", "w/cache/j.jpg", "w/trash/k.jpg", "w/l.jpg", "runs/m.jpg")
    assert names(tmp_path) == ["f.jpg", "p/images/i.png", "runs/m.jpg", "w/l.jpg"]


def test_extensions_are_taken_with_or_without_dot_in_any_case(tmp_path: Path) -> None:
    touch(tmp_path, "a.jpg", "b.PNG", "c.dat", "d.webp")
    assert names(tmp_path, extensions=["JPG", ".png"]) == ["a.jpg", "b.PNG"]
    assert names(tmp_path, extensions=["*.dat"]) == ["c.dat"]
    for wrong in ([], [" ", "."], ["a/b"]):
        with pytest.raises(InvalidInputError):
            wanted_extensions(wrong)


def test_one_file_may_have_any_extension(tmp_path: Path) -> None:
    touch(tmp_path, "a.dat")
    assert names(tmp_path / "a.dat") == ["a.dat"]
    assert names(tmp_path / "a.dat", extensions=["jpg"]) == []
    with pytest.raises(InvalidInputError, match="there is no"):
        scan(tmp_path / "nothing")


def test_links_are_followed_once_and_loops_end(tmp_path: Path) -> None:
    root = tmp_path / "root"
    touch(root, "a/1.jpg")
    touch(tmp_path, "outside/2.jpg")
    (root / "loop").symlink_to(root)
    (root / "a" / "up").symlink_to(root / "a")
    (root / "out").symlink_to(tmp_path / "outside")
    (root / "file.jpg").symlink_to(tmp_path / "outside" / "2.jpg")
    assert names(root) == ["a/1.jpg", "file.jpg", "out/2.jpg"]


def test_what_cannot_be_taken_is_listed_with_its_reason(tmp_path: Path) -> None:
    (tmp_path / "dead.jpg").symlink_to(tmp_path / "nowhere.jpg")
    (tmp_path / "self.png").symlink_to(tmp_path / "self.png")
    os.mkfifo(tmp_path / "pipe.jpg")
    (tmp_path / "folder.jpg").mkdir()
    (tmp_path / "dead.txt").symlink_to(tmp_path / "nowhere.txt")
    reasons = {Path(one.path).name: one.reason for one in scan(tmp_path).skipped}
    assert reasons == {
        "dead.jpg": "dead link",
        "self.png": "dead link",
        "pipe.jpg": "not a file",
    }


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_folder_without_permission_is_listed(tmp_path: Path) -> None:
    touch(tmp_path, "a/1.jpg", "b.jpg")
    (tmp_path / "a").chmod(0)
    found = scan(tmp_path)
    (tmp_path / "a").chmod(0o755)
    assert [file.name for file in found.files] == ["b.jpg"]
    assert [one.reason for one in found.skipped] == ["no permission"]


def test_names_that_are_not_unicode_are_listed_and_can_be_printed(tmp_path: Path) -> None:
    try:
        (tmp_path / os.fsdecode(b"caf\xe9.jpg")).write_bytes(b"x")
    except OSError:
        pytest.skip("this file system refuses such names")
    touch(tmp_path, "日本 🐱.jpg")
    found = scan(tmp_path)
    assert [file.name for file in found.files] == ["日本 🐱.jpg"]
    (one,) = found.skipped
    assert one.reason == "name cannot be decoded"
    assert json.dumps(one.to_dict(), ensure_ascii=False).encode()
