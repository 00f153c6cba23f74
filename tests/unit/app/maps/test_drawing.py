from __future__ import annotations

import io
from typing import TYPE_CHECKING

import numpy as np
import pytest
from PIL import Image

from sightline.core.errors import ConflictError, InvalidInputError
from sightline.core.labels import LabelChange
from sightline.curate.map_points import unpack
from unit.app.conftest import label_by_folder

if TYPE_CHECKING:
    from sightline.app import Workbench
    from sightline.store.projects import Project


@pytest.fixture
def mapped(bench: Workbench, pets: Project) -> Project:
    """Pets with embeddings and a map by components."""
    bench.encoders.embed(pets)
    bench.maps.get(pets)
    return pets


def test_points_carry_what_is_known_of_each(bench: Workbench, mapped: Project) -> None:
    label_by_folder(bench, mapped, every=2)
    bench.heads.refit(mapped)
    data, _ = bench.map_drawing.points(mapped, "pca")
    header, columns = unpack(data)
    state = bench.store.state.get(mapped.id)
    assert (header["count"], header["total"], header["method"]) == (60, 60, "pca")
    np.testing.assert_array_equal(columns["image_id"], state.image_id)
    np.testing.assert_array_equal(columns["class_id"], state.class_id)
    np.testing.assert_array_equal(columns["status"], state.status)
    ids = {one["id"] for one in bench.labels.classes(mapped)}
    assert set(columns["predicted"].tolist()) <= ids
    assert ((columns["uncertainty"] >= 0) & (columns["uncertainty"] <= 1)).all()
    assert (columns["probability"] >= 0.5).all()


def test_without_a_head_predictions_are_none(bench: Workbench, mapped: Project) -> None:
    _, columns = unpack(bench.map_drawing.points(mapped, "pca")[0])
    assert (columns["predicted"] == -1).all()
    assert np.isnan(columns["uncertainty"]).all()


def test_the_tag_changes_with_labels_and_only_then(bench: Workbench, mapped: Project) -> None:
    one = bench.map_drawing.points(mapped, "pca")[1]
    assert bench.map_drawing.points(mapped, "pca")[1] == one
    label_by_folder(bench, mapped, every=20)
    assert bench.map_drawing.points(mapped, "pca")[1] != one


def test_a_sample_has_the_size_that_was_asked_for(bench: Workbench, mapped: Project) -> None:
    header, _ = unpack(bench.map_drawing.points(mapped, "pca", 25)[0])
    assert (header["count"], header["total"]) == (25, 60)
    with pytest.raises(InvalidInputError):
        bench.map_drawing.points(mapped, "pca", 0)


def test_tagged_pictures_have_the_colour_of_their_first_tag(
    bench: Workbench, mapped: Project
) -> None:
    made = [bench.labels.add_class(mapped, name)["id"] for name in ("sun", "rain")]
    image = int(bench.store.state.get(mapped.id).image_id[4])
    bench.labels.label(mapped, [LabelChange(image, None, "labelled", tags=tuple(made))])
    _, columns = unpack(bench.map_drawing.points(mapped, "pca")[0])
    assert columns["class_id"][4] == min(made)
    assert columns["class_id"][5] == -1


def test_clusters_are_named_by_labels_first_then_by_predictions(
    bench: Workbench, mapped: Project
) -> None:
    assert all(one["by"] is None for one in bench.map_drawing.about(mapped)["clusters"])
    label_by_folder(bench, mapped)
    about = bench.map_drawing.about(mapped)
    assert all(one["by"] == "labels" and one["share"] > 0 for one in about["clusters"])
    assert sum(one["count"] for one in about["clusters"]) + about["outliers"] == 60


def test_a_deleted_picture_leaves_the_map(bench: Workbench, mapped: Project) -> None:
    state = bench.store.state.get(mapped.id)
    state.alive[3] = False
    _, columns = unpack(bench.map_drawing.points(mapped, "pca", 50_000)[0])
    assert 3 not in columns["ordinal"]
    assert not bench.maps.get(mapped)["stale"]


def test_a_tile_shows_where_pictures_are(bench: Workbench, mapped: Project) -> None:
    data, tag = bench.map_drawing.tile(mapped, "pca", 0, 0, 0)
    alpha = np.asarray(Image.open(io.BytesIO(data)))[..., 1]
    assert 0 < np.count_nonzero(alpha) <= 60
    assert bench.map_drawing.tile(mapped, "pca", 0, 0, 0) == (data, tag)
    with pytest.raises(InvalidInputError):
        bench.map_drawing.tile(mapped, "pca", 0, 1, 0)


def test_rows_name_every_picture_with_its_place(bench: Workbench, mapped: Project) -> None:
    rows = list(bench.map_drawing.rows(mapped, "pca"))
    assert len(rows) == 60
    assert set(rows[0]) == {"id", "path", "x", "y", "cluster"}
    with pytest.raises(ConflictError):
        next(bench.map_drawing.rows(mapped, "umap"))
