"""What the runs of a workspace look like, and what watches one of them."""

from __future__ import annotations

import secrets
import time
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path

    from sightline.core.progress import Progress
    from sightline.store.model_plan import CardFields
    from sightline.store.runs import Run
    from sightline.store.store import Store
    from sightline.train.run import TrainResult


def like(parent: Run, spec: dict[str, Any]) -> dict[str, Any]:
    """Return a spec with the network and the input of a run whose weights are to fit."""
    model = spec.get("model")
    named = {"name": parent.network, **(model if isinstance(model, dict) else {})}
    alike = ("image_size", "resize", "tone")
    kept: dict[str, Any] = {key: parent.spec[key] for key in alike if key in parent.spec}
    if parent.spec.get("task") == "embedding":
        kept["task"] = "embedding"
    return {**kept, **spec, "model": named}


def headline(metrics: dict[str, Any] | None) -> tuple[str, float | None]:
    """Return the name and the value of the figure that a run's task is judged by."""
    known = metrics or {}
    metric = known.get("metric") or {"name": "accuracy", "value": known.get("accuracy")}
    return str(metric["name"]), metric["value"]


class Watcher:
    """Passes progress on, and writes each epoch into the run's row."""

    def __init__(self, inner: Progress, store: Store, run_id: str) -> None:
        self._inner = inner
        self._store = store
        self._run_id = run_id

    def advance(self, done: int, total: int | None, note: str = "") -> None:
        """Pass it on."""
        self._inner.advance(done, total, note)

    def tell(self, kind: str, **data: Any) -> None:
        """Pass it on; an epoch is written down, and a fact told to whoever looks at the run."""
        self._inner.tell(kind, **data)
        if kind == "epoch":
            self._store.runs.change(self._run_id, epoch=int(data["epoch"]))
        elif kind == "fact":
            self._store.runs.change(self._run_id)

    def log(self, text: str) -> None:
        """Pass it on."""
        self._inner.log(text)

    def check(self) -> None:
        """Pass it on."""
        self._inner.check()


def run_id() -> str:
    """Return an id that sorts by time and is never the same twice."""
    return f"{time.strftime('%Y%m%d-%H%M%S', time.gmtime())}-{secrets.token_hex(6)}"


def shown(run: Run) -> dict[str, Any]:
    """Return a run as lists show it."""
    return {
        "id": run.id,
        "project": run.project,
        "state": run.state,
        "mode": run.mode,
        "parent": run.parent,
        "network": run.network,
        "epoch": run.epoch,
        "epochs": run.epochs,
        "created_at": run.created_at,
        "finished_at": run.finished_at,
        "metrics": run.metrics,
        "model": run.model_id,
        "job": run.job_id,
        "notes": run.notes,
        "starred": run.starred,
    }


def standing(run: Run, folder: Path) -> dict[str, Any]:
    """Return what a run's folder says of it.

    Returns:
        checkpoint: there is a state to go on from.
        control: what is asked of it while it runs (`train.control.Wish`), else None.
    """
    from sightline.train.control import read_wish

    last = folder / "checkpoints" / "last.safetensors"
    wish = read_wish(folder).to_dict() if run.state == "running" else None
    return {"checkpoint": last.exists(), "control": wish}


def lifted(spec: dict[str, Any]) -> dict[str, Any]:
    """Return a run's spec in the present shape, the version it was written in, and what moved.

    Settings that came later have their default, which is what the run was trained with.
    """
    from pydantic import ValidationError

    from sightline.core.errors import InvalidInputError
    from sightline.train.migrate import migrate, moved_keys, saved_spec

    version = spec.get("version", 1)
    try:
        shown, moved = migrate(spec), moved_keys(spec)
        shown = saved_spec(spec).model_dump(mode="json")
    except ValidationError:  # changed by hand: shown as far as it is understood
        pass
    except InvalidInputError:  # of a newer version: shown as it is
        shown, moved = spec, []
    return {"spec": shown, "spec_version": version, "moved": moved}


def answers_of(result: TrainResult, class_ids: tuple[int, ...]) -> CardFields:
    """Return what a model's card says of its answers: classes, tags, or vectors."""
    if result.task == "embedding":
        return {"kind": "encoder", "task": "embedding"}
    return {
        "kind": "classifier",
        "task": result.task,
        "classes": result.classes,
        "class_ids": class_ids,
        "temperature": result.temperature,
        "thresholds": result.thresholds,
    }
