"""The ways to explain an answer, by name. Listing them imports nothing heavy."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

from sightline.core.errors import InvalidInputError, MissingExtraError, did_you_mean
from sightline.core.packages import installed

AUTO: Final = "auto"
Kind = Literal["cam", "score", "pixels", "attention"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Method:
    """An entry of the table."""

    name: str
    title: str
    description: str
    kind: Kind
    """What it works on: gradients at a layer, trials with a layer's channels, pixels, attention."""
    needs: tuple[str, ...] = ()
    """Importable names that must be there."""
    extra: str = ""

    @property
    def by_layer(self) -> bool:
        """Whether a layer can be chosen."""
        return self.kind in {"cam", "score"}

    @property
    def by_class(self) -> bool:
        """Whether the map is of one class; else it is of the picture."""
        return self.kind != "attention"

    def missing(self) -> tuple[str, ...]:
        """Return the importable names that are not installed."""
        return tuple(one for one in self.needs if not installed(one))


_ENTRIES: Final = (
    Method(
        name="gradcam",
        title="Grad-CAM",
        description="Which regions speak for the class; quick, and right for most networks",
        kind="cam",
    ),
    Method(
        name="gradcam++",
        title="Grad-CAM++",
        description="Like Grad-CAM, but shows all of several things of one class",
        kind="cam",
    ),
    Method(
        name="hirescam",
        title="HiResCAM",
        description="Only what the class's score was really computed from; exact at early layers",
        kind="cam",
    ),
    Method(
        name="scorecam",
        title="Score-CAM",
        description="Tries each part of the layer on its own: no gradients, a hundred times slower",
        kind="score",
    ),
    Method(
        name="integrated_gradients",
        title="Integrated gradients",
        description="Which pixels made the score; fine-grained, thirty times slower",
        kind="pixels",
        needs=("captum",),
        extra="explain",
    ),
    Method(
        name="rollout",
        title="Attention rollout",
        description="Where a vision transformer attends, whichever the class",
        kind="attention",
    ),
)
METHODS: Final[dict[str, Method]] = {one.name: one for one in _ENTRIES}


def method_of(name: str) -> Method:
    """Return a method that can be used here; `auto` is Grad-CAM.

    Raises:
        InvalidInputError: There is none of this name.
        MissingExtraError: It needs a package that is not installed.
    """
    found = METHODS.get("gradcam" if name == AUTO else name)
    if found is None:
        raise InvalidInputError(
            f"no method named {name!r}", hint=did_you_mean(name, {AUTO, *METHODS})
        )
    missing = found.missing()
    if missing:
        raise MissingExtraError(
            f"{found.title} needs {', '.join(missing)}",
            hint=f"pip install 'sightline[{found.extra}]', or use gradcam",
        )
    return found
