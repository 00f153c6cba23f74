from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sightline.core.edits import Edit, turned
from sightline.core.errors import InvalidInputError

SHARE = st.floats(0.01, 1)


@st.composite
def edits(draw: st.DrawFn) -> Edit:
    w, h = draw(SHARE), draw(SHARE)
    x, y = draw(st.floats(0, 1)) * (1 - w), draw(st.floats(0, 1)) * (1 - h)
    return Edit.from_dict(
        {
            "crop": [x, y, w, h],
            "rotate": draw(st.floats(-720, 720)),
            "flip": draw(st.booleans()),
            "zoom": draw(st.floats(1, 5)),
            "aspect": draw(st.sampled_from([0, 0.5, 1, 16 / 9])),
        }
    )


@given(edits())
def test_an_edit_is_read_as_it_was_written(edit: Edit) -> None:
    assert Edit.of(edit.text()) == edit
    assert Edit.from_dict(edit.to_dict()) == edit


@given(edits(), st.integers(1, 5000), st.integers(1, 5000))
def test_no_corner_of_a_cut_lies_outside_of_the_picture(edit: Edit, w: int, h: int) -> None:
    slack = 1e-6 * max(w, h)
    for x, y in edit.cut(w, h).corners():
        assert -slack <= x <= w + slack
        assert -slack <= y <= h + slack


@given(edits(), st.integers(10, 5000), st.integers(10, 5000))
def test_what_comes_out_has_the_shape_asked_for(edit: Edit, w: int, h: int) -> None:
    out = edit.size(w, h)
    if edit.aspect:
        assert out[0] / out[1] == pytest.approx(edit.aspect, rel=1e-6)
    assert -45 <= edit.tilt <= 45
    whole = 90 * edit.quarters + edit.tilt
    assert math.isclose(math.cos(math.radians(whole - edit.rotate)), 1, abs_tol=1e-9)


def test_a_crop_is_a_part_of_the_upright_frame() -> None:
    cut = Edit(crop=(0.25, 0.5, 0.5, 0.25)).cut(400, 200)
    assert cut.corners() == [(100, 100), (300, 100), (300, 150), (100, 150)]
    assert Edit(crop=(0.25, 0.5, 0.5, 0.25), rotate=90).size(400, 200) == (50, 200)
    assert Edit(zoom=2).cut(400, 200).corners()[0] == (100, 50)
    assert Edit(aspect=1).cut(400, 200).corners()[0] == (100, 0)
    assert Edit(aspect=2, rotate=90).size(400, 200) == (200, 100)


def test_a_tilt_shrinks_the_cut_only_as_far_as_needed() -> None:
    cut = Edit(rotate=45).cut(100, 100)
    assert cut.size == pytest.approx((100 / math.sqrt(2),) * 2)
    assert Edit(crop=(0.4, 0.4, 0.2, 0.2), rotate=30).cut(100, 100).size == pytest.approx((20, 20))


@pytest.mark.parametrize(
    ("degrees", "same"), [(0, 0), (360, 0), (270, -90), (-180, 180), (540, 180), (-450, -90)]
)
def test_angles_are_told_in_one_way(degrees: float, same: float) -> None:
    assert turned(degrees) == same


def test_what_does_nothing_is_not_kept() -> None:
    assert Edit().text() is None
    assert Edit.from_dict({"rotate": 360, "crop": [0, 0, 1, 1]}).is_nothing
    assert Edit(flip=True).text() == '{"flip":true}'


@pytest.mark.parametrize(
    "data",
    [
        {"crop": [0, 0, 2, 2]},
        {"zoom": 0},
        {"crop": [-0.1, 0, 0.5, 0.5]},
        {"crop": [0, 0, 0, 0.5]},
        {"crop": [1, 0, 0.5, 0.5]},
        {"crop": [0, 0, 1]},
        {"crop": "all"},
        {"rotate": float("nan")},
        {"rotate": "left"},
        {"zoom": 99},
        {"aspect": 100},
        {"colour": 1},
    ],
)
def test_what_cannot_be_done_is_refused_with_a_next_step(data: dict[str, object]) -> None:
    with pytest.raises(InvalidInputError) as caught:
        Edit.from_dict(data)
    assert caught.value.hint
