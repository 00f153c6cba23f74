"""When a head's answer may be taken without asking: sure enough, ahead enough, no background."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from sightline.core.errors import InvalidInputError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

BACKGROUND: Final = "__bg_"
"""Names of classes that stand for no object begin so."""
TOP: Final = 3


def is_background(name: str) -> bool:
    """Tell whether a class stands for what is no object."""
    return name.startswith(BACKGROUND)


@dataclass(frozen=True, slots=True)
class Decision:
    """What came of one answer."""

    class_name: str | None
    """The class that may be taken; None: a person has to say."""
    top3: tuple[tuple[str, float], ...]
    """The likeliest classes that are no background, with their probabilities, best first."""
    why: str
    """In words, whether it was taken or not."""

    @property
    def accepted(self) -> bool:
        """Tell whether the class may be taken."""
        return self.class_name is not None

    @property
    def p(self) -> float:
        """Return the probability of the likeliest class, 0 when there is none."""
        return self.top3[0][1] if self.top3 else 0.0

    @property
    def margin(self) -> float:
        """Return how far the likeliest class leads the second, 0..1."""
        return self.p - (self.top3[1][1] if len(self.top3) > 1 else 0.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Guard:
    """What an answer must reach to be taken, 0..1 each; what is just reached is enough."""

    min_prob: float = 0.5
    """Probability of the class."""
    margin: float = 0.2
    """Lead over the second likeliest that is no background."""
    bg_margin: float = 0.1
    """Lead over all background together."""

    def __post_init__(self) -> None:
        """Refuse what is no share."""
        for name, value in asdict(self).items():
            if not 0 <= value <= 1:
                raise InvalidInputError(
                    f"{name} is {value}, not within 0 to 1", hint="give a share, as in 0.2"
                )

    def decide(self, probabilities: NDArray[Any], classes: Sequence[str]) -> Decision:
        """Return what may be made of one answer.

        Args:
            probabilities: (K,)
            classes: K names; those that begin with `__bg_` are background.
        """
        values = np.asarray(probabilities, dtype=np.float64)
        away = np.fromiter(map(is_background, classes), np.bool_, len(classes))
        order = np.argsort(-np.where(away, -1.0, values), kind="stable")[: int((~away).sum())]
        top = tuple((classes[k], float(values[k])) for k in order[:TOP])
        if not top:
            return Decision(None, (), "the head knows no class but background")
        behind = float(values[away].sum())
        why = self._doubt(top, behind)
        return Decision(None if why else top[0][0], top, why or f"{top[0][0]}: sure enough")

    def to_dict(self) -> dict[str, float]:
        """Return it as JSON."""
        return asdict(self)

    @staticmethod
    def from_dict(data: dict[str, Any]) -> Guard:
        """Read it from JSON; what is not said has its default.

        Raises:
            InvalidInputError: A value is no share.
        """
        known = {name: data[name] for name in ("min_prob", "margin", "bg_margin") if name in data}
        try:
            return Guard(**{name: float(value) for name, value in known.items()})
        except (TypeError, ValueError) as error:
            raise InvalidInputError(f"not a guard: {error}", hint="give shares") from error

    def _doubt(self, top: tuple[tuple[str, float], ...], behind: float) -> str:
        """Return why the first of `top` may not be taken; nothing when it may."""
        name, p = top[0]
        if p < self.min_prob:
            return f"{name}: {p:.2f} is under {self.min_prob:g}"
        if len(top) > 1 and p - top[1][1] < self.margin:
            return f"{name} leads {top[1][0]} by {p - top[1][1]:.2f}, under {self.margin:g}"
        if p - behind < self.bg_margin:
            return f"{name} leads the background by {p - behind:.2f}, under {self.bg_margin:g}"
        return ""
