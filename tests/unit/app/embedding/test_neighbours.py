"""What is near what in a real workspace: asked by id or path, computed once, fresh when it must."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import cv2
import numpy as np
import pytest
from PIL import Image

from sightline.app import Workbench, open_workbench, tasks
from sightline.app.embedding import neighbours
from sightline.core.errors import ConflictError, InvalidInputError
from sightline.core.progress import Silent
from sightline.curate import near_duplicates, oddities

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path


def picture(seed: int) -> np.ndarray:
    """Return a picture of random tiles."""
    rough = np.random.default_rng(seed).integers(0, 255, (5, 5, 3), np.uint8)
    return np.asarray(cv2.resize(rough, (96, 96), interpolation=cv2.INTER_NEAREST))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    found = tmp_path / "pictures"
    found.mkdir()
    for at in range(9):
        Image.fromarray(picture(at)).save(found / f"{at}.png")
    Image.fromarray(picture(4)).resize((70, 70)).save(found / "again.jpg", quality=60)
    return found


@pytest.fixture
def bench(tmp_path: Path, folder: Path) -> Iterator[Workbench]:
    with open_workbench(tmp_path / "workspace") as opened:
        opened.ingest(folder, "shapes", labels="none")
        yield opened


def ids(bench: Workbench) -> dict[str, int]:
    rows = bench.queue("shapes", "all", limit=100)
    return {row["path"].rpartition("/")[2]: row["id"] for row in rows}


def test_similar_is_asked_by_id_or_by_path_and_leaves_the_picture_itself_out(
    bench: Workbench, folder: Path, tmp_path: Path
) -> None:
    by_id = bench.similar("shapes", [ids(bench)["4.png"]], limit=3)
    distances = [row["distance"] for row in by_id]
    assert len(distances) == 3
    assert 0 < distances[0] <= distances[1] <= distances[2]
    assert by_id == bench.similar("shapes", [folder / "4.png"], limit=3)
    outside = tmp_path / "outside.png"
    Image.fromarray(picture(4)).save(outside, compress_level=1)
    got = bench.similar("shapes", [str(outside)], limit=2)
    assert got[0]["path"].endswith("4.png")
    assert got[0]["distance"] < 1e-3


def test_of_several_pictures_the_nearest_counts(bench: Workbench) -> None:
    known = ids(bench)
    got = bench.similar("shapes", [known["0.png"], str(known["1.png"])], limit=20)
    distance = {row["path"].rpartition("/")[2]: row["distance"] for row in got}
    one = bench.similar("shapes", [known["0.png"]], limit=20)
    apart = {row["path"].rpartition("/")[2]: row["distance"] for row in one}
    assert len(distance) == 8
    assert all(distance[name] <= apart[name] + 1e-6 for name in distance)


@pytest.mark.parametrize("image", ["999", "no/such.png"])
def test_a_picture_that_is_not_there_is_refused(bench: Workbench, image: str) -> None:
    with pytest.raises(InvalidInputError, match="no image"):
        bench.similar("shapes", [image])


def test_a_number_that_is_no_id_may_be_a_file(
    bench: Workbench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Image.fromarray(picture(4)).save("777", "PNG")
    assert len(bench.similar("shapes", ["777"], limit=2)) == 2


def test_near_duplicates_survive_another_size_and_compression(bench: Workbench) -> None:
    got = bench.queue("shapes", "near-duplicates")
    assert {row["path"].rpartition("/")[2] for row in got} == {"4.png", "again.jpg"}
    assert got[0]["score"] == 0
    assert got[0]["why"] == "keep this one of 2"
    assert got[1]["score"] > 0.9


def test_too_little_likeness_makes_no_duplicates(bench: Workbench) -> None:
    with pytest.raises(InvalidInputError, match="likeness"):
        bench.queue("shapes", "near-duplicates", band=(0.3, 1.0))


def test_answers_are_computed_once_until_embeddings_change(
    bench: Workbench, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls: list[str] = []

    def noted(name: str, work: Callable[..., Any]) -> Callable[..., Any]:
        def call(*args: Any, **more: Any) -> Any:
            calls.append(name)
            return work(*args, **more)

        return call

    monkeypatch.setattr(oddities, "oddness", noted("odd", oddities.oddness))
    monkeypatch.setattr(near_duplicates, "find", noted("pairs", near_duplicates.find))
    before = bench.queue("shapes", "oddities")
    assert bench.queue("shapes", "oddities") == before
    for _ in range(2):
        bench.queue("shapes", "near-duplicates")
    assert calls == ["odd", "pairs"]
    Image.fromarray(picture(50)).save(folder / "new.png")
    bench.ingest(folder, "shapes", labels="none")
    after = bench.queue("shapes", "oddities")
    assert {row["id"] for row in after} > {row["id"] for row in before}
    bench.queue("shapes", "near-duplicates")
    assert calls == ["odd", "pairs"] * 2


def test_a_view_of_what_is_not_embedded_says_what_to_do(bench: Workbench) -> None:
    project = bench.projects.get("shapes")
    for queue, options in (
        ("similar", {"images": [ids(bench)["1.png"]]}),
        ("oddities", {}),
        ("near-duplicates", {}),
    ):
        with pytest.raises(ConflictError) as caught:
            bench.queues.make_view(project, queue, options=options)
        assert "embed" in (caught.value.hint or "")


def test_what_would_take_minutes_is_left_to_a_job_that_is_started_once(
    bench: Workbench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(neighbours, "AT_ONCE", 5)
    monkeypatch.setattr(bench.jobs, "pump", lambda: None)
    project = bench.projects.get("shapes")
    bench.encoders.embed(project)
    for queue, options in (("oddities", {"method": "lof"}), ("near-duplicates", {})):
        for _ in range(2):
            with pytest.raises(ConflictError, match="being compared"):
                bench.queues.make_view(project, queue, options=options)
    jobs = [job for job in bench.jobs.list() if job.kind == "compare"]
    assert [job.arguments.get("method") for job in jobs] == [None, "lof"]
    context: Any = Silent()
    results = [tasks.compare(bench, context, **job.arguments) for job in jobs]
    assert results == [{"pairs": 1}, {"images": 10}]
    for queue, options in (("oddities", {"method": "lof"}), ("near-duplicates", {})):
        bench.queues.make_view(project, queue, options=options)


def test_a_queue_in_a_terminal_waits_for_it(
    bench: Workbench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(neighbours, "AT_ONCE", 5)
    assert len(bench.queue("shapes", "near-duplicates")) == 2
    assert bench.queue("shapes", "oddities", method="forest")
    assert not bench.jobs.list()
