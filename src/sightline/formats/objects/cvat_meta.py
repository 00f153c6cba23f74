"""What a CVAT file says before its images: labels, the types of their attributes, skeletons."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from sightline.core.objects import MAX_TEXT

if TYPE_CHECKING:
    from collections.abc import Iterable
    from xml.parsers.expat import XMLParserType

    from sightline.formats.objects.reading import Reading


class Meta:
    """The meta part of one file."""

    def __init__(self, reading: Reading) -> None:
        self.within = False
        self._reading = reading
        self._path: list[str] = []
        self._text: list[str] = []
        self._label: dict[str, str] = {}
        self._attribute: dict[str, str] = {}
        self._pending: dict[str, str] = {}
        self._types: dict[tuple[str, str], str] = {}
        self._joints: dict[str, list[str]] = {}

    def start(self, tag: str, parser: XMLParserType) -> None:
        """An element begins."""
        if tag == "meta":
            self.within = True
            parser.CharacterDataHandler = self._text.append
        elif tag == "label":
            self._label, self._pending = {}, {}
        elif tag == "attribute":
            self._attribute = {}
        if self.within:
            self._path.append(tag)
            self._text.clear()

    def end(self, tag: str, parser: XMLParserType) -> None:
        """An element ends."""
        self._path.pop()
        if tag == "meta":
            self.within = False
            parser.CharacterDataHandler = None
            return
        parent = self._path[-1] if self._path else ""
        text = "".join(self._text).strip()
        self._text.clear()
        if parent == "attribute":
            self._attribute[tag] = text
        elif tag == "attribute":
            self._pending[self._attribute.get("name", "")] = self._attribute.get("input_type", "")
        elif tag == "label":
            self._learn()
        elif parent == "label":
            self._label[tag] = text

    def value(self, label: str, name: str, text: str) -> Any:
        """Return the value of an attribute, in its declared type where it is of it."""
        kind = self._types.get((label, name), "")
        if text in {"true", "false"} and kind in {"", "checkbox"}:
            return text == "true"
        if kind != "number":
            return text[:MAX_TEXT]
        try:
            found = float(text)
        except ValueError:
            return text[:MAX_TEXT]
        if not math.isfinite(found):
            return text[:MAX_TEXT]
        whole = text.strip().lstrip("+-").isdigit()
        return int(text) if whole else found

    def joints(self, label: str, seen: Iterable[str]) -> list[str]:
        """Return the names of a skeleton's points in their order; new ones follow at the end."""
        names = self._joints.setdefault(label, [])
        new = [one for one in seen if one not in names]
        if new:
            names += new
            self._tell(label)
        return names

    def _learn(self) -> None:
        name, parent = self._label.get("name", ""), self._label.get("parent", "")
        self._types |= {(name, key): kind for key, kind in self._pending.items()}
        if parent:
            joints = self._joints.setdefault(parent, [])
            if name not in joints:
                joints.append(name)
            self._tell(parent)
        elif name:
            self._reading.learn(name, self._label.get("color", ""))

    def _tell(self, label: str) -> None:
        """Give a class the skeleton that is known of it."""
        skeleton = {"names": list(self._joints[label]), "edges": []}
        self._reading.describe(label, skeleton)
