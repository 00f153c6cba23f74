"""/v1 over the real application and real models."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any

import pytest

from fakes.http import Client
from fakes.serving import GREEN, add_boxes, add_colours, desk_of, photo
from sightline.server.serving.app import create_serving_app

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("serving")
    add_colours(folder)
    add_boxes(folder)
    return folder


@pytest.fixture
def client(workspace: Path) -> Iterator[Client]:
    desk = desk_of(workspace, "colours", "eyes=boxes")
    with Client(create_serving_app(desk, max_bytes=100_000)) as one:
        yield one
    desk.serving.close()


def asked(client: Client, query: str = "?model=colours", status: int = 200, **more: Any) -> Any:
    answer = client.post(f"/v1/predict{query}", **more)
    assert answer.status_code == status, answer.text
    return answer.json()


@pytest.mark.parametrize("kind", ["image/png", "application/octet-stream", ""])
def test_raw_bytes_are_answered_by_one_row(client: Client, kind: str) -> None:
    found = asked(client, content=photo(), headers={"content-type": kind} if kind else {})
    assert found["label"] == "red"
    assert found["model"] == "colours"
    assert found["version"].startswith("colours-")
    assert sum(found["probabilities"].values()) == pytest.approx(1)
    assert "path" not in found


def test_files_of_a_form_are_answered_one_by_one(client: Client) -> None:
    files = [
        ("file", ("a.png", photo())),
        ("file", ("b.jpg", photo(GREEN, "JPEG"))),
        ("file", ("c.txt", b"hello")),
    ]
    found = asked(client, files=files)["items"]
    assert [row.get("label") for row in found] == ["red", "green", None]
    assert [row["path"] for row in found] == ["a.png", "b.jpg", "c.txt"]
    assert found[2]["reason"] == "not an image"


def test_json_holds_one_picture_or_several(client: Client) -> None:
    text = base64.b64encode(photo(GREEN)).decode()
    one = asked(client, "", json={"image": f"data:image/png;base64,{text}", "model": "colours"})
    assert one["label"] == "green"
    two = asked(client, json={"images": [text, text], "top": 1})
    assert [list(row["probabilities"]) for row in two["items"]] == [["green"]] * 2


def test_top_keeps_the_most_probable_classes_best_first(client: Client) -> None:
    found = asked(client, "?model=colours&top=2", content=photo(GREEN))
    assert next(iter(found["probabilities"])) == "green"
    assert len(found["probabilities"]) == 2


def test_a_detector_answers_with_boxes_in_pixels_of_the_picture(client: Client) -> None:
    found = asked(client, "?model=eyes", content=photo())
    assert (found["width"], found["height"]) == (40, 30)
    [cat] = found["objects"]
    assert (cat["label"], cat["score"]) == ("cat", 0.75)
    assert cat["box"] == pytest.approx([10, 7.5, 30, 22.5])


@pytest.mark.parametrize(
    ("query", "more", "status", "code"),
    [
        ("?model=colours", {"content": b"no picture"}, 422, "unreadable_image"),
        ("?model=colours", {"content": b""}, 422, "invalid_input"),
        ("?model=colours", {"json": {}}, 422, "invalid_input"),
        ("?model=colours", {"json": {"image": "***"}}, 422, "invalid_input"),
        ("?model=colours", {"json": {"images": []}}, 422, "invalid_input"),
        ("?model=colours", {"json": {"image": "", "images": [""]}}, 422, "invalid_input"),
        ("?model=colours", {"json": {"picture": ""}}, 422, "invalid_input"),
        ("?model=colours", {"data": {"a": "b"}, "files": {}}, 422, "unreadable_image"),
        ("?model=colors", {"content": b"x"}, 404, "unknown_model"),
        ("", {"content": b"x"}, 422, "invalid_input"),
        ("?model=colours&top=0", {"content": b"x"}, 422, "invalid_input"),
        ("?model=colours&top=" + "9" * 5000, {"content": b"x"}, 422, "invalid_input"),
        ("?model=colours", {"content": b"x" * 100_001}, 413, "too_large"),
        ("?model=colours", {"json": {"images": [""] * 65}}, 413, "too_large"),
    ],
)
def test_bad_requests_are_refused_with_a_code_and_a_next_step(
    client: Client, query: str, more: dict[str, Any], status: int, code: str
) -> None:
    found = asked(client, query, status, **more)
    assert found["code"] == code
    assert found["hint"]


def test_the_list_tells_what_answers(client: Client) -> None:
    found = {one["name"]: one for one in client.get("/v1/models").json()["models"]}
    assert set(found) == {"colours", "eyes"}
    assert found["eyes"]["kind"] == "detector"
    assert found["colours"]["classes"] == ["red", "green", "blue"]
    assert client.get("/v1/models/eyes").json() == found["eyes"]
    assert client.get("/v1/models/ears").status_code == 404


def test_another_model_takes_a_name_over(client: Client, workspace: Path) -> None:
    before = client.get("/v1/models/colours").json()["version"]
    newer = add_colours(workspace, "inks", classes=["cyan", "magenta", "yellow"])
    done = client.post("/v1/models/colours", json={"model": "inks"}).json()
    assert (done["before"], done["model"]["version"]) == (before, newer)
    assert asked(client, content=photo())["label"] == "cyan"
    assert client.post("/v1/models/colours", json={}).status_code == 200
    assert asked(client, content=photo())["label"] == "red"


@pytest.mark.parametrize("ref", ["nobody", "/etc/passwd", "../../x.onnx"])
def test_a_swap_takes_models_of_the_workspace_alone(client: Client, ref: str) -> None:
    assert client.post("/v1/models/colours", json={"model": ref}).status_code == 404
    assert asked(client, content=photo())["label"] == "red"


@pytest.mark.parametrize("data", [b"damaged", None])
def test_a_swap_that_fails_tells_no_paths_of_this_machine(
    client: Client, workspace: Path, data: bytes | None
) -> None:
    broken = add_colours(workspace, "broken")
    file = workspace / "models" / broken / "model.onnx"
    file.unlink() if data is None else file.write_bytes(data)
    answer = client.post("/v1/models/colours", json={"model": broken})
    assert answer.status_code in {422, 501}
    assert broken in answer.json()["message"]
    assert str(workspace) not in answer.text
    assert asked(client, content=photo())["label"] == "red"


def test_hints_name_the_document_of_this_server(client: Client) -> None:
    for answer in (client.get("/nowhere"), client.post("/v1/models/colours", json=[])):
        assert " /openapi.json" in answer.json()["hint"]
    assert client.get("/openapi.json").status_code == 200
