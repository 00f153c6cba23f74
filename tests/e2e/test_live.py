"""The page that watches: consent first, then a camera or a clip becomes words."""

from __future__ import annotations

import io
import re
from typing import TYPE_CHECKING, Any

import httpx
import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from e2e.axe import look, look_in_both_themes
from fakes.clips import write_clip
from fakes.onnx_graphs import constant_model

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from numpy.typing import NDArray

    from fakes.running import Running

SEEN: dict[str, NDArray[Any]] = {
    "boxes": np.array([(4, 4, 30, 30), (34, 4, 60, 30)], np.float32),
    "scores": np.array([0.9, 0.8], np.float32),
    "labels": np.array([0, 1], np.int64),
}


READABLE = 150
"""Strong steps in the time that the fake camera writes: 460 as it is; blocks have 124 at most."""


@pytest.fixture
def finder(server: Running, tmp_path: Path) -> Iterator[httpx.Client]:
    """The server, with a detector that sees a cat and a dog in everything."""
    file = constant_model(tmp_path / "finder.onnx", SEEN, size=64)
    wish = {"path": str(file), "name": "finder", "decoder": "boxes", "classes": ["cat", "dog"]}
    with httpx.Client(base_url=server.url, timeout=30) as client:
        client.post("/api/models", json=wish).raise_for_status()
        yield client


def agree(page: Page, server: Running) -> None:
    page.goto(f"{server.url}/live")
    page.get_by_role("button", name="I agree").click()


def frames_of(page: Page) -> list[bytes]:
    """Return a list of what the page sends over its sockets as frames, which grows."""
    sent: list[bytes] = []

    def listen(data: str | bytes) -> None:
        if isinstance(data, bytes):
            sent.append(data)

    page.on("websocket", lambda socket: socket.on("framesent", listen))
    return sent


