"""A folder of the SAM family becomes a segmenter without torch: exported, added, asked."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from fakes.sam_family import save_family
from sightline.core.assist import Prompt
from sightline.core.errors import InvalidInputError, ParityError
from sightline.export import pair_parity
from sightline.store.model_plan import ImportOptions

if TYPE_CHECKING:
    from sightline.app import Workbench

PICTURE = np.random.default_rng(0).integers(0, 256, (50, 80, 3), dtype=np.uint8)


@pytest.fixture
def folder(bench: Workbench, tmp_path: Path) -> str:
    """A tiny SAM in the store."""
    saved = save_family(tmp_path / "sam", "sam")
    options = ImportOptions(name="tiny", licence="MIT")
    return bench.store.models.add_file(saved, options).id


def test_an_export_is_a_segmenter_of_its_own(bench: Workbench, folder: str) -> None:
    made = bench.export("tiny")
    assert set(made) >= {"path", "model", "name", "parity_max_abs", "bytes", "probes"}
    assert made["parity_max_abs"] <= pair_parity.TOLERANCE
    shown = bench.models.get(made["model"])
    assert (shown["name"], shown["kind"], shown["format"]) == ("tiny-onnx", "segmenter", "onnx")
    assert (shown["licence"], shown["source"]) == ("MIT", f"exported from {folder}")
    engine = bench.assist.engines.load("tiny-onnx")
    found = engine.predict(engine.encode(PICTURE), Prompt(box=(5, 5, 60, 40)))
    assert len(found) >= 1
    root = bench.store.models.root
    assert [one.name for one in root.iterdir() if one.name.startswith(".")] == []
    told = [e.payload for e in bench.store.events.since(0) if e.kind == "model"]
    assert {"id": made["model"], "change": "added"} in told
    with pytest.raises(InvalidInputError, match="pair already"):
        bench.models.start_export("tiny-onnx")


@pytest.mark.nightly
def test_an_export_to_a_folder_is_two_files(bench: Workbench, folder: str, tmp_path: Path) -> None:
    made: dict[str, Any] = bench.export(folder, out=tmp_path / "out")
    assert Path(made["path"]) == tmp_path / "out"
    names = sorted(one.name for one in (tmp_path / "out").iterdir())
    assert names == ["decoder.onnx", "encoder.onnx"]
    assert [one["name"] for one in bench.models.all()] == ["tiny"]


@pytest.mark.nightly
@pytest.mark.usefixtures("folder")
def test_an_export_that_answers_otherwise_leaves_nothing(
    bench: Workbench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pair_parity, "TOLERANCE", -1.0)
    with pytest.raises(ParityError):
        bench.export("tiny")
    assert [one["name"] for one in bench.models.all()] == ["tiny"]
    assert len(list(bench.store.models.root.iterdir())) == 1
