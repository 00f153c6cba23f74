"""Builds of polygons as the tests ask for them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from fakes.segmenter import SquareSegmenter, use_squares
from sightline.app.segments.shapes import SegmentWish
from sightline.core.progress import Silent

if TYPE_CHECKING:
    from sightline.app import Workbench
    from sightline.core.objects import ImageObject
    from sightline.store.projects import Project

WISH = SegmentWish()
OUT = "pets_seg"


@pytest.fixture
def squares(bench: Workbench) -> SquareSegmenter:
    return use_squares(bench)


def build(
    bench: Workbench, project: Project, out: str = OUT, wish: SegmentWish = WISH, **more: Any
) -> dict[str, Any]:
    asked: dict[str, Any] = {"workers": 1, "progress": Silent()} | more
    return bench.segments.perform(project, out, wish, **asked)


def drawn(bench: Workbench, name: str) -> dict[str, list[ImageObject]]:
    """The objects of a project by the name of their picture."""
    found = bench.projects.get(name)
    return {Path(row.path).name: objects for row, objects in bench.store.objects.stream(found)}
