"""What may be asked of a queue, and what a queue is."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final, Literal

from sightline.core.errors import InvalidInputError, did_you_mean

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from sightline.curate.pool import Plan, Pool

OPTIONS: Final = (
    "band",
    "class_id",
    "measure",
    "method",
    "against",
    "images",
    "text",
    "run",
    "evaluation",
    "error",
)
MEASURES: Final = ("margin", "entropy", "confidence")
METHODS: Final = ("lof", "forest", "knn")
MOST_IMAGES: Final = 1000

Group = Literal["learn", "check", "look"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """What is asked of a queue."""

    limit: int | None = None
    """How many images to return; None: all."""
    seed: int = 0
    test: bool = False
    """Let images of the test split in."""
    band: tuple[float, float] | None = None
    """Lowest and highest probability, 0..1."""
    class_id: int | None = None
    """None: the likeliest class."""
    measure: str = "margin"
    method: str | None = None
    against: str | None = None
    """Name of an encoder or a model; what it says comes in `Pool.other`."""
    images: tuple[int, ...] = ()
    """Ordinals to be like."""
    text: str = ""
    """What to look for."""
    run: str = ""
    """Id of a training; empty: the newest that has ended."""
    evaluation: str = ""
    """Id of an evaluation of predicted objects; empty: the newest."""
    error: str = ""
    """Which errors of it: a kind, and ids of the true and the predicted class, as in
    wrong_class:3:7; empty: all."""

    def __post_init__(self) -> None:
        """Refuse what makes no sense."""
        if self.limit is not None and self.limit < 0:
            raise InvalidInputError(f"a limit of {self.limit} images", hint="give 0 or more")
        _one_of("measure", self.measure, MEASURES)
        if self.method is not None:
            _one_of("method", self.method, METHODS)
        if self.band is not None:
            _check_band(*self.band)
        if len(self.images) > MOST_IMAGES:
            raise InvalidInputError(
                f"{len(self.images):,} images to be like", hint=f"give at most {MOST_IMAGES:,}"
            )

    def followed_by(self, limit: int | None) -> Ask:
        """Return the same with another limit."""
        return replace(self, limit=limit)


@dataclass(frozen=True, slots=True, kw_only=True)
class Queue:
    """An entry of the table."""

    name: str
    title: str
    description: str
    group: Group
    """`learn` makes the head better, `check` looks for mistakes, `look` is for looking around."""
    plan: Callable[[Pool, Ask], Plan]
    needs: tuple[str, ...] = ()
    """What must be there: `head`, `embeddings`, `model`, `run`, `evaluation`,
    `doubts`."""
    uses: tuple[str, ...] = ()
    """What is better when it is there: the same words."""
    options: tuple[str, ...] = ()
    """Of OPTIONS: what else may be asked."""

    @property
    def reads(self) -> frozenset[str]:
        """Return all that it looks at."""
        return frozenset((*self.needs, *self.uses))

    def takes(self, options: Mapping[str, Any]) -> None:
        """Refuse an option that this queue does not know.

        Raises:
            InvalidInputError: Names it, and what the queue does take.
        """
        wrong = [one for one in options if one not in self.options]
        if wrong:
            known = ", ".join(self.options) or "none"
            raise InvalidInputError(
                f"the queue {self.name} takes no {wrong[0]}", hint=f"its options: {known}"
            )


def _one_of(what: str, value: str, known: tuple[str, ...]) -> None:
    if value not in known:
        raise InvalidInputError(f"no {what} {value!r}", hint=did_you_mean(value, known))


def _check_band(low: float, high: float) -> None:
    if not 0.0 <= low < high <= 1.0:
        raise InvalidInputError(
            f"a band from {low:g} to {high:g}", hint="the lower end first, both from 0 to 1"
        )
