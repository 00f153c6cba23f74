"""The Open Inference Protocol over the real application."""

from __future__ import annotations

import base64
import gzip
import json
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from fakes.http import Client
from fakes.serving import GREEN, add_boxes, add_colours, desk_of, photo
from sightline.server.serving.app import create_serving_app
from sightline.server.serving.v2 import LENGTH

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sightline.server.serving.desk import Desk


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Client]:
    folder = tmp_path_factory.mktemp("serving")
    add_colours(folder)
    add_boxes(folder)
    desk = desk_of(folder, "colours", "boxes")
    with Client(create_serving_app(desk, max_bytes=1_000_000)) as one:
        yield one
    desk.serving.close()


def pixels(count: int = 1, size: int = 8) -> dict[str, Any]:
    image = np.zeros((count, size, size, 3), np.uint8)
    image[..., 1] = 250
    return {
        "name": "image",
        "shape": list(image.shape),
        "datatype": "UINT8",
        "data": image.ravel().tolist(),
    }


def infer(client: Client, body: Any, model: str = "colours", status: int = 200) -> Any:
    answer = client.post(f"/v2/models/{model}/infer", json=body)
    assert answer.status_code == status, answer.text
    return answer.json()


def named(answer: Any) -> dict[str, Any]:
    return {one["name"]: one for one in answer["outputs"]}


def test_the_server_and_its_models_describe_themselves(client: Client) -> None:
    told = client.get("/v2").json()
    assert told["name"] == "sightline"
    assert "binary_tensor_data" in told["extensions"]
    assert client.get("/v2/health/live").status_code == 200
    assert client.get("/v2/health/ready").json() == {"ready": True}
    assert client.head("/v2/health/live").status_code == 200
    assert client.head("/v2/health/ready").status_code == 200
    model = client.get("/v2/models/colours").json()
    assert model["platform"] == "onnxruntime_onnx"
    assert [one["name"] for one in model["inputs"]] == ["image", "picture"]
    assert {"name": "probabilities", "datatype": "FP32", "shape": [-1, 3]} in model["outputs"]
    [version] = model["versions"]
    assert client.get(f"/v2/models/colours/versions/{version}").json() == model
    for where in ("/v2/models/colours/ready", f"/v2/models/colours/versions/{version}/ready"):
        assert client.get(where).json() == {"name": "colours", "ready": True}


def test_pixels_of_any_size_are_answered_by_probabilities(client: Client) -> None:
    for size in (8, 20):
        answer = infer(client, {"id": "7", "inputs": [pixels(2, size)]})
        assert (answer["id"], answer["model_name"]) == ("7", "colours")
        found = named(answer)
        assert found["label"]["data"] == ["green", "green"]
        assert found["probabilities"]["shape"] == [2, 3]
        rows = np.reshape(found["probabilities"]["data"], (2, 3))
        assert rows.argmax(axis=1).tolist() == [1, 1]
        assert rows.sum(axis=1) == pytest.approx([1, 1])


@pytest.mark.parametrize("shape", [[2], [2, 1]])
def test_files_of_pictures_are_answered_as_v1_answers_them(
    client: Client, shape: list[int]
) -> None:
    data = [base64.b64encode(one).decode() for one in (photo(), photo(GREEN))]
    tensor = {"name": "picture", "shape": shape, "datatype": "BYTES", "data": data}
    answer = infer(client, {"inputs": [tensor], "outputs": [{"name": "probabilities"}]})
    assert set(named(answer)) == {"probabilities"}
    rows = np.reshape(named(answer)["probabilities"]["data"], (2, 3))
    plain = client.post("/v1/predict?model=colours", content=photo()).json()["probabilities"]
    assert rows[0] == pytest.approx(list(plain.values()), abs=1e-6)
    assert rows[1].argmax() == 1


def test_tensors_travel_as_bytes_behind_the_json(client: Client) -> None:
    image = photo(GREEN)
    tail = len(image).to_bytes(4, "little") + image
    head = json.dumps(
        {
            "inputs": [
                {
                    "name": "picture",
                    "shape": [1],
                    "datatype": "BYTES",
                    "parameters": {"binary_data_size": len(tail)},
                }
            ],
            "outputs": [{"name": "probabilities", "parameters": {"binary_data": True}}],
        }
    ).encode()
    answer = client.post(
        "/v2/models/colours/infer", content=head + tail, headers={LENGTH: str(len(head))}
    )
    assert answer.status_code == 200, answer.text
    told = json.loads(answer.content[: int(answer.headers[LENGTH])])
    [output] = told["outputs"]
    assert output["parameters"] == {"binary_data_size": 12}
    row = np.frombuffer(answer.content[int(answer.headers[LENGTH]) :], "<f4")
    assert row.argmax() == 1


