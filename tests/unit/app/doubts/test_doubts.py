from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from fakes.served import COLOURS, answer, colours, png
from sightline.core.errors import ConflictError, NotFoundError
from sightline.core.labels import LabelChange
from sightline.store.locks import FileLock

if TYPE_CHECKING:
    from sightline.app import Workbench
    from sightline.core.cards import ModelCard
    from sightline.store.projects import Project

MUD = (120, 118, 40)
"""Between red and green."""


def test_what_the_model_doubts_is_kept_and_what_it_knows_is_not(
    bench: Workbench, tmp_path: Path
) -> None:
    project, card = colours(bench, tmp_path, each=7)
    keeper = bench.doubts.keeper(project, card)
    for data in (png(COLOURS[0], 900), png(MUD, 901), png(MUD, 901), png(COLOURS[2], 902)):
        keeper.offer(data, answer(bench, card, data))
    assert keeper.drain()
    keeper.close()
    told = keeper.stats()
    counts = ("seen", "doubtful", "kept", "doubles", "failed", "missed")
    assert [told[name] for name in counts] == [4, 2, 1, 1, 0, 0]
    assert told["reference"] == 21
    (kept,) = bench.doubts.shelf(project).all()
    assert kept.answer["label"] in {"red", "green"}
    assert "path" not in kept.answer
    assert set(kept.reasons) <= {"margin", "conformal", "odd"}
    assert bench.doubts.shelf(project).picture(kept.id) == png(MUD, 901)
    assert [one["kept"] for one in bench.doubts.told(project)] == [1]


def test_without_pictures_it_only_counts(bench: Workbench, tmp_path: Path) -> None:
    project, card = colours(bench, tmp_path, each=7)
    keeper = bench.doubts.keeper(project, card, pictures=False)
    keeper.offer(png(MUD), answer(bench, card, png(MUD)))
    keeper.drain()
    keeper.close()
    assert (keeper.stats()["doubtful"], keeper.stats()["kept"]) == (1, 0)
    assert bench.doubts.shelf(project).all() == []


def test_a_stream_that_has_moved_raises_the_alarm(bench: Workbench, tmp_path: Path) -> None:
    project, card = colours(bench, tmp_path, each=7)
    keeper = bench.doubts.keeper(project, card, share=1.0, pictures=False)
    for at in range(101):
        data = png((210, 200, 190), at)  # a light that the model never saw
        keeper.offer(data, {"label": "red", "probabilities": {"red": 1.0}})
        keeper.drain()
    keeper.close()
    told = keeper.stats()
    assert told["odd"] == 101
    assert told["drift"]["alarm"]
    assert bench.projects.summary(project)["drifting"] == ["colours"]


def test_a_model_without_an_embedding_measures_oddness_by_plain_statistics(
    bench: Workbench, tmp_path: Path
) -> None:
    project, card = colours(bench, tmp_path, each=7)
    detector = bench.store.models.add(
        bench.store.models.path_of(card),
        name="boxes",
        kind="detector",
        format="onnx",
        preprocess=card.preprocess,
        classes=("red",),
    )
    keeper = bench.doubts.keeper(project, detector)
    keeper.offer(png(MUD), {"objects": [{"label": "red", "score": 0.5, "box": [0, 0, 9, 9]}]})
    keeper.drain()
    keeper.close()
    assert (keeper.stats()["reference"], keeper.stats()["looked"]) == (21, 1)
    assert "box" in bench.doubts.shelf(project).all()[0].reasons


def _serve(bench: Workbench, project: Project, card: ModelCard, *pictures: bytes) -> None:
    """Answer pictures and tell a keeper of it."""
    keeper = bench.doubts.keeper(project, card)
    for data in pictures:
        keeper.offer(data, answer(bench, card, data))
    keeper.drain()
    keeper.close()


