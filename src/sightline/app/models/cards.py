"""Cards of models for people: one dictionary, from which JSON and Markdown come."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sightline.core.errors import InvalidInputError, NotFoundError
from sightline.flows.evaluation.card import as_markdown, form_of, limits_of
from sightline.store.model_origins import source_of

if TYPE_CHECKING:
    from sightline.app.runs.book import RunBook
    from sightline.app.runs.evaluation import Evaluation
    from sightline.store.store import Store


class ModelCards:
    """What a person should know before trusting a model."""

    def __init__(self, store: Store, book: RunBook, evaluation: Evaluation) -> None:
        self._store = store
        self._book = book
        self._evaluation = evaluation

    def get(self, ref: str) -> dict[str, Any]:
        """Return a model's card: model, data, spec, evaluation, limits.

        Raises:
            UnknownModelError: There is no such model.
        """
        card = self._store.models.get(ref, allow_paths=False)
        report: dict[str, Any] = {}
        evaluation = spec = None
        source = source_of(self._store.models, card)
        if source.run:
            report, spec = self._of_run(source.run)
            evaluation = self._judged(source.run)
        return {
            "model": card.to_dict(),
            "data": {
                "counts": report.get("counts", {}),
                "class_counts": report.get("class_counts", {}),
                "unreadable": len(report.get("unreadable", ())),
                "key": report.get("samples_key", ""),
            },
            "spec": spec,
            "evaluation": evaluation,
            "form": form_of(card.to_dict(), source.name) if card.origin else None,
            "limits": limits_of(evaluation, report),
        }

    def markdown(self, ref: str) -> str:
        """Return a model's card as Markdown."""
        return as_markdown(self.get(ref))

    def _of_run(self, run: str) -> tuple[dict[str, Any], dict[str, Any] | None]:
        try:
            return self._book.report(run), self._store.runs.get(run).spec
        except NotFoundError:  # the run was deleted, the model stays
            return {}, None

    def _judged(self, run: str) -> dict[str, Any] | None:
        """Return the evaluation without its curves, which nobody reads as numbers."""
        try:
            found = self._evaluation.get(run)
        except (NotFoundError, InvalidInputError):
            return None
        return {key: value for key, value in found.items() if key != "curves"}
