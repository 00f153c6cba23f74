"""The samples are whole, the same every time, and come from what is installed."""

from __future__ import annotations

import hashlib
import subprocess
import sys
from collections import Counter
from typing import TYPE_CHECKING

import numpy as np
import pytest
from PIL import Image

from sightline.core.errors import ConflictError, InvalidInputError
from sightline.flows import samples
from sightline.flows.samples import DIGITS, PHOTOGRAPHS, SAMPLES, digit_files, write_sample

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


def test_the_digits_are_scikit_learns() -> None:
    from sklearn.datasets import load_digits

    pixels, labels = samples._digits()
    known = load_digits()
    assert labels == known.target.tolist()
    assert np.abs(pixels * (16 / 255) - known.images).max() < 0.04


def test_digits_lie_in_ten_folders_and_are_64_px(tmp_path: Path) -> None:
    folder = tmp_path / "digits"
    assert write_sample("digits", folder) == DIGITS
    counts = Counter(path.parent.name for path in folder.rglob("*.png"))
    assert sorted(counts) == list("0123456789")
    assert min(counts.values()) > 170
    with Image.open(folder / "0" / "digit_0001.png") as image:
        assert (image.size, image.mode) == ((64, 64), "L")
    assert [path.name for path in tmp_path.iterdir()] == ["digits"]


def test_the_same_bytes_come_every_time() -> None:
    def digest() -> str:
        hashed = hashlib.sha256()
        for path, data in digit_files():
            hashed.update(path.encode() + data)
        return hashed.hexdigest()

    assert digest() == digest()


def test_photographs_are_copied_as_they_are_and_open(tmp_path: Path) -> None:
    count = write_sample("photographs", tmp_path / "p")
    assert 10 <= count <= len(PHOTOGRAPHS)
    for path in (tmp_path / "p").iterdir():
        with Image.open(path) as image:
            image.verify()


def test_a_sample_is_written_once_and_what_was_deleted_stays_deleted(tmp_path: Path) -> None:
    folder = tmp_path / "p"
    folder.mkdir()  # an empty folder is filled
    count = write_sample("photographs", folder)
    (folder / "rocket.jpg").unlink()
    before = (folder / "coffee.png").stat().st_mtime_ns
    assert write_sample("photographs", folder) == count - 1
    assert (folder / "coffee.png").stat().st_mtime_ns == before


def test_a_sample_that_fails_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken() -> Iterator[tuple[str, bytes]]:
        yield "0/a.png", b"x"
        raise OSError("disk full")

    spec = samples.SampleSpec("broken", "", "", True, broken)
    monkeypatch.setitem(SAMPLES, "broken", spec)
    with pytest.raises(OSError, match="disk full"):
        write_sample("broken", tmp_path / "b")
    assert list(tmp_path.iterdir()) == []


def test_odd_targets_and_names_are_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(ConflictError):
        write_sample("digits", tmp_path / "file")
    with pytest.raises(InvalidInputError, match="no sample") as caught:
        write_sample("digit", tmp_path / "d")
    assert "digits" in caught.value.hint


def test_samples_import_neither_scikit_learn_nor_scikit_image() -> None:
    code = (
        "import sys; from sightline.flows.samples import digit_files, photograph_files;"
        "next(digit_files()); next(photograph_files());"
        "sys.exit(any(name in sys.modules for name in ('sklearn', 'skimage', 'torch', 'scipy')))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
