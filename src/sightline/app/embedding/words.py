"""Search by words: a text's vector, and how near every image is to it."""

from __future__ import annotations

import threading
from collections import OrderedDict
from typing import TYPE_CHECKING, Any, Final

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sightline.app.embedding.encoders import Encoders
    from sightline.app.embedding.neighbours import Neighbours
    from sightline.core.arrays import F32
    from sightline.store.projects import Project

KEPT: Final = 256
"""Texts whose vectors stay in memory: the same words are asked again after each label."""


class Words:
    """Works out the cosines of a project's images to a text."""

    def __init__(self, encoders: Encoders, neighbours: Neighbours) -> None:
        self._encoders = encoders
        self._neighbours = neighbours
        self._known: OrderedDict[tuple[str, str], F32] = OrderedDict()
        self._lock = threading.Lock()

    def likeness(self, project: Project, n: int, asked: Mapping[str, Any]) -> F32:
        """Return the cosine (n,) of each image to the text asked for; NaN: not embedded.

        Raises:
            InvalidInputError: The project's encoder knows no words.
        """
        text = " ".join(str(asked.get("text", "")).split())
        if not text or self._encoders.embeddings(project) is None:
            return np.full(n, np.nan, np.float32)
        distance = self._neighbours.distances(project, self._vector(project, text)[None])
        likeness: F32 = np.float32(1) - distance[:n]
        return likeness

    def _vector(self, project: Project, text: str) -> F32:
        what = (self._encoders.key_of(self._encoders.name_of(project)), text)
        with self._lock:
            found = self._known.get(what)
        if found is None:
            found = self._encoders.encode_text(project, text)
        with self._lock:
            self._known[what] = found
            self._known.move_to_end(what)
            while len(self._known) > KEPT:
                self._known.popitem(last=False)
        return found
