from __future__ import annotations

import os
import threading
from typing import TYPE_CHECKING

import pytest

from fakes.onnx_graphs import colour_card, colour_model
from fakes.serving import RED, add_colours, photo
from sightline.app.serving.finding import Wanted, find, parse
from sightline.app.serving.following import Follower
from sightline.app.serving.opened import open_found
from sightline.app.serving.serving import Serving
from sightline.core.errors import MissingWeightsError
from sightline.store.models import ModelStore

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from sightline.app.serving.finding import Found
    from sightline.app.serving.opened import Opened

INKS = ("cyan", "magenta", "yellow")


@pytest.fixture
def serving() -> Iterator[Serving]:
    made = Serving(threads=1, queue=4)
    yield made
    made.close()


def never(ref: str) -> None:
    raise AssertionError(f"{ref} needs no export")


def says(serving: Serving, name: str) -> str:
    return str(serving.answer(name, photo(RED))["label"])


def test_a_newer_model_of_the_name_takes_over_and_an_older_one_never(
    tmp_path: Path, serving: Serving
) -> None:
    models = ModelStore(tmp_path / "models")
    add_colours(tmp_path)
    serving.add(find(models, parse("eyes=colours")))
    follower = Follower(serving, models, export=never)
    assert follower.look() == []
    newer = add_colours(tmp_path, classes=INKS)
    assert follower.look() == ["eyes"]
    assert says(serving, "eyes") == "cyan"
    assert follower.look() == []
    models.delete(newer)
    assert follower.look() == []
    assert says(serving, "eyes") == "cyan"


def test_a_name_that_was_given_to_another_model_is_left_alone(
    tmp_path: Path, serving: Serving
) -> None:
    models = ModelStore(tmp_path / "models")
    add_colours(tmp_path)
    add_colours(tmp_path, "inks", classes=INKS)
    serving.add(find(models, parse("colours")))
    follower = Follower(serving, models, export=never)
    follower.look()
    serving.swap(find(models, Wanted("inks", "colours")))
    add_colours(tmp_path)
    assert follower.look() == []
    assert says(serving, "colours") == "cyan"


def test_who_went_back_to_an_older_one_stays_there_until_a_newer_one_comes(
    tmp_path: Path, serving: Serving
) -> None:
    models = ModelStore(tmp_path / "models")
    older = add_colours(tmp_path)
    add_colours(tmp_path, classes=INKS)
    serving.add(find(models, parse("colours")))
    follower = Follower(serving, models, export=never)
    follower.look()
    serving.swap(find(models, Wanted(older, "colours")))
    add_colours(tmp_path, "unrelated")
    assert follower.look() == []
    assert says(serving, "colours") == "red"
    add_colours(tmp_path, classes=("coral", "b", "c"))
    assert follower.look() == ["colours"]


def test_a_file_that_was_replaced_takes_over(tmp_path: Path, serving: Serving) -> None:
    file = colour_model(tmp_path / "m.onnx", colour_card("m"))
    serving.add(find(ModelStore(tmp_path / "models"), parse(f"m={file}")))
    follower = Follower(serving, ModelStore(tmp_path / "models"), export=never)
    assert follower.look() == []
    other = colour_model(tmp_path / "other.onnx", colour_card("m", classes=INKS))
    other.replace(file)
    assert follower.look() == ["m"]
    assert says(serving, "m") == "cyan"
    file.unlink()
    assert follower.look() == []
    assert says(serving, "m") == "cyan"


def test_a_broken_newcomer_is_told_once_and_changes_nothing(
    tmp_path: Path, serving: Serving, caplog: pytest.LogCaptureFixture
) -> None:
    file = colour_model(tmp_path / "m.onnx", colour_card("m"))
    serving.add(find(ModelStore(tmp_path / "models"), parse(str(file))))
    follower = Follower(serving, ModelStore(tmp_path / "models"), export=never)
    file.write_bytes(b"no model")
    os.utime(file, ns=(1, 1))
    assert follower.look() == follower.look() == []
    assert says(serving, "m") == "red"
    assert sum("stays as it is" in one for one in caplog.messages) == 1


def test_a_newcomer_that_breaks_in_a_way_nobody_foresaw_ends_nothing(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    def opening(found: Found) -> Opened:
        if found.card.classes == INKS:
            raise RuntimeError("a kernel is missing")
        return open_found(found)

    models = ModelStore(tmp_path / "models")
    add_colours(tmp_path)
    serving = Serving(threads=1, queue=4, opening=opening)
    serving.add(find(models, parse("colours")))
    follower = Follower(serving, models, export=never)
    add_colours(tmp_path, classes=INKS)
    assert follower.look() == []
    assert says(serving, "colours") == "red"
    assert any("a kernel is missing" in one for one in caplog.messages)
    serving.close()


def test_the_end_waits_for_no_export(tmp_path: Path, serving: Serving) -> None:
    models = ModelStore(tmp_path / "models")
    add_colours(tmp_path)
    serving.add(find(models, parse("colours")))
    begun, done = threading.Event(), threading.Event()

    def export(ref: str) -> None:
        begun.set()
        assert done.wait(60)
        raise MissingWeightsError(f"{ref} cannot be exported", hint="")

    follower = Follower(serving, models, export=export, every_s=0.001, leave_s=0.01)
    add_unexported(models, tmp_path)
    follower.start()
    assert begun.wait(60)
    follower.stop()
    assert not done.is_set()
    done.set()
    follower.stop()


def test_what_is_not_exported_is_exported_first(tmp_path: Path, serving: Serving) -> None:
    models = ModelStore(tmp_path / "models")
    add_colours(tmp_path)
    serving.add(find(models, parse("colours")))
    asked: list[str] = []

    def export(ref: str) -> None:
        asked.append(ref)
        folder = models.root / ref
        colour_model(folder / "model.onnx", colour_card(classes=INKS))

    follower = Follower(serving, models, export=export)
    follower.look()
    newer = add_unexported(models, tmp_path)
    assert follower.look() == ["colours"]
    assert asked == [newer]
    assert says(serving, "colours") == "cyan"


def test_an_export_that_fails_leaves_the_earlier_one(tmp_path: Path, serving: Serving) -> None:
    models = ModelStore(tmp_path / "models")
    add_colours(tmp_path)
    serving.add(find(models, parse("colours")))

    def export(ref: str) -> None:
        raise MissingWeightsError(f"{ref} cannot be exported", hint="")

    follower = Follower(serving, models, export=export)
    follower.look()
    add_unexported(models, tmp_path)
    assert follower.look() == []
    assert says(serving, "colours") == "red"


def add_unexported(models: ModelStore, folder: Path) -> str:
    weights = folder / "weights.safetensors"
    weights.write_bytes(b"weights")
    fields = colour_card().to_dict() | {"format": "torch", "network": "small_cnn"}
    for name in ("id", "file", "blake3", "created_at"):
        fields.pop(name)
    fields["preprocess"] = colour_card().preprocess
    return models.add(weights, **fields).id


def test_the_thread_ends_when_it_is_asked_to(tmp_path: Path, serving: Serving) -> None:
    follower = Follower(serving, ModelStore(tmp_path / "models"), export=never, every_s=0.001)
    follower.start()
    follower.stop()
    follower.stop()
