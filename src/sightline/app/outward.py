"""What goes out of a workspace: narration, exported forms, serving. Each is made when asked for."""

from __future__ import annotations


class Outward:
    """A part of the workbench: one cached property for each of these, with its own imports."""
