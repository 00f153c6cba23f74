from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from server.conftest import Shop


def test_the_machines_load_is_told(shop: Shop) -> None:
    load = shop.get("/api/system")
    assert 0 <= load["cpu_percent"] <= 100
    assert 0 < load["memory_used_mb"] < load["memory_total_mb"]


def test_a_runs_load_is_read_from_its_events(shop: Shop) -> None:
    bench = shop.bench
    project = bench.projects.get("birds")
    run = bench.store.runs.create(
        project, "r1", mode="new", parent=None, network="small_cnn", spec={}, epochs=1
    )
    folder = bench.training.run_dir(run)
    folder.mkdir(parents=True)
    sample = {
        "kind": "load", "at": 5.0, "cpu_percent": 40.0, "cores": 4, "memory_used_mb": 9,
        "memory_total_mb": 10, "process_cpu_percent": 90.0, "process_memory_mb": 3, "gpus": [],
    }  # fmt: skip
    (folder / "events.jsonl").write_text(json.dumps(sample) + "\n")
    (found,) = shop.get("/api/runs/r1/load")
    assert (found["at"], found["process_cpu_percent"]) == (5.0, 90.0)


@pytest.mark.parametrize("place", ["/etc", "sqlite:////etc/x.db", "file:///etc"])
def test_a_tracker_writes_nowhere_but_in_allowed_folders(shop: Shop, place: str) -> None:
    body = {"spec": {"track": {"mlflow": place}}, "mode": "new"}
    refused = shop.post("/api/projects/birds/runs", body, status=403)
    assert refused["hint"]
