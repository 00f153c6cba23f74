"""Predictions over the API, by uploaded pictures and by images of the workspace."""

from __future__ import annotations

import io
import signal
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import httpx
import numpy as np
import pytest
from PIL import Image

from fakes.onnx_graphs import colour_card, colour_model
from fakes.server import running
from server.conftest import is_problem
from sightline.app import open_workbench
from sightline.store.model_plan import ImportOptions

if TYPE_CHECKING:
    from pathlib import Path

    from server.conftest import Shop
    from sightline.app import Workbench


def png(colour: tuple[int, int, int]) -> bytes:
    buffer = io.BytesIO()
    Image.fromarray(np.full((20, 30, 3), colour, dtype=np.uint8)).save(buffer, "PNG")
    return buffer.getvalue()


def add_colours(bench: Workbench, folder: Path) -> str:
    """Add a model that answers with the strongest colour; return its id."""
    file = colour_model(folder / "colours.onnx", colour_card())
    return str(bench.models.add(file, ImportOptions(name="colours"))["id"])


@pytest.fixture
def model(shop: Shop, tmp_path: Path) -> str:
    return add_colours(shop.bench, tmp_path)


def test_uploaded_pictures_are_answered_in_order_and_bad_ones_say_why(
    shop: Shop, model: str
) -> None:
    files = [
        ("files", ("red.png", png((250, 0, 0)), "image/png")),
        ("files", ("broken.png", b"no picture", "image/png")),
        ("files", ("../blue.png", png((0, 0, 250)), "image/png")),
    ]
    answer = shop.client.post(f"/api/models/{model}/predict", files=files)
    assert answer.status_code == 200, answer.text
    red, broken, blue = answer.json()["items"]
    assert (red["path"], red["label"]) == ("red.png", "red")
    assert set(red["probabilities"]) == {"red", "green", "blue"}
    assert red["probability"] == pytest.approx(max(red["probabilities"].values()))
    assert (broken["path"], broken["label"]) == ("broken.png", None)
    assert broken["reason"]
    assert (blue["path"], blue["label"]) == ("blue.png", "blue")


def test_images_of_the_workspace_are_answered_by_name_of_the_model(shop: Shop, model: str) -> None:
    del model
    answer = shop.post("/api/models/colours/predict", {"image_ids": list(shop.images[:2])})
    assert len(answer["items"]) == 2
    assert answer["items"][0]["label"] in {"red", "green", "blue"}


@pytest.mark.parametrize(
    "body", [{}, {"image_ids": []}, {"image_ids": ["x"]}, {"image_ids": [0]}, [], None]
)
def test_a_wrong_question_is_refused(shop: Shop, model: str, body: Any) -> None:
    answer = shop.client.post(f"/api/models/{model}/predict", json=body)
    assert answer.status_code == 422
    assert is_problem(answer)


def test_an_unknown_image_is_not_passed_over(shop: Shop, model: str) -> None:
    answer = shop.client.post(f"/api/models/{model}/predict", json={"image_ids": [10**6]})
    assert (answer.status_code, answer.json()["code"]) == (404, "unknown_image")


def test_the_model_is_listed_fetched_downloaded_and_thrown_away(
    shop: Shop, model: str, tmp_path: Path
) -> None:
    (listed,) = shop.get("/api/models")
    assert (listed["id"], listed["name"], listed["bytes"] > 0) == (model, "colours", True)
    assert shop.get("/api/models/colours")["classes"] == ["red", "green", "blue"]
    file = shop.client.get(f"/api/models/{model}/file")
    assert file.content == (tmp_path / "colours.onnx").read_bytes()
    assert "colours.onnx" in file.headers["content-disposition"]
    assert shop.client.delete(f"/api/models/{model}").status_code == 200
    assert shop.get("/api/models") == []


def test_no_model_is_named_by_its_path(
    shop: Shop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    colour_model(tmp_path / "loose.onnx")
    monkeypatch.chdir(tmp_path)
    for method, route in (("GET", ""), ("GET", "/file"), ("POST", "/predict"), ("DELETE", "")):
        url = f"/api/models/loose.onnx{route}"
        answer = shop.client.request(method, url, json={"image_ids": [shop.images[0]]})
        assert (answer.status_code, answer.json()["code"]) == (404, "unknown_model")


def test_more_questions_than_may_wait_are_sent_away_with_a_time(
    tmp_path: Path, shop: Shop, model: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    del tmp_path
    gate = threading.Event()
    entered = threading.Semaphore(0)
    ready_file = shop.bench.models.ready_file

    def slow(ref: str) -> Any:
        entered.release()
        assert gate.wait(30)
        return ready_file(ref)

    monkeypatch.setattr(shop.bench.models, "ready_file", slow)
    settings = shop.bench.settings
    room = settings.serving_threads() + settings.predict_queue

    def ask(_: int) -> httpx.Response:
        return shop.client.post(
            f"/api/models/{model}/predict", json={"image_ids": [shop.images[0]]}
        )

    with ThreadPoolExecutor(room + 4) as pool:
        asked = [pool.submit(ask, number) for number in range(room + 4)]
        refused = [one for one in _first(asked, 4) if one.status_code == 429]
        gate.set()
        answers = [one.result() for one in asked]
    assert len(refused) == 4
    assert refused[0].headers["retry-after"] == "1"
    assert sum(one.status_code == 200 for one in answers) == room
    assert entered.acquire(blocking=False)


def _first(futures: list[Any], count: int) -> list[Any]:
    done: list[Any] = []
    lock = threading.Condition()

    def note(future: Any) -> None:
        with lock:
            done.append(future.result())
            lock.notify()

    for future in futures:
        future.add_done_callback(note)
    with lock:
        assert lock.wait_for(lambda: len(done) >= count, timeout=30)
        return list(done)


@pytest.mark.skipif(sys.platform == "win32", reason="sends POSIX signals")
def test_a_real_prediction_loads_neither_torch_nor_what_only_learning_needs(
    tmp_path: Path,
) -> None:
    with open_workbench(tmp_path / "workspace") as bench:
        model = add_colours(bench, tmp_path)
    with running(tmp_path / "workspace") as server:
        files = [("files", ("red.png", png((250, 0, 0)), "image/png"))]
        answer = httpx.post(f"{server.said}/api/models/{model}/predict", files=files, timeout=60)
        assert answer.json()["items"][0]["label"] == "red"
        assert httpx.get(f"{server.said}/api/health", timeout=60).json()["torch_loaded"] is False
        assert server.end(signal.SIGTERM) == 0
