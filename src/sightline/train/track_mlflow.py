"""A run in MLflow: a local database, or the server that somebody named, and nothing else.

MLflow's telemetry is switched off, and no address but the given one is asked. A thread of its own
sends, so that a slow server costs the training nothing.
"""

from __future__ import annotations

import os
import queue
import threading
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from sightline.core.files import read_json, write_json
from sightline.core.packages import installed
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
    "MLFLOW_HTTP_REQUEST_BACKOFF_FACTOR": "1",
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
        """Begin a run, or go on with the one that this run's folder names: in the thread.

        Raises:
            ImportError: MLflow is not installed.
        """
        if not installed("mlflow"):
            raise ImportError("mlflow")
        self.fault: Exception | None = None
        self._part, self._run_dir, self._spec = part, run_dir, spec
        self._client: Any = None
        self._run = ""
        self._waiting: queue.SimpleQueue[Scalar | Callable[[], None]] = queue.SimpleQueue()
        self._sent: dict[str, int] = {}
        self._seen: set[str] = set()
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._work, name="mlflow", daemon=True)
        self._thread.start()

    def scalars(self, rows: Sequence[Scalar]) -> None:
        """Queue figures."""
        for row in rows:
            self._waiting.put(row)

    def files(self, paths: Sequence[Path]) -> None:
        """Queue files to be copied into the run."""
        for path in paths:
            self._waiting.put(partial(self._copy, path))

    def close(self, status: str) -> None:
        """Send what waits, for at most CLOSE_S, and say how the run ended."""
        self._waiting.put(lambda: self._client.set_terminated(self._run, status))
        self._ended.set()
        self._thread.join(CLOSE_S)
        if self._thread.is_alive():
            self.fault = self.fault or TimeoutError("the server takes too long")

    def _copy(self, path: Path) -> None:
        self._client.log_artifact(self._run, str(path))

    def _work(self) -> None:
        """Begin, then send what comes until the end."""
        try:
            self._begin()
            while not (self._ended.wait(EVERY_S) and self._waiting.empty()):
                self._send()
        except Exception as error:  # noqa: BLE001 - told by `fault`
            self.fault = error

    def _begin(self) -> None:
        self._client, root = _client(self._part.mlflow, self._run_dir)
        uri, file = self._client.tracking_uri, self._run_dir / FILE
        kept = read_json(file) if file.is_file() else {}
        if kept.get("uri") == uri:
            self._run = str(kept["run"])
            self._client.update_run(self._run, status="RUNNING")
            self._seen = set(self._client.get_run(self._run).data.metrics)
            return
        experiment = self._experiment(root)
        tags = {"mlflow.source.name": "sightline", "sightline.run": self._run_dir.name}
        made = self._client.create_run(experiment, run_name=self._run_dir.name, tags=tags)
        self._run = str(made.info.run_id)
        write_json(file, {"uri": uri, "experiment": experiment, "run": self._run})
        self._params()

    def _experiment(self, root: str | None) -> str:
        name = self._part.experiment or self._run_dir.parents[1].name or "sightline"
        found = self._client.get_experiment_by_name(name)
        if found is not None:
            return str(found.experiment_id)
        return str(self._client.create_experiment(name, artifact_location=root))

    def _params(self) -> None:
        from mlflow.entities import Param

        rows = [Param(key, str(value)[:VALUE_CHARS]) for key, value in self._spec.items()]
        for at in range(0, len(rows), PARAMS_AT_ONCE):
            self._client.log_batch(self._run, params=rows[at : at + PARAMS_AT_ONCE])

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
