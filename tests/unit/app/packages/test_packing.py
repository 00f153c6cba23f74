from __future__ import annotations

import errno
import io
import json
import subprocess
import sys
from dataclasses import replace
from typing import IO, TYPE_CHECKING, Any

import pyrage
import pytest

from fakes.colours import add_colours, write_colours
from fakes.forms import colour_form
from fakes.onnx_graphs import colour_card, colour_model, foreign_model
from sightline.app.packages import packing
from sightline.app.packages.packing import is_package
from sightline.core.errors import (
    ConflictError,
    InvalidInputError,
    MissingWeightsError,
    NotFoundError,
    StorageError,
    WrongKeyError,
)
from sightline.export.probes import odd_pictures
from sightline.formats.age import Key, lock
from sightline.formats.package import Package
from sightline.store.model_plan import ImportOptions

if TYPE_CHECKING:
    from pathlib import Path

    from sightline.app import Workbench

OWNER = pyrage.x25519.Identity.generate()
PUBLIC = Key(recipients=(str(OWNER.to_public()),))
SECRET = Key(identities=(str(OWNER),))
ALONE = """
import sys
sys.modules["sightline"] = sys.modules["torch"] = sys.modules["onnx"] = sys.modules["cv2"] = None
import runpy
sys.argv = ["predict.py", *sys.argv[1:]]
runpy.run_path("predict.py", run_name="__main__")
"""
"""Runs the sample where nothing of this program can be imported."""


@pytest.fixture
def colours(bench: Workbench, tmp_path: Path) -> str:
    name: str = add_colours(bench, tmp_path)["name"]
    return name


