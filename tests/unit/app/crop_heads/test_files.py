"""Heads handed on as a ZIP, and heads made of other tools' pickles."""

from __future__ import annotations

import io
import json
import pickle
import zipfile
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from fakes.heads import head_on
from sightline.core.errors import InvalidInputError, SightlineError, UnknownModelError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from sightline.app import Workbench

Change = dict[str, bytes | None]


@pytest.fixture
def parcel(bench: Workbench, tmp_path: Path) -> Path:
    bench.crop_heads.keep(head_on(bench, ("cat", "dog", "__bg_0")), "pets")
    bench.head_files.export("pets", tmp_path)
    return tmp_path / "pets.zip"


def test_a_head_comes_back_from_its_zip_as_it_was(bench: Workbench, parcel: Path) -> None:
    before = bench.crop_heads.load("pets")
    assert zipfile.ZipFile(parcel).read("labelmap.txt") == b"cat\ndog\n__bg_0\n"
    assert bench.head_files.pack("pets")[1] == parcel.read_bytes()
    found = bench.head_files.take(parcel)
    assert found["name"] == "pets"
    after = bench.crop_heads.load(found["id"])
    assert after.card() == before.card()
    np.testing.assert_array_equal(after.layers[0].weight, before.layers[0].weight)


def test_the_bare_file_of_a_head_is_taken_too(bench: Workbench, parcel: Path) -> None:
    bare = parcel.with_name("mine.safetensors")
    bare.write_bytes(zipfile.ZipFile(parcel).read("head.safetensors"))
    assert bench.head_files.take(bare)["name"] == "mine"
    assert bench.head_files.take(bare, "other")["name"] == "other"


def changed(parcel: Path, **change: bytes | None) -> Path:
    """The same ZIP with some of its files exchanged (a name's _ stands for a dot), or left out."""
    parts = {name.replace("__", "/").replace("_", "."): data for name, data in change.items()}
    out = io.BytesIO()
    with zipfile.ZipFile(parcel) as old, zipfile.ZipFile(out, "w") as new:
        for name, data in ({one: old.read(one) for one in old.namelist()} | parts).items():
            if data is not None:
                new.writestr(name, data)
    target = parcel.with_name("changed.zip")
    target.write_bytes(out.getvalue())
    return target


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"head_safetensors": None}, "lacks head.safetensors"),
        ({"head_safetensors": b"x"}, "not what its manifest says"),
        ({"labelmap_txt": b"owl"}, "not what its manifest says"),
        ({"run_py": b"x"}, "holds run.py"),
        ({"manifest_json": b"{}"}, "manifest is not that of a head"),
        ({"manifest_json": b"{"}, "not valid JSON"),
        (
            {"manifest_json": json.dumps({"kind": "sightline-head", "version": 9}).encode()},
            "another version",
        ),
        ({"manifest_json": None, "head_safetensors": b"x" * 99}, "damaged"),
    ],
)
def test_a_zip_that_is_no_head_is_refused(
    bench: Workbench, parcel: Path, change: Change, why: str
) -> None:
    with pytest.raises(InvalidInputError, match=why):
        bench.head_files.take(changed(parcel, **change))
    assert len(bench.crop_heads.all()) == 1


def test_zips_that_lead_out_and_other_files_are_refused(bench: Workbench, tmp_path: Path) -> None:
    bad: dict[str, Callable[[Path], Any]] = {
        "out.zip": lambda file: zipfile.ZipFile(file, "w").writestr("../head.safetensors", b"x"),
        "no.zip": lambda file: file.write_bytes(b"no"),
        "head.pkl": lambda file: file.write_bytes(pickle.dumps(["cat"])),
        "head.txt": lambda file: file.write_text("cat"),
        "half.safetensors": lambda file: file.write_bytes(b"\x40" + b"\0" * 20),
    }
    for name, write in bad.items():
        write(tmp_path / name)
        with pytest.raises(SightlineError) as error:
            bench.head_files.take(tmp_path / name)
        assert error.value.hint
        assert name != "head.pkl" or "heads convert head.pkl" in error.value.hint
    with pytest.raises(UnknownModelError):
        bench.head_files.take(tmp_path / "none.zip")


def layered(dim: int = 6, classes: Any = ("cat", "dog")) -> dict[str, Any]:
    layer = {"weight": np.ones((len(classes), dim)), "bias": np.zeros(len(classes))}
    return {"classifier_type": "mlp", "classes": list(classes), "layers": [layer]}


def written(path: Path, value: Any) -> Path:
    path.write_bytes(pickle.dumps(value))
    return path


def test_a_pickle_becomes_a_head_and_says_what_it_still_needs(
    bench: Workbench, tmp_path: Path
) -> None:
    found = bench.head_files.convert(written(tmp_path / "birds.pkl", layered(512)))
    assert (found["name"], found["dim"], found["meta"]) == ("birds", 512, None)
    assert found["head"]["encoder"] == "clip-vit-base-patch32"
    assert any("pull clip-vit-base-patch32" in one for one in found["notes"])
    assert bench.crop_heads.load("birds").facts["training"]["file"] == "birds.pkl"


def test_metadata_beside_it_are_used_and_an_encoder_of_here_is_named(
    bench: Workbench, tmp_path: Path
) -> None:
    dim = bench.encoders.dim_of("hog")
    file = written(tmp_path / "birds.pkl", layered(dim, (0, 1)))
    meta = written(tmp_path / "birds.meta.pkl", {"encoder_model": "x/y", "embedding_dim": dim})
    labelmap = tmp_path / "names.txt"
    labelmap.write_text("owl\nrobin\n")
    found = bench.head_files.convert(file, labelmap=labelmap, encoder="hog", name="hogs")
    assert (found["meta"], found["notes"]) == (str(meta), [])
    assert found["classes"] == ["owl", "robin"]
    assert bench.crop_heads.all()[0]["fault"] == ""
    names = written(tmp_path / "names.pkl", ["owl", "robin"])
    found = bench.head_files.convert(file, labelmap=names)
    assert found["head"]["encoder"] == "y"
    assert "not here" in found["notes"][-1]


def test_metadata_labelmaps_and_encoders_that_are_none_are_refused(
    bench: Workbench, tmp_path: Path
) -> None:
    file = written(tmp_path / "birds.pkl", layered())
    odd = written(tmp_path / "odd.pkl", 3)
    cases: list[dict[str, Any]] = [
        {},
        {"meta": odd},
        {"meta": tmp_path / "none.pkl"},
        {"labelmap": odd, "encoder": "hog"},
        {"labelmap": tmp_path / "none.txt", "encoder": "hog"},
        {"encoder": "none"},
    ]
    for case in cases:
        with pytest.raises(SightlineError) as error:
            bench.head_files.convert(file, **case)
        assert error.value.hint
    assert bench.crop_heads.all() == []
