"""Settings as the page's editor writes them: completed or told what to mend."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from sightline.train.spec import VERSION, TrainSpec, flat
from sightline.train.spec_io import parse_values

if TYPE_CHECKING:
    from server.conftest import Shop


@pytest.fixture
def labelled(shop: Shop) -> Shop:
    """The shop with two pictures of each class."""
    pairs = zip(shop.images, (shop.cat, shop.cat, shop.dog, shop.dog), strict=False)
    shop.label(*({"image_id": one, "class_id": label} for one, label in pairs))
    return shop


def ask(shop: Shop, **body: Any) -> Any:
    """Return what the server says of settings."""
    return shop.post("/api/projects/birds/spec/check", body)


def test_settings_come_back_complete_and_as_a_text_that_reads_the_same(labelled: Shop) -> None:
    for form in ("json", "yaml"):
        found = ask(labelled, spec={"epochs": 3}, format=form)
        assert (found["problems"], found["spec"]["epochs"]) == ([], 3)
        assert set(flat(found["spec"])) == set(flat(TrainSpec().model_dump()))
        assert parse_values(found["text"], form) == found["spec"]


def test_each_problem_names_its_key_and_the_next_step(labelled: Shop) -> None:
    found = ask(labelled, text="epochs: 0\noptimizer: {lr: high, nmae: sgd}\n", format="yaml")
    assert found["spec"] is None
    problems = {one["key"]: one for one in found["problems"]}
    assert set(problems) == {"epochs", "optimizer.lr", "optimizer.nmae"}
    assert "name" in problems["optimizer.nmae"]["hint"]
    assert ask(labelled, text="{", format="json")["problems"][0]["key"] == ""
    network = ask(labelled, spec={"model": {"name": "small_cnm"}})["problems"]
    assert [one["key"] for one in network] == ["model.name"]
    assert "small_cnn" in network[0]["hint"]


def test_an_older_spec_is_lifted_and_it_is_said_what_moved(labelled: Shop) -> None:
    found = ask(labelled, text='{"version": 1, "label_smoothing": 0.2}')
    assert found["moved"] == [{"from": "label_smoothing", "to": "loss.label_smoothing"}]
    assert (found["spec"]["version"], found["spec"]["loss"]["label_smoothing"]) == (VERSION, 0.2)


def test_a_newer_spec_is_a_problem_and_no_crash(labelled: Shop) -> None:
    found = ask(labelled, spec={"version": VERSION + 1})
    assert "newer" in found["problems"][0]["message"]


def test_a_file_outside_of_the_allowed_folders_is_refused_in_a_text_as_well(labelled: Shop) -> None:
    body = {"text": "model: {weights: /etc/passwd}", "format": "yaml"}
    assert labelled.client.post("/api/projects/birds/spec/check", json=body).status_code == 403


def test_the_suggestion_suits_the_network_that_is_asked_for(labelled: Shop) -> None:
    tiny = labelled.get("/api/projects/birds/spec")
    large = labelled.get("/api/projects/birds/spec?network=resnet18")
    assert tiny["image_size"] < large["image_size"]
    assert large["model"]["name"] == "resnet18"


def test_the_schema_says_what_a_resumed_run_may_change(labelled: Shop) -> None:
    schema = labelled.get("/api/train/schema")
    assert set(schema["resumable"]) < set(schema["properties"])
