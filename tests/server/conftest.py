"""A real workspace with real pictures, and the real application over it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from blake3 import blake3
from PIL import Image

from fakes.followed import World
from fakes.http import Client
from sightline.app import Workbench, open_workbench
from sightline.app.streams.texts import Texts
from sightline.server.main import create_app
from sightline.store.register import NewFile

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@dataclass(frozen=True)
class Shop:
    """A project named birds: six pictures, the classes cat and dog."""

    client: Client
    bench: Workbench
    images: tuple[int, ...]
    cat: int
    dog: int

    def get(self, url: str, **more: Any) -> Any:
        """Return the JSON of a GET that must succeed."""
        answer = self.client.get(url, **more)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def post(self, url: str, body: Any = None, *, status: int = 200) -> Any:
        """Return the JSON of a POST that must end with this status."""
        answer = self.client.post(url, json=body)
        assert answer.status_code == status, answer.text
        return answer.json()

    def label(self, *changes: dict[str, Any], status: int = 200) -> Any:
        """Label images."""
        return self.post("/api/projects/birds/labels", {"changes": changes}, status=status)


def add_pictures(bench: Workbench, project: str, folder: Path, count: int) -> tuple[int, ...]:
    """Write small pictures and register them; return the ids of their images."""
    folder.mkdir(parents=True, exist_ok=True)
    generator = np.random.default_rng(7)
    files = []
    for number in range(count):
        path = folder / f"{number:06d}.png"
        pixels = generator.integers(0, 255, (40, 60, 3), dtype=np.uint8)
        Image.fromarray(pixels).save(path)
        data = path.read_bytes()
        files.append(
            NewFile(
                path=str(path),
                bytes=len(data),
                mtime_ns=path.stat().st_mtime_ns,
                digest=blake3(data).hexdigest(),
                format="PNG",
                raw_width=60,
                raw_height=40,
                orientation=1,
                page_sizes=((60, 40),),
                split="train",
            )
        )
    found = bench.store.images.register(bench.projects.get(project), files)
    return tuple(sorted(one for ids in found.image_ids.values() for one in ids))


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Workbench]:
    """An empty workspace."""
    opened = open_workbench(
        tmp_path / "workspace", person="ann", allowed_roots=[str(tmp_path / "pictures")]
    )
    yield opened
    opened.close()


@pytest.fixture
def shop(bench: Workbench, tmp_path: Path) -> Iterator[Shop]:
    """The application over a project with six pictures."""
    project = bench.projects.create("birds")
    images = add_pictures(bench, "birds", tmp_path / "pictures", 6)
    cat = bench.labels.add_class(project, "cat")["id"]
    dog = bench.labels.add_class(project, "dog")["id"]
    with Client(create_app(bench)) as client:
        yield Shop(client, bench, images, cat, dog)


@pytest.fixture(scope="module")
def application(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Client, Workbench]]:
    """One application for many tests: a workspace costs more than a socket."""
    with (
        open_workbench(tmp_path_factory.mktemp("describe")) as bench,
        Client(create_app(bench, background=False)) as client,
    ):
        yield client, bench


@pytest.fixture
def world(
    application: tuple[Client, Workbench], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[World]:
    """The application, with media and narrators of one test."""
    client, bench = application
    made = World(client, bench, tmp_path / "media")
    monkeypatch.setitem(bench.__dict__, "streams", made.streams)
    monkeypatch.setitem(bench.__dict__, "texts", Texts(made.streams))
    yield made
    made.close()


def is_problem(answer: Any) -> bool:
    """Tell whether an answer is a problem document in full."""
    body = json.loads(answer.text)
    whole = {"status", "code", "message", "hint"} <= set(body)
    return bool(whole and body["status"] == answer.status_code and body["message"])