def alone(folder: Path, *words: object) -> list[Any]:
    """Return what the sample code of an unpacked package says."""
    done = subprocess.run(
        [sys.executable, "-I", "-c", ALONE, *map(str, words)],
        cwd=folder, capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip
    assert not done.stderr, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_a_package_runs_without_this_program_and_answers_alike(
    bench: Workbench, colours: str, tmp_path: Path
) -> None:
    found = bench.packages.pack(colours, tmp_path / "c.zip")
    assert found["bytes"] == (tmp_path / "c.zip").stat().st_size
    bench.packages.unpack(tmp_path / "c.zip", tmp_path / "out")
    pictures = tmp_path / "pictures"
    pictures.mkdir()
    for one in odd_pictures(8):
        assert isinstance(one.source, bytes)
        (pictures / one.name).write_bytes(one.source)
    (pictures / "zz.png").write_bytes(b"no picture")
    theirs = alone(tmp_path / "out", pictures)
    ours = list(bench.predict(colours, [pictures]))
    assert [one["path"] for one in theirs] == [one["path"] for one in ours]
    for one, other in zip(theirs, ours, strict=True):
        if "error" in other:
            assert "error" in one
            continue
        assert one["label"] == other["label"], one["path"]
        assert one["probabilities"] == pytest.approx(other["probabilities"], abs=1e-4), one["path"]


@pytest.mark.parametrize("resize", ["crop", pytest.param("letterbox", marks=pytest.mark.nightly)])
def test_a_foreign_model_is_prepared_as_its_card_says(
    bench: Workbench, tmp_path: Path, resize: str
) -> None:
    foreign_model(tmp_path / "f.onnx", outputs=("logits",))
    rule = f"size=8,resize={resize},mean=0.5,0.4,0.3,std=0.2,0.3,0.4"
    options = ImportOptions(name="f", classes=("red", "green", "blue"), preprocess=rule)
    bench.models.add(tmp_path / "f.onnx", options)
    bench.packages.pack("f", tmp_path / "f.zip")
    bench.packages.unpack(tmp_path / "f.zip", tmp_path / "out")
    folder = write_colours(tmp_path / "d", 1)
    theirs = alone(tmp_path / "out", folder, "--top", "2")
    ours = list(bench.predict("f", [folder], top=2))
    for one, other in zip(theirs, ours, strict=True):
        assert one["probabilities"] == pytest.approx(other["probabilities"], abs=1e-5)


@pytest.mark.nightly
def test_tags_and_vectors_are_told_by_the_sample_too(bench: Workbench, tmp_path: Path) -> None:
    folder = write_colours(tmp_path / "d", 1)
    tagger = colour_card("t", task="multi", thresholds=[0.3, 0.3, 0.3])
    bench.models.add(colour_model(tmp_path / "t.onnx", tagger), ImportOptions(name="t"))
    colour_model(tmp_path / "e.onnx", metadata=False)
    options = ImportOptions(name="e", output="embedding", preprocess="size=8")
    bench.models.add(tmp_path / "e.onnx", options)
    for name in ("t", "e"):
        bench.packages.pack(name, tmp_path / f"{name}.zip")
        bench.packages.unpack(tmp_path / f"{name}.zip", tmp_path / name)
    rows = alone(tmp_path / "t", folder)
    assert [one["tags"] for one in rows] == [one["tags"] for one in bench.predict("t", [folder])]
    assert [len(one["embedding"]) for one in alone(tmp_path / "e", folder)] == [3, 3, 3]


def test_the_same_model_gives_the_same_bytes(
    bench: Workbench, colours: str, tmp_path: Path
) -> None:
    for name in ("a.zip", "b.zip"):
        bench.packages.pack(colours, tmp_path / name)
    assert (tmp_path / "a.zip").read_bytes() == (tmp_path / "b.zip").read_bytes()
    path = bench.store.models.path_of(bench.store.models.get(colours))
    bench.packages.pack(str(path), tmp_path / "file.zip")
    assert is_package(tmp_path / "file.zip")


def test_a_locked_package_opens_with_its_key_alone(
    bench: Workbench, colours: str, tmp_path: Path
) -> None:
    locked = tmp_path / "c.zip.age"
    assert bench.packages.pack(colours, locked, key=PUBLIC)["encrypted"]
    assert is_package(locked)
    with pytest.raises(WrongKeyError, match="is locked"):
        bench.packages.unpack(locked, tmp_path / "out")
    wrong = Key(identities=(str(pyrage.x25519.Identity.generate()),))
    with pytest.raises(WrongKeyError, match="does not open"):
        bench.packages.unpack(locked, tmp_path / "out", key=wrong)
    assert not (tmp_path / "out").exists()
    bench.packages.unpack(locked, tmp_path / "out", key=SECRET)
    bench.packages.pack(colours, tmp_path / "plain.zip")
    assert pyrage.decrypt(locked.read_bytes(), [OWNER]) == (tmp_path / "plain.zip").read_bytes()


def test_what_is_to_be_locked_never_lies_open_beside_it(
    bench: Workbench, colours: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found: list[bytes] = []

    def seen(data: bytes, key: Key) -> bytes:
        found.extend(one.read_bytes()[:2] for one in (tmp_path / "out").iterdir())
        return lock(data, key)

    monkeypatch.setattr(packing, "lock", seen)
    bench.packages.pack(colours, tmp_path / "out" / "c.age", key=PUBLIC)
    assert found
    assert b"PK" not in found


def test_a_disk_that_is_full_is_told_when_a_package_is_added(
    bench: Workbench, colours: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bench.packages.pack(colours, tmp_path / "c.zip")

    copy = Package.copy

    def full(package: Package, name: str, target: IO[bytes]) -> None:
        if name == "model.onnx":
            raise OSError(errno.ENOSPC, "No space left on device")
        copy(package, name, target)

    monkeypatch.setattr(Package, "copy", full)
    with pytest.raises(StorageError, match="full"):
        bench.packages.add(tmp_path / "c.zip")


def test_a_package_is_added_and_answers_here(
    bench: Workbench, colours: str, tmp_path: Path
) -> None:
    card = bench.store.models.get(colours)
    file = bench.store.models.path_of(card)
    far = bench.store.models.add(
        file, name="far", kind="classifier", format="onnx", preprocess=card.preprocess,
        classes=card.classes, class_ids=(7, 8, 9), outputs=card.outputs, project="birds", run="r1",
        licence="MIT", temperature=0.1,
    )  # fmt: skip
    bench.packages.pack(far.id, tmp_path / "far.zip", key=PUBLIC)
    added = bench.packages.add(tmp_path / "far.zip", name="near", key=SECRET)
    near = bench.store.models.get("near")
    assert (added["id"], near.licence, near.classes) == (near.id, "MIT", card.classes)
    assert (near.project, near.run, near.class_ids) == ("", "", ())
    assert near.source == "package of birds"
    folder = write_colours(tmp_path / "d", 1)
    assert [one["label"] for one in bench.predict("near", [folder])] == ["blue", "green", "red"]


def test_what_is_no_package_or_does_not_answer_is_not_added(
    bench: Workbench, colours: str, tmp_path: Path
) -> None:
    plain = tmp_path / "colours.onnx"
    assert not is_package(plain)
    assert not is_package(tmp_path / "none")
    with pytest.raises(InvalidInputError):
        bench.packages.add(plain)
    with pytest.raises(NotFoundError):
        bench.packages.add(tmp_path / "none.zip")
    bench.packages.pack(colours, tmp_path / "c.zip")
    lie = bytearray((tmp_path / "c.zip").read_bytes())
    at = lie.index(b"ReduceMean")
    lie[at] ^= 1
    with pytest.raises(InvalidInputError):
        bench.packages.take(io.BytesIO(bytes(lie)), "lie")
    assert len(bench.models.all()) == 1


def test_what_onnx_runtime_does_not_run_is_not_packed(bench: Workbench, tmp_path: Path) -> None:
    file, card = colour_form(tmp_path / "ov", "openvino")
    bench.store.models.add(
        file, extras={"model.bin": file.with_suffix(".bin")}, name="ov", kind="classifier",
        format="openvino", preprocess=card.preprocess, classes=card.classes,
    )  # fmt: skip
    with pytest.raises(InvalidInputError, match="lies as openvino"):
        bench.packages.pack("ov", tmp_path / "o.zip")
    detector = replace(card, kind="detector", format="onnx")
    bench.store.models.add(
        b"x", name="d", kind="detector", format="onnx", preprocess=detector.preprocess
    )
    with pytest.raises(InvalidInputError, match="no sample code"):
        bench.packages.pack("d", tmp_path / "o.zip")
    assert not (tmp_path / "o.zip").exists()


def test_the_server_exports_nothing_for_a_package(
    bench: Workbench, colours: str, tmp_path: Path
) -> None:
    bench.store.models.add(
        b"weights", name="torch", kind="classifier", format="torch",
        preprocess=colour_card().preprocess, classes=("a", "b"),
    )  # fmt: skip
    with pytest.raises(MissingWeightsError, match="not exported yet"):
        bench.packages.pack_ready("torch")
    name, file = bench.packages.pack_ready(colours, key=PUBLIC)
    assert name == "colours.zip.age"
    bench.packages.unpack(file, tmp_path / "out", key=SECRET)


def test_places_that_cannot_be_written_are_told(
    bench: Workbench, colours: str, tmp_path: Path
) -> None:
    with pytest.raises(InvalidInputError, match="is a folder"):
        bench.packages.pack(colours, tmp_path)
    (tmp_path / "file").write_text("")
    with pytest.raises(StorageError):
        bench.packages.pack(colours, tmp_path / "file" / "c.zip")
    bench.packages.pack(colours, tmp_path / "c.zip")
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "mine.txt").write_text("keep")
    with pytest.raises(ConflictError):
        bench.packages.unpack(tmp_path / "c.zip", tmp_path / "full")
    assert (tmp_path / "full" / "mine.txt").read_text() == "keep"
