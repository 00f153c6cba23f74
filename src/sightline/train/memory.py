"""How the C library hands out memory while a network trains."""

from __future__ import annotations

import ctypes
import sys
from typing import Any, Final

# From glibc's malloc.h: (parameter, value).
KEEP: Final = ((-4, 0), (-1, 2**31 - 1), (-2, 256 << 20))


def keep_freed_memory() -> bool:
    """Ask glibc to reuse what tensors freed instead of returning it to the system at once.

    Each step frees and takes the same tensors; without this up to half of a step is page faults.
    Holds for the whole process and costs its peak memory for as long as it lives. Results do not
    change.

    Returns:
        Whether the C library took it: only glibc does.
    """
    if not sys.platform.startswith("linux"):
        return False
    try:
        library: Any = ctypes.CDLL(None)
        return all(library.mallopt(name, value) == 1 for name, value in KEEP)
    except (OSError, AttributeError):
        return False
