from __future__ import annotations

import io
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from PIL import Image

from fakes.trained import answer_here, trained
from sightline.app.explaining.explaining import Asked
from sightline.core.errors import (
    InvalidInputError,
    NotFoundError,
    UnknownClassError,
    UnknownImageError,
    UnknownModelError,
    UnreadableImageError,
)
from unit.app.conftest import label_by_folder, rows

if TYPE_CHECKING:
    from sightline.app import Workbench
    from sightline.core.cards import ModelCard
    from sightline.store.projects import Project


@pytest.fixture
def model(bench: Workbench, pets: Project, tmp_path: Path) -> ModelCard:
    label_by_folder(bench, pets)
    answer_here(bench)
    return trained(bench, pets, tmp_path)


def picture(data: bytes) -> Any:
    return np.asarray(Image.open(io.BytesIO(data)))


def test_an_image_is_explained_with_its_answer_and_where_the_pictures_are(
    bench: Workbench, pets: Project, model: ModelCard
) -> None:
    row = rows(bench, pets)[0]
    told = bench.explaining.image("pets-small_cnn", row.id, Asked())
    assert (told["model"], told["image_id"], told["method"]) == (model.id, row.id, "gradcam")
    assert told["layer"] == "relu6"
    assert told["class"] == told["prediction"][0]["class"]
    assert sum(one["p"] for one in told["prediction"]) == pytest.approx(1, abs=1e-4)
    assert told["class_id"] in model.class_ids
    assert (told["frame"], told["seen"]) == ([24, 24], [0, 0, 24, 24])
    layer = picture(bench.explaining.map_layer(told["key"], 768))
    assert layer.shape == (24, 24, 4)
    assert layer[..., 3].max() > 200
    mixed = bench.explaining.overlay(told["key"], 768, 0.6)
    plain = bench.explaining.picture(told["key"], 768)
    assert mixed.shape == plain.shape == (24, 24, 3)
    assert (mixed != plain).any()
    assert (bench.explaining.overlay(told["key"], 768, 0.0) == plain).all()


def test_what_was_explained_is_not_computed_again_until_it_is_swept(
    bench: Workbench, pets: Project, model: ModelCard
) -> None:
    here = answer_here(bench)
    image = rows(bench, pets)[0].id
    first = bench.explaining.image(model.id, image, Asked())
    again = bench.explaining.image(model.id, image, Asked())
    assert here.asked == ["explain"]
    assert first | {"seconds": 0} == again | {"seconds": 0}
    other = bench.explaining.image(model.id, image, Asked(method="hirescam"))
    assert other["key"] != first["key"]
    assert here.asked == ["explain", "explain"]


def test_a_class_is_named_by_its_name_or_its_id(
    bench: Workbench, pets: Project, model: ModelCard
) -> None:
    image = rows(bench, pets)[0].id
    for at, name in enumerate(model.classes):
        by_name = bench.explaining.image(model.id, image, Asked(class_name=name))
        by_id = bench.explaining.image(model.id, image, Asked(class_id=model.class_ids[at]))
        assert by_name["class"] == by_id["class"] == name
        assert by_name["key"] == by_id["key"]
    with pytest.raises(UnknownClassError) as caught:
        bench.explaining.image(model.id, image, Asked(class_name="catt"))
    assert "did you mean 'cat'" in caught.value.hint
    with pytest.raises(UnknownClassError):
        bench.explaining.image(model.id, image, Asked(class_id=99_999))


def test_an_uploaded_picture_on_its_side_is_explained_upright(
    bench: Workbench, model: ModelCard
) -> None:
    pixels = np.zeros((40, 60, 3), np.uint8)
    file = io.BytesIO()
    exif = Image.Exif()
    exif[0x0112] = 6
    Image.fromarray(pixels).save(file, "JPEG", exif=exif)
    told = bench.explaining.upload(model.id, "side.jpg", file.getvalue(), Asked())
    assert told["frame"] == [40, 60]
    assert (told["image_id"], told["path"]) == (None, "side.jpg")
    assert bench.explaining.picture(told["key"], 768).shape == (60, 40, 3)
    assert picture(bench.explaining.map_layer(told["key"], 768)).shape == (60, 40, 4)


