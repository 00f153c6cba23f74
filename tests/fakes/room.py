"""An engine room whose engines answer in this process."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sightline.jobs.wire import Message
from sightline.train.preview import Preview

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray


class HereRoom:
    """Answers as the process of a helper would, and counts how often it was asked."""

    def __init__(self) -> None:
        self.asked = 0
        self._preview = Preview()

    def helper(self, name: str, factory: str) -> HereRoom:
        """Return what answers."""
        assert (name, factory) == ("augment", "sightline.train.preview:load_preview")
        return self

    def call(
        self, method: str, arguments: dict[str, Any], arrays: Sequence[NDArray[Any]]
    ) -> Message:
        """Answer."""
        self.asked += 1
        return Message(*self._preview.answer(method, arguments, arrays))
