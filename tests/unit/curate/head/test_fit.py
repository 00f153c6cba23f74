"""From labelled vectors to a head: what is measured, what counts for more, what is refused."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from sightline.core.errors import InvalidInputError
from sightline.core.progress import Silent
from sightline.curate.head.data import Samples, row_weights
from sightline.curate.head.fit import Fitted, fit, hard_rows, measured
from sightline.curate.head.spec import HeadSpec
from sightline.heads.bundle import HeadBundle


class Told(Silent):
    def __init__(self) -> None:
        self.events: list[dict[str, Any]] = []

    def tell(self, kind: str, **data: Any) -> None:
        self.events.append({"kind": kind, **data})


def samples(
    classes: tuple[str, ...] = ("cat", "dog", "owl"), n: int = 180, *, seed: int = 0
) -> Samples:
    rng = np.random.default_rng(seed)
    k = len(classes)
    y = np.arange(n, dtype=np.int64) % k
    rows = 3 * rng.normal(size=(k, 6))[y] + rng.normal(size=(n, 6))
    groups = np.array([f"picture {one // 3}" for one in range(n)])
    return Samples(rows.astype(np.float16), y, groups, classes)


def bundle(found: Fitted, dim: int = 6) -> HeadBundle:
    return HeadBundle(
        layers=found.layers,
        classes=found.classes,
        encoder="e",
        encoder_key="e",
        dim=dim,
        normalise=found.scaling.kind,
        mean=found.scaling.mean,
        scale=found.scaling.scale,
        temperature=found.temperature,
    )


@pytest.mark.parametrize("normalise", ["standard", "l2", "none"])
def test_what_is_learned_is_measured_on_pictures_it_did_not_see(normalise: Any) -> None:
    told = Told()
    found = fit(samples(), HeadSpec(normalise=normalise), progress=told)
    assert found.counts["train"] + found.counts["val"] == 180
    assert found.metrics["rows"] == found.counts["val"] > 20
    assert found.metrics["accuracy"] > 0.8
    assert {row["name"] for row in found.metrics["classes"]} == {"cat", "dog", "owl"}
    assert told.events[-1]["kind"] == "metric"
    rows = samples().rows
    answers = bundle(found).probabilities(rows).argmax(1)
    assert (answers == samples().y).mean() > 0.9


def test_the_same_samples_give_the_same_head() -> None:
    one, two = (fit(samples(), HeadSpec()) for _ in range(2))
    assert (one.layers[0].weight == two.layers[0].weight).all()


def test_background_is_one_class_and_does_not_count_in_macro_f1() -> None:
    logits = 9 * np.eye(4, dtype=np.float32)[[0, 1, 2, 1, 3]]
    found = measured(logits, np.array([0, 2, 2, 3, 3]), ("cat", "__bg_0", "dog", "__bg_1"))
    assert found["accuracy"] == pytest.approx(4 / 5)
    assert found["macro_f1"] == pytest.approx((1 + 2 / 3) / 2)
    assert [row["name"] for row in found["classes"]] == ["cat", "dog", "background"]
    assert [row["background"] for row in found["classes"]] == [False, False, True]
    assert found["classes"][2]["support"] == 2


def test_one_class_only_or_background_only_is_refused() -> None:
    for classes in (("cat",), ("__bg_0", "__bg_1")):
        with pytest.raises(InvalidInputError) as error:
            fit(samples(classes), HeadSpec())
        assert error.value.hint
    assert fit(samples(("cat", "__bg_0")), HeadSpec()).metrics["accuracy"] > 0.8


def test_classes_without_a_row_are_left_out() -> None:
    some = samples()
    kept = some.of(some.y != 1)
    assert fit(kept, HeadSpec()).classes == ("cat", "owl")


def test_one_picture_can_be_learned_from_and_nothing_is_measured() -> None:
    some = samples(n=9)
    alone = Samples(some.rows, some.y, np.repeat("p", 9), some.classes)
    found = fit(alone, HeadSpec())
    assert (found.metrics["rows"], found.metrics["accuracy"], found.temperature) == (0, None, 1.0)


def test_hard_rows_are_the_wrong_ones_and_the_unsure_ones() -> None:
    probs = np.array([[0.9, 0.1], [0.9, 0.1], [0.6, 0.4], [0.56, 0.44], [0.7, 0.3]])
    wrong, unsure = hard_rows(probs, np.array([0, 1, 0, 1, 0]))
    assert wrong.tolist() == [False, True, False, True, False]
    assert unsure.tolist() == [False, False, True, False, False]


def test_hard_examples_are_found_by_heads_that_did_not_see_them() -> None:
    some = samples()
    y = some.y.copy()
    y[::20] = (y[::20] + 1) % 3
    found = fit(Samples(some.rows, y, some.groups, some.classes), HeadSpec(hard_examples=True))
    assert 4 <= found.counts["hard"]["wrong"] <= 14


def test_rare_classes_count_for_more_when_that_is_asked() -> None:
    y = np.array([0] * 8 + [1] * 2, np.int64)
    some = Samples(np.zeros((10, 2), np.float32), y, np.arange(10).astype(str), ("a", "b"))
    even = row_weights(some, balanced=False, oversample=False)
    assert (even == 1).all()
    for how in ({"balanced": True, "oversample": False}, {"balanced": False, "oversample": True}):
        weights = row_weights(some, **how)
        assert weights[9] == pytest.approx(4 * weights[0])
        assert weights.mean() == pytest.approx(1)


def test_a_head_to_begin_from_saves_steps() -> None:
    told, again = Told(), Told()
    first = fit(samples(), HeadSpec(), progress=told)
    fit(samples(), HeadSpec(), start=bundle(first), progress=again)
    assert again.events[-1]["step"] < told.events[-1]["step"] / 2


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"solver": "adam"}, "solver"),
        ({"c": 0}, "c:"),
        ({"colour": 1}, "colour"),
        ({"device": "gpu"}, "device"),
        ({"sizes": [0, 1] * 9}, "sizes"),
        ({"sizes": [0]}, "sizes"),
        ({"val_share": 1.5}, "val_share"),
    ],
)
def test_a_setting_that_makes_no_sense_is_named(values: dict[str, Any], message: str) -> None:
    with pytest.raises(InvalidInputError, match=message) as error:
        HeadSpec.of_values(values)
    assert error.value.hint