def test_a_crop_leaves_clear_what_the_network_did_not_see(
    bench: Workbench, pets: Project, tmp_path: Path
) -> None:
    label_by_folder(bench, pets)
    answer_here(bench)
    trained(bench, pets, tmp_path, resize="crop", name="cropped")
    pixels = np.random.default_rng(0).integers(0, 255, (50, 200, 3), dtype=np.uint8)
    file = tmp_path / "wide.png"
    Image.fromarray(pixels).save(file)
    told = bench.explaining.file("cropped", file, Asked())
    left, _, right, _ = told["seen"]
    assert (left, right) == (75, 125)
    alpha = picture(bench.explaining.map_layer(told["key"], 768))[..., 3]
    assert alpha[:, :75].max() == alpha[:, 125:].max() == 0
    assert alpha.max() > 200


def test_the_same_bytes_elsewhere_become_that_images_explanation(
    bench: Workbench, pets: Project, model: ModelCard
) -> None:
    row = rows(bench, pets)[0]
    data = Path(row.path).read_bytes()
    uploaded = bench.explaining.upload(model.id, "x.png", data, Asked())
    owned = bench.explaining.image(model.id, row.id, Asked())
    assert uploaded["key"] == owned["key"]
    assert owned["image_id"] == row.id


def test_what_cannot_be_explained_says_why(
    bench: Workbench, pets: Project, model: ModelCard, tmp_path: Path
) -> None:
    row = rows(bench, pets)[0]
    with pytest.raises(UnknownModelError):
        bench.explaining.image("nope", row.id, Asked())
    with pytest.raises(UnknownImageError):
        bench.explaining.image(model.id, 999_999, Asked())
    with pytest.raises(UnknownImageError):
        bench.explaining.file(model.id, tmp_path / "none.png", Asked())
    with pytest.raises(UnreadableImageError):
        bench.explaining.upload(model.id, "x.png", b"no picture", Asked())
    with pytest.raises(InvalidInputError, match="no layer"):
        bench.explaining.image(model.id, row.id, Asked(layer="relu66"))
    with pytest.raises(InvalidInputError, match="no method"):
        bench.explaining.image(model.id, row.id, Asked(method="x"))
    with pytest.raises(NotFoundError):
        bench.explaining.map_layer("0" * 32, 100)
    with pytest.raises(NotFoundError):
        bench.explaining.map_layer("../../etc", 100)
    with pytest.raises(InvalidInputError, match="no PNG"):
        bench.explaining.save("0" * 32, tmp_path / "x.gif")
    Path(row.path).unlink()
    with pytest.raises(UnreadableImageError, match="gone"):
        bench.explaining.image(model.id, row.id, Asked())


def test_an_exported_graph_is_explained_by_the_weights_it_came_from(
    bench: Workbench, pets: Project, model: ModelCard, tmp_path: Path
) -> None:
    from sightline.store.model_plan import ImportOptions

    file = tmp_path / "pets.onnx"
    bench.models.export(model.id, out=file)
    added = bench.models.add(file, ImportOptions(name="copy"))
    image = rows(bench, pets)[0].id
    assert bench.explaining.image(added["id"], image, Asked())["model"] == model.id
    assert bench.explaining.layers(str(file), here=True)["model"] == model.id
    bench.models.delete(model.id)
    with pytest.raises(InvalidInputError) as caught:
        bench.explaining.image(added["id"], image, Asked())
    assert "ONNX graph" in str(caught.value)
    assert "torch weights" in caught.value.hint


def test_the_verb_takes_a_file_or_an_id_and_loads_torch_here(
    bench: Workbench, pets: Project, model: ModelCard
) -> None:
    row = rows(bench, pets)[0]
    by_id = bench.explain(model.id, row.id, method="hirescam")
    by_path = bench.explain(model.name, row.path, method="hirescam")
    assert by_id["key"] == by_path["key"]
    assert bench.explaining.layers(model.id, here=True)["auto"] == "relu6"
