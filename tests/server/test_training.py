"""Trainings over the API: control, comparison, notes, trash, and the names of HootSight."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from sightline.train.control import Wish, read_wish

if TYPE_CHECKING:
    from pathlib import Path

    from server.conftest import Shop
    from sightline.store.runs import Run


@pytest.fixture
def labelled(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> Shop:
    """The shop with two pictures of each class, whose jobs stay in their queue."""
    pairs = zip(shop.images, (shop.cat, shop.cat, shop.dog, shop.dog), strict=False)
    shop.label(*({"image_id": one, "class_id": label} for one, label in pairs))
    monkeypatch.setattr(shop.bench.jobs, "pump", lambda: None)
    return shop


def plan(shop: Shop, **spec: Any) -> str:
    """Plan a run and return its id."""
    made = shop.post("/api/projects/birds/runs", {"spec": spec}, status=202)
    return str(made["run"])


def pretend(shop: Shop, run_id: str, state: str, **values: Any) -> Run:
    """Let a run be in a state without training anything."""
    return shop.bench.store.runs.change(run_id, state=state, **values)


def folder_of(shop: Shop, run_id: str) -> Path:
    """Return a run's folder, made."""
    folder = shop.bench.training.run_dir(shop.bench.store.runs.get(run_id))
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def refused(answer: Any, status: int, code: str) -> None:
    """Check that an answer is a problem of this kind, with its next step."""
    assert (answer.status_code, answer.json()["code"]) == (status, code), answer.text
    assert answer.json()["hint"]


def checkpoint(shop: Shop, run_id: str) -> None:
    """Give a run the file that says it can be resumed."""
    folder = folder_of(shop, run_id) / "checkpoints"
    folder.mkdir(exist_ok=True)
    (folder / "last.safetensors").write_bytes(b"state")


def test_control_changes_only_what_it_names(labelled: Shop) -> None:
    run = plan(labelled, epochs=4, optimizer={"lr": 0.01})
    url = f"/api/runs/{run}/control"
    refused(labelled.client.post(url, json={"pause": True}), 409, "conflict")
    pretend(labelled, run, "running")
    assert labelled.post(url, {"pause": True})["control"]["pause"] is True
    assert labelled.post(url, {"lr": 0.005})["control"] == {
        "pause": True, "stop_after_epoch": False, "lr_factor": 0.5,
    }  # fmt: skip
    labelled.post(url, {"stop_after_epoch": True, "pause": False})
    wish = Wish(stop_after_epoch=True, lr_factor=0.5)
    assert read_wish(folder_of(labelled, run)) == wish
    assert labelled.get(f"/api/runs/{run}")["control"] == wish.to_dict()


@pytest.mark.parametrize("body", [{"lr_factor": 0}, {"lr": 1, "lr_factor": 1}, {"lr_factor": 1e-9}])
def test_a_rate_that_cannot_be_is_refused(labelled: Shop, body: Any) -> None:
    run = plan(labelled)
    pretend(labelled, run, "running")
    assert labelled.client.post(f"/api/runs/{run}/control", json=body).status_code == 422


def test_queued_runs_say_their_place_and_move_up(labelled: Shop) -> None:
    first, second = plan(labelled), plan(labelled)
    places = {run["id"]: run["place"] for run in labelled.get("/api/runs?state=queued")}
    assert places == {first: 1, second: 2}
    job = labelled.get(f"/api/runs/{second}")["job"]
    order = labelled.post(f"/api/jobs/{job}/move", {"to": "up"})["order"]
    assert order[0] == job
    assert labelled.get(f"/api/runs/{second}")["place"] == 1
    assert labelled.post(f"/api/runs/{second}/stop")["state"] == "cancelled"
    assert labelled.get(f"/api/runs/{second}")["place"] is None


def test_runs_of_all_projects_are_listed_by_state(labelled: Shop) -> None:
    run = plan(labelled)
    pretend(labelled, plan(labelled), "failed")
    assert [one["id"] for one in labelled.get("/api/runs?state=queued&state=running")] == [run]
    assert len(labelled.get("/api/runs")) == 2


