from __future__ import annotations

from base64 import b64decode
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from fakes.heat_graphs import linear_net
from fakes.http import Client
from fakes.onnx_graphs import PLAIN, RED_GREEN_BLUE, constant_model
from fakes.served import COLOURS, as_png, colours, png
from server.conftest import is_problem
from sightline.app import open_workbench
from sightline.server.main import create_app
from sightline.server.static import FOLDER
from sightline.store.model_plan import ImportOptions

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from numpy.typing import NDArray

    from sightline.app import Workbench

FOUND: dict[str, NDArray[Any]] = {
    "boxes": np.array([(1, 2, 30, 31), (0, 0, 9, 9)], np.float32),
    "scores": np.array([0.9, 0.1], np.float32),
    "labels": np.array([1, 0], np.int64),
}


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workbench]:
    """A workspace with a classifier of colours and a detector."""
    folder = tmp_path_factory.mktemp("demo")
    with open_workbench(folder / "w") as opened:
        colours(opened, folder, each=1)
        options = ImportOptions(name="boxes", decoder="boxes", classes=("cat", "dog"))
        opened.models.add(constant_model(folder / "boxes.onnx", FOUND, size=32), options)
        yield opened


@pytest.fixture(scope="module")
def client(bench: Workbench) -> Iterator[Client]:
    """The application over it."""
    with Client(create_app(bench, background=False)) as opened:
        yield opened


def test_a_classifier_is_told_of_and_answers_raw_bytes(client: Client) -> None:
    told = client.get("/api/models/colours/demo").json()
    assert (told["kind"], told["classes"]) == ("classifier", ["red", "green", "blue"])
    said = client.post("/api/models/colours/answer", content=png(COLOURS[1])).json()
    assert (said["model"], said["label"]) == ("colours", "green")
    assert "objects" not in said
    assert said["ms"] > 0


def test_a_detector_answers_with_boxes_in_pixels_of_the_picture(client: Client) -> None:
    assert client.get("/api/models/boxes/demo").json()["kind"] == "detector"
    said = client.post("/api/models/boxes/answer", content=png(COLOURS[0])).json()
    assert (said["width"], said["height"]) == (32, 32)
    assert [(one["label"], one["box"]) for one in said["objects"]] == [("dog", [1, 2, 30, 31])]


def test_a_linear_head_tells_where_it_saw_its_answer(
    bench: Workbench, client: Client, tmp_path: Path
) -> None:
    bench.store.models.add(
        linear_net(tmp_path / "linear.onnx"), name="linear", kind="classifier", format="onnx",
        preprocess=PLAIN, classes=RED_GREEN_BLUE, outputs={"logits": "logits"},
    )  # fmt: skip
    pixels = np.zeros((32, 32, 3), np.uint8)
    pixels[:, :16, 0] = 255  # red on the left, nothing on the right
    said = client.post("/api/models/linear/answer", content=as_png(pixels)).json()
    heat = said["heat"]
    cells = np.frombuffer(b64decode(heat["cells"]), np.uint8)
    seen = cells.reshape(heat["height"], heat["width"])
    assert said["label"] == "red"
    assert seen[:, :20].mean() > 200
    assert seen[:, -20:].mean() < 30


@pytest.mark.parametrize(
    ("path", "data", "status"),
    [
        ("colours/answer", b"", 422),
        ("colours/answer", b"no picture", 422),
        ("nobody/answer", png(COLOURS[0]), 404),
        ("..%2F..%2Fetc/answer", b"x", 404),
    ],
)
def test_what_cannot_be_answered_says_why(
    client: Client, path: str, data: bytes, status: int
) -> None:
    found = client.post(f"/api/models/{path}", content=data)
    assert found.status_code == status, found.text
    assert is_problem(found)


def test_the_page_is_one_for_all_models(client: Client) -> None:
    page = client.get("/demo/colours")
    assert page.headers["content-type"].startswith("text/html")
    assert page.headers["cache-control"] == "no-cache"
    if (FOLDER / "demo.html").is_file():
        assert 'data-server="api"' in page.text
