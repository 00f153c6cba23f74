"""Predictions are judged by what is drawn, over HTTP and from the command line."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from server.conftest import is_problem
from sightline.cli.main import run
from sightline.core.geometry.shapes import Box
from sightline.core.objects import ImageObject, ObjectChange
from sightline.core.suggested import suggestion

if TYPE_CHECKING:
    from pathlib import Path

    from server.conftest import Shop

URL = "/api/projects/birds/evaluations"
CAT = Box(4, 4, 24, 24)


@pytest.fixture
def drawn(shop: Shop) -> Shop:
    """Two pictures with a cat each; somebody suggests one of them and a dog that is not there."""
    project = shop.bench.projects.get("birds")
    cat = ImageObject(uid="c", class_id=shop.cat, shape=CAT)
    changes = [ObjectChange(image_id=image, put=(cat,)) for image in shop.images[:2]]
    shop.bench.objects.change(project, changes)
    said = [suggestion("engine:x", "cat", CAT, 0.9), suggestion("engine:x", "dog", CAT, 0.8)]
    shop.bench.store.suggestions.put(
        project, "engine:x", {shop.images[0]: said, shop.images[1]: []}
    )
    return shop


def test_an_uploaded_file_is_judged_by_a_job_whose_result_names_the_evaluation(
    drawn: Shop,
) -> None:
    rows = [
        {"image_id": 0, "category_id": "cat", "bbox": [4, 4, 20, 20], "score": 0.9},
        {"image_id": 0, "category_id": "cat", "bbox": [5, 4, 20, 20], "score": 0.8},
        {"image_id": 5, "category_id": "cat", "bbox": [5, 4, 20, 20], "score": 0.8},
    ]
    file = ("results.json", json.dumps(rows), "application/json")
    answer = drawn.client.post(URL, files={"files": file})
    assert answer.status_code == 202, answer.text
    done = drawn.bench.wait(answer.json()["id"])
    found = drawn.get(f"{URL}/{done['id']}")
    assert drawn.get(f"{URL}/newest") == found
    assert found["map50"] == pytest.approx(0.5, abs=0.01)
    assert found["errors"]["missed"] == {"objects": 1, "images": 1}
    assert found["left_out"]["unlabelled"] == 1
    errors = drawn.get(f"{URL}/newest/errors", params={"error": "missed"})
    assert (errors["total"], errors["items"][0]["truth_box"]) == (1, [4, 4, 24, 24])
    assert [one["id"] for one in drawn.get(URL)] == [done["id"]]
    view = drawn.post(
        "/api/projects/birds/views", {"queue": "detection-errors", "error": "missed"}, status=201
    )
    assert view["size"] == 1
    assert drawn.client.delete(f"{URL}/{done['id']}").status_code == 204
    assert is_problem(drawn.client.get(f"{URL}/newest"))


def test_paths_outside_and_sources_that_are_not_there_are_refused(drawn: Shop) -> None:
    outside = drawn.client.post(URL, json={"predictions": "/etc/passwd"})
    assert outside.status_code == 403
    ids = drawn.client.post(URL, json={"predictions": "suggestions:engine:x", "ids": "/etc/passwd"})
    assert ids.status_code == 403
    unknown = drawn.client.post(URL, json={"predictions": "suggestions:nobody"})
    assert unknown.status_code == 422
    assert is_problem(unknown)
    assert is_problem(drawn.client.get(f"{URL}/newest/errors"))


def test_the_command_line_judges_and_lists_the_errors(
    drawn: Shop, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    base = ["--workspace", str(drawn.bench.workspace)]
    verb = ["evaluate", "birds", "--predictions", "suggestions:engine:x", "--min-score", "0.5"]
    assert run([*base, *verb]) == 0
    shown = capsys.readouterr().out
    assert "2 pictures, 2 objects, 2 predictions, compared by box" in shown
    assert "duplicate" in shown
    assert run([*base, "--json", *verb]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["errors"]["missed"] == {"objects": 1, "images": 1}
    queue = ["queue", "birds", "--strategy", "detection-errors", "--error", "missed"]
    assert run([*base, "--json", *queue]) == 0
    assert json.loads(capsys.readouterr().out)["why"] == "1 missed"
    assert run([*base, "evaluate", "birds", "--predictions", str(tmp_path / "none.json")]) == 2
