"""Every form of a model is served; what needs torch runs in a process of its own."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import httpx
import pytest

from fakes.forms import colour_form
from fakes.serve_process import serve
from fakes.serving import GREEN, add_colours, photo
from fakes.trained import trained
from server.conftest import add_pictures
from sightline.app import open_workbench

if TYPE_CHECKING:
    from pathlib import Path

    from sightline.core.cards import ModelFormat


@pytest.mark.nightly
@pytest.mark.parametrize("form", ["openvino", "torchscript"])
def test_a_form_is_served_from_its_folder(tmp_path: Path, form: ModelFormat) -> None:
    _, card = colour_form(tmp_path / "form", form)
    (tmp_path / "form" / "model.json").write_text(json.dumps(card.to_dict()))
    workspace = tmp_path / "workspace"
    workspace.mkdir()
    with serve(workspace, f"eyes={tmp_path / 'form'}") as server:
        answer = httpx.post(f"{server.url}/v1/predict", content=photo(GREEN), timeout=60)
        assert answer.json()["label"] == "green"
        [model] = httpx.get(f"{server.url}/v1/models", timeout=60).json()["models"]
        assert (model["name"], model["format"]) == ("eyes", form)
        code, errors = server.end()
    assert (code, errors.strip()) == (0, "")


@pytest.mark.nightly
def test_a_network_is_exported_apart_before_it_is_served(tmp_path: Path) -> None:
    workspace = tmp_path / "workspace"
    with open_workbench(workspace) as bench:
        project = bench.projects.create("birds")
        add_pictures(bench, "birds", tmp_path / "pictures", 6)
        for name in ("cat", "dog"):
            bench.labels.add_class(project, name)
        card = trained(bench, project, tmp_path)
    with serve(workspace, card.name) as server:
        answer = httpx.post(f"{server.url}/v1/predict", content=photo(), timeout=60).json()
        assert set(answer["probabilities"]) == set(card.classes)
        code, errors = server.end()
    assert (code, errors.strip()) == (0, "")
    assert (workspace / "models" / card.id / "model.onnx").is_file()


@pytest.mark.nightly
def test_what_a_model_is_unsure_of_reaches_the_project(tmp_path: Path) -> None:
    workspace = tmp_path / "workspace"
    with open_workbench(workspace) as bench:
        bench.projects.create("birds")
    add_colours(workspace)
    grey = photo((120, 120, 120))
    with serve(workspace, "colours", "--keep-doubts", "birds") as server:
        for data in (photo(), grey):
            httpx.post(f"{server.url}/v1/predict", content=data, timeout=60).raise_for_status()
        code, errors = server.end()
    assert (code, errors.strip().replace("sqlalchemy", "").split()) == (
        0,
        ["sightline.app.workbench"],
    )
    with open_workbench(workspace) as bench:
        kept = bench.doubts.shelf(bench.projects.get("birds")).all()
    assert len(kept) == 1
