"""A question in words, as data; and which pictures were asked it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from sightline.app.texts.wish import Asked, TextWish
from sightline.core.errors import InvalidInputError

if TYPE_CHECKING:
    from pathlib import Path


def test_a_question_survives_the_trip_to_a_job() -> None:
    wish = TextWish(engine="owl", texts=("a", "b"), classes={"a": "x"}, form="polygon", tile_px=99)
    assert TextWish.from_json(json.loads(json.dumps(wish.to_json()))) == wish


@pytest.mark.parametrize(
    "more", [{"form": "circle"}, {"min_score": 2.0}, {"tile_px": 9}, {"texts": ("",)}]
)
def test_a_question_that_cannot_be_asked_is_refused(more: dict[str, Any]) -> None:
    with pytest.raises(InvalidInputError):
        TextWish(**({"engine": "owl", "texts": ("a",)} | more)).checked()


def test_a_torn_last_line_was_not_asked(tmp_path: Path) -> None:
    asked = Asked(tmp_path / "asked", "question")
    assert asked.ids() == set()
    asked.add(17)
    asked.add(4)
    (file,) = (tmp_path / "asked").iterdir()
    file.write_text(file.read_text() + "99")
    assert asked.ids() == {4, 17}
    assert Asked(tmp_path / "asked", "another").ids() == set()
    asked.forget()
    assert asked.ids() == set()
