from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from fakes.colours import add_colours
from sightline.core.preprocess import Preprocess

if TYPE_CHECKING:
    from pathlib import Path

    from sightline.app import Workbench

CHANGE = {"points": -0.5, "low": -1.25, "high": 0.25}
JUDGED = {
    "split": "val",
    "images": 200,
    "before": {"top1": 0.9, "macro_f1": 0.88},
    "after": {"top1": 0.895, "macro_f1": 0.875},
    "change": {"top1": CHANGE, "macro_f1": CHANGE},
    "agreement": 0.98,
}


def form(bench: Workbench, origin: str, **fields: Any) -> str:
    """Add an exported form of a model and return its id."""
    about: dict[str, Any] = {"origin": origin, "precision": "int8", **fields}
    return bench.store.models.add(
        b"x", name="colours-int8", kind="classifier", format="onnx",
        preprocess=Preprocess(size=8), classes=("red", "green", "blue"), **about,
    ).id  # fmt: skip


def test_the_card_of_a_form_says_what_it_lost(bench: Workbench, tmp_path: Path) -> None:
    origin = add_colours(bench, tmp_path)["id"]
    ref = form(bench, origin, report={"judged": JUDGED}, forced=True)
    assert bench.cards.get(ref)["form"]["judged"] == JUDGED
    text = bench.cards.markdown(ref)
    assert "It is colours as onnx, its weights held as int8. **It was kept although" in text
    assert "| accuracy | 90.0 % | 89.5 % | -0.50 (-1.25 to +0.25) |" in text
    assert bench.cards.get(origin)["form"] is None


def test_the_card_of_a_form_still_names_a_model_that_is_gone(
    bench: Workbench, tmp_path: Path
) -> None:
    origin = add_colours(bench, tmp_path)["id"]
    told = form(bench, origin, report={"judged": JUDGED, "origin_name": "colours", "run": "r"})
    plain = form(bench, origin, report={"judged": JUDGED})
    bench.models.delete(origin)
    assert "It is colours as onnx" in bench.cards.markdown(told)
    assert f"It is {origin} as onnx" in bench.cards.markdown(plain)


@pytest.mark.parametrize("gone", [False, True])
def test_a_form_that_was_not_judged_says_so(
    bench: Workbench, tmp_path: Path, *, gone: bool
) -> None:
    origin = add_colours(bench, tmp_path)["id"]
    ref = form(bench, origin)
    if gone:
        bench.models.delete(origin)
    assert "how much it lost is not known" in bench.cards.markdown(ref)
