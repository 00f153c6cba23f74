"""Words find things in pictures: suggestions that a person decides."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import numpy as np
import pytest
from PIL import Image

from fakes.by_words import COLOURS, ColourFinder, Engines
from fakes.tiny_owl import save_owl
from sightline.app.texts.wish import TextWish
from sightline.core.errors import CancelledError, InvalidInputError
from sightline.core.progress import Silent
from sightline.store.model_plan import ImportOptions

if TYPE_CHECKING:
    from server.conftest import Shop
    from sightline.app.texts.engines import TextDetectorTable

URL = "/api/projects/birds"


@pytest.fixture
def finder(shop: Shop) -> ColourFinder:
    """An engine that finds colours; each picture shows a red square at its own place."""
    engine = ColourFinder()
    shop.bench.text_finding.engines = cast("TextDetectorTable", Engines(engine))
    for number, image in enumerate(shop.images):
        path = shop.bench.store.images.get(image).path
        pixels = np.zeros((40, 60, 3), np.uint8)
        pixels[10:20, 5 + number : 25 + number] = COLOURS["red"]
        pixels[30:35, 40:50] = COLOURS["blue"]
        Image.fromarray(pixels).save(path)
    return engine


def ask(shop: Shop, text: str, **more: Any) -> dict[str, Any]:
    wish = {name: more.pop(name) for name in ("classes", "create", "min_score") if name in more}
    asked = TextWish(engine="colours", texts=tuple(text.split(",")), **wish)
    return shop.bench.text_finding.perform(shop.bench.projects.get("birds"), asked, **more)


def ghosts(shop: Shop, image: int) -> list[dict[str, Any]]:
    return [
        one for source in shop.get(f"/api/images/{image}/suggestions") for one in source["objects"]
    ]


def test_one_picture_is_asked_about_at_once(shop: Shop, finder: ColourFinder) -> None:
    assert finder
    image = shop.images[0]
    body = {"engine": "colours", "text": "red, blue", "classes": {"red": "cat"}}
    found = shop.post(f"/api/images/{image}/detect", body)
    assert found == {
        "source": "text:colours",
        "labels": {"red": "cat", "blue": "blue"},
        "unknown": ["blue"],
        "objects": 2,
    }
    cat, blue = ghosts(shop, image)
    assert (cat["label"], cat["class_id"], cat["geometry"]) == ("cat", shop.cat, [5, 10, 25, 20])
    assert (blue["label"], blue["class_id"]) == ("blue", None), "no class is made unasked"
    assert shop.get(f"/api/images/{image}/objects")["objects"] == []


def test_missing_classes_are_made_when_that_is_asked_for(shop: Shop, finder: ColourFinder) -> None:
    assert finder
    found = ask(shop, "blue", create=True)
    assert found["unknown"] == []
    assert "blue" in {one["name"] for one in shop.get(f"{URL}/classes")}


def test_what_was_found_of_other_words_stays(shop: Shop, finder: ColourFinder) -> None:
    assert finder
    image = shop.images[0]
    ask(shop, "red")
    ask(shop, "blue")
    assert {one["label"] for one in ghosts(shop, image)} == {"red", "blue"}
    ask(shop, "red,blue", min_score=0.85)
    assert {one["label"] for one in ghosts(shop, image)} == {"red"}


def test_several_words_for_one_class_find_a_thing_once(shop: Shop, finder: ColourFinder) -> None:
    assert finder
    found = ask(shop, "red,big red", classes={"red": "cat", "big red": "cat"})
    assert found["objects"] == len(shop.images)


def test_pictures_that_were_asked_the_same_are_passed_over(
    shop: Shop, finder: ColourFinder
) -> None:
    first = ask(shop, "red", image_ids=list(shop.images[:2]))
    assert (first["images"], first["passed_over"]) == (2, 0)
    second = ask(shop, "red")
    assert (second["images"], second["passed_over"]) == (len(shop.images) - 2, 2)
    assert len(finder.asked) == len(shop.images)
    assert ask(shop, "blue")["passed_over"] == 0, "another question"
    assert ask(shop, "red", again=True)["passed_over"] == 0
    shop.client.delete(f"{URL}/suggestions")
    assert ask(shop, "red")["passed_over"] == 0, "what is forgotten is asked again"


class StopsAt(Silent):
    """A person who stops the work once so many pictures are done."""

    def __init__(self, done: int) -> None:
        self._left = done

    def check(self) -> None:
        if self._left == 0:
            raise CancelledError("stopped", hint="")
        self._left -= 1


def test_what_was_stopped_goes_on_where_it_was(shop: Shop, finder: ColourFinder) -> None:
    with pytest.raises(CancelledError):
        ask(shop, "red", progress=StopsAt(3))
    assert ask(shop, "red")["passed_over"] == 3
    assert len(finder.asked) == len(shop.images), "no picture is asked about twice"


def test_a_picture_that_cannot_be_read_stops_none(shop: Shop, finder: ColourFinder) -> None:
    assert finder
    path = Path(shop.bench.store.images.get(shop.images[2]).path)
    path.write_bytes(b"no picture")
    found = ask(shop, "red")
    assert [one["path"] for one in found["unreadable"]] == [str(path)]
    assert found["images"] == len(shop.images) - 1


def test_a_segmenter_makes_polygons_of_what_is_found(shop: Shop, finder: ColourFinder) -> None:
    assert finder
    image = shop.images[0]
    body = {"engine": "colours", "text": "red", "segmenter": "auto", "form": "polygon"}
    assert shop.post(f"/api/images/{image}/detect", body)["objects"] == 1
    (ghost,) = ghosts(shop, image)
    assert ghost["kind"] == "polygon"


BAD: tuple[tuple[dict[str, Any], int, str], ...] = (
    ({"engine": "nobody", "text": "red"}, 404, "no engine"),
    ({"engine": "colours", "text": " , "}, 422, "nothing is named"),
    ({"engine": "colours", "text": "red", "form": "polygon"}, 422, "polygons are wanted"),
    ({"engine": "colours", "text": "red", "segmenter": "nobody"}, 404, "no segmenter"),
    ({"engine": "colours", "text": "red", "classes": {"van": "car"}}, 422, "not asked for"),
    ({"engine": "colours", "text": "red", "tile_px": 9}, 422, "too small"),
)


def test_a_question_that_cannot_be_asked_is_refused_at_once(
    shop: Shop, finder: ColourFinder
) -> None:
    for body, status, why in BAD:
        for url in (f"/api/images/{shop.images[0]}/detect", f"{URL}/detect"):
            refused = shop.post(url, body, status=status)
            assert why in refused["message"]
            assert refused["hint"]
    assert finder.asked == []


def test_an_engine_that_is_asked_by_words_is_no_detector_of_its_own_classes(
    shop: Shop, tmp_path: Path
) -> None:
    options = ImportOptions(name="owl")
    shop.bench.store.models.add_file(save_owl(tmp_path / "owl"), options)
    assert shop.get("/api/detectors") == []
    (one,) = shop.get("/api/text-detectors")
    told = {name: one[name] for name in ("name", "usual_score", "masks", "ready")}
    assert told == {"name": "owl", "usual_score": 0.2, "masks": False, "ready": True}
    refused = shop.post(f"{URL}/suggest", {"engine": "owl"}, status=404)
    assert "sightline detect" in refused["hint"]


def test_words_find_through_the_process_of_a_network(shop: Shop, tmp_path: Path) -> None:
    card = shop.bench.store.models.add_file(save_owl(tmp_path / "owl"), ImportOptions(name="owl"))
    image = shop.images[0]
    body = {"engine": "owl", "text": "a cat, dog", "min_score": 0.01}
    found = shop.post(f"/api/images/{image}/detect", body)
    assert found["objects"] > 0
    for ghost in ghosts(shop, image):
        x1, y1, x2, y2 = ghost["geometry"]
        assert (0 <= x1 < x2 <= 60, 0 <= y1 < y2 <= 40) == (True, True)
        assert ghost["label"] in {"cat", "a cat", "dog"}
    long = {"engine": card.id, "text": "a b c d e f g h i j k l m n o p q"}
    refused = shop.post(f"/api/images/{image}/detect", long, status=422)
    assert "the network reads 16" in refused["message"]


@pytest.mark.nightly
def test_a_folder_that_was_added_finds_in_a_job_and_from_the_command_line(
    shop: Shop, tmp_path: Path
) -> None:
    shop.bench.models.add(save_owl(tmp_path / "owl"), ImportOptions(name="owl"))
    body = {"engine": "owl", "text": "a cat", "min_score": 0.01, "image_ids": list(shop.images[:2])}
    job = shop.post(f"{URL}/detect", body, status=202)
    done = shop.bench.wait(job["id"])
    assert (done["images"], done["source"]) == (2, "text:owl")
    assert done["objects"] > 0
    job = shop.post(f"{URL}/detect", body, status=202)
    assert shop.bench.wait(job["id"])["passed_over"] == 2
    broken = save_owl(tmp_path / "broken")
    cut = (broken / "model.safetensors").read_bytes()[:-100]
    (broken / "model.safetensors").write_bytes(cut)
    with pytest.raises(InvalidInputError, match="cannot be loaded"):
        shop.bench.models.add(broken, ImportOptions(name="broken"))
    assert [one["name"] for one in shop.bench.models.all()] == ["owl"]
