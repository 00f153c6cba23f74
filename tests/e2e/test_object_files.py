"""Objects into the page and out of it: a look first, classes renamed, one undo, a file to take."""

from __future__ import annotations

import io
import json
import zipfile
from typing import TYPE_CHECKING

import httpx
import pytest
from playwright.sync_api import Page, expect

from e2e.axe import look

if TYPE_CHECKING:
    from pathlib import Path

    from e2e.axe import Theme
    from fakes.running import Running


def write_yolo(path: Path, stems: list[str]) -> None:
    """A ZIP of YOLO labels: two boxes for each picture, a bad line, a picture that is not here."""
    with zipfile.ZipFile(path, "w") as packed:
        packed.writestr("data.yaml", "names: [hole, scratch]\n")
        for stem in stems:
            packed.writestr(f"labels/{stem}.txt", "0 .3 .3 .2 .2\n1 .7 .7 .2 .2\n")
        packed.writestr("labels/elsewhere.txt", "0 .3 .3 .2 .2\n0 .3 .3 0 .2\n")


@pytest.mark.parametrize("theme", ["light", pytest.param("dark", marks=pytest.mark.nightly)])
def test_objects_are_looked_at_taken_in_taken_back_and_written(
    page: Page, server: Running, project: str, theme: Theme, tmp_path: Path
) -> None:
    with httpx.Client(base_url=server.url, timeout=30) as api:
        items = api.get(f"/api/projects/{project}/images", params={"limit": 3}).json()["items"]
    stems = [one["path"].rsplit("/", 1)[-1].rpartition(".")[0] for one in items]
    write_yolo(tmp_path / "labels.zip", stems)
    page.emulate_media(color_scheme=theme, reduced_motion="reduce")
    page.goto(f"{server.url}/p/{project}/browse")
    page.get_by_role("button", name="Export, import and splits").click()
    page.get_by_role("menuitem", name="Import labels").click()
    dialog = page.get_by_role("dialog")
    dialog.locator("input[type=file]").set_input_files(tmp_path / "labels.zip")
    report = dialog.get_by_role("region", name="What it would change")
    expect(report).to_contain_text("This is YOLO: 6 boxes.")
    expect(report).to_contain_text("Labels of 1 picture would wait until the pictures come.")
    report.get_by_text("1 thing that cannot be used").click()
    expect(report).to_contain_text("the box has no area")
    report.get_by_text("2 classes").click()
    look(page)
    report.get_by_label("scratch becomes").fill("crack")
    with page.expect_response(lambda one: one.request.method == "POST" and "import" in one.url):
        page.keyboard.press("Tab")  # it is looked at anew
    dialog.get_by_role("button", name="Import 3 images").click()
    done = dialog.get_by_role("region", name="What it changed")
    expect(done).to_contain_text("objects added")
    look(page)
    dialog.get_by_role("button", name="Done").click()
    with httpx.Client(base_url=server.url, timeout=30) as api:
        drawn = api.get(f"/api/images/{items[0]['id']}/objects").json()["objects"]
        names = {
            one["id"]: one["name"] for one in api.get(f"/api/projects/{project}/classes").json()
        }
        assert [names[one["class_id"]] for one in drawn] == ["hole", "crack"]

    page.keyboard.press("Control+k")
    page.get_by_placeholder("What do you want to do?").fill("Export labels")
    page.keyboard.press("Enter")
    dialog.get_by_role("tab", name="Objects in pictures").click()
    expect(dialog.get_by_role("radio", name="COCO")).to_be_checked()
    look(page)
    dialog.get_by_role("button", name="Export").click()
    with page.expect_download() as got:
        dialog.get_by_role("link", name="Download").click()
    look(page)
    got.value.save_as(tmp_path / "out.zip")
    with zipfile.ZipFile(io.BytesIO((tmp_path / "out.zip").read_bytes())) as packed:
        written = [json.loads(packed.read(name)) for name in packed.namelist()]
    assert sum(len(one["annotations"]) for one in written) == 6
