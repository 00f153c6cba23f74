"""What is left of a narration: overlays and texts over HTTP."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import numpy as np
import pytest
from PIL import Image

if TYPE_CHECKING:
    from fakes.followed import World


def test_an_overlay_is_a_clear_picture_of_the_frames_size(world: World) -> None:
    world.shelf.clip(frames=1)
    told = world.follow(media_id="clip").until("text")
    answer = world.client.get(told["overlay_url"])
    assert answer.headers["content-type"] == "image/webp"
    assert answer.headers["cache-control"].startswith("private, max-age=")
    pixels = np.asarray(Image.open(io.BytesIO(answer.content)))
    assert pixels.shape == (120, 160, 4)
    assert 0 < np.mean(pixels[..., 3] > 0) < 0.2
    png = world.client.get("/api/media/clip/overlays/1.png?opacity=0.5&layers=boxes&px=80")
    assert np.asarray(Image.open(io.BytesIO(png.content))).shape == (60, 80, 4)


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("clip/overlays/99.webp", 404),
        ("gone/overlays/1.webp", 404),
        ("clip/overlays/1.gif", 422),
        ("clip/overlays/0.png", 422),
        ("clip/overlays/1.png?layers=rain", 422),
        ("clip/overlays/1.png?opacity=2", 422),
    ],
)
def test_an_overlay_that_is_not_there_is_refused(world: World, path: str, status: int) -> None:
    world.shelf.clip(frames=1)
    world.follow(media_id="clip").rest()
    answer = world.client.get(f"/api/media/{path}")
    assert answer.status_code == status
    assert answer.json()["hint"] is not None


def test_an_expired_overlay_is_gone(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    short = world.bench.settings.model_copy(update={"overlay_keep_s": -1.0})
    world.shelf.clip(frames=1)
    told = world.follow(media_id="clip").until("text")
    monkeypatch.setattr(world.bench, "settings", short)
    answer = world.client.get(told["overlay_url"])
    assert (answer.status_code, answer.json()["code"]) == (410, "expired")


def test_texts_can_be_read_and_taken_away(world: World) -> None:
    world.shelf.clip(frames=3)
    told = world.follow(media_id="clip").rest()
    texts = [one for one in told if "type" not in one]
    assert world.client.get("/api/media/clip/texts").json() == texts
    assert world.client.get("/api/media/clip/texts?after=3&lang=en").json() == texts[3:]
    assert world.client.get("/api/media/clip/texts?lang=hu").json() == []
    srt = world.client.get("/api/media/clip/texts.srt")
    assert srt.headers["content-type"] == "application/x-subrip; charset=utf-8"
    assert srt.headers["content-disposition"] == 'attachment; filename="clip.srt"'
    assert srt.text.startswith("1\r\n00:00:00,000 --> 00:00:00,100\r\nauto en: frame 0")
    assert "frames in all" in world.client.get("/api/media/clip/texts.vtt").text
    assert len(world.client.get("/api/media/clip/texts.jsonl").text.splitlines()) == 4


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("gone/texts", 404),
        ("clip/texts.srt?lang=hu", 404),
        ("clip/texts.doc", 422),
        ("clip/texts?after=-1", 422),
    ],
)
def test_texts_that_are_not_there_are_refused(world: World, path: str, status: int) -> None:
    world.shelf.clip()
    assert world.client.get(f"/api/media/{path}").status_code == status


def test_who_wants_masks_gets_outlines(world: World) -> None:
    world.shelf.clip(frames=1)
    told = world.follow(media_id="clip", masks=True).until("text")
    assert len(told["boxes"][0]["outline"]) >= 6
