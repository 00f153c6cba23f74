"""Take the pictures of the README and the guide from the real page.

First `python3 run.py demo`, then `python3 run.py`, then this with the address as its argument,
and the browser's path when it is not Playwright's own.
"""

from __future__ import annotations

import io
import re
import sys
from pathlib import Path

import httpx
from PIL import Image
from playwright.sync_api import Page, expect, sync_playwright

HERE = Path(__file__).parent / "images"
PROJECT = "digits-demo"
DRAWN = "breakfast"
GIVEN = 4
LONG_MS = 60_000
COLOURS = 128
"""Of a picture of the page: enough for flat areas, and a third of the bytes."""


def shoot(page: Page, name: str) -> None:
    """Take one picture, once all that was asked for is there."""
    page.wait_for_load_state("networkidle")
    taken = Image.open(io.BytesIO(page.screenshot())).convert("RGB")
    taken.quantize(COLOURS, dither=Image.Dither.NONE).save(HERE / f"{name}.png", optimize=True)


def queue(page: Page, base: str) -> Path:
    """Label the first of the queue after their folders and choose some; return one's file."""
    page.goto(f"{base}/p/{PROJECT}/browse?queue=uncertain")
    expect(page.locator(".tile img").first).to_be_visible()
    file = Path()
    for _ in range(GIVEN):
        name = page.locator(".inspector-name").inner_text()
        place = page.locator(".inspector dd.mono", has_text=name)
        file = Path(place.first.inner_text())
        digit = int(file.parent.name)
        page.keyboard.press("x" if digit > 8 else str(digit + 1))  # noqa: PLR2004 - keys are 1-9
        expect(page.locator(".inspector-name")).not_to_have_text(name)
    expect(page.get_by_text("Saved", exact=True)).to_be_visible()
    expect(page.get_by_text("refitting")).to_have_count(0)
    page.locator(".tile.focused").click()
    page.keyboard.press("Shift+ArrowRight")
    page.keyboard.press("Shift+ArrowRight")
    expect(page.locator(".inspector .probabilities")).to_be_visible()
    shoot(page, "browse")

    page.keyboard.press("Escape")
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog").locator(".probabilities")).to_be_visible()
    shoot(page, "detail")
    page.keyboard.press("Escape")
    page.get_by_role("button", name="What the head has learned: details").click()
    expect(page.get_by_role("img", name=re.compile("Reliability"))).to_be_visible()
    shoot(page, "head")
    page.keyboard.press("Escape")
    return file


def looking(page: Page, base: str) -> None:
    """The list of queues, a band of probabilities, and what is similar."""
    page.goto(f"{base}/p/{PROJECT}/browse?queue=band")
    expect(page.locator(".tile img").first).to_be_visible()
    page.locator("body").press("q")
    expect(page.get_by_role("menu")).to_be_visible()
    shoot(page, "queues")
    page.keyboard.press("Escape")
    page.goto(f"{base}/p/{PROJECT}/browse")
    expect(page.locator(".tile img").first).to_be_visible()
    page.keyboard.press("s")
    expect(page.locator(".tile-score").first).to_be_visible()
    shoot(page, "similar")


def mapping(page: Page, base: str) -> None:
    """The map by UMAP, with a cluster selected."""
    page.goto(f"{base}/p/{PROJECT}/map?method=umap")
    make = page.get_by_role("button", name="Make it", exact=True)
    drawn = page.get_by_role("group", name=re.compile("^Map:"))
    expect(make.or_(drawn)).to_be_visible()
    if make.is_visible():
        make.click()
    expect(drawn).to_be_visible(timeout=LONG_MS)
    page.get_by_role("button", name=re.compile("^Select the cluster")).nth(1).click()
    expect(page.locator(".map-picked .tile img").first).to_be_visible()
    shoot(page, "map")


def training(page: Page, base: str) -> None:
    """The form of a training, and the demo's report and curves."""
    page.goto(f"{base}/p/{PROJECT}/train")
    expect(page.get_by_label("Epochs", exact=True)).to_be_visible()
    shoot(page, "train")
    page.locator(".run-list li a").first.click()
    expect(page.get_by_role("region", name="Confusion matrix")).to_be_visible()
    page.mouse.move(0, 0)
    shoot(page, "report")


