"""One tone for a project: grid, views, embeddings, training and prediction go through it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from PIL import Image

from sightline.core.errors import InvalidInputError, UnreadableImageError
from sightline.core.preprocess import Preprocess
from sightline.core.progress import Silent
from sightline.core.tone import Tone
from sightline.imaging.preprocess import load
from unit.imaging.pictures import fits

if TYPE_CHECKING:
    from sightline.app import Workbench
    from sightline.store.projects import Project


def faint(seed: int, kind: int) -> np.ndarray:
    """Return 16-bit samples: a bright star hides faint stripes, upright or level."""
    rng = np.random.default_rng(seed)
    x, y = np.meshgrid(np.arange(40), np.arange(40))
    stripes = ((x if kind else y) // 5 % 2) * 300.0
    values = stripes + rng.integers(0, 60, (40, 40))
    values[rng.integers(40), rng.integers(40)] = 60_000
    return values.astype(np.uint16)


@pytest.fixture
def sky(bench: Workbench, tmp_path: Path) -> Project:
    """Pictures in two folders that look alike without a stretch."""
    for kind in range(2):
        (tmp_path / "sky" / f"kind{kind}").mkdir(parents=True)
        for at in range(6):
            Image.fromarray(faint(10 * kind + at, kind)).save(
                tmp_path / "sky" / f"kind{kind}" / f"{at}.png"
            )
    bench.ingest(tmp_path / "sky", "sky")
    return bench.projects.get("sky")


def first(bench: Workbench, project: Project) -> Any:
    return bench.store.images.by_ordinals(project.id, [0])[0]


def test_a_tone_of_the_project_changes_grid_and_view_and_an_option_only_one_answer(
    bench: Workbench, sky: Project
) -> None:
    image = first(bench, sky).id
    flat, tag = bench.pictures.view(image, 64), bench.pictures.thumb(image, 64).result().etag
    looked = bench.pictures.view(image, 64, Tone(stretch="asinh"))
    assert looked.etag != flat.etag
    assert bench.pictures.view(image, 64).data == flat.data
    bench.projects.save_settings(sky, {"tone": "asinh"})
    assert bench.pictures.view(image, 64).data == looked.data
    assert bench.pictures.thumb(image, 64).result().etag != tag
    bench.projects.save_settings(sky, {"tone": ""})
    assert bench.pictures.thumb(image, 64).result().etag == tag


def test_ordinary_pictures_keep_their_thumbnails_under_any_tone(
    bench: Workbench, pets: Project, tmp_path: Path
) -> None:
    Image.new("RGB", (40, 30), "teal").save(tmp_path / "plain.jpg")
    bench.ingest(tmp_path / "plain.jpg", "pets", labels="none")
    size = bench.store.state.get(pets.id).size
    image = bench.store.images.by_ordinals(pets.id, [size - 1])[0]
    before = bench.pictures.thumb(image.id, 64).result().etag
    bench.projects.save_settings(pets, {"tone": "log"})
    assert bench.pictures.thumb(image.id, 64).result().etag == before
    assert bench.pictures.science(image.id) is None


def test_a_tone_that_is_none_is_refused_before_it_is_written(
    bench: Workbench, sky: Project
) -> None:
    with pytest.raises(InvalidInputError, match="gamma"):
        bench.projects.save_settings(sky, {"tone": "gamma"})
    assert bench.projects.tone(sky.id) == Tone()


def test_embeddings_of_another_tone_are_others(bench: Workbench, sky: Project) -> None:
    bench.encoders.embed(sky)
    plain = bench.encoders.embeddings(sky)
    assert plain is not None
    bench.projects.save_settings(sky, {"tone": "asinh"})
    assert bench.encoders.embeddings(sky) is None
    bench.encoders.embed(sky)
    toned = bench.encoders.embeddings(sky)
    assert toned is not None
    assert toned.header.key != plain.header.key
    both = [array.read(np.arange(12))[0].astype(np.float32) for array in (plain, toned)]
    assert np.abs(both[0] - both[1]).max() > 0.01
    bench.projects.save_settings(sky, {"tone": ""})
    assert bench.encoders.embeddings(sky) is plain
    listed = bench.encoders.of_project(sky)
    assert [one["embedded"] for one in listed if one["current"]] == [12]


def test_a_model_predicts_through_the_stretch_it_was_trained_on(
    bench: Workbench, sky: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bench.jobs, "pump", lambda: None)
    bench.projects.save_settings(sky, {"tone": "asinh low=0 high=2000"})
    spec = {"epochs": 1, "image_size": 32, "batch_size": 8, "augment": {"views": 1}}
    run = bench.training.start(sky, spec)["run"]
    assert bench.training.get(run)["spec"]["tone"] == "asinh low=0.0 high=2000.0"
    made = bench.training.perform(run, Silent())
    rule = Preprocess.from_dict(bench.models.get(made["model"])["preprocess"])
    assert rule.tone == Tone(stretch="asinh", low=0, high=2000)
    bench.projects.save_settings(sky, {"tone": ""})
    path = Path(first(bench, sky).path)
    stripes, none = load(path, rule), load(path, Preprocess(size=32))
    assert stripes.std() > 20 > none[none < 200].std()


def test_science_tells_what_there_is_to_choose(bench: Workbench, tmp_path: Path) -> None:
    (tmp_path / "cube.fits").write_bytes(fits(np.zeros((3, 6, 8), ">f4")))
    bench.ingest(tmp_path / "cube.fits", "cubes")
    project = bench.projects.get("cubes")
    bench.projects.save_settings(project, {"tone": "log channels=2,1,0"})
    image = first(bench, project)
    found = bench.pictures.science(image.id)
    assert found is not None
    assert (found["bits"], found["kind"], found["channels"], found["pages"]) == (32, "float", 3, 3)
    assert found["hdus"] == (
        {"index": 0, "name": "", "width": 8, "height": 6, "planes": 3, "bits": 32},
    )
    assert found["tone"]["text"] == "log channels=2,1,0"
    with pytest.raises(UnreadableImageError, match="HDU 7"):
        bench.pictures.view(image.id, 64, Tone(hdu=7))
    (tmp_path / "cube.fits").unlink()
    assert bench.pictures.science(image.id) is None


@pytest.mark.parametrize(("pages", "images"), [("auto", 3), ("all", 9), ("first", 2)])
def test_pages_become_images_as_wanted(
    bench: Workbench, tmp_path: Path, pages: str, images: int
) -> None:
    stacks(tmp_path / "stacks")
    report = bench.ingest(tmp_path / "stacks", "stacks", pages=pages, dry_run=True)
    assert report["images"] == images
    report = bench.ingest(tmp_path / "stacks", "stacks", pages=pages)
    assert (report["added"], report["images"]) == (2, images)
    project = bench.projects.get("stacks")
    assert bench.projects.summary(project)["images"] == images


def stacks(folder: Path) -> None:
    """Write a TIFF of two pages and a FITS cube of seven planes."""
    folder.mkdir()
    (folder / "cube.fits").write_bytes(fits(np.ones((7, 6, 8), ">i2")))
    page = Image.new("L", (9, 9), 3)
    page.save(folder / "two.tif", save_all=True, append_images=[Image.new("L", (5, 4), 9)])


def test_more_pages_join_later_and_what_was_labelled_stays(
    bench: Workbench, tmp_path: Path
) -> None:
    stacks(tmp_path / "stacks")
    bench.ingest(tmp_path / "stacks", "stacks", pages="first")
    project = bench.projects.get("stacks")
    before = bench.store.images.by_ordinals(project.id, [0, 1])
    report = bench.ingest(tmp_path / "stacks", "stacks", pages="all")
    assert (report["added"], report["known"], report["images"]) == (0, 2, 7)
    after = bench.store.images.by_ordinals(project.id, list(range(9)))
    assert [one.id for one in after[:2]] == [one.id for one in before]
    assert sorted((one.path.rpartition("/")[2], one.page) for one in after) == [
        *(("cube.fits", page) for page in range(7)),
        ("two.tif", 0),
        ("two.tif", 1),
    ]
    assert bench.ingest(tmp_path / "stacks", "stacks", pages="all")["images"] == 0
    assert bench.ingest(tmp_path / "stacks", "stacks")["images"] == 0


def test_pages_of_another_kind_are_refused(bench: Workbench, tmp_path: Path) -> None:
    with pytest.raises(InvalidInputError, match="pages"):
        bench.ingest(tmp_path, "stacks", pages="odd")
