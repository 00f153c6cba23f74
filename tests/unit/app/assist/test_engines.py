"""Segmenters by name: the built-in one loads, added ones are found, and what is gone says so."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, cast

import pytest

from fakes.sam_graphs import circle_pair
from fakes.segmenter import SquareSegmenter
from sightline.app.assist import engines as assist_engines
from sightline.app.assist.engines import SegmenterTable, try_segmenter
from sightline.core.errors import MissingWeightsError, UnknownEngineError
from sightline.core.ports import Segmenter
from sightline.core.registry import EngineSpec
from sightline.engines import DEFAULT_SEGMENTER, SEGMENTERS
from sightline.store.model_plan import ImportOptions
from sightline.store.models import ModelStore

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from sightline.app.engines.room import EngineRoom
    from sightline.core.cards import ModelCard


class NoRoom:
    """No engine needs a process of its own here."""


def table_of(models: ModelStore, **more: Any) -> SegmenterTable:
    return SegmenterTable(models, cast("EngineRoom", NoRoom()), **more)


@pytest.fixture
def models(tmp_path: Path) -> ModelStore:
    return ModelStore(tmp_path / "models")


def added(models: ModelStore, tmp_path: Path, name: str) -> ModelCard:
    return models.add_file(circle_pair(tmp_path / name), ImportOptions(name=name))


@pytest.mark.parametrize("name", [one.name for one in SEGMENTERS])
def test_what_is_built_in_loads_once_and_is_a_segmenter(models: ModelStore, name: str) -> None:
    table = table_of(models)
    found = table.load(name)
    assert isinstance(found, Segmenter)
    assert table.load(name) is found
    assert table.load("auto") is table.load(DEFAULT_SEGMENTER)


def test_an_added_pair_is_found_by_name_and_by_id(models: ModelStore, tmp_path: Path) -> None:
    card = added(models, tmp_path, "circles")
    table = table_of(models, default="circles")
    assert table.load("circles").key == table.load(card.id).key == table.load("auto").key
    listed = {one["name"]: one for one in table.listed()}
    assert listed["circles"]["default"]
    assert listed["circles"]["model"] == card.id
    assert not listed[DEFAULT_SEGMENTER]["default"]


def test_a_model_cannot_take_the_name_of_what_is_built_in(
    models: ModelStore, tmp_path: Path
) -> None:
    card = added(models, tmp_path, DEFAULT_SEGMENTER)
    names = [one["name"] for one in table_of(models).listed()]
    assert names == [DEFAULT_SEGMENTER, card.id]


def test_weights_that_are_gone_are_named_before_they_are_asked(
    models: ModelStore, tmp_path: Path
) -> None:
    card = added(models, tmp_path, "circles")
    models.path_of(card).unlink()
    table = table_of(models)
    shown = {one["name"]: one for one in table.listed()}["circles"]
    assert (shown["ready"], shown["why"]) == (False, "model.onnx is missing")
    with pytest.raises(MissingWeightsError):
        table.load("circles")
    with pytest.raises(UnknownEngineError, match="no segmenter named 'circle'"):
        table.load("circle")


def test_a_published_segmenter_that_is_not_here_says_how_it_comes(models: ModelStore) -> None:
    with pytest.raises(UnknownEngineError) as caught:
        table_of(models, default="sam-vit-huge").load()
    assert caught.value.hint == "sightline models pull sam-vit-huge"


def test_a_heavy_one_is_asked_in_a_process_of_its_own(
    models: ModelStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    card = added(models, tmp_path, "circles")
    heavy = EngineSpec(name="circles", kind="segmenter", factory="none:none", heavy=True)
    monkeypatch.setattr(assist_engines, "segmenter_spec", lambda *_, **__: heavy)
    asked: list[Path] = []

    class Room:
        def segmenter(self, spec: EngineSpec, path: Path, card: ModelCard) -> SquareSegmenter:
            assert (spec, card.name) == (heavy, "circles")
            asked.append(path)
            return SquareSegmenter()

    table = SegmenterTable(models, cast("EngineRoom", Room()))
    assert table.load("circles").key == SquareSegmenter.key
    assert asked == [models.path_of(card)]


def test_a_heavy_one_is_tried_in_a_process_that_ends(
    models: ModelStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    card = added(models, tmp_path, "circles")
    heavy = EngineSpec(name="circles", kind="segmenter", factory="none:none", heavy=True)
    monkeypatch.setattr(assist_engines, "segmenter_spec", lambda *_, **__: heavy)
    done: list[str] = []

    class Room:
        @contextmanager
        def trying(self, *_: Any) -> Iterator[SquareSegmenter]:
            yield (engine := SquareSegmenter())
            done.append(f"{engine.encoded} encoded, {len(engine.asked)} asked")

    try_segmenter(models.path_of(card), card, cast("EngineRoom", Room()))
    assert done == ["1 encoded, 1 asked"]
