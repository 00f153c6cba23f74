from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from fakes.pets import write_pets
from sightline.app import samples
from sightline.core.progress import Silent

if TYPE_CHECKING:
    from pathlib import Path

    from sightline.app import Workbench


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Stands in for the sample's pictures, which `flows` tests; remembers what was written."""
    written: list[str] = []

    def write(name: str, folder: Path) -> int:
        written.append(name)
        write_pets(folder, 3, seed=len(written))
        return 6

    monkeypatch.setattr(samples, "write_sample", write)
    return written


def test_a_new_workspace_gets_the_samples_once(bench: Workbench, small: list[str]) -> None:
    assert samples.make_samples(bench, Silent()) == ["photographs", "digits"]
    counts = {one["name"]: (one["images"], one["labelled"]) for one in bench.projects.all()}
    assert counts == {"digits": (6, 6), "photographs": (6, 0)}
    assert samples.make_samples(bench, Silent()) == []
    assert small == ["photographs", "digits"]


@pytest.mark.parametrize("fate", ["kept", "archived", "trashed"])
def test_a_workspace_that_was_used_is_left_as_it_is(bench: Workbench, fate: str) -> None:
    bench.projects.create("mine")
    if fate == "archived":
        bench.projects.archive("mine")
    if fate == "trashed":
        bench.projects.delete("mine")
    assert samples.make_samples(bench, Silent()) == []
