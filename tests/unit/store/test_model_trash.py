from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from sightline.core.errors import ConflictError, NotFoundError
from sightline.core.preprocess import Preprocess
from sightline.store.model_trash import ModelTrash
from sightline.store.models import ModelStore

if TYPE_CHECKING:
    from pathlib import Path

    from sightline.core.cards import ModelCard


@pytest.fixture
def models(tmp_path: Path) -> ModelStore:
    return ModelStore(tmp_path / "models")


@pytest.fixture
def trash(tmp_path: Path) -> ModelTrash:
    return ModelTrash(tmp_path / "models", tmp_path / "trash")


def add(models: ModelStore, name: str, data: bytes = b"weights") -> ModelCard:
    return models.add(
        data, name=name, kind="classifier", format="onnx", preprocess=Preprocess(size=8)
    )


def test_what_was_removed_is_listed_and_comes_back_whole(
    models: ModelStore, trash: ModelTrash
) -> None:
    assert trash.list() == []
    card = add(models, "birds")
    models.delete("birds")
    (row,) = trash.list()
    assert (row.id, row.name, row.kind) == (card.id, "birds", "classifier")
    assert row.bytes > len(b"weights")
    assert row.trashed_at.endswith("Z")
    assert trash.restore("birds") == card.id
    assert models.verify("birds") == card
    assert trash.list() == []


def test_of_several_of_one_name_the_one_removed_last_comes_back(
    models: ModelStore, trash: ModelTrash, tmp_path: Path
) -> None:
    first, second = add(models, "birds", b"one"), add(models, "birds", b"two")
    for at, card in enumerate((second, first)):
        os.utime(models.delete(card.id), (at + 1e9, at + 1e9))
    assert trash.restore("birds") == first.id
    assert trash.restore(trash.list()[0].key) == second.id
    assert not list((tmp_path / "trash").iterdir())


def test_a_model_that_is_there_again_is_not_overwritten(
    models: ModelStore, trash: ModelTrash, tmp_path: Path
) -> None:
    card = add(models, "birds")
    models.delete(card.id)
    (tmp_path / "models" / card.id).mkdir()
    with pytest.raises(ConflictError, match="is there already"):
        trash.restore(card.id)
    assert len(trash.list()) == 1


def test_a_damaged_one_keeps_its_id_and_strangers_are_left_alone(
    models: ModelStore, trash: ModelTrash, tmp_path: Path
) -> None:
    card = add(models, "birds")
    (tmp_path / "models" / card.id / "model.json").write_text("[]")
    models.delete(card.id)
    for stranger in ("model-../x-000000", "model-x", "run-1", "model-UP-000000"):
        (tmp_path / "trash" / stranger.replace("/", "")).mkdir()
    assert [(one.id, one.name, one.kind) for one in trash.list()] == [(card.id, card.id, "")]
    with pytest.raises(NotFoundError, match="'birds'"):
        trash.restore("birds")
    assert trash.erase() == 1
    assert len(list((tmp_path / "trash").iterdir())) == 4


def test_one_or_all_are_erased(models: ModelStore, trash: ModelTrash) -> None:
    for name in ("a", "b", "c"):
        add(models, name)
        models.delete(name)
    assert trash.erase("b") == 1
    assert {one.name for one in trash.list()} == {"a", "c"}
    with pytest.raises(NotFoundError):
        trash.erase("b")
    assert trash.erase() == 2
    assert trash.list() == []
