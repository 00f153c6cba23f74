"""Which head a project uses, and why one cannot be used."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from fakes.heads import head_on
from sightline.core.errors import InvalidInputError, UnknownEngineError, UnknownModelError
from sightline.heads.bundle import CropRule

if TYPE_CHECKING:
    from sightline.app import Workbench
    from sightline.store.projects import Project


@pytest.fixture
def animals(bench: Workbench, pets: Project) -> Project:
    for name in ("cat", "dog"):
        bench.labels.add_class(pets, name)
    return pets


def kept(bench: Workbench, *classes: str, name: str = "one") -> str:
    return str(bench.crop_heads.keep(head_on(bench, classes or ("cat", "dog")), name)["id"])


def test_a_head_is_listed_loaded_and_used_without_a_restart(
    bench: Workbench, animals: Project
) -> None:
    assert bench.crop_heads.active(animals) is None
    model = kept(bench, "Dog ", "cat", "owl", "__bg_0")
    done = bench.crop_heads.activate(animals, "one")
    ids = {row.name: row.id for row in bench.store.classes.list(animals.id)}
    assert (done["classes"], done["unknown"]) == ({"Dog ": ids["dog"], "cat": ids["cat"]}, ["owl"])
    active = bench.crop_heads.active(animals)
    assert active is not None
    assert (active.model, active.encoder) == (model, "hog")
    assert active.class_ids == (ids["dog"], ids["cat"], None, None)
    (row,) = bench.crop_heads.all()
    assert (row["fault"], row["used"]) == ("", [{"project": "pets", "use": "boxes"}])
    bench.crop_heads.activate(animals, "")
    assert bench.crop_heads.active(animals) is None
    assert bench.crop_heads.status(animals) == {"boxes": None, "images": None}


def test_a_newer_head_of_the_same_name_does_not_slip_in(bench: Workbench, animals: Project) -> None:
    older = kept(bench)
    bench.crop_heads.activate(animals, "one")
    newer = kept(bench)
    active = bench.crop_heads.active(animals)
    assert active is not None
    assert active.model == older
    assert bench.crop_heads.card("one").id == newer


def test_rows_of_an_image_answer_the_head(bench: Workbench, animals: Project) -> None:
    kept(bench)
    bundle = bench.crop_heads.load("one")
    image = int(bench.store.state.get(animals.id).image_id[0])
    picture = bench.crop_heads.picture(image)
    rows = bench.crop_heads.rows("hog", picture, [[0, 0, 20, 20], [4, 4, 30, 30]], CropRule())
    assert bundle.probabilities(rows).shape == (2, 2)


def test_a_head_whose_encoder_is_gone_changed_or_of_another_length_says_so(
    bench: Workbench, animals: Project
) -> None:
    one = head_on(bench, ("cat", "dog"))
    dim = one.dim
    narrow = replace(
        one,
        layers=(replace(one.layers[0], weight=one.layers[0].weight[:9]),),
        dim=9,
    )
    cases = (
        (replace(one, encoder="clip", encoder_key="clip-1"), UnknownEngineError, "not here"),
        (replace(one, encoder_key="hog-old"), InvalidInputError, "has changed"),
        (replace(narrow, encoder_key=""), InvalidInputError, f"gives {dim} numbers"),
    )
    for bundle, error, why in cases:
        model = bench.crop_heads.keep(bundle, "bad")["id"]
        with pytest.raises(error, match=why):
            bench.crop_heads.activate(animals, model)
        assert why in bench.crop_heads.all()[0]["fault"]
        bench.projects.save_settings(animals, {"box_head": model})
        assert why in bench.crop_heads.status(animals)["boxes"]["fault"]


def test_an_encoder_under_another_name_is_found_by_what_it_is(bench: Workbench) -> None:
    assert bench.crop_heads.encoder_of(head_on(bench, ("cat",), encoder="hog")) == "hog"
    renamed = replace(head_on(bench, ("cat",)), encoder="was called so")
    assert bench.crop_heads.encoder_of(renamed) == "hog"


def test_what_is_no_head_for_this_project_is_refused(bench: Workbench, animals: Project) -> None:
    with pytest.raises(UnknownModelError, match="no head 'none'"):
        bench.crop_heads.activate(animals, "none")
    kept(bench, "ship", "plane")
    with pytest.raises(InvalidInputError, match="none of the classes"):
        bench.crop_heads.activate(animals, "one")
    bench.projects.save_settings(animals, {"task": "multi"})
    kept(bench)
    with pytest.raises(InvalidInputError, match="tags"):
        bench.crop_heads.activate(animals, "one", "both")
    with pytest.raises(InvalidInputError, match="no use"):
        bench.crop_heads.activate(animals, "one", "all")  # type: ignore[arg-type]


def test_a_head_that_was_tampered_with_is_not_loaded(bench: Workbench) -> None:
    card = bench.crop_heads.card(kept(bench))
    path = bench.store.models.path_of(card)
    raw = bytearray(path.read_bytes())
    raw[-1] ^= 1
    path.write_bytes(raw)
    with pytest.raises(InvalidInputError, match="has changed"):
        bench.crop_heads.load("one")


def test_a_removed_head_is_in_the_trash_and_in_no_project(
    bench: Workbench, animals: Project
) -> None:
    kept(bench)
    bench.crop_heads.activate(animals, "one")
    done = bench.crop_heads.remove("one")
    assert done["used"] == [{"project": "pets", "use": "boxes"}]
    assert bench.crop_heads.active(animals) is None
    assert bench.crop_heads.all() == []
