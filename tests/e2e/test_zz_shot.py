from e2e.test_augment import taught
import httpx, time
def test_shot(page, server, taught):
    page.set_viewport_size({"width":1440,"height":1000})
    page.emulate_media(color_scheme="dark", reduced_motion="reduce")
    page.goto(f"{server.url}/p/{taught}/train")
    page.get_by_role("button", name="Start training").wait_for()
    page.wait_for_timeout(1500)
    page.screenshot(path="/tmp/h5start.png")
    page.get_by_label("Epochs", exact=True).fill("300")
    page.get_by_role("button", name="Start training").click()
    page.locator(".load-strips polyline").first.wait_for(timeout=60000)
    page.wait_for_timeout(6000)
    page.locator(".load").scroll_into_view_if_needed()
    page.screenshot(path="/tmp/h5run.png")
    from e2e.axe import look
    look(page)
    page.emulate_media(color_scheme="light", reduced_motion="reduce")
    look(page)
    page.screenshot(path="/tmp/h5run-light.png")
