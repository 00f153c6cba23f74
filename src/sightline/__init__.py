"""From a folder of pictures to a vision model you own."""

from __future__ import annotations

__version__ = "0.1.0"