def test_a_detector_gives_boxes_scores_and_names(client: Client) -> None:
    found = named(infer(client, {"inputs": [pixels(1, 64)]}, "boxes"))
    assert found["boxes"]["shape"] == [1, 4]
    assert found["boxes"]["data"] == pytest.approx([16, 16, 48, 48])
    assert found["scores"]["data"] == [0.75]
    assert found["label"]["data"] == ["cat"]
    assert "one picture at a time" in infer(client, {"inputs": [pixels(2)]}, "boxes", 422)["error"]


def test_a_compressed_request_is_refused_for_what_it_is(client: Client) -> None:
    url, body = "/v2/models/colours/infer", json.dumps({"inputs": [pixels()]}).encode()
    packed = client.post(url, content=gzip.compress(body), headers={"content-encoding": "gzip"})
    assert (packed.status_code, "compressed" in packed.json()["error"]) == (422, True)
    plain = client.post(url, content=body, headers={"content-encoding": "identity"})
    assert plain.status_code == 200


def test_several_files_for_a_detector_are_refused_before_they_are_read(client: Client) -> None:
    data = [base64.b64encode(one).decode() for one in (photo(), b"no picture")]
    asked = {"name": "picture", "shape": [2], "datatype": "BYTES", "data": data}
    assert "one picture at a time" in infer(client, {"inputs": [asked]}, "boxes", 422)["error"]


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ([], 422),
        ({}, 422),
        ({"inputs": []}, 422),
        ({"inputs": [pixels(), {**pixels(), "name": "other"}]}, 422),
        ({"inputs": [{**pixels(), "datatype": "INT64"}]}, 422),
        ({"inputs": [{**pixels(), "shape": [192]}]}, 422),
        ({"inputs": [pixels()], "outputs": [{"name": "nothing"}]}, 422),
        (
            {"inputs": [{"name": "p", "shape": [1], "datatype": "BYTES", "data": ["bm8="]}]},
            422,
        ),
        ({"inputs": [pixels(65, 1)]}, 413),
    ],
)
def test_what_is_wrong_is_told_in_error_as_the_protocol_says(
    client: Client, body: Any, status: int
) -> None:
    found = infer(client, body, status=status)
    assert found["error"].startswith(found["message"])
    assert found["code"]


def test_every_output_that_is_given_is_described(client: Client) -> None:
    described = {one["name"]: one for one in client.get("/v2/models/colours").json()["outputs"]}
    given = named(infer(client, {"inputs": [pixels(2)]}))
    assert described.keys() == given.keys()
    for name, one in given.items():
        assert described[name]["datatype"] == one["datatype"]
        assert described[name]["shape"] == [-1, *one["shape"][1:]]


def test_an_output_that_says_how_it_is_wanted_overrides_the_request(client: Client) -> None:
    wanted = [{"name": "probabilities"}, {"name": "label", "parameters": {"binary_data": False}}]
    body = {"inputs": [pixels()], "outputs": wanted, "parameters": {"binary_data_output": True}}
    answer = client.post("/v2/models/colours/infer", json=body)
    probabilities, label = json.loads(answer.content[: int(answer.headers[LENGTH])])["outputs"]
    assert probabilities["parameters"] == {"binary_data_size": 12}
    assert label["data"] == ["green"]


def test_whoever_finds_a_fault_tells_it_as_the_protocol_says(client: Client) -> None:
    answers = [
        client.get("/v2/nothing"),
        client.get(f"/v2/models/{'x' * 300}"),
        client.delete("/v2/models/colours"),
        client.post("/v2/models/colours/infer", content=b" " * 1_000_001),
    ]
    assert [one.status_code for one in answers] == [404, 422, 405, 413]
    for answer in answers:
        assert answer.json()["error"].startswith(answer.json()["message"])
        assert int(answer.headers["content-length"]) == len(answer.content)
    assert "error" not in client.get("/v1/models/nobody").json()


def test_a_model_is_not_ready_while_its_server_ends(client: Client) -> None:
    desk: Desk = client.app.state.desk
    [version] = client.get("/v2/models/colours").json()["versions"]
    desk.ready = False
    for where in ("colours/ready", f"colours/versions/{version}/ready"):
        answer = client.get(f"/v2/models/{where}")
        assert (answer.status_code, answer.json()["ready"]) == (503, False)
    desk.ready = True


def test_a_model_or_version_that_does_not_answer_is_404(client: Client) -> None:
    for where in ("nobody", "colours/versions/1", "nobody/ready", "colours/versions/1/ready"):
        answer = client.get(f"/v2/models/{where}")
        assert answer.status_code == 404
        assert answer.json()["error"]
    old = client.post("/v2/models/colours/versions/1/infer", json={"inputs": [pixels()]})
    assert old.status_code == 404


def test_a_length_that_is_no_number_is_refused(client: Client) -> None:
    answer = client.post("/v2/models/colours/infer", content=b"{}", headers={LENGTH: "-1"})
    assert answer.status_code == 422
