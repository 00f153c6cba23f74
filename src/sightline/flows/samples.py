"""Real pictures for a first look, made from what is installed: nothing is downloaded."""

from __future__ import annotations

import gzip
import io
import shutil
import tempfile
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np
from PIL import Image

from sightline.core.errors import (
    ConflictError,
    InvalidInputError,
    MissingExtraError,
    did_you_mean,
)
from sightline.core.files import fsync_dir

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from sightline.core.arrays import U8

DIGIT_PX: Final = 64
DIGITS: Final = 1797
_DIGIT_SIDE: Final = 8
_DIGIT_WHITE: Final = 16
PHOTOGRAPHS: Final = (
    "astronaut.png",
    "brick.png",
    "camera.png",
    "cell.png",
    "chelsea.png",
    "clock_motion.png",
    "coffee.png",
    "coins.png",
    "grass.png",
    "gravel.png",
    "hubble_deep_field.jpg",
    "ihc.png",
    "microaneurysms.png",
    "moon.png",
    "motorcycle_left.png",
    "motorcycle_right.png",
    "page.png",
    "retina.jpg",
    "rocket.jpg",
    "text.png",
)
"""Those of scikit-image's pictures that a camera took and that lie in its wheel."""


@dataclass(frozen=True, slots=True)
class SampleSpec:
    """A sample project."""

    name: str
    title: str
    description: str
    labelled: bool
    """The pictures lie in folders named after their classes."""
    files: Callable[[], Iterator[tuple[str, bytes]]]
    """Yields (path inside the folder, bytes), in a stable order."""


def write_sample(name: str, folder: Path) -> int:
    """Write a sample's pictures to `folder` and return how many there are.

    A folder that is there already is left as it is, so that a picture somebody deleted stays
    deleted; one that is not appears whole or not at all.

    Raises:
        InvalidInputError: There is no such sample.
        ConflictError: Something that is no folder bears this name.
        MissingExtraError: The package that the pictures come from is not installed.
    """
    spec = SAMPLES.get(name)
    if spec is None:
        raise InvalidInputError(f"no sample named {name!r}", hint=did_you_mean(name, SAMPLES))
    if folder.is_dir() and any(folder.iterdir()):
        return sum(one.suffix in {".png", ".jpg"} for one in folder.rglob("*"))
    if folder.exists() and not folder.is_dir():
        raise ConflictError(f"{folder} is a file", hint="move it away or choose another folder")
    folder.parent.mkdir(parents=True, exist_ok=True)
    part = Path(tempfile.mkdtemp(prefix=f".{folder.name}.", suffix=".part", dir=folder.parent))
    try:
        count = _write(spec, part)
        part.chmod(0o755)
        if folder.is_dir():
            folder.rmdir()
        part.rename(folder)
    except BaseException:
        shutil.rmtree(part, ignore_errors=True)
        raise
    fsync_dir(folder.parent)
    return count


def _write(spec: SampleSpec, folder: Path) -> int:
    count = 0
    for path, data in spec.files():
        target = folder / path
        target.parent.mkdir(exist_ok=True)
        target.write_bytes(data)
        count += 1
    return count


def digit_files() -> Iterator[tuple[str, bytes]]:
    """Yield scikit-learn's handwritten digits as grey 64-px PNG in folders 0 to 9."""
    pixels, labels = _digits()
    for number, (picture, label) in enumerate(zip(pixels, labels, strict=True), start=1):
        grown = Image.fromarray(picture).resize((DIGIT_PX, DIGIT_PX), Image.Resampling.BICUBIC)
        raw = io.BytesIO()
        grown.save(raw, format="PNG")
        yield f"{label}/digit_{number:04}.png", raw.getvalue()


def photograph_files() -> Iterator[tuple[str, bytes]]:
    """Yield the photographs of scikit-image's wheel, byte by byte as they are."""
    folder = _package("skimage", "scikit-image") / "data"
    for name in PHOTOGRAPHS:
        path = folder / name
        if path.is_file():
            yield name, path.read_bytes()


def _digits() -> tuple[U8, list[int]]:
    """Return (1797, 8, 8) grey pictures and their digits.

    Read from scikit-learn's own table; importing the library for it would take a second.
    """
    table = _package("sklearn", "scikit-learn") / "datasets" / "data" / "digits.csv.gz"
    try:
        values = np.loadtxt(io.BytesIO(gzip.decompress(table.read_bytes())), delimiter=",")
    except (OSError, ValueError) as error:
        raise MissingExtraError(
            f"the digits are not where scikit-learn keeps them: {error}",
            hint="pip install --force-reinstall scikit-learn",
        ) from error
    shades = values[:, :-1].reshape(-1, _DIGIT_SIDE, _DIGIT_SIDE) * (255.0 / _DIGIT_WHITE)
    return np.rint(shades).astype(np.uint8), [int(one) for one in values[:, -1]]


def _package(module: str, distribution: str) -> Path:
    spec = find_spec(module)
    if spec is None or spec.origin is None:
        raise MissingExtraError(f"{module} is not installed", hint=f"pip install {distribution}")
    return Path(spec.origin).parent


SAMPLES: Final[dict[str, SampleSpec]] = {
    spec.name: spec
    for spec in (
        SampleSpec(
            "digits",
            "Handwritten digits",
            "1,797 real handwritten digits from scikit-learn, in ten folders",
            True,
            digit_files,
        ),
        SampleSpec(
            "photographs",
            "Photographs",
            "Photographs of all kinds and sizes from scikit-image",
            False,
            photograph_files,
        ),
    )
}