def model(page: Page, base: str, file: Path) -> None:
    """A picture dropped on the demo's model, and what it answers."""
    page.goto(f"{base}/models")
    page.locator(".model-name a").first.click()
    page.locator("input[type=file][multiple]").set_input_files(
        [file, *sorted(file.parent.glob("*.png"))[:1]]
    )
    expect(page.locator(".prediction")).to_have_count(2, timeout=LONG_MS)
    shoot(page, "predict")


def drawing(page: Page, base: str) -> None:
    """The editor with a few objects, one of them being made by an assist; all of a class."""
    _make_project(base)
    page.goto(f"{base}/p/{DRAWN}/annotate")
    page.get_by_role("button", name=re.compile("coffee.png")).click()
    expect(page.get_by_role("heading", name="coffee.png")).to_be_visible()
    page.get_by_role("application").focus()
    drawn = page.get_by_role("region", name="Objects").get_by_role("listitem")
    for at, box in enumerate(((0.27, 0.0, 0.72, 0.75), (0.52, 0.12, 0.74, 0.86)), start=1):
        page.keyboard.press("Escape")
        page.keyboard.press(str(at))
        page.keyboard.press("s")
        _drag(page, box)
        expect(drawn).to_have_count(at, timeout=LONG_MS)
    expect(page.get_by_text("Saved", exact=True)).to_be_visible()
    page.wait_for_load_state("networkidle")
    page.screenshot(path=HERE / "annotate.jpg", type="jpeg", quality=80)  # a photograph in it


def _make_project(base: str) -> None:
    """Make a project of four free photographs with the classes cup and spoon."""
    from skimage import data

    files = []
    for name in ("astronaut", "coffee", "chelsea", "rocket"):
        packed = io.BytesIO()
        Image.fromarray(getattr(data, name)()).save(packed, "PNG")
        files.append(("files", (f"{name}.png", packed.getvalue())))
    with httpx.Client(base_url=base, timeout=30) as api:
        api.post("/api/projects", json={"name": DRAWN})
        api.post(f"/api/projects/{DRAWN}/upload", files=files).raise_for_status()
        for name in ("cup", "spoon"):
            api.post(f"/api/projects/{DRAWN}/classes", json={"name": name})


def _drag(page: Page, box: tuple[float, float, float, float]) -> None:
    """Drag over a part of the picture, in shares of its sides."""
    frame = page.locator(".desk-picture").bounding_box()
    assert frame is not None
    x1, y1, x2, y2 = box
    at = [
        (frame["x"] + x * frame["width"], frame["y"] + y * frame["height"])
        for x, y in ((x1, y1), (x2, y2))
    ]
    page.mouse.move(*at[0])
    page.mouse.down()
    page.mouse.move(*at[1], steps=4)
    page.mouse.up()


def rest(page: Page, base: str) -> None:
    """Jobs and settings."""
    page.goto(f"{base}/jobs")
    expect(page.get_by_role("heading", name="Jobs", exact=True)).to_be_attached()
    shoot(page, "jobs")
    page.goto(f"{base}/settings")
    expect(page.get_by_label("Val share")).to_be_visible()
    shoot(page, "settings")


def main() -> None:
    """Take them all."""
    base, *more = sys.argv[1:] or ["http://127.0.0.1:8000"]
    chromium = more[0] if more else None
    with sync_playwright() as player:
        browser = player.chromium.launch(
            executable_path=chromium, args=["--no-sandbox", "--enable-unsafe-swiftshader"]
        )
        page = browser.new_page(
            viewport={"width": 1440, "height": 900}, color_scheme="dark", reduced_motion="reduce"
        )
        page.add_init_script("localStorage.setItem('sightline.tile', '128')")
        file = queue(page, base)
        looking(page, base)
        mapping(page, base)
        training(page, base)
        model(page, base, file)
        drawing(page, base)
        rest(page, base)
        browser.close()


if __name__ == "__main__":
    main()
