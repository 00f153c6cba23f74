"""Every odd, broken and hostile file at hand is read, or refused with a reason."""

from __future__ import annotations

import csv
import subprocess
import sys
from typing import TYPE_CHECKING

import numpy as np
import pytest

from sightline.core.errors import MissingExtraError, UnreadableImageError
from sightline.imaging.decode import decode
from sightline.imaging.header import Header, read_header
from sightline.imaging.sniff import READ

if TYPE_CHECKING:
    from pathlib import Path

MANIFESTS = ("robust_pillow", "exif_orientation", "exif_samples")
PLAIN = ("fits", "imageio_misc")


def attempt(path: Path) -> tuple[Header | None, bool, str]:
    """Return (header or None, whether it decodes, the reason if not)."""
    header = None
    try:
        header = read_header(path)
        sizes = header.page_sizes or ((header.width, header.height),)
        for page, (width, height) in enumerate(sizes):
            assert decode(path, page=page).shape == (height, width, 3)
    except (UnreadableImageError, MissingExtraError) as error:
        return header, False, getattr(error, "reason", "extra") if error.hint else ""
    return header, True, ""


@pytest.mark.parametrize("name", MANIFESTS)
def test_what_pillow_reads_is_read_with_the_same_size(shared_data: Path, name: str) -> None:
    root = shared_data / name / ("images" if name == "robust_pillow" else "")
    with (shared_data / name / "manifest.csv").open() as file:
        rows = list(csv.DictReader(file))
    for row in rows:
        header, decodes, reason = attempt(root / row["file"])
        readable = row["pillow13"] == "ok" and row["format_or_error"] in READ | {"MPO"}
        if readable:
            assert decodes, (row["file"], reason)
            assert header is not None
            stored = {(header.raw_width, header.raw_height), (header.width, header.height)}
            assert (int(row["width"]), int(row["height"])) in stored, row
        elif decodes:
            assert row["file"].endswith(".heif"), row
        else:
            assert reason


def test_one_picture_in_all_orientations_looks_the_same(shared_data: Path) -> None:
    first, *others = (
        decode(shared_data / "exif_orientation" / f"Landscape_{turn}.jpg", min_side_px=100)
        for turn in range(1, 9)
    )
    for other in others:
        assert np.abs(first.astype(int) - other.astype(int)).mean() < 12


def test_scientific_and_odd_files_are_read_or_refused(shared_data: Path) -> None:
    results = {
        path.name: attempt(path)
        for name in PLAIN
        for path in sorted((shared_data / name).iterdir())
    }
    read = {name for name, (_, decodes, _) in results.items() if decodes}
    assert {"HorseHead.fits", "simple.fits", "gc_msx_e.fits", "multipage.tif"} <= read
    assert results["cockatoo.mp4"][2] == "unsupported"
    assert results["dicom_file01.dcm"][2] == "unsupported"


def test_nothing_is_written_to_standard_error(shared_data: Path) -> None:
    script = """
import sys
from pathlib import Path
from sightline.core.errors import SightlineError
from sightline.imaging.decode import decode
for path in sorted(Path(sys.argv[1]).rglob("*")):
    if path.is_file():
        try:
            decode(path)
        except SightlineError:
            pass
"""
    done = subprocess.run(
        [sys.executable, "-W", "default", "-c", script, shared_data / "robust_pillow" / "images"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stderr == ""
    assert done.stdout == ""
