"""Models as files: what uses them, what is missing, whether they are whole, what they take."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from fakes.onnx_graphs import colour_model
from fakes.sam_graphs import circle_pair
from sightline.app import open_workbench
from sightline.app.models import shelf as model_shelf
from sightline.core.errors import (
    BusyError,
    ConflictError,
    InvalidInputError,
    NotFoundError,
    UnknownModelError,
)
from sightline.core.preprocess import Preprocess
from sightline.store.locks import FileLock
from sightline.store.model_plan import ImportOptions

if TYPE_CHECKING:
    from pathlib import Path

    from sightline.app import Workbench


def add(bench: Workbench, tmp_path: Path, name: str = "colours") -> dict[str, Any]:
    file = colour_model(tmp_path / f"{name}.onnx")
    return bench.models.add(file, ImportOptions(name=name, output="embedding"))


def add_head(bench: Workbench, name: str, **head: str) -> Any:
    fields: dict[str, Any] = {"kind": "head", "format": "head", "preprocess": Preprocess(size=8)}
    return bench.store.models.add(b"head", name=name, head=head, **fields)


def uses(bench: Workbench, name: str) -> list[tuple[str, str, str]]:
    found = bench.model_shelf.get(name)["used_by"]
    return [(one["kind"], one["name"], one["setting"]) for one in found]


def test_projects_heads_settings_and_vectors_that_need_a_model_are_named(
    bench: Workbench, pets: Any, tmp_path: Path
) -> None:
    card = bench.store.models.get(add(bench, tmp_path)["id"])
    assert uses(bench, "colours") == []
    bench.encoders.embed(pets, "colours")
    on_key = add_head(bench, "by key", encoder="renamed", encoder_key=card.encoder_key)
    add_head(bench, "by name", encoder="colours", encoder_key="")
    bench.projects.save_settings(pets, {"box_head": on_key.id, "image_head": "by name"})
    assert uses(bench, "colours") == [
        ("project", "pets", "encoder"),
        ("head", "by name", ""),
        ("head", "by key", ""),
        ("vectors", "pets", ""),
    ]
    assert bench.model_shelf.get("colours")["used_by"][-1]["what"] == "60 vectors come from it"
    rows = {one["name"]: one["used_by"] for one in bench.model_shelf.all()}
    assert [one["setting"] for one in rows["by key"]] == ["box_head"]
    assert [one["setting"] for one in rows["by name"]] == ["image_head"]
    assert bench.model_shelf.overview()["missing"] == []

    gone = bench.model_shelf.remove("colours")
    assert {one["kind"] for one in gone["used_by"]} == {"project", "head", "vectors"}
    missing = bench.model_shelf.overview()["missing"]
    wanted = {one["name"]: [use["kind"] for use in one["wanted_by"]] for one in missing}
    assert wanted == {"colours": ["project", "head"], "renamed": ["head"]}
    assert bench.model_shelf.restore("colours")["used_by"]


def test_a_training_that_begins_from_a_model_needs_it_until_it_ends(
    bench: Workbench, pets: Any, tmp_path: Path
) -> None:
    add(bench, tmp_path)
    spec = {"model": {"weights": "colours"}}
    bench.store.runs.create(
        pets, "r1", mode="new", parent=None, network="resnet18", spec=spec, epochs=1
    )
    assert uses(bench, "colours") == [("run", "r1", "")]
    bench.store.runs.change("r1", state="done")
    assert uses(bench, "colours") == []


def test_what_settings_name_and_is_not_here_says_how_it_comes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SAM_VARIANT", "sam1")
    with open_workbench(tmp_path / "w") as bench:
        project = bench.projects.create("pets")
        bench.projects.save_settings(project, {"box_head": "mine", "encoder": "my-own"})
        bench.projects.save_settings(bench.projects.create("plain"), {"encoder": "hog"})
        found = {one["name"]: one for one in bench.model_shelf.overview()["missing"]}
    assert found.keys() == {"sam-vit-huge", "mine", "my-own"}
    assert found["sam-vit-huge"]["pullable"]
    assert found["sam-vit-huge"]["how"] == "sightline models pull sam-vit-huge"
    assert "heads convert" in found["mine"]["how"]
    assert found["my-own"]["how"] == "sightline models add FOLDER --name my-own"


def test_changed_lost_and_damaged_files_are_told_with_what_to_do(
    bench: Workbench, tmp_path: Path
) -> None:
    pair = bench.models.add(circle_pair(tmp_path / "pair"), ImportOptions(name="pair"))
    whole, torn = add(bench, tmp_path), add(bench, tmp_path, "torn")
    assert bench.model_shelf.verify()["ok"]
    root = bench.store.models.root
    (root / pair["id"] / "decoder.onnx").unlink()
    (root / torn["id"] / "model.json").write_text("{")
    with (root / whole["id"] / "model.onnx").open("ab") as file:
        file.write(b"!")
    found = bench.model_shelf.verify()
    faults = {one["id"]: one["fault"] for one in found["models"]}
    assert found["ok"] is False
    assert "decoder.onnx is missing" in faults[pair["id"]]
    assert "has changed" in faults[whole["id"]]
    assert faults[torn["id"]]
    assert all(one["hint"] for one in found["models"])
    row = bench.model_shelf.get("pair")
    assert row["lacks"] == [
        {
            "file": "decoder.onnx",
            "folder": str(root / pair["id"]),
            "blake3": pair["files"]["decoder.onnx"],
        }
    ]
    assert bench.model_shelf.remove(torn["id"])["used_by"] == []
    with pytest.raises(UnknownModelError):
        bench.model_shelf.remove("torn")


def test_a_check_of_much_is_a_job(
    bench: Workbench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = add(bench, tmp_path)
    assert bench.model_shelf.start_verify("colours")["ok"] is True
    monkeypatch.setattr(model_shelf, "BIG_BYTES", 1)
    monkeypatch.setattr(bench.jobs, "pump", lambda: None)
    for ref, asked in (("", ""), ("colours", made["id"])):
        found = bench.model_shelf.start_verify(ref)
        assert (found["ok"], found["models"]) == (None, [])
        assert found["job"]["kind"] == "verify-models"
        assert bench.jobs.get(found["job"]["id"]).arguments == {"model": asked}
    with pytest.raises(UnknownModelError):
        bench.model_shelf.start_verify("none")


def test_the_overview_tells_what_lies_where(bench: Workbench, tmp_path: Path) -> None:
    made = add(bench, tmp_path)
    checkpoints = bench.workspace / "projects/pets/runs/r/checkpoints/last"
    checkpoints.mkdir(parents=True)
    (checkpoints / "weights").write_bytes(b"x" * 100)
    begun = bench.workspace / "cache/pulls/hub--facebook--dinov2-small"
    begun.mkdir(parents=True)
    (begun / "model.safetensors.part").write_bytes(b"x" * 50)
    (begun.parent / "hub--me--own--v2").mkdir()
    (begun.parent / "hub--me--own--v2" / "config.json").write_bytes(b"x")
    bench.model_shelf.remove(add(bench, tmp_path, "old")["id"])
    found = bench.model_shelf.overview()
    assert found["models"] == [{"kind": "encoder", "bytes": made["bytes"]}]
    assert found["checkpoints_bytes"] == 100
    assert [(one["name"], one["bytes"]) for one in found["partial"]] == [
        ("dinov2-small", 50),
        ("me/own@v2", 1),
    ]
    assert {one["name"]: one["bytes"] for one in found["caches"]}["pulls"] == 51
    assert [one["name"] for one in found["trash"]] == ["old"]
    assert 0 < found["free_bytes"] <= found["total_bytes"]
    assert bench.model_shelf.empty_trash() == {"erased": 1}
    assert bench.model_shelf.trash() == []


def test_a_begun_download_can_be_thrown_away(bench: Workbench) -> None:
    folder = bench.workspace / "cache/pulls/hub--facebook--dinov2-small"
    with pytest.raises(NotFoundError, match="nothing of dinov2-small"):
        bench.pulling.forget("dinov2-small")
    folder.mkdir(parents=True)
    (folder / "model.safetensors.part").write_bytes(b"12345")
    with FileLock(folder / "lock") as lock:
        lock.acquire(timeout_s=1)
        with pytest.raises(BusyError):
            bench.pulling.forget("dinov2-small")
    assert bench.pulling.forget("dinov2-small")["freed_bytes"] == 5
    assert not folder.exists()


def test_a_model_removed_twice_can_come_back_only_once(bench: Workbench, tmp_path: Path) -> None:
    made = add(bench, tmp_path)
    bench.model_shelf.remove(made["id"])
    assert bench.model_shelf.restore(made["id"])["id"] == made["id"]
    with pytest.raises(NotFoundError):
        bench.model_shelf.restore(made["id"])
    bench.model_shelf.remove(made["id"])
    (bench.store.models.root / made["id"]).mkdir()
    with pytest.raises(ConflictError):
        bench.model_shelf.restore(made["id"])


def test_dropped_files_become_a_model_and_nothing_stays_beside_it(
    bench: Workbench, tmp_path: Path
) -> None:
    data = colour_model(tmp_path / "c.onnx").read_bytes()
    options = ImportOptions(name="", output="embedding")
    made = bench.model_uploads.add([("colours.onnx", io.BytesIO(data))], options)
    assert (made["name"], made["kind"], made["source"]) == ("colours", "encoder", "colours.onnx")
    pair = circle_pair(tmp_path / "pair")
    files = [(one.name, io.BytesIO(one.read_bytes())) for one in sorted(pair.iterdir())]
    found = bench.model_uploads.add(files, ImportOptions(name="circles"))
    assert (found["kind"], "decoder.onnx" in found["files"]) == ("segmenter", True)
    with pytest.raises(InvalidInputError, match="one name"):
        bench.model_uploads.add([files[0], files[0]], ImportOptions(name="x"))
    with pytest.raises(InvalidInputError) as caught:
        bench.model_uploads.add([("theirs.pkl", io.BytesIO(b"\x80\x04."))], ImportOptions(name=""))
    assert caught.value.hint
    assert list((bench.workspace / "cache" / "uploads").iterdir()) == []
    assert np.isfinite(bench.encoders.encoder("colours").encode([np.zeros((8, 8, 3), "u1")])).all()
