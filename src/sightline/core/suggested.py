"""A suggestion: an object that an engine or a file says is there, until a person has decided."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sightline.core.geometry.shapes import shape_from_json

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sightline.core.geometry.shapes import Shape


@dataclass(frozen=True, slots=True, kw_only=True)
class Suggestion:
    """One object that is suggested. The same one has the same uid whenever it is found again."""

    uid: str
    label: str
    """Name of its class, as the source calls it."""
    shape: Shape
    score: float
    """0..1."""
    rejected: bool = False

    def to_json(self) -> dict[str, Any]:
        """Return it as the store keeps it."""
        return {
            "uid": self.uid,
            "label": self.label,
            "kind": self.shape.kind,
            "geometry": self.shape.to_json(),
            "score": self.score,
            "rejected": self.rejected,
        }

    @staticmethod
    def from_json(data: Mapping[str, Any]) -> Suggestion:
        """Read what `to_json` wrote."""
        return Suggestion(
            uid=data["uid"],
            label=data["label"],
            shape=shape_from_json(data["kind"], data["geometry"]),
            score=float(data["score"]),
            rejected=bool(data["rejected"]),
        )


def suggestion(source: str, label: str, shape: Shape, score: float) -> Suggestion:
    """Return what a source says is there, named by what it says."""
    said = json.dumps([source, label, shape.kind, shape.to_json()], separators=(",", ":"))
    uid = hashlib.blake2b(said.encode(), digest_size=10).hexdigest()
    return Suggestion(uid=uid, label=label, shape=shape, score=min(1.0, max(0.0, score)))
