"""What goes out of a workspace: narration, exported forms, serving. Each is made when asked for."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from sightline.app.media.shelf import MediaShelf
    from sightline.app.pictures import Pictures
    from sightline.settings import Settings


class Outward:
    """A part of the workbench: one cached property for each of these, with its own imports."""

    workspace: Path
    settings: Settings
    pictures: Pictures

    @cached_property
    def media(self) -> MediaShelf:
        """Uploaded pictures and clips, cameras and streams."""
        from sightline.app.media.shelf import MediaShelf

        return MediaShelf(self.workspace, self.settings, lambda: self.pictures.limits)

    def _close_outward(self) -> None:
        """Close those that were asked for and can be closed, the last one first."""
        made = [self.__dict__[name] for name in self.__dict__ if name in vars(Outward)]
        for one in reversed(made):
            if hasattr(one, "close"):
                one.close()
