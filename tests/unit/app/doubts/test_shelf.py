from __future__ import annotations

import threading
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from blake3 import blake3

from sightline.app.doubts.shelf import Doubtful, DoubtShelf
from sightline.core.errors import NotFoundError

if TYPE_CHECKING:
    from pathlib import Path


def digest_of(data: bytes) -> str:
    """Return the name of bytes."""
    return blake3(data).hexdigest()


def doubtful(number: int, score: float, *, size: int = 10, digest: str = "") -> Doubtful:
    """Return one whose perceptual hash is like no other's."""
    return Doubtful(
        digest=digest or f"{number:064x}"[::-1],
        at=f"2026-01-01T00:00:{number % 60:02}.000Z",
        model="m-1",
        model_name="m",
        score=score,
        reasons=("margin",),
        fingerprint=f"{(number * 0x9E3779B97F4A7C15) % 2**64:016x}",
        answer={"label": "disc", "probability": 0.6},
        bytes=size,
    )


def _shelf(tmp_path: Path, *, keep: int = 100, max_bytes: int = 1 << 20) -> DoubtShelf:
    return DoubtShelf(tmp_path / "doubts", keep=keep, max_bytes=max_bytes)


def test_the_most_doubtful_stay_when_there_are_too_many(tmp_path: Path) -> None:
    shelf = _shelf(tmp_path, keep=3)
    told = [
        shelf.add(doubtful(at, score), b"x" * 10)
        for at, score in enumerate([0.5, 0.9, 0.3, 0.7, 0.2], 1)
    ]
    assert told == ["kept", "kept", "kept", "kept", "full"]
    assert [one.score for one in shelf.all()] == [0.9, 0.7, 0.5]
    assert len(list(shelf.folder.glob("*.picture"))) == 3


def test_bytes_are_bounded_and_one_that_is_too_large_alone_throws_nobody_out(
    tmp_path: Path,
) -> None:
    shelf = _shelf(tmp_path, max_bytes=100)
    shelf.add(doubtful(1, 0.4, size=60), b"")
    assert shelf.add(doubtful(2, 0.9, size=101), b"") == "full"
    assert len(shelf.all()) == 1
    assert shelf.add(doubtful(3, 0.8, size=70), b"") == "kept"
    assert [one.score for one in shelf.all()] == [0.8]


def test_the_same_bytes_and_the_same_scene_are_kept_once(tmp_path: Path) -> None:
    shelf, first = _shelf(tmp_path), doubtful(1, 0.5)
    other = doubtful(2, 0.9)
    near = f"{int(first.fingerprint, 16) ^ 0b101:016x}"
    assert shelf.add(first, b"1") == "kept"
    assert shelf.add(replace(first, score=0.9), b"1") == "double"
    assert shelf.add(replace(other, fingerprint=near), b"2") == "double"
    assert shelf.add(other, b"2") == "kept"


def test_pictures_of_one_colour_are_no_doubles_of_each_other(tmp_path: Path) -> None:
    shelf = _shelf(tmp_path)
    plain = [replace(doubtful(at, 0.5), fingerprint="0" * 16) for at in (1, 2)]
    assert [shelf.add(one, b"") for one in plain] == ["kept", "kept"]


def test_another_process_sees_it_and_what_is_thrown_away_is_gone(tmp_path: Path) -> None:
    one, two = _shelf(tmp_path), _shelf(tmp_path)
    known = doubtful(1, 0.5)
    one.add(known, b"data")
    assert two.all() == [known]
    assert two.picture(known.id) == b"data"
    assert two.remove([known.id, known.id, "../../x"]) == 1
    assert one.all() == []
    with pytest.raises(NotFoundError):
        one.picture(known.id)
    assert [path.name for path in one.folder.iterdir()] == [".lock"]


def test_half_written_and_damaged_files_are_no_doubts(tmp_path: Path) -> None:
    shelf = _shelf(tmp_path)
    shelf.add(doubtful(1, 0.5), b"")
    (shelf.folder / f"{'a' * 24}.json").write_text("{")
    (shelf.folder / f"{'b' * 24}.picture").write_bytes(b"without a card")
    assert len(shelf.all()) == 1


@pytest.mark.parametrize("name", ["../../secret", "", "a" * 24, "A" * 24])
def test_names_lead_nowhere_else(tmp_path: Path, name: str) -> None:
    with pytest.raises(NotFoundError):
        _shelf(tmp_path).get(name)


def test_several_writers_keep_the_bound_together(tmp_path: Path) -> None:
    def write(first: int) -> None:
        shelf = _shelf(tmp_path, keep=5)
        for at in range(first, first + 8):
            shelf.add(doubtful(at, at / 100), b"x")

    threads = [threading.Thread(target=write, args=(at,)) for at in (1, 21, 41)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert [one.score for one in _shelf(tmp_path).all()] == [0.48, 0.47, 0.46, 0.45, 0.44]


def test_a_picture_without_a_card_that_a_killed_process_left_is_erased(tmp_path: Path) -> None:
    kept = doubtful(1, 0.5)
    _shelf(tmp_path).add(kept, b"kept")
    orphan = tmp_path / "doubts" / f"{'a' * 24}.picture"
    orphan.write_bytes(b"left")
    part = tmp_path / "doubts" / f".{orphan.name}.x1y2z3.part"
    part.write_bytes(b"le")
    shelf = _shelf(tmp_path)
    shelf.add(doubtful(2, 0.6), b"new")
    assert not orphan.exists()
    assert not part.exists()
    assert shelf.picture(kept.id) == b"kept"


def test_clearing_leaves_no_picture_whatever_a_crash_had_left(tmp_path: Path) -> None:
    shelf = _shelf(tmp_path)
    assert shelf.clear() == 0
    shelf.add(doubtful(1, 0.5), b"kept")
    broken = doubtful(2, 0.6)
    shelf.add(broken, b"its card is damaged")
    (shelf.folder / f"{broken.id}.json").write_text("{")
    (shelf.folder / f"{'a' * 24}.picture").write_bytes(b"without a card")
    (shelf.folder / ".x.picture.1.part").write_bytes(b"half")
    (shelf.folder / "taken.jsonl").write_text("of the project")
    assert _shelf(tmp_path).clear() == 1
    assert {path.name for path in shelf.folder.iterdir()} == {".lock", "taken.jsonl"}
    assert shelf.all() == []
