"""Nothing that should be blurred is ever on disk as it was."""

from __future__ import annotations

import io
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from fakes.clips import index_of, png, write_clip
from sightline.app import Workbench, open_workbench
from sightline.app.media import opening
from sightline.core.media import Blur
from sightline.imaging.decode import decode
from sightline.imaging.video import open_clip
from sightline.store.media_folder import MediaFolders

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from sightline.core.media import Media
    from sightline.imaging.clip import Clip

LEFT = Blur(regions=((0.0, 0.0, 0.5, 1.0),))


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Workbench]:
    """An empty workspace."""
    with open_workbench(tmp_path / "workspace") as opened:
        yield opened


def stored(bench: Workbench) -> list[str]:
    """Return the names of all files that media have on disk."""
    return sorted(one.name for one in (bench.workspace / "media").rglob("*") if one.is_file())


def is_blurred(image: object) -> bool:
    """Tell whether the edge of the white corner is smeared into the red below it."""
    return int(np.asarray(image)[14, 2, 1]) > 30


def test_a_picture_is_stored_blurred_and_only_so(bench: Workbench) -> None:
    media = bench.media.receive(io.BytesIO(png(3)), "one", blur=LEFT)

    with bench.media.lent(media.id) as path:
        assert is_blurred(decode(path))
    assert [is_blurred(one.image) for one in bench.media.open(media.id).frames()] == [True]
    assert stored(bench) == ["lock", "media.json", "source.png"]


def test_a_clip_is_seen_blurred_while_it_is_stored_and_then_stored_blurred(
    bench: Workbench, tmp_path: Path
) -> None:
    data = write_clip(tmp_path / "one.mp4", 8).read_bytes()
    media = bench.media.receive(io.BytesIO(data), "one", blur=LEFT)

    early = [is_blurred(one.image) for one in bench.media.open(media.id).frames()]
    ready = bench.media.ready(media.id)

    assert early == [True] * 8
    assert (ready.prepared, ready.error, ready.facts.frames) == (1.0, "", 8)
    assert stored(bench) == ["lock", "media.json", "source.mp4"]
    with bench.media.lent(media.id) as path:
        kept = list(open_clip(path).frames())
    assert [is_blurred(one.image) for one in kept] == [True] * 8
    assert [index_of(one.image) for one in kept] == list(range(8))


def test_erasing_ends_the_blurring_and_leaves_nothing(bench: Workbench, tmp_path: Path) -> None:
    data = write_clip(tmp_path / "one.mp4", 200).read_bytes()
    media = bench.media.receive(io.BytesIO(data), "one", blur=LEFT)

    bench.media.erase(media.id)

    assert stored(bench) == []


def test_closing_ends_the_blurring_and_nothing_stays_that_is_not_blurred(
    tmp_path: Path,
) -> None:
    data = write_clip(tmp_path / "one.mp4", 200).read_bytes()
    with open_workbench(tmp_path / "workspace") as bench:
        bench.media.receive(io.BytesIO(data), "one", blur=LEFT)

    assert stored(bench) == []


def test_a_camera_is_seen_blurred(bench: Workbench) -> None:
    camera = bench.media.camera("desk", blur=LEFT)
    bench.media.push(camera.id, png(1))

    assert is_blurred(next(bench.media.open(camera.id).frames()).image)


def test_without_a_detector_it_is_said_that_few_faces_are_found(bench: Workbench) -> None:
    assert bench.media.faces.describe()["by"] == ["cascade"]
    assert "a third" in bench.media.faces.describe()["note"]


def test_who_opens_a_clip_while_its_blurring_ends_sees_it_blurred(
    bench: Workbench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = write_clip(tmp_path / "one.mp4", 8).read_bytes()
    media = bench.media.receive(io.BytesIO(data), "one", blur=LEFT)

    def slowly(path: Path, **options: Any) -> Clip:
        clip = open_clip(path, **options)
        bench.media.ready(media.id)
        return clip

    monkeypatch.setattr(opening, "open_clip", slowly)

    seen = [is_blurred(one.image) for one in bench.media.open(media.id).frames()]

    assert seen == [True] * 8


def test_a_picture_that_is_let_go_of_never_turns_into_another_file(
    bench: Workbench, tmp_path: Path
) -> None:
    media = bench.media.receive(io.BytesIO(png(3)), "one", retention="never")
    source = bench.media.open(media.id)
    bench.media.note(media.id, state="done")
    (tmp_path / "secret.png").write_bytes(png(9))
    with ExitStack() as stack:
        for _ in range(16):  # the numbers of closed files are given out again
            stack.enter_context((tmp_path / "secret.png").open("rb"))

        assert [index_of(one.image) for one in source.frames()] == [3]


def test_a_full_disk_at_the_end_of_the_blurring_lets_go_of_what_came(
    bench: Workbench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write = MediaFolders.write

    def full(folders: MediaFolders, media: Media) -> None:
        if media.prepared == 1:
            raise OSError(28, "No space left on device")
        write(folders, media)

    monkeypatch.setattr(MediaFolders, "write", full)
    data = write_clip(tmp_path / "one.mp4", 8).read_bytes()
    media = bench.media.receive(io.BytesIO(data), "one", blur=LEFT)

    bench.media.ready(media.id)

    assert not bench.media.is_held(media.id)
    assert bench.media.sweep() == [media.id]
    assert stored(bench) == []
