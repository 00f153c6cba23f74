"""A run in MLflow: a local database, or the server that somebody named, and nothing else.

MLflow's telemetry is switched off, and no address but the given one is asked. A thread of its own
sends, so that a slow server costs the training nothing.
"""

from __future__ import annotations

import os
import queue
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from sightline.core.files import read_json, write_json
from sightline.train.spec_track import track_path

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from sightline.train.spec_track import TrackPart
    from sightline.train.track import Scalar

QUIET: Final = {
    "MLFLOW_DISABLE_TELEMETRY": "true",
    "DO_NOT_TRACK": "true",
    "MLFLOW_HTTP_REQUEST_TIMEOUT": "10",
    "MLFLOW_HTTP_REQUEST_MAX_RETRIES": "2",
    "GIT_PYTHON_REFRESH": "quiet",
}
EVERY_S: Final = 1.0
AT_ONCE: Final = 1000
"""MLflow takes no more metrics in a request."""
PARAMS_AT_ONCE: Final = 100
VALUE_CHARS: Final = 500
CLOSE_S: Final = 30.0
FILE: Final = "mlflow.json"
"""In the run's folder: where its run in MLflow is."""


class MLflow:
    """Sends a run's figures to MLflow."""

    name = "MLflow"

    def __init__(self, part: TrackPart, run_dir: Path, spec: dict[str, Any]) -> None:
        """Begin a run, or go on with the one that this run's folder names.

        Raises:
            Exception: Whatever MLflow raises when it is not reached.
        """
        self.fault: Exception | None = None
        self._client, root = _client(part.mlflow, run_dir)
        self._waiting: queue.SimpleQueue[Scalar | Callable[[], None]] = queue.SimpleQueue()
        self._sent: dict[str, int] = {}
        self._seen: set[str] = set()
        self._run = self._begin(part, run_dir, spec, root)
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._send_all, name="mlflow", daemon=True)
        self._thread.start()

    def scalars(self, rows: Sequence[Scalar]) -> None:
        """Queue figures."""
        for row in rows:
            self._waiting.put(row)

    def files(self, paths: Sequence[Path]) -> None:
        """Queue files to be copied into the run."""
        for path in paths:
            self._waiting.put(lambda path=path: self._client.log_artifact(self._run, str(path)))

    def close(self, status: str) -> None:
        """Send what waits, for at most CLOSE_S, and say how the run ended."""
        self._waiting.put(lambda: self._client.set_terminated(self._run, status))
        self._ended.set()
        self._thread.join(CLOSE_S)
        if self._thread.is_alive():
            self.fault = self.fault or TimeoutError("the server takes too long")

    def _begin(self, part: TrackPart, run_dir: Path, spec: dict[str, Any], root: str | None) -> str:
        kept = read_json(run_dir / FILE) if (run_dir / FILE).is_file() else {}
        if kept.get("uri") == self._client.tracking_uri:
            self._client.update_run(kept["run"], status="RUNNING")
            self._seen = set(self._client.get_run(kept["run"]).data.metrics)
            return str(kept["run"])
        name = part.experiment or run_dir.parents[1].name or "sightline"
        found = self._client.get_experiment_by_name(name)
        experiment = (
            found.experiment_id
            if found is not None
            else self._client.create_experiment(name, artifact_location=root)
        )
        tags = {"mlflow.source.name": "sightline", "sightline.run": run_dir.name}
        made = self._client.create_run(experiment, run_name=run_dir.name, tags=tags)
        run = str(made.info.run_id)
        where = {"uri": self._client.tracking_uri, "experiment": experiment, "run": run}
        write_json(run_dir / FILE, where)
        self._params(run, spec)
        return run

    def _params(self, run: str, spec: dict[str, Any]) -> None:
        from mlflow.entities import Param

        rows = [Param(key, str(value)[:VALUE_CHARS]) for key, value in spec.items()]
        for at in range(0, len(rows), PARAMS_AT_ONCE):
            self._client.log_batch(run, params=rows[at : at + PARAMS_AT_ONCE])

    def _send_all(self) -> None:
        """Send what comes until the end; the thread's work."""
        try:
            while not (self._ended.wait(EVERY_S) and self._waiting.empty()):
                self._send()
        except Exception as error:  # noqa: BLE001 - told by `fault`
            self.fault = error

    def _send(self) -> None:
        rows: list[Scalar] = []
        while not self._waiting.empty():
            one = self._waiting.get()
            if callable(one):
                self._log(rows)
                rows = []
                one()
            else:
                rows.append(one)
        self._log(rows)

    def _log(self, rows: Sequence[Scalar]) -> None:
        from mlflow.entities import Metric

        new = [
            Metric(row.name, row.value, int(row.at * 1000), row.step)
            for row in rows
            if row.step > self._last(row.name)
        ]
        for at in range(0, len(new), AT_ONCE):
            self._client.log_batch(self._run, metrics=new[at : at + AT_ONCE])

    def _last(self, name: str) -> int:
        """Return the last step of a metric that an earlier session sent: MLflow keeps doubles."""
        if name not in self._sent:
            known = self._client.get_metric_history(self._run, name) if name in self._seen else []
            self._sent[name] = max((one.step for one in known), default=-1)
        return self._sent[name]


def attach(part: TrackPart, run_dir: Path, files: Sequence[Path]) -> list[str]:
    """Copy files into a run that has ended, a model's card for one; return why it failed, if so."""
    try:
        kept = read_json(run_dir / FILE)
        client, _ = _client(part.mlflow, run_dir)
        for path in files:
            client.log_artifact(kept["run"], str(path))
    except Exception as error:  # noqa: BLE001 - a tracker never stops a training
        return [f"MLflow did not take the model's card: {error}"[:VALUE_CHARS]]
    return []


def _client(wish: str, run_dir: Path) -> tuple[Any, str | None]:
    """Return MLflow's client, and where a local database keeps artefacts."""
    os.environ.update(QUIET)  # read when MLflow is imported
    from mlflow.tracking import MlflowClient

    path = track_path(wish)
    if not path and wish != "local":
        return MlflowClient(tracking_uri=wish), None
    if wish.startswith("sqlite:///"):
        file = Path(path)
    else:
        folder = run_dir.parents[1] / "mlflow" if wish == "local" else Path(path).expanduser()
        file = folder / "mlflow.db"
    file = file.resolve()
    file.parent.mkdir(parents=True, exist_ok=True)
    client = MlflowClient(tracking_uri=f"sqlite:///{file}")
    return client, (file.parent / "artifacts").as_uri()
