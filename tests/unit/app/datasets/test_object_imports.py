"""Objects from elsewhere: looked at, taken in, taken back, never at the cost of what is there."""

from __future__ import annotations

import json
import zipfile
from typing import TYPE_CHECKING, Any

import pytest
from PIL import Image

from sightline.app.datasets.object_exports import wished
from sightline.app.datasets.object_imports import Wanted
from sightline.core.errors import InvalidInputError
from sightline.core.geometry.shapes import Box, Mask, OrientedBox, Shape
from sightline.core.objects import ImageObject, ObjectChange
from unit.app.conftest import rows

if TYPE_CHECKING:
    from pathlib import Path

    from sightline.app import Workbench
    from sightline.store.projects import Project


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    """Three plain pictures of 100 x 80, one of them lying on its side."""
    folder = tmp_path / "photos"
    folder.mkdir()
    for number, colour in enumerate(("red", "green", "blue")):
        exif = Image.Exif()
        if number == 2:
            exif[0x0112] = 6
        Image.new("RGB", (100, 80), colour).save(folder / f"p{number}.jpg", exif=exif)
    return folder


@pytest.fixture
def shop(bench: Workbench, photos: Path) -> Project:
    bench.ingest(photos, "shop", labels="none")
    return bench.projects.get("shop")


def yolo(folder: Path, lines: dict[str, str], names: str = "cat\ndog\n") -> Path:
    folder.mkdir(exist_ok=True)
    folder.joinpath("classes.txt").write_text(names)
    for stem, text in lines.items():
        folder.joinpath(f"{stem}.txt").write_text(text)
    return folder


def drawn(bench: Workbench, project: Project) -> dict[str, list[tuple[str, Any]]]:
    """Return class and geometry of every object, by the picture's stem."""
    names = {row.id: row.name for row in bench.store.classes.list(project.id)}
    return {
        row.stem: [(names[one.class_id], one.shape.to_json()) for one in found]
        for row, found in bench.store.objects.stream(project)
        if found
    }


def draw(bench: Workbench, project: Project, *boxes: Box, at: int = 0) -> None:
    """Draw boxes of the class cat in a picture."""
    names = {row.name: row.id for row in bench.store.classes.list(project.id)}
    cat = names.get("cat") or bench.labels.add_class(project, "cat")["id"]
    put = tuple(ImageObject(uid=f"u{n}", class_id=cat, shape=one) for n, one in enumerate(boxes))
    image = rows(bench, project)[at].id
    bench.objects.change(project, [ObjectChange(image_id=image, put=put)])


def test_a_look_changes_nothing_and_says_what_an_import_then_does(
    bench: Workbench, shop: Project, tmp_path: Path
) -> None:
    source = yolo(
        tmp_path / "y", {"p0": "0 .5 .5 .2 .25\n1 .1 .1 .1 .1\n", "gone": "0 .5 .5 1 1\n"}
    )
    looked = bench.import_labels("shop", source, dry_run=True)
    assert (looked["matched"], looked["unmatched"], looked["annotations"]) == (1, 1, 2)
    assert looked["unmatched_paths"] == ["gone"]
    assert looked["classes"] == {"new": ["cat", "dog"], "known": []}
    assert drawn(bench, shop) == {}
    assert bench.store.classes.list(shop.id) == []
    assert bench.store.waiting.count(shop.id) == 0
    done = bench.import_labels("shop", source)
    assert {**done, "dry_run": True, "seq": None, "description": ""} == looked
    (cat, dog) = drawn(bench, shop)["p0"]
    assert cat[1] == pytest.approx([40, 30, 60, 50], abs=1e-9)
    assert dog[1] == pytest.approx([5, 4, 15, 12], abs=1e-9)
    assert dog[0] == "dog"


def test_one_undo_takes_an_import_back_classes_and_all(
    bench: Workbench, shop: Project, tmp_path: Path
) -> None:
    source = yolo(tmp_path / "y", {"p0": "0 .5 .5 .2 .25\n", "p1": "1 .5 .5 .2 .25\n"})
    bench.import_labels("shop", source)
    assert len(drawn(bench, shop)) == 2
    bench.labels.undo(shop)
    assert drawn(bench, shop) == {}
    assert bench.store.classes.list(shop.id) == []
    bench.labels.redo(shop)
    assert len(drawn(bench, shop)) == 2


