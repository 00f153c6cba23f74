"""Media are taken in whole, looked at, and gone when they should be."""

from __future__ import annotations

import io
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from PIL import Image

from fakes.clips import index_of, png, write_clip
from sightline.app import Workbench, open_workbench
from sightline.app.media import opening
from sightline.app.media.live import Holdings
from sightline.core.errors import (
    NotFoundError,
    SourceLostError,
    TooLargeError,
    UnreadableImageError,
    UnreadableMediaError,
)
from sightline.imaging.video import open_clip
from sightline.store import media_folder
from sightline.store.locks import FileLock
from sightline.store.media_folder import MediaFolders

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from sightline.core.media import Media
    from sightline.imaging.clip import Clip


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Workbench]:
    """An empty workspace."""
    with open_workbench(tmp_path / "workspace", media_max_mb=1) as opened:
        yield opened


def send(bench: Workbench, data: bytes, name: str = "one.bin", **options: object) -> Media:
    """Send a file."""
    return bench.media.receive(io.BytesIO(data), name, **options)


def stored(bench: Workbench) -> list[str]:
    """Return the names of all files that media have on disk."""
    return sorted(one.name for one in (bench.workspace / "media").rglob("*") if one.is_file())


def test_what_is_being_made_while_old_media_are_swept_stays(
    bench: Workbench, monkeypatch: pytest.MonkeyPatch
) -> None:
    halfway, go, decided = threading.Event(), threading.Event(), threading.Event()
    take = FileLock.acquire

    def acquire(lock: FileLock, *, timeout_s: float) -> None:
        if lock.path.parent.parent.name == "media":
            halfway.set()
            assert go.wait(60)
        elif halfway.is_set():
            decided.set()  # it waits for what is being made
        take(lock, timeout_s=timeout_s)

    def sweep() -> list[str]:
        found = bench.media.sweep()
        decided.set()
        return found

    monkeypatch.setattr(FileLock, "acquire", acquire)
    with ThreadPoolExecutor(2) as pool:
        made = pool.submit(bench.media.camera, "desk")
        assert halfway.wait(60)
        swept = pool.submit(sweep)
        assert decided.wait(60)
        go.set()
        assert swept.result(60) == []
        assert bench.media.get(made.result(60).id).kind == "camera"
    assert stored(bench) == ["lock", "media.json"]


def test_a_picture_is_known_by_its_content_and_gives_one_frame(bench: Workbench) -> None:
    media = send(bench, png(3), "holiday.mp4")

    assert (media.kind, media.format, media.facts.width, media.facts.frames) == (
        "image",
        "PNG",
        64,
        1,
    )
    assert [index_of(one.image) for one in bench.media.open(media.id).frames()] == [3]
    assert bench.media.get(media.id) == media


def test_a_clip_gives_its_frames(bench: Workbench, tmp_path: Path) -> None:
    clip = write_clip(tmp_path / "one.mp4", 5)

    media = send(bench, clip.read_bytes(), "a walk")

    assert (media.kind, media.format, media.retention) == ("clip", "MP4", "hours")
    assert [index_of(one.image) for one in bench.media.open(media.id).frames()] == [0, 1, 2, 3, 4]
    assert stored(bench) == ["lock", "media.json", "source.mp4"]


@pytest.mark.parametrize(
    ("data", "reason"),
    [(b"", "empty"), (b"hello there", "not a clip"), (b"#EXTM3U\nfile:///etc/x", "not a clip")],
)
def test_what_is_neither_picture_nor_clip_is_refused_and_leaves_nothing(
    bench: Workbench, data: bytes, reason: str
) -> None:
    with pytest.raises(UnreadableMediaError) as caught:
        send(bench, data)

    assert caught.value.reason == reason
    assert stored(bench) == []


def test_too_large_a_file_is_refused_while_it_comes(bench: Workbench) -> None:
    with pytest.raises(TooLargeError):
        send(bench, png() + bytes(1_000_001))

    assert stored(bench) == []


def test_what_is_never_stored_has_no_name_on_disk_and_goes_when_it_is_done(
    bench: Workbench, tmp_path: Path
) -> None:
    clip = write_clip(tmp_path / "one.mp4", 5)
    media = send(bench, clip.read_bytes(), retention="never")

    assert stored(bench) == ["lock", "media.json"]
    assert len(list(bench.media.open(media.id).frames())) == 5

    assert bench.media.note(media.id, state="done").bytes == 0
    with pytest.raises(NotFoundError):
        bench.media.open(media.id)
    bench.media.close()
    assert stored(bench) == []


