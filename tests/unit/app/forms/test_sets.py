"""Which pictures judge a form, and which may not."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest
from PIL import Image

from fakes.conv_graphs import conv_card
from sightline.app.forms import sets
from sightline.core.errors import InvalidInputError
from sightline.core.samples import Sample, SampleSet
from sightline.store.models import file_digest
from sightline.train import manifest

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from sightline.app import Workbench


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Twelve pictures of each class."""
    rng = np.random.default_rng(5)
    for name in ("red", "green", "blue"):
        (tmp_path / "pictures" / name).mkdir(parents=True)
        for number in range(12):
            pixels = rng.integers(0, 255, (8, 8, 3), dtype=np.uint8)
            Image.fromarray(pixels).save(tmp_path / "pictures" / name / f"{number}.png")
    return tmp_path / "pictures"


def trained_on(run_dir: Path, files: Iterable[Path]) -> Path:
    """Write the list of a run whose pictures had other numbers and places than they have now."""
    run_dir.mkdir()
    rows = [
        Sample(100 + at, run_dir / one.name, 0, 0, "train", file_digest(one))
        for at, one in enumerate(files)
    ]
    manifest.save(run_dir, SampleSet(tuple(rows), ("red",), (1,)))
    return run_dir


def test_pictures_of_a_folder_that_a_run_learned_from_do_not_judge(
    folder: Path, tmp_path: Path
) -> None:
    plain = sets.of_folder(folder, conv_card())
    assert plain.where == "pictures"
    learned = [one.path for one in plain.judged[::2]]
    found = sets.of_folder(folder, conv_card(), trained_on(tmp_path / "run", learned))
    assert found.calibration == plain.calibration
    assert {one.path for one in found.judged} == {one.path for one in plain.judged} - {*learned}
    assert found.notes[-1] == f"{len(learned)} pictures that it learned from do not judge"


def test_a_folder_that_was_learned_from_wholly_judges_nothing(folder: Path, tmp_path: Path) -> None:
    run_dir = trained_on(tmp_path / "run", folder.rglob("*.png"))
    with pytest.raises(InvalidInputError, match="learned from all") as caught:
        sets.of_folder(folder, conv_card(), run_dir)
    assert caught.value.hint


def test_pictures_of_another_project_that_a_run_learned_from_do_not_judge(
    bench: Workbench, folder: Path, tmp_path: Path
) -> None:
    bench.ingest(folder, "paint", labels="folders")
    project = bench.projects.get("paint")
    card = replace(conv_card(), project="elsewhere")
    plain = sets.of_project(bench.store, project, card, None)
    learned = [one.path for one in plain.judged[:2]]
    found = sets.of_project(bench.store, project, card, trained_on(tmp_path / "run", learned))
    assert found.split == plain.split == "val"
    assert {one.path for one in found.judged} == {one.path for one in plain.judged} - {*learned}


def test_classes_of_another_project_meet_as_they_do_when_a_model_is_judged(
    bench: Workbench, folder: Path
) -> None:
    (folder / "red").rename(folder / "Red-")
    bench.ingest(folder, "paint", labels="folders")
    project = bench.projects.get("paint")
    for classes, labels in ((("red", "green", "blue"), 3), (("red", "x", "y"), 1)):
        card = conv_card(classes=list(classes))
        found = sets.of_project(bench.store, project, card, None)
        assert len({one.label for one in found.calibration}) == labels