def test_an_import_never_wipes_what_is_there(
    bench: Workbench, shop: Project, tmp_path: Path
) -> None:
    draw(bench, shop, Box(1.25, 2.5, 9.75, 9.5), Box(40, 30, 60, 50))
    source = yolo(tmp_path / "y", {"p0": "0 .5 .5 .2 .25\n0 .1 .9 .1 .1\n"})
    report = bench.import_labels("shop", source)
    assert report["objects"]["new"] == 1
    assert report["objects"]["same"] == 1
    found = [one[1] for one in drawn(bench, shop)["p0"]]
    assert [1.25, 2.5, 9.75, 9.5] in found
    assert [40, 30, 60, 50] in found
    assert len(found) == 3


@pytest.mark.usefixtures("shop")
def test_the_same_import_again_changes_nothing(bench: Workbench, tmp_path: Path) -> None:
    source = yolo(tmp_path / "y", {"p0": "0 .5 .5 .2 .25\n0 .3 .3 .1 .1\n"})
    bench.import_labels("shop", source)
    again = bench.import_labels("shop", source)
    assert (again["changed"], again["seq"], again["objects"]["same"]) == (0, None, 2)


def test_small_boxes_survive_going_out_and_coming_in(
    bench: Workbench, shop: Project, tmp_path: Path
) -> None:
    small = [Box(10.7, 20.3, 21.9, 33.2), Box(0.4, 0.6, 10.1, 12.7)]
    draw(bench, shop, *small)
    for form in ("yolo", "coco", "voc"):
        out = tmp_path / form
        bench.export_labels("shop", out, form=form)
        report = bench.import_labels("shop", out, mode="replace")
        assert report["changed"] == 0, form
    bench.objects.change(shop, [ObjectChange(image_id=rows(bench, shop)[0].id, clear=True)])
    bench.import_labels("shop", tmp_path / "yolo")
    for (_, found), one in zip(drawn(bench, shop)["p0"], small, strict=True):
        assert found == pytest.approx(one.to_json(), abs=1e-6)


def test_replace_keeps_the_names_of_what_is_the_same_and_add_leaves_drawn_pictures_alone(
    bench: Workbench, shop: Project, tmp_path: Path
) -> None:
    draw(bench, shop, Box(40, 30, 60, 50.1), Box(1, 1, 9, 9))
    source = yolo(tmp_path / "y", {"p0": "0 .5 .5 .2 .25\n", "p1": "0 .5 .5 .2 .25\n"})
    added = bench.import_labels("shop", source, mode="add")
    assert (added["changed"], added["annotations"]) == (1, 1)
    assert len(drawn(bench, shop)["p0"]) == 2
    report = bench.import_labels("shop", source, mode="replace")
    assert report["objects"] | {"by_kind": 0} == {
        "new": 0,
        "changed": 1,
        "deleted": 1,
        "same": 1,
        "by_kind": 0,
    }
    image = rows(bench, shop)[0].id
    (one,) = bench.store.objects.of([image])[image]
    assert one.uid == "u0"
    assert one.shape.to_json() == pytest.approx([40, 30, 60, 50])


def test_labels_of_pictures_that_are_not_here_wait_for_them(
    bench: Workbench, shop: Project, tmp_path: Path, photos: Path
) -> None:
    source = yolo(tmp_path / "y", {"late": "0 .5 .5 .2 .25\n"})
    assert bench.import_labels("shop", source)["waiting"] == 1
    assert bench.store.waiting.count(shop.id) == 1
    Image.new("RGB", (200, 100), "black").save(photos / "late.png")
    report = bench.ingest(photos, "shop", labels="none")
    assert report["attached"] == {"pictures": 1, "objects": 1}
    ((name, box),) = drawn(bench, shop)["late"]
    assert name == "cat"
    assert box == pytest.approx([80, 37.5, 120, 62.5])
    assert bench.store.waiting.count(shop.id) == 0


def test_names_of_classes_are_mapped_and_left_out(
    bench: Workbench, shop: Project, tmp_path: Path
) -> None:
    source = yolo(tmp_path / "y", {"p0": "0 .5 .5 .2 .25\n1 .3 .3 .1 .1\n"})
    report = bench.import_labels("shop", source, mapping={"Cat": "animal/pet", "dog": ""})
    assert report["classes"]["new"] == ["animal-pet"]
    assert [name for name, _ in drawn(bench, shop)["p0"]] == ["animal-pet"]
    assert any("left out by wish" in note for note in report["notes"])


