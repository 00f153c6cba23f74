"""Evaluations of runs: of then and now, of slices, of two; and the cards of models."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from sightline.core.errors import InvalidInputError, NotFoundError
from sightline.core.labels import LabelChange
from unit.app.conftest import label_by_folder, rows

if TYPE_CHECKING:
    from sightline.app import Workbench
    from sightline.store.projects import Project

TINY: dict[str, Any] = {
    "epochs": 1,
    "image_size": 16,
    "threads": 1,
    "model": {"name": "small_cnn"},
    "augment": {"views": 1},
}


@pytest.fixture
def trained(bench: Workbench, pets: Project, monkeypatch: pytest.MonkeyPatch) -> str:
    """A run that was trained in this process."""
    from sightline.core.progress import Silent

    monkeypatch.setattr(bench.jobs, "pump", lambda: None)
    label_by_folder(bench, pets)
    run: str = bench.training.start(pets, TINY)["run"]
    bench.training.perform(run, Silent())
    return run


def test_a_run_is_judged_with_intervals_slices_and_the_labels_of_now(
    bench: Workbench, trained: str
) -> None:
    found = bench.evaluation.get(trained)
    assert found["split"] == "test"
    assert found["figures"]["accuracy"]["low"] <= found["figures"]["accuracy"]["value"]
    assert bench.evaluation.get(found["model"]) is found
    val = bench.evaluation.get(trained, split="val")
    assert val["split"] == "val"
    now = bench.evaluation.get(trained, labels="now")
    assert (now["changed"], now["images"]) == (0, found["images"])
    with pytest.raises(InvalidInputError):
        bench.evaluation.get(trained, split="train")
    with pytest.raises(NotFoundError):
        bench.evaluation.get("nothing")


def test_a_mended_label_counts_at_once_in_the_labels_of_now(
    bench: Workbench, pets: Project, trained: str
) -> None:
    kept = bench.evaluation.get(trained)
    image = next(row for row in rows(bench, pets) if row.split == "test")
    classes = {one["name"]: one["id"] for one in bench.labels.classes(pets)}
    other = classes["cat" if "dog" in image.path.split("/")[-2] else "dog"]
    bench.labels.label(pets, [LabelChange(image.id, other, "labelled")])
    now = bench.evaluation.get(trained, labels="now")
    assert (now["changed"], now["images"]) == (1, kept["images"])
    assert bench.evaluation.get(trained)["figures"] == kept["figures"]


def test_a_slice_is_a_filter_of_every_queue(
    bench: Workbench, pets: Project, trained: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sightline.flows.evaluation.slices.LEAST", 1)
    size = bench.store.state.get(pets.id).size
    slices = bench.evaluation.get(trained, split="test")["slices"]
    row = next(one for one in slices if one["kind"] == "folder")
    some = bench.evaluation.members(pets, size, f"{trained}/test/folder/{row['name']}")
    inside = [one for one in rows(bench, pets) if some[one.ordinal]]
    assert len(inside) == row["images"]
    assert all(f"/{row['name']}/" in one.path and one.split == "test" for one in inside)
    view = bench.queues.make_view(
        pets, "all", filters={"slice": f"{trained}/test/folder/{row['name']}"}
    )
    assert view["size"] == row["images"]
    with pytest.raises(InvalidInputError, match="no slice"):
        bench.evaluation.members(pets, size, f"{trained}/test/folder/nowhere")


def test_two_runs_are_compared_on_the_same_pictures(bench: Workbench, trained: str) -> None:
    found = bench.evaluation.compare(trained, trained)
    assert (found["p"], found["better"], found["difference"]["value"]) == (1.0, None, 0.0)
    assert found["first"]["run"] == trained


def test_a_models_card_says_what_it_is_and_what_not_to_expect(
    bench: Workbench, trained: str
) -> None:
    model = bench.training.get(trained)["model"]
    card = bench.cards.get(model)
    assert card["data"]["counts"]["train"] > 0
    assert card["evaluation"]["split"] == "test"
    assert "curves" not in card["evaluation"]
    assert any("only these classes" in one for one in card["limits"])
    text = bench.cards.markdown(model)
    assert text.startswith("# pets-small_cnn")
    for heading in ("How good it is", "Limits", "Licence", "Preparing a picture"):
        assert f"\n## {heading}\n" in text
    bench.shelf.delete(trained)
    assert "not trained here" in bench.cards.markdown(model)