def test_who_comes_too_late_for_what_is_never_stored_leaves_what_was_told(
    bench: Workbench,
) -> None:
    media = send(bench, png(), retention="never")
    bench.media.note(media.id, state="done", progress=1.0, last={"text": "a dog"})

    bench.media.note(media.id, state="failed", error="nothing of it is stored")

    told = bench.media.get(media.id)
    assert (told.state, told.error, told.last) == ("done", "", {"text": "a dog"})


def test_erasing_ends_what_is_open_and_leaves_no_file(bench: Workbench, tmp_path: Path) -> None:
    media = send(bench, write_clip(tmp_path / "one.mp4", 5).read_bytes())
    (bench.media.folder(media.id) / "texts.jsonl").write_text("{}")
    told: list[str] = []
    bench.media.on_erase.append(told.append)
    frames = bench.media.open(media.id).frames()
    next(frames)

    assert bench.media.erase(media.id)["freed_bytes"] > media.bytes

    assert list(frames) == []
    assert stored(bench) == []
    assert told == [media.id]
    with pytest.raises(NotFoundError):
        bench.media.get(media.id)


def test_a_camera_gives_the_newest_frame(bench: Workbench) -> None:
    camera = bench.media.camera("front door")
    for index in (1, 2, 3):
        assert bench.media.push(camera.id, png(index))

    frames = bench.media.open(camera.id).frames()

    assert index_of(next(frames).image) == 3
    assert bench.media.slot(camera.id).dropped == 2


def test_two_who_look_at_a_camera_get_the_same_frames(bench: Workbench) -> None:
    camera = bench.media.camera("front door")
    one, other = (bench.media.open(camera.id).frames() for _ in range(2))
    bench.media.push(camera.id, png(1))
    assert index_of(next(one).image) == 1

    bench.media.push(camera.id, png(2))
    bench.media.push(camera.id, png(3))

    assert [index_of(next(each).image) for each in (one, other)] == [3, 3]
    assert bench.media.slot(camera.id).dropped == 1


def test_a_sweep_takes_what_has_expired_and_what_an_ended_process_left(
    bench: Workbench,
) -> None:
    expired = send(bench, png(), retention="hours", hours=1e-9)
    kept = send(bench, png(), retention="keep")
    unstored = send(bench, png(), retention="never")
    (bench.workspace / "media" / ("0" * 24)).mkdir()

    assert set(bench.media.sweep()) == {expired.id, "0" * 24}
    assert {one.id for one in bench.media.all()} == {kept.id, unstored.id}


def test_progress_is_seen_at_once_and_outlives_the_process(bench: Workbench) -> None:
    media = send(bench, png())
    bench.media.note(media.id, state="running", progress=0.25)
    bench.media.note(media.id, progress=0.5, last={"text": "a dog"})

    assert bench.media.get(media.id).progress == 0.5
    bench.media.close()
    assert bench.media.get(media.id).last == {"text": "a dog"}


def test_what_a_killed_process_was_still_blurring_or_filming_is_over(bench: Workbench) -> None:
    half = send(bench, png(), retention="keep")
    film = send(bench, png(), retention="keep")
    folders = MediaFolders(bench.workspace / "media")
    folders.write(replace(half, prepared=0.5))
    folders.write(replace(film, kind="camera", state="running"))

    assert bench.media.sweep() == [half.id]
    assert bench.media.get(film.id).state == "done"


def test_files_without_a_name_count_as_used_while_they_come_and_while_they_are_held(
    bench: Workbench,
) -> None:
    before = bench.media.room()
    with bench.media.begin("one", retention="never") as coming:
        coming.write(bytes(900_000))
        coming.write(b"")
        assert before - bench.media.room() >= 890_000
    assert before - bench.media.room() < 10_000


def test_a_file_is_looked_at_where_it_lies_and_stays_when_its_medium_is_erased(
    bench: Workbench, tmp_path: Path
) -> None:
    clip = write_clip(tmp_path / "walk.mp4", 3)

    media = bench.media.add_stream(str(clip))

    assert (media.kind, media.name, media.bytes) == ("clip", "walk.mp4", 0)
    assert len(list(bench.media.open(media.id).frames())) == 3
    bench.media.erase(media.id)
    assert clip.is_file()
    with pytest.raises(NotFoundError):
        bench.media.add_stream(str(tmp_path / "none.mp4"))


def test_an_address_that_does_not_answer_is_said_without_its_secrets(bench: Workbench) -> None:
    media = bench.media.add_stream("rtsp://me:secret@127.0.0.1:9/live?token=secret")

    with pytest.raises(SourceLostError, match=r"rtsp://127\.0\.0\.1:9/live does not answer"):
        bench.media.open(media.id)
    kept = "".join(one.read_text() for one in bench.media.folder(media.id).glob("*.json"))
    assert "secret" not in kept


