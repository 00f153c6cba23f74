"""Captioners by name, each in a process of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from fakes.tiny_captioners import save_captioner
from sightline.app.narration.captioners import Captioners
from sightline.app.workbench import open_workbench
from sightline.core.errors import InvalidInputError, UnknownEngineError
from sightline.store.model_plan import ImportOptions

if TYPE_CHECKING:
    from pathlib import Path

PICTURE = np.random.default_rng(0).integers(0, 256, (48, 80, 3), dtype=np.uint8)


@pytest.mark.nightly
def test_an_added_folder_writes_from_a_process_of_its_own(tmp_path: Path) -> None:
    with open_workbench(tmp_path / "w") as bench:
        folder = save_captioner(tmp_path / "blip", "blip")
        added = bench.models.add(folder, ImportOptions(name="writer"))
        assert (added["kind"], added["network"]) == ("captioner", "blip")
        table = Captioners(bench.store.models, bench.room)
        assert [(one["name"], one["ready"]) for one in table.listed()] == [("writer", True)]
        engine = table.load("writer")
        assert table.load(added["id"]) is engine
        found = engine.caption(PICTURE, lang="de", max_tokens=8)
        assert found == engine.caption(PICTURE, lang="de", max_tokens=8)
        assert found.text
        assert (found.lang, engine.languages) == ("en", ("en",))


@pytest.mark.nightly
def test_a_folder_that_does_not_load_is_not_added(tmp_path: Path) -> None:
    with open_workbench(tmp_path / "w") as bench:
        folder = save_captioner(tmp_path / "blip", "blip")
        weights = folder / "model.safetensors"
        weights.write_bytes(weights.read_bytes()[:5000])
        with pytest.raises(InvalidInputError, match="cannot be loaded"):
            bench.models.add(folder, ImportOptions(name="short"))
        assert bench.models.all() == []


def test_an_unknown_captioner_says_how_to_get_one(tmp_path: Path) -> None:
    with open_workbench(tmp_path / "w") as bench:
        table = Captioners(bench.store.models, bench.room)
        assert table.listed() == []
        with pytest.raises(UnknownEngineError) as caught:
            table.load("writer")
        assert "models add FOLDER" in caught.value.hint
