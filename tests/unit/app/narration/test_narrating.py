"""Narration with the models of a workspace."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from fakes.heads import colour_head
from fakes.narrated import add_blobs, frame
from fakes.onnx_graphs import colour_card, colour_model
from sightline.app import open_workbench
from sightline.core.errors import InvalidInputError, MissingWeightsError, UnknownEngineError
from sightline.core.media import Frame
from sightline.store.model_plan import ImportOptions

if TYPE_CHECKING:
    from pathlib import Path

    from sightline.app import Workbench
    from sightline.core.arrays import U8

RED, BLUE = (np.full((40, 60, 3), colour, np.uint8) for colour in ((255, 0, 0), (0, 0, 255)))


def add_colours(bench: Workbench, folder: Path, **changes: Any) -> None:
    """Add a classifier of red, green and blue."""
    file = colour_model(folder / "colours.onnx", colour_card(**changes))
    bench.models.add(file, ImportOptions(name="colours"))


def text_of(bench: Workbench, image: U8, engine: str, **options: Any) -> str:
    told = bench.narrating.open(engine, **options).see(Frame(0, 0.0, image))
    assert told is not None
    return told.text


def test_a_clip_is_told_from_its_first_frame_to_its_summary(
    bench: Workbench, tmp_path: Path
) -> None:
    add_blobs(bench, tmp_path)
    narration = bench.narrating.open(every_s=0)
    told = [narration.see(frame(at, {"dog": (4, 30)})) for at in range(5)]
    told += [narration.see(frame(at, {"dog": (4, 30), "car": (40, 10)})) for at in range(5, 15)]
    texts = [one.text for one in told if one]
    assert texts == [
        "There is a dog on the left.",
        "A car on the right came into view. Now there is a car on the right and a dog on the left.",
    ]
    end = narration.finish()
    assert (end.kind, dict(end.counts)) == ("summary", {"dog": 1, "car": 1})
    assert end.engine == "template:blobs"


def test_an_engine_that_is_not_there_is_named(bench: Workbench, tmp_path: Path) -> None:
    with pytest.raises(UnknownEngineError, match="no model here can narrate"):
        bench.narrating.open()
    add_blobs(bench, tmp_path)
    for name, why in (
        ("template:x", "no model 'x' to narrate with"),
        ("template:", "names no models"),
        (",".join("abcdefghi"), "more than 8 models"),
    ):
        with pytest.raises(UnknownEngineError, match=why):
            bench.narrating.open(name)


def test_a_model_of_another_kind_is_refused(bench: Workbench, tmp_path: Path) -> None:
    card = colour_card(kind="encoder", classes=[])
    bench.models.add(colour_model(tmp_path / "e.onnx", card), ImportOptions(name="vectors"))
    with pytest.raises(UnknownEngineError, match="its kind is encoder"):
        bench.narrating.open("vectors")
    assert bench.narrating.engines() == []


def test_who_can_narrate_is_listed_with_what_is_told_first(
    bench: Workbench, tmp_path: Path
) -> None:
    add_blobs(bench, tmp_path)
    add_colours(bench, tmp_path)
    bench.crop_heads.keep(colour_head(bench), "head")
    rows = bench.narrating.engines()
    assert [(one["name"], one["kind"], one["ready"]) for one in rows] == [
        ("template:blobs", "detector", True),
        ("template:colours", "classifier", True),
        ("template:head", "head", True),
    ]
    assert rows[1]["classes"] == ["red", "green", "blue"]
    assert bench.narrating.open().engine == "template:blobs"


def test_a_classifier_that_is_not_exported_says_what_to_do(bench: Workbench) -> None:
    card = colour_card().to_dict()
    fields = {key: card[key] for key in ("name", "kind", "classes")}
    fields |= {"format": "torch", "preprocess": colour_card().preprocess, "network": "resnet18"}
    bench.store.models.add(b"weights", **fields)
    (row,) = bench.narrating.engines()
    assert not row["ready"]
    assert "not exported yet" in row["why"]
    with pytest.raises(MissingWeightsError, match="not exported"):
        bench.narrating.open("colours")
    with pytest.raises(UnknownEngineError, match="no model here can narrate"):
        bench.narrating.open()


def test_classes_tags_and_heads_are_told(bench: Workbench, tmp_path: Path) -> None:
    add_colours(bench, tmp_path)
    bench.crop_heads.keep(colour_head(bench), "head")
    assert text_of(bench, RED, "template:colours").startswith("It is red (")
    assert text_of(bench, BLUE, "template:head").startswith("It is blue (")
    assert text_of(bench, RED, "colours", calls={"red": "rot"}, lang="de").startswith("Es ist rot")


def test_classes_that_are_called_alike_count_together(bench: Workbench, tmp_path: Path) -> None:
    add_colours(bench, tmp_path)
    assert text_of(bench, RED, "colours", calls={"red": "green"}).startswith("It is green (")
    every = dict.fromkeys(("red", "green", "blue"), "paint")
    assert text_of(bench, RED, "colours", calls=every) == "It is paint (100 %)."


def test_a_class_to_call_otherwise_must_be_there_unless_the_settings_name_it(
    tmp_path: Path,
) -> None:
    with open_workbench(tmp_path / "w", narrate_calls="car=bus") as bench:
        add_colours(bench, tmp_path)
        assert text_of(bench, RED, "colours").startswith("It is red (")
        with pytest.raises(InvalidInputError, match="no class 'gren'") as raised:
            bench.narrating.open("colours", calls={"gren": "lime"})
        assert "green" in raised.value.hint


def test_tags_that_are_called_alike_are_told_once(bench: Workbench, tmp_path: Path) -> None:
    add_colours(bench, tmp_path, task="multi", thresholds=[0.5, 0.0, 0.5])
    told = bench.narrating.open("colours", calls={"green": "red"}).see(Frame(0, 0.0, RED))
    assert told is not None
    ((name, probability),) = told.scene.tags
    assert (name, probability > 0.5) == ("red", True)


def test_a_head_is_called_otherwise_too(bench: Workbench, tmp_path: Path) -> None:
    add_blobs(bench, tmp_path)
    bench.crop_heads.keep(colour_head(bench), "head")
    assert text_of(bench, BLUE, "head", calls={"blue": "azul"}).startswith("It is azul (")
    image = frame(0, {"car": (4, 30)}).image
    assert (
        text_of(bench, image, "blobs,head", calls={"red": "van"}) == "There is one van on the left."
    )


def test_tags_that_are_there_are_listed(bench: Workbench, tmp_path: Path) -> None:
    add_colours(bench, tmp_path, task="multi", thresholds=[0.5, 0.0, 0.5])
    assert text_of(bench, RED, "colours") == "Tags: red and green."


def test_a_head_beside_a_detector_names_what_is_in_its_boxes(
    bench: Workbench, tmp_path: Path
) -> None:
    add_blobs(bench, tmp_path)
    bench.crop_heads.keep(colour_head(bench, ("red", "green", "__bg_1")), "head")
    image = frame(0, {"car": (4, 30), "bottle": (40, 30)}).image
    plain = text_of(bench, image, "blobs")
    assert plain == "There is a bottle on the right and a car on the left."
    assert text_of(bench, image, "blobs,head") == "There is one red on the left."


def test_classes_can_be_called_otherwise_by_setting_and_by_hand(tmp_path: Path) -> None:
    calls = "car=bus, dog = cat"
    with open_workbench(tmp_path / "w", narrate_calls=calls, narrate_lang="de") as bench:
        add_blobs(bench, tmp_path)
        image = frame(0, {"car": (4, 30), "dog": (40, 30)}).image
        assert text_of(bench, image, "auto") == (
            "Zu sehen sind ein Bus links und eine Katze rechts."
        )
        assert text_of(bench, image, "auto", calls={"car": "train"}).startswith(
            "Zu sehen sind eine Katze rechts und ein Zug links"
        )


def test_the_setting_names_the_engine_that_auto_stands_for(tmp_path: Path) -> None:
    with open_workbench(tmp_path / "w", narrate_engine="template:colours") as bench:
        add_blobs(bench, tmp_path)
        add_colours(bench, tmp_path)
        assert bench.narrating.open().engine == "template:colours"


def test_a_project_is_narrated_by_its_own_model(bench: Workbench, tmp_path: Path) -> None:
    add_blobs(bench, tmp_path)
    file = colour_model(tmp_path / "c.onnx", colour_card())
    bench.store.models.add(
        file,
        name="own",
        kind="classifier",
        format="onnx",
        preprocess=colour_card().preprocess,
        classes=("red", "green", "blue"),
        project="pets",
    )
    assert bench.narrating.open(project="pets").engine == "template:own"
    assert bench.narrating.open(project="other").engine == "template:blobs"


def test_two_captioners_are_one_too_many(bench: Workbench) -> None:
    for name in ("a", "b"):
        bench.store.models.add(
            b"weights",
            name=name,
            kind="captioner",
            format="transformers",
            preprocess=colour_card().preprocess,
            network="blip",
        )
    with pytest.raises(InvalidInputError, match="one captioner is enough"):
        bench.narrating.open("a,b")
    assert {one["name"] for one in bench.narrating.engines()} == {"captioner:a", "captioner:b"}


def test_languages_are_listed(bench: Workbench) -> None:
    assert {"code": "de", "name": "Deutsch"} in bench.narrating.languages()


def kinds_of_eyes(bench: Workbench, engine: str, **options: Any) -> list[str]:
    told = bench.narrating.open(engine, **options)
    return [type(one).__name__ for one in told._looker.engine.eyes]


def test_a_detector_is_doubted_unless_a_head_names_or_somebody_says_how_it_looks(
    bench: Workbench, tmp_path: Path
) -> None:
    add_blobs(bench, tmp_path)
    bench.crop_heads.keep(colour_head(bench), "head")
    assert kinds_of_eyes(bench, "blobs") == ["TurningEye"]
    assert kinds_of_eyes(bench, "blobs,head") == ["StillEye"]
    assert kinds_of_eyes(bench, "blobs", from_above=False) == ["StillEye"]


def test_what_a_detector_of_ones_own_sees_is_not_doubted_by_another(
    bench: Workbench, tmp_path: Path
) -> None:
    add_blobs(bench, tmp_path)
    own = ImportOptions(name="own", decoder="boxes", classes=("bottle", "crate", "lid"))
    bench.models.add(tmp_path / "blobs.onnx", own)
    assert kinds_of_eyes(bench, "own") == ["StillEye"]
    assert kinds_of_eyes(bench, "blobs,own") == ["StillEye", "StillEye"]
    assert kinds_of_eyes(bench, "blobs,own", calls={"bottle": "jar"}) == ["StillEye", "StillEye"]