def test_notes_and_stars_stay_with_a_run(labelled: Shop) -> None:
    run = plan(labelled)
    for body in ({"notes": "with flips"}, {"starred": True}):
        assert labelled.client.patch(f"/api/runs/{run}", json=body).status_code == 200
    found = labelled.get("/api/projects/birds/runs")[0]
    assert (found["notes"], found["starred"]) == ("with flips", True)
    refused(labelled.client.patch("/api/runs/none", json={}), 404, "unknown_run")


def test_a_deleted_run_comes_back_from_the_trash_with_its_folder(labelled: Shop) -> None:
    run = plan(labelled)
    checkpoint(labelled, run)
    refused(labelled.client.delete(f"/api/runs/{run}"), 409, "conflict")
    pretend(labelled, run, "cancelled", notes="kept")
    assert labelled.client.delete(f"/api/runs/{run}").status_code == 200
    assert labelled.get("/api/runs") == []
    assert [one["id"] for one in labelled.get("/api/runs/trash")] == [run]
    back = labelled.post(f"/api/runs/{run}/restore")
    assert (back["checkpoint"], back["notes"]) == (True, "kept")
    assert labelled.get("/api/runs/trash") == []


def test_the_trash_is_emptied_for_good(labelled: Shop) -> None:
    run = plan(labelled)
    checkpoint(labelled, run)
    pretend(labelled, run, "cancelled")
    trashed = labelled.client.delete(f"/api/runs/{run}").json()["trashed"]
    assert labelled.client.delete("/api/runs/trash").json() == {"erased": 1}
    assert not (labelled.bench.workspace / trashed).exists()
    refused(labelled.client.post(f"/api/runs/{run}/restore"), 404, "unknown_run")


def test_runs_are_compared_by_what_differs(labelled: Shop) -> None:
    one, other = plan(labelled, epochs=3), plan(labelled, epochs=5, optimizer={"lr": 0.02})
    pretend(labelled, one, "done", metrics={"accuracy": 0.9, "ece": 0.1, "accuracy_split": "val"})
    pretend(
        labelled, other, "done", metrics={"accuracy": 0.8, "ece": 0.05, "accuracy_split": "test"}
    )
    events = [{"kind": "metric", "step": n, "epoch": 1, "loss": 1 / n} for n in range(1, 1001)]
    text = "".join(json.dumps(event) + "\n" for event in events)
    (folder_of(labelled, one) / "events.jsonl").write_text(text)
    found = labelled.get(f"/api/runs/compare?ids={one},{other}")
    assert [run["id"] for run in found["runs"]] == [one, other]
    assert {row["key"]: row["values"] for row in found["spec"]} == {
        "epochs": [3, 5], "optimizer.lr": [found["spec"][1]["values"][0], 0.02],
    }  # fmt: skip
    best = {row["name"]: (row["values"], row["best"]) for row in found["metrics"]}
    assert best == {"accuracy": ([0.9, 0.8], [0]), "ece": ([0.1, 0.05], [1])}
    points = found["curves"][0]["points"]
    assert (len(points), points[0]["step"], points[-1]["step"]) == (400, 1, 1000)
    assert "different splits: test, val" in found["notes"][0]


@pytest.mark.parametrize("ids", ["", "one", "one,one"])
def test_fewer_than_two_runs_are_not_compared(labelled: Shop, ids: str) -> None:
    refused(labelled.client.get(f"/api/runs/compare?ids={ids}"), 422, "invalid_input")


def test_a_run_of_an_older_version_is_shown_in_the_present_shape(labelled: Shop) -> None:
    run = plan(labelled)
    spec = labelled.get(f"/api/runs/{run}")["spec"]
    older = {key: one for key, one in spec.items() if key not in {"version", "loss"}}
    pretend(labelled, run, "done", spec=older | {"class_weights": "balanced"})
    found = labelled.get(f"/api/runs/{run}")
    assert found["spec_version"] == 1
    assert found["moved"] == [{"from": "class_weights", "to": "loss.class_weights"}]
    assert found["spec"]["loss"]["class_weights"] == "balanced"
    assert found["spec"].keys() == spec.keys(), "what came later has its default"


