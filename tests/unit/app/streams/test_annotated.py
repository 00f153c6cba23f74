"""Tests of app/streams/annotated.py."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from fakes.narrated import add_blobs
from fakes.narration import film
from sightline.app import open_workbench
from sightline.app.streams.parts import Wish
from sightline.core.errors import InvalidInputError, NotFoundError
from sightline.imaging.marks import colour_of
from sightline.imaging.video import open_clip

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from sightline.app import Workbench


@pytest.fixture(scope="module")
def narrated(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Workbench, str]]:
    """A workspace with a clip that was narrated."""
    folder = tmp_path_factory.mktemp("annotated")
    with open_workbench(folder / "workspace") as bench:
        add_blobs(bench, folder)
        with film(folder / "clip.mp4", frames=12).open("rb") as file:
            media_id = bench.media.receive(file, "clip.mp4").id
        following = bench.streams.follow(Wish(media_id=media_id, every_s=0), lambda: None)
        following.session.join(60)
        yield bench, media_id


def frames_of(path: Path, bench: Workbench) -> list[Any]:
    source = open_clip(path, name=path.name, limits=bench.media.clip_limits)
    found = list(source.frames())
    source.close()
    return found


@pytest.mark.parametrize("with_av", [True, False])
def test_boxes_are_drawn_where_objects_were(
    narrated: tuple[Workbench, str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    *,
    with_av: bool,
) -> None:
    bench, media_id = narrated
    if not with_av:
        monkeypatch.setitem(sys.modules, "av", None)
    steps: list[int] = []

    class Steps:
        def advance(self, done: int, _total: int | None, note: str = "") -> None:
            del note
            steps.append(done)

    out = tmp_path / "out.mp4"
    made = bench.annotated.write(media_id, captions=False, out=out, progress=Steps())  # type: ignore[arg-type]
    assert (made["frames"], made["notes"], steps[-1]) == (12, [], 12)
    found = frames_of(out, bench)
    assert len(found) == 12
    assert found[-1].time_s == pytest.approx(1.1, abs=0.02)
    wanted = np.array(colour_of("car"))
    distance = np.abs(found[5].image.astype(int) - wanted).sum(axis=-1)
    assert distance.min() < 120


def test_texts_stand_at_the_foot(narrated: tuple[Workbench, str], tmp_path: Path) -> None:
    bench, media_id = narrated
    with pytest.raises(NotFoundError, match="no annotated clip"):
        bench.annotated.file(media_id)
    bench.annotated.write(media_id)
    with_text = frames_of(bench.annotated.file(media_id), bench)[0].image.astype(int)
    bench.annotated.write(media_id, captions=False, out=tmp_path / "plain.mp4")
    plain = frames_of(tmp_path / "plain.mp4", bench)[0].image.astype(int)
    changed = np.abs(with_text - plain).sum(axis=(1, 2))
    assert changed[-16:].mean() > 5 * changed[:16].mean()


def test_what_was_not_narrated_cannot_be_drawn(narrated: tuple[Workbench, str]) -> None:
    bench, media_id = narrated
    with pytest.raises(NotFoundError, match="nothing was told"):
        bench.annotated.write(media_id, lang="hu")
    camera = bench.media.camera("desk")
    with pytest.raises(InvalidInputError, match="no clip"):
        bench.annotated.start(camera.id)


def test_texts_are_taken_away_as_lines_and_subtitles(narrated: tuple[Workbench, str]) -> None:
    bench, media_id = narrated
    lines = bench.texts.file(media_id, "jsonl").splitlines()
    assert len(lines) == len(bench.texts.told(media_id)) >= 2
    assert bench.texts.told(media_id, after=1) == bench.texts.told(media_id)[1:]
    assert bench.texts.file(media_id, "srt").startswith("1\r\n00:00:00,000 --> ")
    assert "NOTE" in bench.texts.file(media_id, "vtt")
    with pytest.raises(NotFoundError, match="in de"):
        bench.texts.file(media_id, "srt", lang="de")
