from __future__ import annotations

import math
from typing import TYPE_CHECKING

import pytest

from sightline.store.odds import OddsTable, learned_as

if TYPE_CHECKING:
    from sightline.store.db import Database
    from sightline.store.labels import LabelStore
    from sightline.store.projects import Project


def test_odds_are_kept_and_only_what_differs_is_written(
    db: Database, project: Project, ids: list[int], labels: LabelStore
) -> None:
    cat = labels.add_class(project, "cat", actor="ann").id
    dog = labels.add_class(project, "dog", actor="ann").id
    table = OddsTable(db)
    wanted = {ids[0]: {cat: 0.7, dog: math.nan}, ids[1]: {dog: 0.2}}
    assert table.put(wanted) == 2
    assert table.put(wanted) == 0
    found = table.of_project(project.id)
    assert found[ids[1]] == {dog: 0.2}
    assert found[ids[0]][cat] == 0.7
    assert math.isnan(found[ids[0]][dog])
    assert table.put({ids[0]: {}, ids[1]: {dog: 0.3}}) == 2
    assert table.of_project(project.id) == {ids[1]: {dog: 0.3}}
    assert table.put({}) == 0


@pytest.mark.parametrize(
    ("tagged", "odds", "learned"),
    [(True, 0.7, 0.7), (False, 0.2, 0.2), (True, 0.2, 1.0), (False, 0.7, 0.0), (True, math.nan, 1)],
)
def test_what_a_person_has_changed_is_certain(tagged: bool, odds: float, learned: float) -> None:
    assert learned_as(tagged=tagged, odds=odds) == learned


def test_what_nobody_knows_stays_unknown_while_nobody_says_it() -> None:
    assert math.isnan(learned_as(tagged=False, odds=math.nan))