def coco(path: Path, *, size: tuple[int, int], name: str, **more: Any) -> Path:
    one = {"id": 1, "image_id": 1, "category_id": 1, "bbox": [10, 20, 30, 40]} | more
    data = {
        "images": [{"id": 1, "file_name": name, "width": size[0], "height": size[1]}],
        "annotations": [one],
        "categories": [{"id": 1, "name": "cat"}],
    }
    path.write_text(json.dumps(data))
    return path


def test_labels_of_another_size_are_scaled_and_of_another_shape_refused(
    bench: Workbench, shop: Project, tmp_path: Path
) -> None:
    path = coco(tmp_path / "a.json", size=(200, 160), name="p0.jpg")
    report = bench.import_labels("shop", path)
    assert drawn(bench, shop)["p0"] == [("cat", [5, 10, 20, 30])]
    assert "another size" in report["notes"][0]
    path = coco(tmp_path / "b.json", size=(100, 100), name="p1.jpg")
    report = bench.import_labels("shop", path)
    assert (report["changed"], report["skipped_count"]) == (0, 1)
    assert "the picture has 100 x 80" in report["skipped"][0]["reason"]


def test_labels_of_the_picture_as_its_file_lies_are_turned_upright(
    bench: Workbench, shop: Project, tmp_path: Path
) -> None:
    path = coco(tmp_path / "a.json", size=(100, 80), name="p2.jpg")
    report = bench.import_labels("shop", path)
    assert drawn(bench, shop)["p2"] == [("cat", [20, 10, 60, 40])]
    assert "as EXIF says" in report["notes"][0]


@pytest.mark.parametrize(
    ("more", "why"),
    [
        ({"bbox": [300, 300, 5, 5]}, "outside of the picture"),
        ({"bbox": [0, 0, 0, 5]}, "no area"),
    ],
)
@pytest.mark.usefixtures("shop")
def test_what_cannot_be_is_left_out_and_told(
    bench: Workbench, tmp_path: Path, more: dict[str, Any], why: str
) -> None:
    path = coco(tmp_path / "a.json", size=(100, 80), name="p0.jpg", **more)
    report = bench.import_labels("shop", path)
    assert report["annotations"] == 0
    assert why in report["skipped"][0]["reason"]
    assert report["skipped_count"] == 1


def test_a_damaged_end_leaves_nothing_behind(
    bench: Workbench, shop: Project, tmp_path: Path
) -> None:
    path = coco(tmp_path / "a.json", size=(100, 80), name="p0.jpg")
    path.write_text(path.read_text()[:-20])
    with pytest.raises(InvalidInputError, match="no valid JSON"):
        bench.import_labels("shop", path)
    assert drawn(bench, shop) == {}
    assert bench.store.classes.list(shop.id) == []


@pytest.mark.usefixtures("shop")
def test_names_that_two_pictures_have_are_not_guessed_at(
    bench: Workbench, tmp_path: Path, photos: Path
) -> None:
    for part, colour in (("x", "white"), ("y", "grey")):
        (photos / part).mkdir()
        Image.new("RGB", (10, 10), colour).save(photos / part / "q.png")
    bench.ingest(photos, "shop", labels="none")
    source = yolo(tmp_path / "one", {"q": "0 .5 .5 .2 .25\n"})
    report = bench.import_labels("shop", source)
    assert "2 pictures here are called 'q'" in report["skipped"][0]["reason"]
    both = tmp_path / "both"
    for part in ("x", "y"):
        (both / part).mkdir(parents=True)
        (both / part / "q.txt").write_text("0 .5 .5 .2 .25\n")
        (both / part / "p0.txt").write_text("0 .5 .5 .2 .25\n")
    report = bench.import_labels("shop", both, form="yolo")
    assert report["matched"] == 2
    assert report["skipped_count"] == 2
    assert "several pictures called 'p0'" in report["skipped"][0]["reason"]