def test_taken_doubts_wait_in_a_queue_with_the_models_answer_until_they_are_labelled(
    bench: Workbench, tmp_path: Path
) -> None:
    project, card = colours(bench, tmp_path, each=7)
    with pytest.raises(ConflictError, match="no doubt"):
        bench.queue("colours", "served")
    _serve(bench, project, card, png(MUD, 1), png(MUD, 2), png(COLOURS[0], 3))
    kept = bench.doubts.all(project)
    assert len(kept["items"]) == bench.projects.summary(project)["doubts"] == 2
    told = bench.doubts.take(project)
    assert (told["taken"], told["added"], told["left"]) == (2, 2, 0)
    asked = bench.queue("colours", "served")
    assert sorted(one["id"] for one in asked) == told["image_ids"]
    assert asked[0]["why"].startswith("said ")
    assert Path(asked[0]["path"]).parent == bench.projects.folder(project) / "images" / "served"
    rows = bench.store.images.by_ids(told["image_ids"])
    assert {row.split for row in rows} == {"train"}
    view = bench.queues.make_view(project, "served")
    shown = bench.queues.window(view["id"], 0, 10)["items"]
    said = kept["items"][0]["answer"]
    names = {row.id: row.name for row in bench.store.classes.list(project.id)}
    assert names[shown[0]["predicted"]] == said["label"]
    assert shown[0]["probability"] == pytest.approx(said["probability"], abs=1e-4)
    red = bench.store.classes.list(project.id)[0].id
    bench.labels.label(project, [LabelChange(asked[0]["id"], red, "labelled")])
    left = bench.queues.make_view(project, "served")
    assert (left["size"], left["note"]) == (1, "1 of them are done")


def test_taking_what_is_in_the_project_already_adds_nothing_and_moves_no_split(
    bench: Workbench, tmp_path: Path
) -> None:
    project, card = colours(bench, tmp_path, each=7)
    muddy = tmp_path / "more" / "muddy.png"
    muddy.parent.mkdir()
    muddy.write_bytes(png(MUD, 1))
    bench.ingest(muddy.parent, "colours", labels="none")
    row = bench.store.images.by_ordinals(project.id, [21])[0]
    bench.labels.set_splits(project, {row.id: "val"})
    _serve(bench, project, card, png(MUD, 1))
    told = bench.doubts.take(project)
    assert (told["taken"], told["added"], told["known"]) == (1, 0, 1)
    assert bench.store.images.get(row.id).split == "val"
    assert [one["id"] for one in bench.queue("colours", "served")] == [row.id]


def test_a_crash_between_copying_and_noting_is_mended_by_taking_again(
    bench: Workbench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    project, card = colours(bench, tmp_path, each=7)
    _serve(bench, project, card, png(MUD, 1))

    def crash(*_: object) -> None:
        raise OSError("the lights went out")

    with monkeypatch.context() as patched:
        patched.setattr(bench.taken, "note", crash)
        with pytest.raises(OSError, match="lights"):
            bench.doubts.take(project)
    assert bench.doubts.take(project)["taken"] == 1
    assert len(bench.queue("colours", "served")) == 1


def test_copies_that_a_killed_process_left_are_erased_and_those_of_a_living_one_stay(
    bench: Workbench, tmp_path: Path
) -> None:
    project, _ = colours(bench, tmp_path, each=1)
    stage = bench.workspace / "cache" / "doubts"
    for name in ("dead", "living"):
        (stage / name).mkdir(parents=True)
        (stage / name / "copy.png").write_bytes(b"of somebody")
    (stage / "dead.lock").touch()
    living = FileLock(stage / "living.lock")
    assert living.try_acquire()
    bench.doubts.take(project)
    assert {one.name for one in stage.iterdir()} == {"living", "living.lock"}
    living.release()
    bench.doubts.clear(project)
    assert list(stage.iterdir()) == []


def test_some_are_taken_by_id_others_thrown_away_and_unknown_ones_refused(
    bench: Workbench, tmp_path: Path
) -> None:
    project, card = colours(bench, tmp_path, each=7)
    _serve(bench, project, card, *(png(MUD, at) for at in range(3)))
    one, two, _ = (item["id"] for item in bench.doubts.all(project)["items"])
    assert bench.doubts.picture(project, one).startswith(b"\xff\xd8")
    with pytest.raises(NotFoundError):
        bench.doubts.take(project, ["f" * 24])
    assert bench.doubts.take(project, [one])["taken"] == 1
    assert bench.doubts.clear(project, [two]) == {"removed": 1}
    assert bench.doubts.clear(project) == {"removed": 1}
    assert bench.doubts.take(project)["taken"] == 0


def test_what_a_detector_said_is_suggested(bench: Workbench, tmp_path: Path) -> None:
    project, card = colours(bench, tmp_path, each=7)
    keeper = bench.doubts.keeper(project, card)
    boxes = [{"label": "red", "score": 0.5, "box": [1.0, 2.0, 9.0, 9.0]}]
    keeper.offer(png(MUD), {"objects": boxes})
    keeper.drain()
    keeper.close()
    told = bench.doubts.take(project)
    (said,) = bench.suggesting.of_image(told["image_ids"][0])
    assert said["source"] == "served:colours"
    assert [(one["label"], one["score"]) for one in said["objects"]] == [("red", 0.5)]
    assert "said red 0.50" in bench.queue("colours", "served")[0]["why"]
