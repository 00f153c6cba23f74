from __future__ import annotations

import pytest

from sightline.predict.doubt import Judge

NAMES = ("a", "b", "c")


def _row(*values: float) -> dict[str, object]:
    return {"path": "x", "probabilities": dict(zip(NAMES, values, strict=False))}


def test_without_a_threshold_a_small_margin_is_a_doubt() -> None:
    judge = Judge(classes=NAMES, margin=0.2)
    clear, close = judge.look(_row(0.7, 0.2, 0.1)), judge.look(_row(0.45, 0.4, 0.15))
    assert (clear.reasons, close.reasons) == ((), ("margin",))
    assert [clear.score, close.score] == pytest.approx([0.5, 0.95])
    assert close.entropy == pytest.approx(1.0105, abs=1e-3)


@pytest.mark.parametrize(
    ("values", "reasons"),
    [
        ((0.9, 0.05, 0.05), ()),
        ((0.45, 0.45, 0.1), ("conformal",)),
        ((0.34, 0.33, 0.33), ("conformal",)),
    ],
)
def test_with_a_threshold_the_set_must_hold_exactly_one_class(
    values: tuple[float, ...], reasons: tuple[str, ...]
) -> None:
    assert Judge(classes=NAMES, threshold=0.4).look(_row(*values)).reasons == reasons


def test_what_a_shortened_row_leaves_out_shares_the_rest() -> None:
    judge = Judge(classes=NAMES)
    assert judge.look(_row(0.5)).score == pytest.approx(0.75)


def test_tags_doubt_near_their_limits() -> None:
    judge = Judge(classes=NAMES, limits=(0.5, 0.5, 0.8))
    assert judge.look(_row(0.01, 0.99, 0.1)).reasons == ()
    assert judge.look(_row(0.01, 0.99, 0.82)).reasons == ("margin",)


def test_boxes_doubt_where_one_is_neither_sure_nor_unlikely() -> None:
    judge = Judge(classes=NAMES)
    sure = judge.look({"objects": [{"score": 0.95}, {"score": 0.08}]})
    torn = judge.look({"objects": [{"score": 0.95}, {"score": 0.45}]})
    assert (sure.reasons, torn.reasons) == ((), ("box",))
    assert torn.score == pytest.approx(0.9)


def test_nothing_found_and_unreadable_pictures_are_no_doubt() -> None:
    judge = Judge(classes=NAMES)
    assert judge.look({"objects": []}).reasons == ()
    assert judge.look({"path": "x", "error": "bad"}).score == 0.0
