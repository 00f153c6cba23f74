"""Models in use: judged on pictures, measured, packed."""

from __future__ import annotations

from sightline.server.schemas.common import In, Text
from sightline.server.schemas.evaluation import Split


class JudgeModel(In):
    """What a model is judged on: a folder, or a project (none: the one it learned from)."""

    folder: Text | None = None
    project: Text | None = None
    split: Split | None = None
    against: Text | None = None
