"""A workspace with a project of real, small pictures."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from fakes.pets import write_pets
from sightline.app import Workbench, open_workbench
from sightline.core.labels import LabelChange

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from sightline.store.projects import Project


TRAINED_SMALL: dict[str, Any] = {
    "epochs": 1,
    "batch_size": 16,
    "image_size": 16,
    "model": {"name": "small_cnn"},
    "augment": {"views": 1},
    "loader": {"workers": 0},
    "threads": 1,
}
"""A training that ends in no time."""


@pytest.fixture
def one_thread() -> Iterator[None]:
    """One thread of torch in this process, too."""
    import torch

    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture(autouse=True)
def alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No .env of anybody, and one thread: the machine is shared."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("OMP_NUM_THREADS", "1")


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Workbench]:
    """An empty workspace."""
    with open_workbench(tmp_path / "w", person="ann", job_threads=1) as opened:
        yield opened


@pytest.fixture
def pictures(tmp_path: Path) -> Path:
    """Thirty cats and thirty dogs, in folders."""
    return write_pets(tmp_path / "pictures", 30)


@pytest.fixture
def pets(bench: Workbench, pictures: Path) -> Project:
    """A project of them that knows no label."""
    bench.ingest(pictures, "pets", labels="none")
    return bench.projects.get("pets")


def rows(bench: Workbench, project: Project) -> list[Any]:
    """Return the images of a project by ordinal."""
    size = bench.store.state.get(project.id).size
    return bench.store.images.by_ordinals(project.id, list(range(size)))


def label_by_folder(bench: Workbench, project: Project, *, every: int = 1) -> int:
    """Label every so many images with their folder's name, and return how many were."""
    classes = {one["name"]: one["id"] for one in bench.labels.classes(project)}
    for name in sorted({"cat", "dog"} - classes.keys()):
        classes[name] = bench.labels.add_class(project, name)["id"]
    changes = [
        LabelChange(row.id, classes[row.path.split("/")[-2]], "labelled")
        for row in rows(bench, project)[::every]
    ]
    bench.labels.label(project, changes)
    return len(changes)
