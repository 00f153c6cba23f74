from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from PIL import Image

from sightline.core.errors import ConflictError, InvalidInputError, MissingExtraError
from sightline.core.progress import Silent
from unit.app.conftest import label_by_folder

if TYPE_CHECKING:
    from pathlib import Path

    from sightline.app import Workbench
    from sightline.store.projects import Project

SQUARE = [[-1e3, -1e3], [1e3, -1e3], [1e3, 1e3], [-1e3, 1e3]]


def laid(bench: Workbench, project: Project, name: str = "pca") -> Any:
    return bench.maps.require(project, name, bench.store.state.get(project.id))


def test_without_embeddings_there_is_no_map_and_the_hint_says_how(
    bench: Workbench, pets: Project
) -> None:
    shown = bench.maps.get(pets)
    assert (shown["state"], shown["embedded"], shown["total"]) == ("missing", 0, 60)
    with pytest.raises(ConflictError) as caught:
        bench.queues.make_view(pets, filters={"region": {"method": "pca", "polygon": SQUARE}})
    assert "sightline map" in caught.value.hint


def test_once_embedded_a_map_by_components_is_there_at_once(
    bench: Workbench, pets: Project
) -> None:
    bench.encoders.embed(pets)
    shown = bench.maps.get(pets)
    assert (shown["state"], shown["mapped"], shown["stale"]) == ("ready", 60, False)
    x0, y0, x1, y1 = shown["bounds"]
    xy = laid(bench, pets).points[:, :2]
    assert ((xy > [x0, y0]) & (xy < [x1, y1])).all()
    assert bench.maps.get(pets)["key"] == shown["key"]
    assert bench.maps.get(pets, "umap")["state"] == "missing"


def test_a_map_is_made_with_its_embeddings_and_kept_until_something_changes(
    bench: Workbench, pets: Project
) -> None:
    made = bench.maps.make(pets, "tsne", options={"neighbours": 5})
    assert (made["state"], made["images"], made["method"]) == ("ready", 60, "tsne")
    same = bench.maps.make(pets, "tsne", options={"neighbours": 5})
    assert same["key"] == made["key"]
    other = bench.maps.make(pets, "tsne", options={"neighbours": 6})
    assert other["key"] != made["key"]
    again = bench.maps.make(pets, "tsne", mode="new", options={"neighbours": 6})
    assert again["key"] != other["key"]


def test_the_same_seed_gives_the_same_map(bench: Workbench, pets: Project) -> None:
    bench.maps.make(pets, "tsne", options={"seed": 3})
    one = laid(bench, pets, "tsne").points.copy()
    bench.maps.make(pets, "tsne", mode="new", options={"seed": 3})
    np.testing.assert_array_equal(laid(bench, pets, "tsne").points, one)


def test_pictures_that_come_later_make_it_stale_and_are_placed_without_moving_others(
    bench: Workbench, pets: Project, tmp_path: Path
) -> None:
    bench.maps.make(pets, "tsne")
    before = laid(bench, pets, "tsne").points.copy()
    more = tmp_path / "more"
    more.mkdir()
    for number in range(4):
        Image.new("RGB", (40, 40), (10 * number, 90, 30)).save(more / f"{number}.png")
    bench.ingest(more, "pets", labels="none")
    bench.encoders.embed(pets)
    shown = bench.maps.get(pets, "tsne")
    assert (shown["stale"], shown["new"], shown["mapped"]) == (True, 4, 60)
    bench.maps.make(pets, "tsne")
    after = bench.maps.get(pets, "tsne")
    assert (after["stale"], after["new"], after["mapped"]) == (False, 0, 64)
    np.testing.assert_array_equal(laid(bench, pets, "tsne").points[:60], before)


def test_a_region_is_a_filter_that_every_queue_composes_with(
    bench: Workbench, pets: Project
) -> None:
    bench.encoders.embed(pets)
    bench.maps.get(pets)
    label_by_folder(bench, pets, every=3)
    found = laid(bench, pets)
    middle = float(np.median(found.points[:, 0]))
    left = [[-1e3, -1e3], [middle, -1e3], [middle, 1e3], [-1e3, 1e3]]
    wanted = set(found.ordinals[found.points[:, 0] < middle].tolist())
    for queue in ("all", "random"):
        filters = {"region": {"method": "pca", "polygon": left}, "statuses": ["unlabelled"]}
        view = bench.queues.make_view(pets, queue, filters=filters)
        seen = set(bench.store.views.ordinals(view["id"]).tolist())
        status = bench.store.state.get(pets.id).status
        assert seen <= {one for one in wanted if status[one] == 0}
        if queue == "all":
            assert seen == {one for one in wanted if status[one] == 0}


def test_a_cluster_is_a_region_too(bench: Workbench, pets: Project) -> None:
    bench.encoders.embed(pets)
    bench.maps.get(pets)
    found = laid(bench, pets)
    view = bench.queues.make_view(pets, filters={"region": {"method": "pca", "cluster": 0}})
    seen = bench.store.views.ordinals(view["id"]).tolist()
    assert seen == found.ordinals[found.points[:, 2] == 0].tolist()
    assert seen


@pytest.mark.parametrize(
    "region", [{"method": "pca"}, {"method": "pca", "cluster": 1, "polygon": SQUARE}]
)
def test_a_region_is_either_a_polygon_or_a_cluster(
    bench: Workbench, pets: Project, region: dict[str, Any]
) -> None:
    bench.encoders.embed(pets)
    bench.maps.get(pets)
    with pytest.raises(InvalidInputError):
        bench.queues.make_view(pets, filters={"region": region})


def test_embeddings_that_are_not_finite_are_left_out_and_told(
    bench: Workbench, pets: Project
) -> None:
    bench.encoders.embed(pets)
    array = bench.encoders.embeddings(pets)
    assert array is not None
    rows, _ = array.read(np.array([5]))
    array.write(np.array([5]), np.full_like(rows, np.nan))
    shown = bench.maps.get(pets)
    assert (shown["mapped"], shown["left_out"], shown["stale"]) == (59, 1, False)


def test_a_library_that_is_missing_is_told_before_a_job_is_made(
    bench: Workbench, pets: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sightline.curate.map_methods.installed", lambda _: False)
    with pytest.raises(MissingExtraError):
        bench.maps.start(pets, "pacmap")
    told = {one["name"]: one["ready"] for one in bench.maps.methods()}
    assert told == {"pca": True, "umap": False, "pacmap": False, "tsne": True}
    assert bench.jobs.list() == []


@pytest.mark.parametrize(
    ("method", "mode", "options"),
    [("cube", "auto", {}), ("pca", "often", {}), ("pca", "auto", {"speed": 1})],
)
def test_what_cannot_be_asked_is_refused(
    bench: Workbench, pets: Project, method: str, mode: str, options: dict[str, Any]
) -> None:
    with pytest.raises(InvalidInputError):
        bench.maps.start(pets, method, mode=mode, **options)
    with pytest.raises(InvalidInputError):
        bench.maps.make(pets, method, mode=mode, options=options, progress=Silent())


def test_the_verb_makes_a_map_in_a_process_of_its_own(bench: Workbench, pets: Project) -> None:
    made = bench.map("pets", "pca")
    assert (made["state"], made["images"]) == ("ready", 60)
    assert bench.maps.get(pets)["key"] == made["key"]