@pytest.mark.parametrize("spec", [{"version": 99, "epochs": 3}, {"epochs": "three"}])
def test_a_run_whose_settings_nobody_understands_is_shown_all_the_same(
    labelled: Shop, spec: Any
) -> None:
    run = plan(labelled)
    pretend(labelled, run, "done", spec=spec)
    assert labelled.get(f"/api/runs/{run}")["spec"]["epochs"] == spec["epochs"]


def test_curves_tell_what_else_happened(labelled: Shop) -> None:
    run = plan(labelled)
    events = [{"kind": "paused", "at": 1.0, "step": 7}, {"kind": "lr", "at": 2.0, "step": 9}]
    text = "".join(json.dumps(event) + "\n" for event in events)
    (folder_of(labelled, run) / "events.jsonl").write_text(text)
    assert labelled.get(f"/api/runs/{run}/curves")["facts"] == events


def test_a_runs_files_are_listed_and_sent_and_no_others(labelled: Shop) -> None:
    run = plan(labelled)
    assert labelled.get(f"/api/runs/{run}/files") == []
    checkpoint(labelled, run)
    name = "checkpoints/last.safetensors"
    assert labelled.get(f"/api/runs/{run}/files") == [{"name": name, "bytes": 5}]
    assert labelled.client.get(f"/api/runs/{run}/files/{name}").content == b"state"
    for other in ("../project.json", "..%2f..%2fproject.json", "/etc/passwd", "checkpoints"):
        assert labelled.client.get(f"/api/runs/{run}/files/{other}").status_code == 404


def test_scripts_of_hootsight_start_stop_and_ask_as_they_did(labelled: Shop) -> None:
    body = {"project_name": "birds", "model_type": "resnet", "model_name": "resnet18", "epochs": 2}
    made = labelled.post("/training/start", body)
    assert (made["started"], made["mode"]) == (True, "new")
    run = labelled.get(f"/api/runs/{made['training_id']}")
    assert (run["network"], run["epochs"], run["mode"]) == ("resnet18", 2, "new")
    status = labelled.get(f"/training/status?training_id={run['id']}")
    assert (status["status"], status["progress"]) == ("queued", 0.0)
    assert labelled.get("/training/status")["active"] == [run["id"]]
    refused(labelled.client.post("/training/stop", json={}), 409, "conflict")
    assert labelled.post("/training/stop", {"training_id": run["id"]})["stopped"] is True
    assert labelled.get("/training/status")["active"] == []


def test_scripts_of_hootsight_resume_and_finetune_by_mode_or_by_the_older_flag(
    labelled: Shop,
) -> None:
    start = "/training/start"
    refused(
        labelled.client.post(start, json={"project": "birds", "resume": True}), 404, "unknown_run"
    )
    first = labelled.post(start, {"project": "birds"})["training_id"]
    checkpoint(labelled, first)
    pretend(labelled, first, "cancelled")
    again = labelled.post(start, {"project": "birds", "resume": True})
    assert (again["training_id"], again["mode"]) == (first, "resume"), "the same run goes on"
    taken_up = labelled.get(f"/api/runs/{first}")
    assert (taken_up["mode"], taken_up["session"]) == ("new", "resume")
    pretend(labelled, first, "done")
    tuned = labelled.post(start, {"project": "birds", "mode": "finetune", "resume": True})
    assert tuned["training_id"] != first
    assert labelled.get(f"/api/runs/{tuned['training_id']}")["mode"] == "finetune"
    refused(labelled.client.post(start, json={}), 422, "invalid_input")
    assert labelled.client.post(start, json={"project": "birds", "mode": "warm"}).status_code == 422
