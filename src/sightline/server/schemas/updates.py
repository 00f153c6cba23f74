"""What an update would do."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel


class UpdatePlan(BaseModel):
    """The steps from what is here to the published release."""

    state: Literal["current", "newer", "older", "repair"]
    here: str
    there: str
    notes: str
    bytes: int
    add: list[str]
    change: list[str]
    remove: list[str]
    skip: list[str]
    changed_here: list[str]
    root: str
    unfinished: bool
