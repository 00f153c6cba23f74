"""Retention and regions as people write them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sightline.app.media.terms import MOST_HOURS, blur_of, region_of, stamp, terms
from sightline.core.errors import InvalidInputError

SHARE = st.floats(0, 1, allow_nan=False)


@pytest.mark.parametrize(
    ("retention", "hours", "usual", "kept"),
    [
        (None, None, 24.0, "hours"),
        (None, None, 0.0, "never"),
        (None, 2.0, 0.0, "hours"),
        ("keep", None, 24.0, "keep"),
        ("never", None, 24.0, "never"),
        ("hours", 1e-6, 24.0, "hours"),
        ("hours", MOST_HOURS, 24.0, "hours"),
    ],
)
def test_how_long_something_is_kept(
    retention: str | None, hours: float | None, usual: float, kept: str
) -> None:
    found, until = terms(retention, hours, usual_hours=usual)

    assert found == kept
    assert (until is not None) == (kept == "hours")
    assert until is None or until >= stamp(0)[:10]


@pytest.mark.parametrize(
    ("retention", "hours"),
    [
        ("later", None),
        ("keep", 1.0),
        ("never", 1.0),
        ("hours", 0.0),
        ("hours", -1.0),
        ("hours", float("nan")),
        ("hours", float("inf")),
        ("hours", MOST_HOURS * 2),
    ],
)
def test_terms_that_make_no_sense_are_refused(retention: str, hours: float | None) -> None:
    with pytest.raises(InvalidInputError):
        terms(retention, hours, usual_hours=24.0)


@given(st.tuples(SHARE, SHARE, SHARE, SHARE))
def test_a_region_is_taken_as_it_is_written_or_refused(box: tuple[float, ...]) -> None:
    written = region_of(",".join(map(repr, box)))
    inside = box[0] < box[2] and box[1] < box[3]

    assert written == box
    if inside:
        assert blur_of(faces=False, regions=[written]).regions == (box,)
        return
    with pytest.raises(InvalidInputError):
        blur_of(faces=False, regions=[written])


def test_too_many_regions_are_refused() -> None:
    with pytest.raises(InvalidInputError, match="too many"):
        blur_of(faces=True, regions=[(0, 0, 1, 1)] * 101)