def test_a_zip_with_pictures_brings_them_along_when_asked(
    bench: Workbench, shop: Project, tmp_path: Path
) -> None:
    Image.new("RGB", (40, 20), "pink").save(tmp_path / "new.png")
    path = tmp_path / "set.zip"
    with zipfile.ZipFile(path, "w") as packed:
        packed.write(tmp_path / "new.png", "train/images/new.png")
        packed.writestr("train/labels/new.txt", "0 .5 .5 .5 .5\n")
        packed.writestr("data.yaml", "names: [cat]\n")
    looked = bench.import_labels("shop", path, dry_run=True)
    assert looked["pictures"] == {"lacking": 1, "added": None}
    report = bench.import_labels("shop", path, add_images=True)
    assert report["pictures"]["added"]["added"] == 1
    assert drawn(bench, shop)["new"] == [("cat", [10, 5, 30, 15])]
    assert rows(bench, shop)[3].split == "train"


def test_numbers_get_the_names_of_a_list(bench: Workbench, shop: Project, tmp_path: Path) -> None:
    (tmp_path / "y").mkdir()
    (tmp_path / "y" / "p0.txt").write_text("1 .5 .5 .2 .25\n")
    (tmp_path / "names.txt").write_text("cat\nowl\n")
    bench.import_labels("shop", tmp_path / "y", classes=str(tmp_path / "names.txt"))
    assert [name for name, _ in drawn(bench, shop)["p0"]] == ["owl"]


@pytest.mark.usefixtures("shop")
def test_options_of_objects_are_refused_for_labels_of_whole_pictures(
    bench: Workbench, tmp_path: Path
) -> None:
    (tmp_path / "l.csv").write_text("path,label\np0.jpg,cat\n")
    with pytest.raises(InvalidInputError, match="mapping is for objects"):
        bench.import_labels("shop", tmp_path / "l.csv", mapping={"cat": "dog"})
    assert bench.import_labels("shop", tmp_path / "l.csv")["labels"] == 1


def test_a_project_goes_out_and_comes_in_whole(
    bench: Workbench, shop: Project, tmp_path: Path
) -> None:
    cat = bench.labels.add_class(shop, "cat")["id"]
    shapes: tuple[Shape, ...] = (
        Box(1.5, 2.5, 30.25, 40),
        OrientedBox(50, 40, 20, 10, 30),
        bench_mask(),
    )
    image = rows(bench, shop)[1].id
    put = tuple(
        ImageObject(uid=f"u{n}", class_id=cat, shape=one, attributes={"n": n}, score=0.5)
        for n, one in enumerate(shapes)
    )
    bench.objects.change(shop, [ObjectChange(image_id=image, put=put, review="done")])
    report = bench.export_labels("shop", tmp_path / "all.json", form="coco")
    assert (report["items"], report["annotations"], report["passed_over"]) == (1, 3, 2)
    assert report["converted"] == {}
    bench.objects.change(shop, [ObjectChange(image_id=image, clear=True)])
    bench.import_labels("shop", tmp_path / "all.json")
    back = bench.store.objects.of([image])[image]
    assert [one.shape for one in back] == list(shapes)
    assert [one.attributes["n"] for one in back] == [0, 1, 2]
    boxes = bench.export_labels("shop", tmp_path / "boxes.zip", form="yolo", images="copy")
    assert boxes["converted"] == {"obb as box": 1, "mask as box": 1}
    with zipfile.ZipFile(tmp_path / "boxes.zip") as packed:
        names = set(packed.namelist())
    assert {"data.yaml", "images/train/p1.jpg"} <= names or any(
        name.endswith("/p1.jpg") for name in names
    )


def bench_mask() -> Mask:
    import numpy as np

    from sightline.core.geometry.masks import encode

    pixels = np.zeros((80, 100), np.bool_)
    pixels[10:20, 30:50] = True
    return encode(pixels)


def test_an_export_is_refused_where_it_asks_for_what_is_not_there(
    bench: Workbench, shop: Project, tmp_path: Path
) -> None:
    with pytest.raises(InvalidInputError, match="no class"):
        bench.export_labels("shop", tmp_path / "o", form="yolo", classes=["ghost"])
    with pytest.raises(InvalidInputError, match="no review status"):
        wished("yolo", reviews=["later"])
    with pytest.raises(InvalidInputError, match="cannot be 'all'"):
        wished("yolo", "all")
    with pytest.raises(InvalidInputError, match="no format"):
        bench.object_imports.read(shop, tmp_path, Wanted(form="yolo9"))
    assert not (tmp_path / "o").exists()
