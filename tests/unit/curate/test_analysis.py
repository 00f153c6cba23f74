"""Counts, shapes and findings of made-up projects."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sightline.core.labels import CONFLICT, LABELLED, SKIPPED, TEST, TRAIN, UNLABELLED, VAL
from sightline.curate.analysis import report
from sightline.curate.analysis_counts import balance, class_counts
from sightline.curate.analysis_facts import Disk, Facts
from sightline.curate.analysis_findings import MARKS, marked
from sightline.curate.analysis_look import COLUMNS, FLAWS, FORMATS, KINDS
from sightline.curate.analysis_shapes import points
from sightline.curate.pairs import Pairs

if TYPE_CHECKING:
    from collections.abc import Sequence


def project(n: int, classes: Sequence[str] = ("cat", "dog"), **more: Any) -> Facts:
    """N ordinary pictures, labelled with the classes in turn, three of four in train."""
    place = np.arange(n)
    rows = np.zeros((n, len(COLUMNS)), np.float32)
    normal = {
        "width": 640, "height": 480, "bytes": 50_000, "format": FORMATS.index("JPEG"),
        "kind": KINDS.index("colour"), "flaw": 0, "brightness": 0.5, "contrast": 0.2,
        "sharpness": 500, "saturation": 0.3, "clipped": 0.01,
    }  # fmt: skip
    for at, name in enumerate(COLUMNS):
        rows[:, at] = normal[name]
    values: dict[str, Any] = {
        "status": np.full(n, LABELLED, np.int32),
        "split": np.asarray([TRAIN, VAL, TRAIN, TEST], np.int32)[
            (place // max(1, len(classes))) % 4
        ],
        "class_id": (place % max(1, len(classes)) + 1).astype(np.int32),
        "alive": np.ones(n, np.bool_),
        "tag_ordinal": np.zeros(0, np.int64),
        "tag_class": np.zeros(0, np.int32),
        "multi": False,
        "classes": tuple((at + 1, name) for at, name in enumerate(classes)),
        "rows": rows,
        "known": np.ones(n, np.bool_),
    }
    return Facts(**(values | more))


def with_column(facts: Facts, name: str, at: Sequence[int], value: float) -> None:
    facts.rows[list(at), COLUMNS.index(name)] = value


def pairs(*some: tuple[int, int]) -> Pairs:
    left, right = np.asarray(some, np.int64).reshape(-1, 2).T
    return Pairs(left, right, np.full(len(left), 0.99, np.float32))


def kinds(facts: Facts) -> dict[str, int]:
    return {one["kind"]: one["count"] for one in report(facts).facts["findings"]}


def test_a_healthy_project_has_nothing_worth_a_look() -> None:
    told = report(project(200)).facts
    assert told["findings"] == []
    assert told["counts"]["labelled"] == told["images"] == told["looked_at"] == 200
    assert told["classes"][0] == {
        "id": 1, "name": "cat", "train": 50, "val": 25, "test": 25, "total": 100,
    }  # fmt: skip
    assert told["balance"] == {
        "classes": 2, "ratio": 1, "effective": 2, "evenness": 1, "median": 100,
        "smallest": 100, "largest": 100,
    }  # fmt: skip
    assert told["shapes"]["points"] == [[640, 480, 200]]
    assert told["shapes"]["formats"] == [{"name": "JPEG", "count": 200}]


@pytest.mark.parametrize("n", [0, 1])
def test_none_and_one_picture_are_analysed_too(n: int) -> None:
    told = report(project(n)).facts
    assert told["images"] == n
    assert len(told["classes"]) == 2
    assert all(one["text"] for one in told["findings"])


def test_nothing_looked_at_still_counts_labels() -> None:
    facts = project(40, known=np.zeros(40, np.bool_))
    told = report(facts).facts
    assert (told["looked_at"], told["near"], told["counts"]["labelled"]) == (0, None, 40)
    assert told["shapes"]["width"] is None
    assert told["findings"] == []


def test_a_thousand_classes_and_names_of_every_script_are_counted() -> None:
    names = ["قطة", "🐈\u200d⬛ cat", "\u202edog", *(f"class {n}" for n in range(997))]
    told = report(project(8_000, names)).facts
    assert [one["name"] for one in told["classes"]] == names
    assert {one["total"] for one in told["classes"]} == {8}
    finding = next(one for one in told["findings"] if one["kind"] == "few-images")
    assert finding["count"] == 1_000
    assert finding["examples"][0] == "قطة"
    assert finding["examples"][-1] == "and 980 more"


@given(st.lists(st.integers(0, 500), min_size=1, max_size=20))
def test_the_effective_number_of_classes_lies_between_one_and_their_number(
    sizes: list[int],
) -> None:
    found = balance(sizes)
    used = [size for size in sizes if size]
    assert found["classes"] == len(used)
    if used:
        assert 1 - 1e-6 <= found["effective"] <= len(used) + 1e-6
        assert found["ratio"] == pytest.approx(max(used) / min(used), rel=1e-4)


def test_counts_by_class_and_split_are_those_of_a_plain_loop() -> None:
    rng = np.random.default_rng(0)
    n = 400
    facts = project(
        n,
        ("a", "b", "c"),
        class_id=rng.choice([1, 2, 3, 77], n).astype(np.int32),
        split=rng.integers(0, 3, n).astype(np.int32),
        status=rng.choice([LABELLED, UNLABELLED, SKIPPED], n).astype(np.int32),
        alive=rng.random(n) < 0.9,
    )
    wanted = [
        [
            sum(
                bool(facts.alive[i]) and facts.status[i] == LABELLED
                and facts.class_id[i] == key and facts.split[i] == split
                for i in range(n)
            )
            for split in range(3)
        ]
        for key, _ in facts.classes
    ]  # fmt: skip
    assert class_counts(facts).tolist() == wanted


def test_empty_single_and_small_classes_are_named() -> None:
    sizes = {1: 30, 2: 1, 3: 4}
    class_id = np.concatenate([np.full(n, key) for key, n in sizes.items()]).astype(np.int32)
    facts = project(35, ("cat", "dog", "owl", "emu"), class_id=class_id)
    found = {one["kind"]: one for one in report(facts).facts["findings"]}
    assert found["empty-class"]["examples"] == ["emu"]
    assert found["empty-class"]["queue"] is None
    assert found["single-image"]["filter"] == {"class_ids": [2]}
    assert found["few-images"]["examples"] == ["owl"]
    assert found["imbalance"]["filter"] == {"class_ids": [2]}
    assert "one-class" not in found


def test_all_of_one_class_is_an_error() -> None:
    facts = project(30, class_id=np.ones(30, np.int32))
    found = {one["kind"]: one["severity"] for one in report(facts).facts["findings"]}
    assert found["one-class"] == "error"
    assert found["empty-class"] == "warning"


def test_a_pair_across_splits_leaks_and_one_with_two_labels_contradicts() -> None:
    facts = project(80, alike=pairs((0, 2), (0, 16), (1, 2)))
    told, marks = report(facts)
    assert facts.split[[0, 1, 2, 16]].tolist() == [TRAIN, TRAIN, VAL, TRAIN]
    assert np.flatnonzero(marked(marks, "leak")).tolist() == [0, 1, 2]
    assert np.flatnonzero(marked(marks, "near-conflict")).tolist() == [1, 2]
    assert np.flatnonzero(marked(marks, "near-duplicate")).tolist() == [0, 16]
    leak = told["findings"][0]
    assert (leak["kind"], leak["severity"], leak["count"]) == ("leak", "error", 3)
    assert (leak["queue"], leak["filter"]) == ("near-duplicates", {"finding": "leak"})


def test_skipped_and_deleted_pictures_leak_no_more() -> None:
    status = np.full(80, LABELLED, np.int32)
    status[0] = SKIPPED
    alive = np.ones(80, np.bool_)
    alive[1] = False
    facts = project(80, alike=pairs((0, 2), (1, 2)), status=status, alive=alive)
    assert "leak" not in kinds(facts)


def test_tags_are_compared_as_sets() -> None:
    ordinals = np.asarray([0, 0, 1, 1, 2, 3], np.int64)
    tags = np.asarray([1, 2, 1, 2, 1, 3], np.int32)
    facts = project(
        4, ("a", "b", "c"), multi=True, class_id=np.full(4, -1, np.int32),
        split=np.zeros(4, np.int32), tag_ordinal=ordinals, tag_class=tags,
        alike=pairs((0, 1), (1, 2)),
    )  # fmt: skip
    told, marks = report(facts)
    assert np.flatnonzero(marked(marks, "near-conflict")).tolist() == [1, 2]
    assert told["together"]["names"] == ["a", "b", "c"]
    assert told["together"]["matrix"] == [[3, 2, 0], [2, 2, 0], [0, 0, 1]]
    assert told["together"]["pairs"] == [
        {"a": "a", "b": "b", "count": 2, "jaccard": pytest.approx(2 / 3, abs=1e-5)}
    ]
    assert told["together"]["per_image"] == [0, 2, 2]
    assert [one["total"] for one in told["classes"]] == [3, 2, 1]


def test_what_a_picture_shows_is_found_and_marked() -> None:
    facts = project(60)
    with_column(facts, "brightness", [1], 0.02)
    with_column(facts, "brightness", [2], 0.97)
    with_column(facts, "contrast", [3], 0.0)
    with_column(facts, "sharpness", [4], 4.0)
    with_column(facts, "width", [5], 10)
    with_column(facts, "height", [6], 50)
    with_column(facts, "kind", [7], KINDS.index("cmyk"))
    with_column(facts, "kind", [8], KINDS.index("grey"))
    with_column(facts, "flaw", [9], FLAWS.index("missing"))
    with_column(facts, "flaw", [10], FLAWS.index("truncated"))
    marks = report(facts).marks
    wanted = {"dark": 1, "bright": 2, "flat": 3, "blurred": 4, "tiny": 5, "oblong": [5, 6],
              "cmyk": 7, "grey": 8, "missing": 9, "unreadable": 10}  # fmt: skip
    for kind, at in wanted.items():
        assert np.flatnonzero(marked(marks, kind)).tolist() == (
            at if isinstance(at, list) else [at]
        )


def test_a_kind_that_most_pictures_are_of_is_not_worth_a_note() -> None:
    facts = project(60)
    facts.rows[:50, COLUMNS.index("kind")] = KINDS.index("grey")
    facts.rows[:50, COLUMNS.index("width")] = 28
    assert not {"grey", "tiny"} & kinds(facts).keys()


def test_splits_without_labels_are_told() -> None:
    found = kinds(project(40, split=np.zeros(40, np.int32)))
    assert {"no-val", "no-test"} <= found.keys()
    split = np.asarray([TRAIN, VAL, TRAIN, TEST], np.int32)[np.arange(40) // 2 % 4]
    split[1::2] = np.where(split[1::2] == VAL, TRAIN, split[1::2])
    told = report(project(40, split=split)).facts["findings"]
    assert [(one["kind"], one["examples"]) for one in told] == [("not-in-val", ["dog"])]


@pytest.mark.parametrize(
    ("sidecars", "multi", "words"),
    [(80, True, "read as tags"), (80, False, "asks for one class"), (79, False, "which takes 80%")],
)
def test_the_rule_of_eighty_percent_of_sidecars_is_reported(
    sidecars: int, multi: bool, words: str
) -> None:
    disk = Disk(files=100, sidecars=sidecars)
    told = report(project(100, disk=disk, multi=multi)).facts["findings"]
    finding = next(one for one in told if one["kind"] == "sidecars")
    assert words in finding["text"]
    assert f"{sidecars}%" in finding["text"]


def test_conflicts_between_folders_and_doubles_are_told() -> None:
    status = np.full(50, LABELLED, np.int32)
    status[:3] = CONFLICT
    doubles = np.zeros(50, np.bool_)
    doubles[:5] = True
    torn = np.zeros(50, np.bool_)
    torn[4] = True
    found = kinds(project(50, status=status, doubles=doubles, torn=torn))
    assert (found["label-conflict"], found["double"], found["double-split"]) == (3, 5, 1)


def test_errors_come_first() -> None:
    facts = project(60, alike=pairs((0, 2)))
    with_column(facts, "brightness", [1], 0.02)
    with_column(facts, "flaw", [9], FLAWS.index("missing"))
    order = [one["severity"] for one in report(facts).facts["findings"]]
    assert order == sorted(order, key=("error", "warning", "note").index)
    assert len(set(order)) > 1


def test_marks_fit_their_bits() -> None:
    assert len(MARKS) <= 32
    assert len(set(MARKS)) == len(MARKS)


def test_many_different_sizes_become_cells_that_keep_the_count() -> None:
    rng = np.random.default_rng(1)
    width, height = rng.integers(100, 4000, (2, 5_000)).astype(np.float64)
    found = points(width, height)
    assert len(found) <= 28 * 28
    assert sum(one[2] for one in found) == 5_000


def test_work_grows_no_faster_than_pictures() -> None:
    """Counted: the numbers that the report holds do not grow with the pictures at all."""
    sizes = [len(str(report(project(n)).facts)) for n in (1_000, 10_000)]
    assert sizes[1] < 1.2 * sizes[0]


@pytest.mark.nightly
def test_ten_times_the_pictures_cost_at_most_fourteen_times_the_work() -> None:
    def cost(n: int) -> float:
        rng = np.random.default_rng(0)
        ends = np.sort(rng.integers(0, n, (n // 10, 2)), axis=1)
        facts = project(n, [f"class {one}" for one in range(100)], alike=pairs(*ends.tolist()))
        facts.rows[:, :2] = rng.integers(200, 4000, (n, 2))
        took = []
        for _ in range(3):
            began = time.process_time()
            report(facts)
            took.append(time.process_time() - began)
        return min(took)

    assert cost(100_000) < 14 * cost(10_000)
