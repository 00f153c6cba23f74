from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sightline.core.labels import STATUSES, status_code
from sightline.formats.records import ClassInfo, Record
from sightline.label.match import Matches
from sightline.label.plan import MODES, Mode, Plan, plan_import
from sightline.store.exchange import LabelNow

if TYPE_CHECKING:
    from collections.abc import Sequence

EMPTY = LabelNow(1, 1, 0, 0, None, 0, split_fixed=False, version=3, tags=())
CAT = replace(EMPTY, status=status_code("labelled"), class_id=5)
HAVE = {5: "Cat", 6: "dog"}


def planned(
    record: Record, now: LabelNow, mode: Mode = "merge", infos: Sequence[ClassInfo] = ()
) -> Plan:
    found = Matches(images=[(record, (now.id,))])
    return plan_import(found, {now.id: now}, HAVE, infos, mode=mode)


@given(
    label=st.sampled_from(["", "cat", "dog", "bird", "unsure"]),
    tags=st.none() | st.sets(st.sampled_from(["cat", "fish"])).map(tuple),
    status=st.sampled_from(["", *STATUSES]),
    now=st.sampled_from([CAT, replace(CAT, tags=(6,)), replace(CAT, status=3, class_id=None)]),
    mode=st.sampled_from(["merge", "add"]),
)
def test_neither_merge_nor_add_ever_takes_away_what_is_there(
    label: str, tags: tuple[str, ...] | None, status: str, now: LabelNow, mode: Mode
) -> None:
    for wish in planned(Record("a", label=label, tags=tags, status=status), now, mode).wishes:
        assert wish.status in {None, STATUSES[now.status]}
        assert wish.class_name == (HAVE[now.class_id] if now.class_id else None)
        assert {HAVE[tag] for tag in now.tags} <= set(wish.tags or ())


@given(label=st.text(max_size=20), status=st.sampled_from(["", "labelled", "unsure"]))
def test_any_text_is_a_class_a_mark_or_is_told(label: str, status: str) -> None:
    plan = planned(Record("a", label=label, status=status), EMPTY)
    assert len(plan.wishes) + len(plan.refused) <= 1


@pytest.mark.parametrize("mode", MODES)
def test_names_are_compared_whatever_their_case(mode: Mode) -> None:
    plan = planned(Record("a", label="CAT"), EMPTY, mode)
    assert [one.class_name for one in plan.wishes] == ["Cat"]
    assert (plan.known, plan.new) == (["Cat"], [])


def test_a_class_named_as_a_mark_comes_first() -> None:
    assert planned(Record("a", label="unsure"), EMPTY).wishes[0].status == "unsure"
    named = planned(Record("a", label="Unsure"), EMPTY, infos=[ClassInfo("unsure")])
    assert (named.wishes[0].status, named.wishes[0].class_name) == ("labelled", "unsure")


def test_new_classes_come_in_the_order_colours_and_keys_of_the_data_set() -> None:
    infos = [
        ClassInfo("zebra", "#FF0000", "3"),
        ClassInfo("ant", "red", "3"),
        ClassInfo("dog", "#00ff00", "1"),
    ]
    plan = planned(Record("a", label="bird"), EMPTY, infos=infos)
    made = [(one.name, one.colour, one.hotkey) for one in plan.new]
    assert made == [("zebra", "#ff0000", "3"), ("ant", None, None), ("bird", None, None)]


def test_a_label_that_is_there_already_is_the_same_and_a_different_one_a_conflict() -> None:
    assert planned(Record("a", label="cat"), CAT).same == 1
    conflict = planned(Record("a", label="dog"), CAT).conflicts[0]
    assert (conflict.now, conflict.wanted) == ("Cat", "dog")
    assert planned(Record("a", label="dog"), CAT, "replace").wishes[0].class_name == "dog"


def test_the_last_of_several_lines_about_an_image_counts() -> None:
    found = Matches(images=[(Record("a", label=one), (1,)) for one in ("cat", "dog")])
    plan = plan_import(found, {1: EMPTY}, HAVE, [], mode="merge")
    assert [one.class_name for one in plan.wishes] == ["dog"]
    assert "more than once" in plan.notes[0]


@pytest.mark.parametrize(
    ("record", "why"),
    [
        (Record("a", label="?" * 300), "cannot be the name"),
        (Record("a", status="labelled"), "with nothing"),
        (Record("a", tags=("good", "?" * 300)), "one of its tags"),
    ],
)
def test_what_cannot_be_is_refused_with_its_reason(record: Record, why: str) -> None:
    assert why in planned(record, EMPTY).refused[0].reason
