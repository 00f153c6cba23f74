"""What trained networks are worth, and their cards for people."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import Query
from fastapi.responses import PlainTextResponse

from sightline.server.deps import Bench, Ref
from sightline.server.router import Router
from sightline.server.schemas.evaluation import Evaluated, NetworkComparison, PeoplesCard, Split

router = Router(prefix="/api", tags=["training"])
Wanted = Annotated[Split | None, Query(description="default: test, else val, else train")]


@router.get("/evaluation/compare", response_model=NetworkComparison)
def compare_models(
    bench: Bench,
    first: Annotated[str, Query(max_length=200, description="a run or a model")],
    second: Annotated[str, Query(max_length=200, description="a run or a model")],
    split: Wanted = None,
) -> object:
    """Compare two networks on the pictures that both were asked, with a test of chance."""
    return bench.evaluation.compare(first, second, split=split)


@router.get("/runs/{run_id}/evaluation", response_model=Evaluated)
def evaluate_run(
    run_id: Ref,
    bench: Bench,
    split: Wanted = None,
    labels: Annotated[
        Literal["then", "now"], Query(description="of the training, or as they are now")
    ] = "then",
) -> object:
    """Judge a run's answers: figures with intervals, curves, calibration, slices."""
    return bench.evaluation.get(run_id, split=split, labels=labels)


@router.get("/models/{ref}/card", response_model=PeoplesCard)
def model_card(ref: Ref, bench: Bench) -> object:
    """Return a model's card for people."""
    return bench.cards.get(ref)


@router.get("/models/{ref}/card.md", response_class=PlainTextResponse)
def model_card_text(ref: Ref, bench: Bench) -> PlainTextResponse:
    """Return a model's card for people, as Markdown."""
    return PlainTextResponse(bench.cards.markdown(ref), media_type="text/markdown")
