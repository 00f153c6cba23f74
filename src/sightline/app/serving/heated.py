"""A classifier that tells, with its answer, where it saw the class."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from sightline.app.serving.opened import open_found
from sightline.core.errors import SightlineError
from sightline.imaging.preprocess import load_placed
from sightline.predict.heat import open_heat, over_frame
from sightline.predict.rows import answer_row, fault_row, limits_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from sightline.app.engines.room import EngineRoom
    from sightline.app.serving.finding import Found
    from sightline.core.arrays import F32
    from sightline.predict.heat import HeatClassifier
    from sightline.predict.rows import Picture, Row


class Looks(Protocol):
    """What says something of a picture."""

    def look(self, picture: Picture) -> Row:
        """Return the whole answer about one picture, or {path, error, reason}; JSON."""
        ...

    def close(self) -> None:
        """Let go of it."""
        ...


def open_heated(found: Found, room: Callable[[], EngineRoom]) -> Looks:
    """Open a model so that it gives a map with its answer, where its graph has one.

    Raises:
        InvalidInputError, MissingWeightsError, MissingExtraError: As `open_found`.
    """
    if found.card.kind == "classifier" and found.path.suffix == ".onnx":
        classifier = open_heat(found.path, found.card)
        if classifier is not None:
            return _Heated(classifier)
    return open_found(found, room)


class _Heated:
    """A model whose rows bear `heat`: {width, height, cells}, 8 bits a cell in base64."""

    def __init__(self, classifier: HeatClassifier) -> None:
        self._classifier = classifier

    def look(self, picture: Picture) -> Row:
        asked = self._classifier
        try:
            square, size = load_placed(picture.source, asked.preprocess, picture.page)
        except SightlineError as error:
            return fault_row(picture, error)
        found, heat = asked.classify_with_heat(square)
        row = answer_row(picture, asked.classes, found, None, limits_of(asked))
        if heat is not None:
            row["heat"] = _packed(over_frame(heat, asked.preprocess, size))
        return row

    def close(self) -> None:
        """Nothing is held outside."""


def _packed(heat: F32) -> dict[str, Any]:
    cells: NDArray[Any] = np.clip(heat * 255 + 0.5, 0, 255).astype(np.uint8)
    return {
        "width": cells.shape[1],
        "height": cells.shape[0],
        "cells": base64.b64encode(cells.tobytes()).decode(),
    }
