"""What goes out of a workspace: narration, exported forms, serving. Each is made when asked for."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sightline.app.doubts.doubts import Doubts
    from sightline.app.pictures import Pictures
    from sightline.app.projects import Projects
    from sightline.settings import Settings
    from sightline.store.store import Store


class Outward:
    """A part of the workbench: one cached property for each of these, with its own imports."""

    store: Store
    settings: Settings
    projects: Projects
    pictures: Pictures

    @cached_property
    def doubts(self) -> Doubts:
        """What served models were unsure of."""
        from sightline.app.doubts.doubts import Doubts

        return Doubts(self.store, self.settings, self.projects, lambda: self.pictures.limits)