def sharp_edges(jpeg: bytes) -> int:
    """Return how many strong steps there are where the fake camera writes the time."""
    picture = Image.open(io.BytesIO(jpeg)).convert("L")
    width, height = picture.size
    time = picture.crop((width // 20, height // 40, width * 3 // 10, height // 9))
    return int((np.abs(np.diff(np.asarray(time, np.int16), axis=1)) > 40).sum())


def draw_over_the_time(page: Page) -> None:
    picture = page.get_by_role("group", name="Regions to cover").bounding_box()
    assert picture is not None
    page.mouse.move(picture["x"] + picture["width"] * 0.06, picture["y"] + 2)
    page.mouse.down()
    corner = picture["x"] + picture["width"] * 0.4, picture["y"] + picture["height"] * 0.2
    page.mouse.move(*corner, steps=3)
    page.mouse.up()


def test_nothing_is_watched_before_somebody_agrees_and_nothing_after_it_was_taken_back(
    page: Page, server: Running
) -> None:
    page.goto(f"{server.url}/live")
    dialog = page.get_by_role("dialog", name="Before anything is watched")
    expect(dialog).to_contain_text("this machine")
    look(page)
    page.keyboard.press("Escape")
    expect(page.get_by_text("Nothing is watched until you agree")).to_be_visible()
    expect(page.get_by_role("tab")).to_have_count(0)
    page.get_by_role("button", name="Read what happens").click()
    dialog.get_by_role("button", name="I agree").click()
    camera = page.get_by_role("button", name="Turn the camera on")
    look_in_both_themes(page, camera)
    camera.click()
    expect(page.get_by_role("alert")).to_contain_text("may not use the camera")
    expect(page.get_by_text("Nothing here can say what it sees yet")).to_be_visible()
    page.get_by_role("tab", name="Address").click()
    page.get_by_label("Address of a stream").fill("rtsp://cam.local/1")
    page.get_by_role("button", name="Start narrating").click()
    expect(page.get_by_role("alert")).to_contain_text("media_sources")
    look(page)
    page.get_by_role("button", name="Privacy").click()
    page.get_by_role("button", name="Take it back").click()
    expect(page.get_by_text("Nothing is watched until you agree")).to_be_visible()


def test_a_camera_becomes_words_is_paused_stopped_and_erased_by_keys(
    page: Page, server: Running, finder: httpx.Client
) -> None:
    page.context.grant_permissions(["camera"])
    agree(page, server)
    page.get_by_role("button", name="Turn the camera on").click()
    expect(page.get_by_role("button", name="Turn it off")).to_be_visible()
    draw_over_the_time(page)
    region = page.get_by_role("button", name=re.compile("^Region 1"))
    region.focus()
    page.keyboard.press("Shift+ArrowLeft")
    expect(region).to_have_accessible_name(re.compile("left 1 %, top [01] %, width 34 %"))
    look(page)
    page.get_by_label("A text").select_option("As fast as it goes")
    sent = frames_of(page)
    page.get_by_role("button", name="Start narrating").click()
    log = page.get_by_role("log", name="Narration")
    expect(log).to_contain_text("cat")
    expect(page.get_by_test_id("read")).to_contain_text("cat")
    expect(page.get_by_role("list", name="Seen in the picture")).to_contain_text("dog")
    look(page)
    page.keyboard.press("p")
    expect(page.get_by_text("paused", exact=True)).to_be_visible()
    assert sent
    assert max(map(sharp_edges, sent)) < READABLE, "what was covered never leaves the browser"
    page.keyboard.press("p")
    expect(page.get_by_text("watching", exact=True)).to_be_visible()
    page.keyboard.press("p")
    expect(page.get_by_text("paused", exact=True)).to_be_visible()
    page.keyboard.press("s")
    expect(log).to_contain_text("In all")
    expect(page.get_by_text("told to the end")).to_be_visible()
    expect(page.get_by_label("What the camera sees")).to_be_hidden()
    assert finder.get("/api/media").json()[0]["bytes"] == 0
    page.get_by_role("button", name="Erase now").click()
    page.get_by_role("alertdialog").or_(page.get_by_role("dialog")).get_by_role(
        "button", name="Erase"
    ).last.click()
    expect(page.get_by_role("button", name="Turn the camera on")).to_be_visible()
    assert finder.get("/api/media").json() == []


def test_a_clip_is_sent_told_to_its_end_and_gone_through_by_its_words(
    page: Page, server: Running, finder: httpx.Client, tmp_path: Path
) -> None:
    clip = write_clip(tmp_path / "walk.mp4", 30)
    agree(page, server)
    page.get_by_role("tab", name="Clip or picture").click()
    look(page)
    page.locator("input[type=file]").set_input_files(clip)
    page.get_by_label("It is kept").select_option("For an hour")
    page.get_by_label("A text").select_option("As fast as it goes")
    page.get_by_role("button", name="Send and narrate").click()
    expect(page.get_by_text("told to the end")).to_be_visible()
    log = page.get_by_role("log", name="Narration")
    expect(log).to_contain_text("cat")
    told = log.get_by_role("listitem").count()
    look_in_both_themes(page, log.get_by_text("In all"))
    expect(log.get_by_role("listitem")).to_have_count(told)
    page.get_by_role("button", name="Watch something else").click()
    row = page.get_by_role("row", name="walk.mp4")
    expect(row).to_contain_text("60 min more")
    assert finder.get("/api/media").json()[0]["retention"] == "hours"


def test_a_narration_goes_on_where_it_was_when_the_server_comes_back(
    page: Page, server: Running, finder: httpx.Client, tmp_path: Path
) -> None:
    clip = write_clip(tmp_path / "walk.mp4", 2_000, size=(320, 240))
    sent = finder.post("/api/upload?name=walk.mp4", files={"file": clip.read_bytes()}).json()
    agree(page, server)
    page.goto(f"{server.url}/live?media={sent['media_id']}")
    log = page.get_by_role("log", name="Narration")
    expect(log).to_contain_text("cat")
    page.keyboard.press("p")
    expect(page.get_by_text("paused", exact=True)).to_be_visible()
    server.stop()
    expect(page.get_by_text("The connection to the server broke")).to_be_visible()
    look(page)
    server.start()
    page.get_by_role("button", name="Go on").click()
    # The page asks again after a wait that grows with the time that the server was away.
    expect(log).to_contain_text("In all", timeout=60_000)
    expect(log.get_by_role("listitem")).to_have_count(2)
    finder.delete(f"/api/media/{sent['media_id']}").raise_for_status()
    page.reload()
    expect(page.get_by_role("alert")).to_contain_text("erased")
    page.get_by_role("button", name="Watch something else").click()
    expect(page.get_by_role("button", name="Turn the camera on")).to_be_visible()
