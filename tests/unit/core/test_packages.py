"""What is installed, and what is only being imported."""

from __future__ import annotations

import sys
import types
from typing import TYPE_CHECKING

from sightline.core.packages import installed

if TYPE_CHECKING:
    import pytest


def test_a_package_is_there_or_not() -> None:
    assert installed("numpy")
    assert not installed("no_such_package_at_all")


def test_a_package_that_another_thread_is_importing_is_there(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    half = types.ModuleType("half_imported")  # its __spec__ is None, as OpenCV's for a moment
    monkeypatch.setitem(sys.modules, "half_imported", half)
    assert installed("half_imported")
