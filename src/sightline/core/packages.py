"""What is installed beside the base. Asking imports nothing."""

from __future__ import annotations

from importlib.util import find_spec


def installed(package: str) -> bool:
    """Whether a package can be imported, also while another thread imports it."""
    try:
        return find_spec(package) is not None
    except ValueError:  # OpenCV takes its own module apart while it is imported: no spec meanwhile
        return True
