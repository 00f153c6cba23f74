from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fakes.pictures import new_file
from sightline.core.geometry.shapes import Box
from sightline.core.suggested import Suggestion, suggestion
from sightline.store.events import EventLog
from sightline.store.images import ImageTable
from sightline.store.suggestions import SuggestionTable

if TYPE_CHECKING:
    from sightline.store.db import Database
    from sightline.store.projects import Project

COORDINATE = st.floats(0, 1e4, allow_nan=False)


@pytest.fixture
def table(db: Database) -> SuggestionTable:
    return SuggestionTable(db)


@pytest.fixture
def pictures(db: Database, project: Project) -> list[int]:
    files = [new_file(number) for number in range(3)]
    found = ImageTable(db).register(project, files)
    return sorted(one for ids in found.image_ids.values() for one in ids)


def cat(x: float = 0.0, score: float = 0.5, source: str = "engine:a") -> Suggestion:
    return suggestion(source, "cat", Box(x, 0.0, x + 10, 10.0), score)


@given(COORDINATE, COORDINATE, st.floats(-1, 2, allow_nan=False), st.text(max_size=20))
def test_a_suggestion_survives_the_round_trip(x: float, y: float, score: float, label: str) -> None:
    one = suggestion("engine:a", label, Box(x, y, x + 1, y + 1), score)
    assert Suggestion.from_json(one.to_json()) == one
    assert 0 <= one.score <= 1


def test_the_same_thing_found_again_has_the_same_name_and_another_has_another() -> None:
    assert cat(score=0.4).uid == cat(score=0.9).uid
    assert len({cat().uid, cat(1.0).uid, cat(source="engine:b").uid}) == 3


def test_what_a_source_says_stands_in_the_place_of_what_it_said(
    table: SuggestionTable, project: Project, pictures: list[int]
) -> None:
    first, second, _ = pictures
    table.put(project, "engine:a", {first: [cat(), cat(5)], second: []})
    table.put(project, "engine:b", {first: [cat(source="engine:b")]})
    assert table.put(project, "engine:a", {first: [cat(7)]}) == 1
    found = table.of(pictures)
    assert found[first] == {"engine:a": [cat(7)], "engine:b": [cat(source="engine:b")]}
    assert found[second] == {"engine:a": []}, "asked, and nothing found"
    assert table.sources(project) == {"engine:a": 2, "engine:b": 1}
    assert table.image_ids(project, "engine:a") == {first, second}
    assert [key for key, _ in table.stream(project, "engine:a")] == [first, second]


def test_what_was_rejected_stays_so_when_it_is_found_again(
    table: SuggestionTable, project: Project, pictures: list[int]
) -> None:
    image = pictures[0]
    table.put(project, "engine:a", {image: [cat(), cat(5)]})
    assert table.reject(project, image, [cat().uid]) == 1
    assert table.reject(project, image, [cat().uid]) == 0, "it is already"
    table.put(project, "engine:a", {image: [cat(score=0.9), cat(5)]})
    (said,) = table.of([image])[image].values()
    assert [one.rejected for one in said] == [True, False]
    assert table.reject(project, image, [cat().uid], rejected=False) == 1
    (said,) = table.of([image])[image].values()
    assert not any(one.rejected for one in said)


def test_forgetting_one_source_leaves_the_others_and_is_told(
    table: SuggestionTable, db: Database, project: Project, pictures: list[int]
) -> None:
    events = EventLog(db)
    table.put(project, "engine:a", {pictures[0]: [cat()]})
    table.put(project, "engine:b", {pictures[0]: [cat()]})
    before = events.last_id()
    assert table.clear(project, "engine:a") == 1
    assert [one.kind for one in events.since(before)] == ["suggestions"]
    assert list(table.sources(project)) == ["engine:b"]
    assert table.clear(project) == 1
    assert table.put(project, "engine:a", {}) == 0


def test_who_was_asked_about_some_labels_keeps_what_it_said_of_others(
    table: SuggestionTable, project: Project, pictures: list[int]
) -> None:
    image = pictures[0]
    dog = suggestion("text:owl", "Dog", Box(0, 0, 5, 5), 0.6)
    table.put(project, "text:owl", {image: [cat(), dog]})
    table.reject(project, image, [cat().uid])
    table.put(project, "text:owl", {image: [cat(3)]}, labels={"CAT"})
    assert table.of([image])[image]["text:owl"] == [dog, cat(3)]
    table.put(project, "text:owl", {image: [cat()]}, labels={"cat", "dog"})
    assert [one.label for one in table.of([image])[image]["text:owl"]] == ["cat"]
