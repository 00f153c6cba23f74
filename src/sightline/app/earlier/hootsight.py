"""The names that HootSight's scripts use for trainings; what they do is done elsewhere."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from sightline.core.errors import ConflictError, InvalidInputError

if TYPE_CHECKING:
    from sightline.app.workbench import Workbench

ACTIVE = ("queued", "running")


def start(
    bench: Workbench,
    *,
    project: str,
    project_name: str,
    mode: Literal["new", "resume", "finetune"] | None = None,
    resume: bool | None = None,
    model_name: str | None = None,
    epochs: int | None = None,
    preset: str | None = None,
    spec: dict[str, Any] | None = None,
) -> dict[str, Any]:
    """Start a training and return its id; `mode` rules over the older `resume`.

    Raises:
        InvalidInputError: No project is named, or the settings cannot be trained.
        UnknownRunError: Nothing has a checkpoint to go on from.
    """
    name = project or project_name
    if not name:
        raise InvalidInputError("no project is named", hint="add project or project_name")
    asked: dict[str, Any] = dict(spec or {})
    if epochs is not None:
        asked["epochs"] = epochs
    if model_name is not None:
        asked["model"] = {**asked.get("model", {}), "name": model_name}
    if preset:
        asked["preset"] = preset
    found = mode or ("resume" if resume else "new")
    made = bench.training.start(bench.projects.get(name), asked, mode=found)
    return {"started": True, "training_id": made["run"], "mode": found, "job_id": made["job"]["id"]}


def stop(bench: Workbench, training_id: str | None) -> dict[str, Any]:
    """Stop a training, or the only one that goes on.

    Raises:
        UnknownRunError: There is none of this id.
        ConflictError: It has ended, or none or several go on.
    """
    if training_id is None:
        going = [run["id"] for run in bench.training.all(states=("running",))]
        if len(going) != 1:
            raise ConflictError(f"{len(going)} trainings are running", hint="add training_id")
        training_id = going[0]
    run = bench.training.stop(training_id)
    return {"stopped": True, "training_id": training_id, "status": run["state"]}


def status(bench: Workbench, training_id: str | None) -> dict[str, Any]:
    """Return how far a training is; without an id all, those that go on named in `active`.

    Raises:
        UnknownRunError: There is none of this id.
    """
    if training_id is not None:
        return _said(bench, bench.training.get(training_id))
    runs = bench.training.all()
    return {
        "active": [run["id"] for run in runs if run["state"] in ACTIVE],
        "trainings": [_said(bench, run) for run in runs],
    }


def _said(bench: Workbench, run: dict[str, Any]) -> dict[str, Any]:
    going = run["state"] == "running" and run["job"] is not None
    job = bench.jobs.get(run["job"]) if going else None
    share = run["epoch"] / run["epochs"] if run["epochs"] else 0.0
    if job is not None and job.total:
        share = job.done / job.total
    return {
        "training_id": run["id"],
        "project_name": run["project"],
        "model_name": run["network"],
        "mode": run["session"],
        "status": "paused" if (run["control"] or {}).get("pause") else run["state"],
        "epoch": run["epoch"],
        "epochs": run["epochs"],
        "progress": round(100 * share, 1),
        "eta_s": None if job is None else job.eta_s,
        "metrics": run["metrics"],
    }