def test_a_record_that_comes_after_the_erasing_brings_nothing_back(bench: Workbench) -> None:
    media = send(bench, png())
    late = replace(media, state="done", last={"text": "a person at the door"})
    bench.media.erase(media.id)

    with pytest.raises(NotFoundError):
        MediaFolders(bench.workspace / "media").write(late)

    assert stored(bench) == []
    assert bench.media.all() == []


def test_what_is_opened_while_it_is_erased_is_closed(
    bench: Workbench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    media = send(bench, write_clip(tmp_path / "one.mp4", 5).read_bytes())
    opened: list[Clip] = []

    def slowly(path: Path, **options: Any) -> Clip:
        opened.append(open_clip(path, **options))
        bench.media.erase(media.id)
        return opened[0]

    monkeypatch.setattr(opening, "open_clip", slowly)

    with pytest.raises(NotFoundError):
        bench.media.open(media.id)
    assert list(opened[0].frames()) == []


def test_a_medium_that_cannot_be_erased_keeps_no_other_from_going(
    bench: Workbench, monkeypatch: pytest.MonkeyPatch
) -> None:
    ids = sorted(send(bench, png(), hours=1e-9).id for _ in range(3))
    erase = MediaFolders.erase

    def refuse(folders: MediaFolders, media_id: str) -> int:
        if media_id == ids[0]:
            raise PermissionError(13, "Permission denied")
        return erase(folders, media_id)

    monkeypatch.setattr(MediaFolders, "erase", refuse)

    with pytest.raises(PermissionError):
        bench.media.sweep()
    assert [one.id for one in bench.media.all()] == ids[:1]


def test_a_name_holds_nothing_that_a_terminal_or_a_file_of_text_would_obey(
    bench: Workbench,
) -> None:
    assert send(bench, png(), "a\x1b[2J\nwalk\ud800 \t").name == "a [2J walk"
    assert bench.media.camera("\n").name == "medium"


def test_a_medium_is_erased_whatever_those_do_who_use_it(bench: Workbench) -> None:
    media = send(bench, png())

    def refuse(_media_id: str) -> None:
        raise OSError(28, "No space left on device")

    bench.media.on_erase.append(refuse)

    with pytest.raises(OSError, match="No space"):
        bench.media.erase(media.id)
    assert stored(bench) == []


def test_a_frame_of_a_camera_may_be_no_larger_than_one_of_a_clip(tmp_path: Path) -> None:
    huge = io.BytesIO()
    Image.new("RGB", (1_200, 1_000)).save(huge, "PNG")
    with open_workbench(tmp_path / "workspace", clip_max_mp=1) as bench:
        camera = bench.media.camera("front door")
        with pytest.raises(UnreadableImageError, match="1200 x 1000"):
            bench.media.push(camera.id, huge.getvalue())
        assert bench.media.slot(camera.id).count == 0


@pytest.mark.parametrize("junk", [b"", bytes(range(256)), b"\xff\xd8\xff"])
def test_what_is_no_picture_is_no_frame_of_a_camera(bench: Workbench, junk: bytes) -> None:
    camera = bench.media.camera("front door")
    with pytest.raises(UnreadableImageError):
        bench.media.push(camera.id, junk)
    assert bench.media.push(camera.id, png(1))


def test_only_what_is_never_stored_goes_when_nobody_has_used_it_for_an_hour(
    bench: Workbench, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = bench.media.camera("front door", retention="keep")
    a_day = bench.media.camera("back door", retention="hours", hours=24)
    never = bench.media.camera("garden", retention="never")
    monkeypatch.setattr(Holdings, "idle", lambda *_: 3_601.0)

    assert bench.media.sweep() == [never.id]
    assert {one.id for one in bench.media.all()} == {kept.id, a_day.id}


def test_progress_that_a_full_disk_refuses_is_known_all_the_same_and_written_later(
    bench: Workbench, monkeypatch: pytest.MonkeyPatch
) -> None:
    media = send(bench, png())
    with monkeypatch.context() as full:
        full.setattr(media_folder, "_write", _no_space)
        with pytest.raises(OSError, match="No space"):
            bench.media.note(media.id, state="done", progress=1.0)
    assert bench.media.get(media.id).state == "done"
    bench.media.close()
    assert MediaFolders(bench.workspace / "media").read(media.id).state == "done"


def _no_space(*_: object) -> None:
    raise OSError(28, "No space left on device")
