"""What a search may turn: settings of a spec with the values that they may take."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Final

from sightline.core.errors import InvalidInputError, did_you_mean
from sightline.train.spec import TrainSpec, flat
from sightline.train.spec_io import apply_overrides, build_spec

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

WIDE: Final = 10.0
"""The usual search goes so many times below and above the spec's learning rate."""


@dataclass(frozen=True, slots=True)
class Knob:
    """One setting: a range of numbers, or some values."""

    key: str
    """Dotted, as optimizer.lr."""
    low: float | None = None
    high: float | None = None
    log: bool = False
    whole: bool = False
    """Whether the numbers are integers."""
    values: tuple[Any, ...] = ()
    """Instead of a range."""

    def text(self) -> str:
        """Return it as `parse_knob` reads it."""
        if self.values:
            return f"{self.key}={','.join(_said(one) for one in self.values)}"
        kind = "log:" if self.log else ""
        return f"{self.key}={kind}{_said(self.low)}..{_said(self.high)}"

    def to_dict(self) -> dict[str, Any]:
        """Return it as JSON."""
        return asdict(self) | {"values": list(self.values), "text": self.text()}


def parse_knob(text: str) -> Knob:
    """Return the knob of KEY=LOW..HIGH, KEY=log:LOW..HIGH or KEY=A,B,C.

    Raises:
        InvalidInputError: It is none of these, or no spec has such a key.
    """
    key, equals, raw = (part.strip() for part in text.partition("="))
    known = flat(TrainSpec().model_dump())
    if key not in known:
        raise InvalidInputError(f"a spec has no {key!r}", hint=did_you_mean(key, known))
    if not equals or not raw:
        raise InvalidInputError(f"{text!r} gives no values", hint="as optimizer.lr=log:1e-4..1e-2")
    if ".." in raw:
        return _range(key, raw, whole=type(known[key]) is int)
    values = tuple(_value(key, one) for one in raw.split(","))
    if len(values) < 2:  # noqa: PLR2004
        raise InvalidInputError(f"{text!r} leaves no choice", hint=f"set it: --set {text}")
    return Knob(key, values=values)


def usual_knobs(spec: TrainSpec) -> tuple[Knob, ...]:
    """Return what is worth a search in most trainings, around a spec."""
    rate = spec.optimizer.lr
    return (
        Knob("optimizer.lr", rate / WIDE, min(10.0, rate * WIDE), log=True),
        Knob("optimizer.weight_decay", 1e-4, 0.3, log=True),
        Knob("loss.label_smoothing", 0.0, 0.2),
        Knob("model.dropout", 0.0, 0.5),
    )


def check_knobs(knobs: Iterable[Knob], base: TrainSpec) -> None:
    """See that the ends of every range, and every value, make a valid spec.

    Raises:
        InvalidInputError: One does not, or a setting is there twice; the message names it.
    """
    seen: set[str] = set()
    for knob in knobs:
        if knob.key in seen:
            raise InvalidInputError(f"{knob.key} is there twice", hint="name it once")
        seen.add(knob.key)
        for value in knob.values or (knob.low, knob.high):
            with_values(base, {knob.key: value})
    if not seen:
        raise InvalidInputError("there is nothing to search", hint="name a setting to turn")


def with_values(base: TrainSpec, chosen: Mapping[str, Any]) -> TrainSpec:
    """Return the spec with values by their dotted keys put in.

    Raises:
        InvalidInputError: A value is not allowed.
    """
    values: dict[str, Any] = {}
    for key, value in chosen.items():
        *groups, last = key.split(".")
        target = values
        for name in groups:
            target = target.setdefault(name, {})
        target[last] = value
    return build_spec(values, base=base)


def _range(key: str, raw: str, *, whole: bool) -> Knob:
    log = raw.startswith("log:")
    low, _, high = raw.removeprefix("log:").partition("..")
    kind = int if whole else float
    try:
        knob = Knob(key, kind(low), kind(high), log=log, whole=whole)
    except ValueError as error:
        raise InvalidInputError(
            f"{raw!r} is no range of {key}", hint="as 0..0.2, or log:1e-4..1e-2"
        ) from error
    first, last = float(low), float(high)
    if not first < last or (log and first <= 0):
        raise InvalidInputError(f"{raw!r} is an empty range", hint="low..high; log: low above 0")
    return knob


def _value(key: str, text: str) -> Any:
    """Return a value as the spec's own overrides read it."""
    found: Any = apply_overrides({}, [f"{key}={text}"])
    for name in key.split("."):
        found = found[name]
    return found


def _said(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
