from __future__ import annotations

from typing import TYPE_CHECKING

from fakes.served import COLOURS, answer, colours, png

if TYPE_CHECKING:
    from pathlib import Path

    from sightline.app import Workbench

MUD = (120, 118, 40)
"""Between red and green."""


def test_what_the_model_doubts_is_kept_and_what_it_knows_is_not(
    bench: Workbench, tmp_path: Path
) -> None:
    project, card = colours(bench, tmp_path)
    keeper = bench.doubts.keeper(project, card)
    for data in (png(COLOURS[0], 900), png(MUD, 901), png(MUD, 901), png(COLOURS[2], 902)):
        keeper.offer(data, answer(bench, card, data))
    assert keeper.drain()
    keeper.close()
    told = keeper.stats()
    counts = ("seen", "doubtful", "kept", "doubles", "failed", "missed")
    assert [told[name] for name in counts] == [4, 2, 1, 1, 0, 0]
    assert told["reference"] == 60
    (kept,) = bench.doubts.shelf(project).all()
    assert kept.answer["label"] in {"red", "green"}
    assert "path" not in kept.answer
    assert set(kept.reasons) <= {"margin", "conformal", "odd"}
    assert bench.doubts.shelf(project).picture(kept.id) == png(MUD, 901)
    assert [one["kept"] for one in bench.doubts.told(project)] == [1]


def test_without_pictures_it_only_counts(bench: Workbench, tmp_path: Path) -> None:
    project, card = colours(bench, tmp_path)
    keeper = bench.doubts.keeper(project, card, pictures=False)
    keeper.offer(png(MUD), answer(bench, card, png(MUD)))
    keeper.drain()
    keeper.close()
    assert (keeper.stats()["doubtful"], keeper.stats()["kept"]) == (1, 0)
    assert bench.doubts.shelf(project).all() == []


def test_a_stream_that_has_moved_raises_the_alarm(bench: Workbench, tmp_path: Path) -> None:
    project, card = colours(bench, tmp_path)
    keeper = bench.doubts.keeper(project, card, share=1.0)
    for at in range(120):
        data = png((210, 200, 190), at)  # a light that the model never saw
        keeper.offer(data, {"label": "red", "probabilities": {"red": 1.0}})
        keeper.drain()
    keeper.close()
    told = keeper.stats()
    assert told["odd"] == 120
    assert told["drift"]["alarm"]
    assert all("odd" in one.reasons for one in bench.doubts.shelf(project).all())


def test_a_model_without_an_embedding_measures_oddness_by_plain_statistics(
    bench: Workbench, tmp_path: Path
) -> None:
    project, card = colours(bench, tmp_path)
    detector = bench.store.models.add(
        bench.store.models.path_of(card),
        name="boxes",
        kind="detector",
        format="onnx",
        preprocess=card.preprocess,
        classes=("red",),
    )
    keeper = bench.doubts.keeper(project, detector)
    keeper.offer(png(MUD), {"boxes": [{"name": "red", "score": 0.5, "box": [0, 0, 9, 9]}]})
    keeper.drain()
    keeper.close()
    assert (keeper.stats()["reference"], keeper.stats()["looked"]) == (60, 1)
    assert "box" in bench.doubts.shelf(project).all()[0].reasons
