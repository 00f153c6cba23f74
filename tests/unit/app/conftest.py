"""A workspace with a project of real, small pictures."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from fakes.pets import write_pets
from sightline.app import Workbench, open_workbench
from sightline.core.geometry.shapes import Box
from sightline.core.labels import LabelChange
from sightline.core.objects import ImageObject, ObjectChange

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from sightline.core.geometry.shapes import Shape
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


@pytest.fixture
def boxed(bench: Workbench, tmp_path: Path) -> Project:
    """A project of fourteen images: five with two boxes each, one that somebody found empty."""
    bench.ingest(write_pets(tmp_path / "boxed", 7), "pets", labels="none")
    project = bench.projects.get("pets")
    label_by_folder(bench, project)
    *first, empty = rows(bench, project)[:6]
    for row in first:
        draw_boxes(bench, project, row.id, Box(2, 2, 12, 20), Box(6, 4, 22, 16))
    bench.objects.change(project, [ObjectChange(image_id=empty.id, review="done")])
    return project


def draw_boxes(bench: Workbench, project: Project, image_id: int, *shapes: Shape) -> None:
    """Draw shapes of a project's first class in an image, named u0, u1, ..."""
    class_id = bench.store.classes.list(project.id)[0].id
    put = tuple(
        ImageObject(uid=f"u{at}", class_id=class_id, shape=shape) for at, shape in enumerate(shapes)
    )
    bench.objects.change(project, [ObjectChange(image_id=image_id, put=put)])


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
