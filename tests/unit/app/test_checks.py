from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING

from fakes.onnx_graphs import colour_model
from fakes.sam_graphs import circle_pair
from sightline import __version__
from sightline.app import checks
from sightline.core.errors import StorageError
from sightline.settings import Settings
from sightline.store.model_plan import ImportOptions

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

    from sightline.app import Workbench


def test_a_sound_workspace_is_said_to_be_so(bench: Workbench) -> None:
    bench.projects.create("pets")
    found = bench.doctor()
    assert found["ok"]
    assert found["versions"]["sightline"] == __version__
    assert found["workspace"] == str(bench.workspace)
    details = {one["name"]: one["detail"] for one in found["checks"]}
    assert details["database"] == "SQLite, 1 projects"
    assert set(checks.CHECKS) < set(details)
    json.dumps(found, allow_nan=False)


def test_every_setting_is_shown_with_its_origin_and_no_secret(
    bench: Workbench, monkeypatch: pytest.MonkeyPatch
) -> None:
    bench.save_settings({"title": "Mine", "token": "hunter2"})
    monkeypatch.setenv("SIGHTLINE_PORT", "9000")
    found = bench.doctor()
    assert set(found["settings"]) == set(found["origins"]) == set(Settings.model_fields)
    origins = found["origins"]
    assert origins["title"] == "settings.json"
    assert origins["port"] == "environment"
    assert origins["person"] == "flag"
    assert origins["host"] == "default"
    assert "hunter2" not in json.dumps(found)


def test_a_damaged_model_is_named(bench: Workbench, tmp_path: Path) -> None:
    added = bench.models.add(colour_model(tmp_path / "c.onnx"), ImportOptions(name="c"))
    (bench.store.models.root / added["id"] / "model.json").write_text("{")
    found = bench.doctor()
    assert not found["ok"]
    assert added["id"] in next(one["detail"] for one in found["checks"] if one["name"] == "models")


def test_a_check_that_fails_says_why_and_stops_no_other(
    bench: Workbench, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(_bench: Workbench) -> tuple[bool, str]:
        raise StorageError("the disk is on fire")

    monkeypatch.setitem(checks.CHECKS, "database", broken)
    monkeypatch.setattr(shutil, "disk_usage", lambda _path: shutil._ntuple_diskusage(9, 8, 1))
    found = bench.doctor()
    faults = {one["name"]: one["detail"] for one in found["checks"] if not one["ok"]}
    assert faults["database"] == "the disk is on fire"
    assert "disk" in faults
    assert not found["ok"]


def test_a_missing_extra_is_no_fault_and_says_how_to_get_it(
    bench: Workbench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(checks.EXTRAS, "moon", ("no-such-package",))
    found = bench.doctor()
    assert found["ok"]
    moon = next(one for one in found["checks"] if one["name"] == "extra moon")
    assert (moon["ok"], moon["needed"]) == (False, False)
    assert "sightline[moon]" in moon["detail"]


def test_variables_of_earlier_tools_say_what_they_stand_for_and_still_need(
    bench: Workbench, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "labels.pkl").touch()
    for name, value in {
        "LOGREG_PATH": "./mine.pkl",
        "SAM_CHECKPOINT_PATH": "./sam_vit_h_4b8939.pth",
        "CLIP_MODEL_NAME": "ViT-B/32",
        "LABELMAP_PATH": str(tmp_path / "labels.pkl"),
        "SEG_BUILDER_WORKERS_PER_DEVICE": "4",
    }.items():
        monkeypatch.setenv(name, value)
    found = bench.doctor()
    assert found["ok"], "they are no fault of the workspace"
    told = {one["name"]: (one["ok"], one["detail"]) for one in found["checks"]}
    assert told["SEG_BUILDER_WORKERS_PER_DEVICE"] == (True, "segment_workers = 4")
    for name, parts in {
        "LOGREG_PATH": ("box_head = mine", "never opened", "sightline heads convert ./mine.pkl"),
        "SAM_CHECKPOINT_PATH": ("never opened", "sightline models pull sam-vit-huge"),
        "CLIP_MODEL_NAME": ("sightline models pull clip-vit-base-patch32",),
        "LABELMAP_PATH": ("a class name per line",),
    }.items():
        assert not told[name][0]
        assert all(part in told[name][1] for part in parts), told[name]

    (tmp_path / "labels.txt").write_text("cat\ndog\n")
    monkeypatch.setenv("LABELMAP_PATH", str(tmp_path / "labels.txt"))
    bench.models.add(circle_pair(tmp_path / "pair"), ImportOptions(name="sam-vit-huge"))
    bench.save_settings({"box_head": "another"})
    monkeypatch.setenv("SIGHTLINE_ENCODER", "hog")
    told = {one["name"]: (one["ok"], one["detail"]) for one in bench.doctor()["checks"]}
    assert told["LABELMAP_PATH"][0]
    assert told["SAM_CHECKPOINT_PATH"] == (True, "assist_engine = sam-vit-huge")
    assert told["LOGREG_PATH"] == (True, "settings.json rules over it: box_head is another")
    assert "environment rules over it" in told["CLIP_MODEL_NAME"][1]
