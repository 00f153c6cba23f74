"""What finds the faces that are to be blurred, and how good it is."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from sightline.core.errors import MissingWeightsError, SightlineError
from sightline.imaging.blur import Blurrer
from sightline.imaging.faces import PERSON, Cascade, Heads, YuNet, all_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from sightline.app.detection.detectors import Detectors
    from sightline.core.media import Blur
    from sightline.imaging.blur import FindFaces

_CASCADE_EVERY: Final = 4
"""The cascade is slow: it looks at one frame in so many of a clip."""
_NOTES: Final = {
    "yunet": "YuNet finds faces, turned and small ones too.",
    "heads": "The heads of everybody whom the detector {name} sees are blurred, generously.",
    "cascade": "Only upright, frontal faces are found, about a third of those that a person sees: "
    "add a detector that knows persons, or draw regions.",
}


@dataclass(frozen=True, slots=True)
class Found:
    """Who looks for faces here."""

    by: tuple[str, ...]
    """yunet and heads, or else cascade."""
    detector: str = ""
    """Name of the one that sees persons."""

    @property
    def note(self) -> str:
        """How good that is, for the person who decides."""
        return " ".join(_NOTES[one].format(name=self.detector) for one in self.by)


class FaceFinders:
    """Chooses among what is here: a face network, a detector that knows persons, the cascade."""

    def __init__(self, face_model: str, detectors: Callable[[], Detectors]) -> None:
        self._face_model = face_model
        self._detectors = detectors

    def found(self) -> Found:
        """Return who would look for faces now; loads nothing."""
        person = self._person()
        by = [*(["yunet"] if self._face_model else []), *(["heads"] if person else [])]
        return Found(tuple(by) or ("cascade",), person)

    def describe(self) -> dict[str, Any]:
        """Return by and note, for people."""
        found = self.found()
        return {"by": list(found.by), "detector": found.detector, "note": found.note}

    def blurrer(self, blur: Blur) -> Blurrer:
        """Return what blurs the frames of one medium.

        Raises:
            MissingWeightsError: The file of the face network is not there.
        """
        if not blur.faces:
            return Blurrer(blur, None)
        found = self.found()
        finders = [self._load(one, found) for one in found.by]
        every = _CASCADE_EVERY if found.by == ("cascade",) else 1
        return Blurrer(blur, all_of(finders), every=every)

    def _load(self, name: str, found: Found) -> FindFaces:
        if name == "yunet":
            path = Path(self._face_model).expanduser()
            if not path.is_file():
                raise MissingWeightsError(
                    f"the face network {path} is not there", hint="set face_model to its file"
                )
            return YuNet(path)
        if name == "heads":
            return Heads(self._detectors().load(found.detector))
        return Cascade()

    def _person(self) -> str:
        """Return the name of the newest detector that knows persons; empty: there is none."""
        try:
            rows = self._detectors().all()
        except SightlineError:
            return ""
        knows = (one for one in rows if {name.lower() for name in one["classes"]} & PERSON)
        return str(next((one["name"] for one in knows), ""))
