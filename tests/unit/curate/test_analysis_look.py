"""What is seen of one picture, and of many without holding them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from PIL import Image

from sightline.core.errors import CancelledError
from sightline.core.progress import Silent
from sightline.curate.analysis_look import (
    COLUMNS,
    FLAWS,
    FORMATS,
    KINDS,
    WRITE_ROWS,
    Item,
    Reading,
    kind_of,
    look,
    look_at,
    measure,
)

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from numpy.typing import NDArray

    from sightline.core.arrays import F32, U8


def item(path: Path, ordinal: int = 0, *, size: tuple[int, int] = (32, 24)) -> Item:
    length = path.stat().st_size if path.exists() else 1
    return Item(ordinal, path, 0, *size, length, "PNG")


def seen(path: Path) -> dict[str, float]:
    row = look_at(item(path), Reading())
    return dict(zip(COLUMNS, row.tolist(), strict=True))


def save(path: Path, pixels: NDArray[np.uint8], mode: str | None = None) -> Path:
    image = Image.fromarray(pixels)
    (image if mode is None else image.convert(mode)).save(path)
    return path


def noise(px: int = 24, *, low: int = 0, high: int = 255) -> U8:
    return np.random.default_rng(3).integers(low, high, (px, px, 3), dtype=np.uint8)


def test_brightness_contrast_saturation_and_clipping_are_those_of_the_pixels() -> None:
    half = np.zeros((20, 20, 3), np.uint8)
    half[:, 10:] = 255
    brightness, contrast, _, saturation, clipped = measure(half)
    assert (brightness, contrast, clipped) == pytest.approx((0.5, 0.5, 1.0), abs=1e-6)
    assert saturation == 0
    red = np.full((8, 8, 3), (200, 50, 50), np.uint8)
    assert measure(red)[3] == pytest.approx(150 / 255)
    assert measure(red)[1] == 0


def test_sharpness_falls_when_a_picture_is_blurred() -> None:
    import cv2

    sharp = noise(96)
    blurred = np.asarray(cv2.GaussianBlur(sharp, (0, 0), 3), np.uint8)
    assert measure(blurred)[2] < measure(sharp)[2] / 50


@pytest.mark.parametrize(
    ("mode", "kind"),
    [
        ("L", "grey"), ("1", "grey"), ("RGB", "colour"), ("YCbCr", "colour"), ("P", "palette"),
        ("RGBA", "alpha"), ("LA", "alpha"), ("CMYK", "cmyk"), ("I;16", "deep"), ("RGB;16", "deep"),
        ("F", "deep"), ("I", "deep"),
    ],
)  # fmt: skip
def test_a_kind_follows_from_the_header(mode: str, kind: str) -> None:
    assert kind_of(mode) == kind


@pytest.mark.parametrize(
    ("name", "mode", "kind"),
    [("a.png", "L", "grey"), ("b.jpg", "CMYK", "cmyk"), ("c.png", "RGBA", "alpha"),
     ("d.gif", "P", "palette"), ("e.jpg", "RGB", "colour")],
)  # fmt: skip
def test_odd_kinds_of_pictures_are_looked_at_like_others(
    tmp_path: Path, name: str, mode: str, kind: str
) -> None:
    found = seen(save(tmp_path / name, noise(), mode))
    assert KINDS[int(found["kind"])] == kind
    assert FLAWS[int(found["flaw"])] == ""
    assert 0.2 < found["brightness"] < 0.8


def test_sixteen_bits_are_deep(tmp_path: Path) -> None:
    deep = np.linspace(0, 65535, 24 * 24).reshape(24, 24).astype(np.uint16)
    Image.fromarray(deep).save(tmp_path / "deep.png")
    assert KINDS[int(seen(tmp_path / "deep.png")["kind"])] == "deep"


def test_a_file_that_is_gone_changed_cut_or_no_picture_is_a_row_with_a_flaw(tmp_path: Path) -> None:
    assert FLAWS[int(seen(tmp_path / "nowhere.png")["flaw"])] == "missing"
    whole = save(tmp_path / "a.jpg", noise(200))
    known = item(whole)
    data = whole.read_bytes()
    whole.write_bytes(data[: len(data) // 2])
    assert FLAWS[int(look_at(known, Reading())[5])] == "changed"
    assert FLAWS[int(seen(whole)["flaw"])] == "truncated"
    (tmp_path / "b.png").write_bytes(b"no picture at all")
    found = seen(tmp_path / "b.png")
    assert FLAWS[int(found["flaw"])] == "unreadable"
    assert np.isnan(found["brightness"])
    assert (found["width"], found["height"], FORMATS[int(found["format"])]) == (32, 24, "PNG")


def test_every_picture_is_looked_at_once_and_told(tmp_path: Path) -> None:
    paths = [save(tmp_path / f"{n}.png", noise(8, high=40 + n)) for n in range(40)]
    told: list[tuple[int, int | None, str]] = []

    class Ear(Silent):
        def advance(self, done: int, total: int | None, note: str = "") -> None:
            told.append((done, total, note))

    ordinals: list[int] = []

    def write(some: NDArray[np.int64], rows: F32) -> None:
        assert rows.shape == (len(some), len(COLUMNS))
        ordinals.extend(some.tolist())

    items = [item(path, 100 + n) for n, path in enumerate(paths)]
    done = look(items, write, total=40, progress=Ear(), threads=2)
    assert (done.done, done.flawed) == (40, 0)
    assert sorted(ordinals) == list(range(100, 140))
    assert told[0] == (0, 40, "looking at the pictures")
    assert told[-1][:2] == (40, 40)


def test_what_was_looked_at_is_kept_when_it_is_stopped(tmp_path: Path) -> None:
    path = save(tmp_path / "a.png", noise(8))
    ordinals: list[int] = []

    class Stop(Silent):
        def check(self) -> None:
            raise CancelledError("stop", hint="")

    with pytest.raises(CancelledError):
        look(
            (item(path, n) for n in range(500)),
            lambda some, _: ordinals.extend(some.tolist()),
            progress=Stop(),
            threads=1,
        )
    assert 0 < len(ordinals) < 500


def test_pictures_are_taken_as_threads_get_free_and_never_all_at_once(tmp_path: Path) -> None:
    path, taken = save(tmp_path / "a.png", noise(8)), 0
    ahead: list[tuple[int, int | None, str]] = []

    def items() -> Iterator[Item]:
        nonlocal taken
        for n in range(400):
            taken += 1
            yield item(path, n)

    class Ear(Silent):
        def advance(self, done: int, total: int | None, note: str = "") -> None:
            ahead.append((taken - done, total, note))

    look(items(), lambda *_: None, progress=Ear(), threads=1)
    assert max(ahead)[0] < 100 < WRITE_ROWS
