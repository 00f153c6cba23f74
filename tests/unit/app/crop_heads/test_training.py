"""From labelled pictures to a head that is used: of a project, of folders, of whole images."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from fakes.heads import write_shapes
from fakes.tiny_models import save_transformer
from sightline.app.crop_heads.rows import CropRows
from sightline.app.crop_heads.samples import Folders, labelmap_of
from sightline.app.crop_heads.training import JOB
from sightline.app.engines.room import RemoteEncoder
from sightline.core.errors import (
    CancelledError,
    InvalidInputError,
    UnknownEngineError,
    UnknownModelError,
)
from sightline.core.progress import Silent
from sightline.curate.head.spec import HeadSpec
from sightline.imaging.limits import DEFAULT_LIMITS
from sightline.store.model_plan import ImportOptions
from unit.app.conftest import label_by_folder

if TYPE_CHECKING:
    from sightline.app import Workbench
    from sightline.store.projects import Project


class Stop(Silent):
    """Asks the work to stop after so many checks."""

    def __init__(self, after: int) -> None:
        self._left = after

    def check(self) -> None:
        self._left -= 1
        if self._left < 0:
            raise CancelledError("stopped")


@pytest.fixture
def shapes(tmp_path: Path) -> Folders:
    write_shapes(tmp_path / "shapes")
    folder = tmp_path / "shapes"
    return Folders(folder / "images", folder / "labels", folder / "mine.txt")


@pytest.fixture
def drawn(bench: Workbench, shapes: Folders) -> Project:
    bench.ingest(shapes.images, "drawn", labels="none")
    bench.import_labels("drawn", shapes.labels, form="yolo", classes=["disc", "bar"])
    return bench.projects.get("drawn")


def test_a_head_learns_what_is_drawn_and_names_it(bench: Workbench, drawn: Project) -> None:
    found = bench.head_training.train(drawn, HeadSpec(padding=0.0))
    assert (found["name"], found["encoder"], found["encoded"]) == ("drawn-logistic", "hog", 32)
    assert found["classes"] == ["bar", "disc"]
    assert found["metrics"]["accuracy"] > 0.9
    bench.crop_heads.activate(drawn, found["id"])
    row = next(iter(bench.store.objects.stream(drawn)))
    boxes = [one.shape.bounds() for one in row[1]]
    bundle = bench.crop_heads.load(found["id"])
    picture = bench.crop_heads.picture_of(row[0])
    answers = bundle.probabilities(bench.crop_heads.rows("hog", picture, boxes, bundle.crop))
    names = {one.id: one.name for one in bench.store.classes.list(drawn.id)}
    said = [bundle.classes[k] for k in answers.argmax(1)]
    assert said == [names[one.class_id] for one in row[1]]
    card = bench.crop_heads.card(found["id"])
    assert card.metrics["measured_on"] == "20% of the images, held out"
    assert bundle.facts["data"]["classes"] == found["counts"]["classes"]


def test_folders_teach_the_same_and_their_crops_are_known(
    bench: Workbench, drawn: Project, shapes: Folders
) -> None:
    bench.head_training.train(drawn, HeadSpec())
    found = bench.head_training.train(None, HeadSpec(), folders=shapes)
    assert (found["encoded"], found["name"]) == (0, "shapes-logistic")
    assert found["counts"]["train"] + found["counts"]["val"] == 32
    again = bench.head_training.train(None, HeadSpec(reuse_cache=False), folders=shapes)
    assert again["encoded"] == 32


def test_a_stopped_training_goes_on_with_the_crops_that_were_embedded(
    bench: Workbench, drawn: Project
) -> None:
    with pytest.raises(CancelledError):
        bench.head_training.train(drawn, HeadSpec(), progress=Stop(after=3))
    assert 0 < bench.head_training.train(drawn, HeadSpec())["encoded"] < 32


def test_background_classes_are_made_between_the_objects(bench: Workbench, drawn: Project) -> None:
    found = bench.head_training.train(
        drawn, HeadSpec(background=2, background_share=0.5, hard_examples=True)
    )
    bundle = bench.crop_heads.load(found["id"])
    assert bundle.background == ("__bg_0", "__bg_1")
    assert bundle.foreground == ("bar", "disc")
    assert found["counts"]["train"] + found["counts"]["val"] > 40


def test_whole_images_teach_a_head_too(bench: Workbench, pets: Project) -> None:
    label_by_folder(bench, pets)
    found = bench.head_training.train(pets, HeadSpec(of="images", name="by image"))
    assert found["classes"] == ["cat", "dog"]
    assert found["metrics"]["accuracy"] > 0.7
    assert bench.projects.settings(pets).settings.encoder == "auto"


def test_a_job_trains_and_warm_starts(bench: Workbench, shapes: Folders) -> None:
    first = bench.head_training.train(None, HeadSpec(name="first"), folders=shapes)
    wish = {"spec": {"warm_start": "first", "name": "second"}, "folders": shapes.to_dict()}
    found: dict[str, Any] = bench.jobs.run_here(bench, JOB, {"project": None, **wish})
    assert (found["name"], found["encoded"]) == ("second", 0)
    assert found["classes"] == first["classes"]


def test_what_cannot_be_learned_is_refused_with_the_way_out(
    bench: Workbench, pets: Project, shapes: Folders, tmp_path: Path
) -> None:
    train = bench.head_training.train
    (tmp_path / "empty").mkdir()
    (tmp_path / "short.txt").write_text("disc\n")
    (tmp_path / "twice.txt").write_text("disc\ndisc\n")
    (tmp_path / "names.pkl").write_bytes(b"\x80\x04.")
    cases: list[tuple[Project | None, dict[str, Any], Folders | None, str]] = [
        (pets, {}, None, "no objects"),
        (pets, {"of": "images"}, None, "no labelled images"),
        (None, {}, None, "one project, or from folders"),
        (None, {"of": "images"}, shapes, "labels in folders"),
        (pets, {"name": "../x"}, None, "name"),
        (None, {}, Folders(tmp_path / "no", shapes.labels), "no folder"),
        (None, {}, Folders(shapes.images, shapes.labels), "how the classes"),
        (None, {}, Folders(tmp_path / "empty", shapes.labels, shapes.labelmap), "belongs to"),
        (None, {}, Folders(shapes.images, shapes.labels, tmp_path / "short.txt"), "beyond the 1"),
        (None, {}, Folders(shapes.images, shapes.labels, tmp_path / "twice.txt"), "twice"),
        (None, {}, Folders(shapes.images, shapes.labels, tmp_path / "gone.txt"), "cannot be read"),
        (None, {}, Folders(shapes.images, shapes.labels, tmp_path / "names.pkl"), "a pickle"),
        (None, {"min_side_px": 500}, shapes, "belongs to"),
    ]
    for project, values, folders, why in cases:
        with pytest.raises(InvalidInputError, match=why) as error:
            train(project, HeadSpec(**values), folders=folders)
        assert error.value.hint
    with pytest.raises(UnknownEngineError):
        bench.head_training.start("pets", {"encoder": "clip"})
    with pytest.raises(UnknownModelError):
        bench.head_training.start("pets", {"warm_start": "none"})


def test_one_class_only_says_what_to_do(bench: Workbench, shapes: Folders) -> None:
    for file in shapes.labels.iterdir():
        lines = file.read_text().splitlines()
        file.write_text("\n".join(line for line in lines if line[0] == "0"))
    with pytest.raises(InvalidInputError, match="of one class, disc") as error:
        bench.head_training.train(None, HeadSpec(), folders=shapes)
    assert "--background" in error.value.hint


def test_labelmap_and_encoder_of_the_settings_count_where_none_is_named(
    tmp_path: Path, shapes: Folders
) -> None:
    from sightline.app import open_workbench

    chosen = {"labelmap": str(shapes.labelmap), "encoder": "dictionary"}
    with open_workbench(tmp_path / "other", **chosen) as bench:
        found = bench.head_training.train(
            None, HeadSpec(), folders=Folders(shapes.images, shapes.labels)
        )
    assert (found["classes"], found["encoder"]) == (["bar", "disc"], "dictionary")


def test_a_labelmap_is_a_text_or_a_yaml(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text("names: {0: cat, 1: dog}\n")
    assert labelmap_of(tmp_path / "a.yaml") == ("cat", "dog")


def test_a_picture_that_is_gone_is_told_and_the_others_teach(
    bench: Workbench, drawn: Project
) -> None:
    path = next(iter(bench.store.objects.stream(drawn)))[0].path
    Path(path).unlink()
    found = bench.head_training.train(drawn, HeadSpec())
    assert [one["path"] for one in found["failures"]] == [path]
    assert found["counts"]["train"] + found["counts"]["val"] == 28


@pytest.mark.nightly
@pytest.mark.parametrize("kind", ["clip", "siglip", "dinov2"])
def test_a_head_on_a_transformer_answers_alike_in_the_engines_process(
    bench: Workbench, drawn: Project, tmp_path: Path, kind: str
) -> None:
    save_transformer(tmp_path / kind, kind)
    bench.models.add(tmp_path / kind, ImportOptions(name=kind))
    spec = HeadSpec(encoder=kind, head="mlp", sizes=(16,), epochs=3, label_smoothing=0.1)
    found = bench.head_training.train(drawn, spec)
    bundle = bench.crop_heads.load(found["id"])
    image, objects = next(iter(bench.store.objects.stream(drawn)))
    boxes = [one.shape.bounds() for one in objects]
    picture = bench.crop_heads.picture_of(image)
    kept = bench.crop_heads.rows(kind, picture, boxes, bundle.crop)
    fresh = CropRows(tmp_path / "fresh", lambda: DEFAULT_LIMITS)
    made = fresh.of(bench.encoders.encoder(kind), picture, boxes, bundle.crop)
    assert isinstance(bench.encoders.encoder(kind), RemoteEncoder)
    assert np.abs(kept - made).max() < 2e-2
    assert np.abs(bundle.probabilities(kept) - bundle.probabilities(made)).max() < 2e-2
    shutil.rmtree(bench.store.models.path_of(bench.store.models.get(kind)).parent)
    assert "not here" in bench.crop_heads.all()[0]["fault"]
    with pytest.raises(UnknownEngineError):
        bench.crop_heads.activate(drawn, found["id"])
