from __future__ import annotations

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any, ClassVar

import pytest

from sightline.core.files import read_json
from sightline.train.run import train
from sightline.train.spec_track import TrackPart, track_path
from sightline.train.track_mlflow import FILE, attach

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from sightline.core.samples import SampleSet

pytestmark = pytest.mark.filterwarnings("ignore")  # MLflow's own, of SQLAlchemy and pydantic


@pytest.mark.nightly
def test_a_resumed_run_goes_on_in_its_local_mlflow_run_without_doubling_points(
    tmp_path: Path, bars: SampleSet, quick: Any, recorder: Any, power_cut: Any
) -> None:
    run_dir = tmp_path / "birds" / "runs" / "r1"
    track = {"mlflow": "local"}
    saved = {"every_s": 0.0, "every_steps": 4}
    with pytest.raises(power_cut):
        train(quick(track=track, checkpoint=saved), bars, run_dir, progress=recorder(cut_at=7))
    result = train(quick(track=track), bars, run_dir, mode="resume")
    assert [note for note in result.notes if "MLflow" in note] == []
    card = tmp_path / "card.md"
    card.write_text("# a model")
    assert attach(TrackPart(mlflow="local"), run_dir, [card]) == []

    from mlflow.telemetry import get_telemetry_client
    from mlflow.tracking import MlflowClient

    assert get_telemetry_client() is None
    where = read_json(run_dir / FILE)
    client = MlflowClient(tracking_uri=f"sqlite:///{tmp_path / 'birds' / 'mlflow' / 'mlflow.db'}")
    assert client.get_experiment(where["experiment"]).name == "birds"
    run = client.get_run(where["run"])
    assert run.info.status == "FINISHED"
    assert run.data.params["model.name"] == "small_cnn"
    for name, steps in {"loss/batch": list(range(1, 16)), "loss/val": [5, 10, 15]}.items():
        assert [one.step for one in client.get_metric_history(where["run"], name)] == steps
    kept = {one.path for one in client.list_artifacts(where["run"])}
    assert kept == {"report.json", "spec.json", "card.md"}


class Server(BaseHTTPRequestHandler):
    """Knows what MLflow's REST needs for a run, and writes down what it is asked."""

    asked: ClassVar[list[tuple[str, dict[str, Any]]]] = []

    def do_GET(self) -> None:
        missing = {"error_code": "RESOURCE_DOES_NOT_EXIST", "message": "no such experiment"}
        self._answer(missing, 404)

    def do_POST(self) -> None:
        size = int(self.headers["Content-Length"])
        path = self.path.removeprefix("/api/2.0/mlflow/")
        self.asked.append((path, json.loads(self.rfile.read(size))))
        info = {"run_id": "abc", "run_uuid": "abc", "experiment_id": "1", "status": "RUNNING"}
        run = {"info": info | {"artifact_uri": "", "start_time": 1}, "data": {}}
        answers: dict[str, Any] = {
            "experiments/create": {"experiment_id": "1"},
            "runs/create": {"run": run},
            "runs/update": {"run_info": info},
        }
        self._answer(answers.get(path, {}))

    def _answer(self, value: dict[str, Any], status: int = 200) -> None:
        body = json.dumps(value).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_args: object) -> None:
        """Say nothing."""


@pytest.fixture
def server() -> Iterator[str]:
    Server.asked.clear()
    with ThreadingHTTPServer(("127.0.0.1", 0), Server) as made:
        thread = threading.Thread(target=made.serve_forever, args=(0.01,))
        thread.start()
        yield f"http://127.0.0.1:{made.server_port}"
        made.shutdown()
        thread.join()


def test_a_server_gets_settings_and_figures(
    tmp_path: Path, bars: SampleSet, quick: Any, server: str
) -> None:
    track = {"mlflow": server, "experiment": "mine"}
    train(quick(epochs=1, track=track), bars, tmp_path / "p" / "runs" / "r2")
    bodies: dict[str, list[dict[str, Any]]] = {}
    for path, body in Server.asked:
        bodies.setdefault(path, []).append(body)
    assert bodies["experiments/create"][0]["name"] == "mine"
    params = {one["key"] for body in bodies["runs/log-batch"] for one in body.get("params", [])}
    assert {"optimizer.lr", "augment.flip"} < params
    metrics = [one for body in bodies["runs/log-batch"] for one in body.get("metrics", [])]
    batches = [int(one["step"]) for one in metrics if one["key"] == "loss/batch"]
    assert batches == [1, 2, 3, 4, 5]


def test_a_server_that_is_not_there_is_noted_and_stops_nothing(
    tmp_path: Path, bars: SampleSet, quick: Any, recorder: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    from sightline.train import track_mlflow

    monkeypatch.setitem(track_mlflow.QUIET, "MLFLOW_HTTP_REQUEST_MAX_RETRIES", "0")
    said = recorder()
    run_dir = tmp_path / "p" / "runs" / "r3"
    train(quick(epochs=1, track={"mlflow": "http://127.0.0.1:9"}), bars, run_dir, progress=said)
    assert (run_dir / "report.json").is_file()
    assert len([line for line in said.lines if line.startswith("MLflow is left out")]) == 1


def test_a_path_is_found_in_every_way_to_name_it() -> None:
    named = ("", "local", "http://x:5000", "/data/ml", "sqlite:////data/a.db", "file:///data/ml")
    assert [track_path(one) for one in named] == ["", "", "", "/data/ml", "/data/a.db", "/data/ml"]
