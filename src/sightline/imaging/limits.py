"""How much a picture may cost: limits that every reader keeps."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from sightline.core.errors import UnreadableImageError


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What is refused before a byte is decoded."""

    max_pixels: int = 300_000_000
    """Pixels of one page, as the header states them."""
    max_side_px: int = 300_000
    """Pixels of one side."""
    max_bytes: int = 4 << 30
    """Bytes of one file."""
    max_ratio: float = 250.0
    """Pixels per byte of file; counted only above `ratio_floor_pixels`."""
    ratio_floor_pixels: int = 50_000_000
    max_pages: int = 2_000
    """Pages of one TIFF; later ones are left out."""

    def check(self, width: int, height: int, file_bytes: int) -> None:
        """Refuse a picture of `width` x `height` pixels stored in `file_bytes` bytes.

        Raises:
            UnreadableImageError: It is over a limit; the reason is "decompression bomb".
        """
        pixels = width * height
        if max(width, height) > self.max_side_px:
            why = f"{width} x {height} pixels: one side is over the limit of {self.max_side_px:,}"
        elif pixels > self.max_pixels:
            why = f"{width} x {height} pixels are more than the limit of {self.max_pixels:,}"
        elif pixels > self.ratio_floor_pixels and pixels > self.max_ratio * file_bytes:
            why = f"{width} x {height} pixels in {file_bytes:,} bytes look like a bomb"
        elif file_bytes > self.max_bytes:
            why = f"{file_bytes:,} bytes are more than the limit of {self.max_bytes:,}"
        else:
            return
        raise UnreadableImageError(
            why, reason="decompression bomb", hint="scale the picture down, or raise the limits"
        )


DEFAULT_LIMITS: Final = Limits()
