"""Ask the model of this package about pictures; numpy, Pillow and onnxruntime are all it needs.

    pip install -r requirements.txt
    python predict.py photo.jpg folder/ --top 3

Each picture gives a line of JSON: {path, label, probability, probabilities}, of tags {tags}
besides, of an encoder {path, embedding}, or {path, error}.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image, ImageOps

Array = Any
HERE = Path(__file__).resolve().parent
SUFFIXES = {".jpg", ".jpeg", ".png", ".webp", ".bmp", ".gif", ".tif", ".tiff"}
GREY = (114, 114, 114)


class Model:
    """model.onnx and what stands beside it."""

    def __init__(self, folder: Path = HERE, threads: int = 1) -> None:
        """Open the model.

        Args:
            folder: Where the package was unpacked.
            threads: That work on one picture.
        """
        import onnxruntime

        about = json.loads((folder / "preprocessing.json").read_text("utf-8"))
        self.rule: dict[str, Any] = about["preprocess"]
        self.entry: dict[str, Any] = about["input"]
        self.outputs: dict[str, str] = about["outputs"]
        self.temperature = float(about["temperature"])
        self.thresholds: list[float] = about["thresholds"]
        self.classes = (folder / "classes.txt").read_text("utf-8").splitlines()
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        self.session = onnxruntime.InferenceSession(
            str(folder / "model.onnx"), options, providers=["CPUExecutionProvider"]
        )

    def predict(self, path: Path, top: int | None = None) -> dict[str, Any]:
        """Return what the model says of a picture."""
        with Image.open(path) as picture:
            pixels = np.asarray(self.square(upright(picture, self.smallest())))
        said = self.run(pixels[None])
        if "embedding" in said:
            return {"path": str(path), "embedding": said["embedding"][0].tolist()}
        row = said["probabilities"][0]
        order = np.argsort(-row, kind="stable")
        shown = order if top is None else order[:top]
        tags = [self.classes[at] for at in order if self.thresholds and row[at] >= self.limit(at)]
        best = self.classes[order[0]]
        return {
            "path": str(path),
            "label": (tags[0] if tags else None) if self.thresholds else best,
            "probability": float(row[order[0]]),
            **({"tags": tags} if self.thresholds else {}),
            "probabilities": {self.classes[at]: float(row[at]) for at in shown},
        }

    def limit(self, at: int) -> float:
        """Return from which probability on a tag counts as there."""
        return float(self.thresholds[at])

    def run(self, pictures: Array) -> dict[str, Array]:
        """Return probabilities (N, K), or embeddings (N, D), of squares (N, size, size, 3)."""
        fed = pictures if self.entry["dtype"] == "uint8" else self.normalised(pictures)
        if self.entry["dtype"] == "uint8" and self.entry["layout"] == "nchw":
            fed = np.ascontiguousarray(pictures.transpose(0, 3, 1, 2))
        known = ("probabilities", "logits", "embedding")
        role = next(one for one in known if one in self.outputs)
        (rows,) = self.session.run([self.outputs[role]], {self.entry["name"]: fed})
        rows = np.asarray(rows, np.float32).reshape(len(pictures), -1)
        if role != "logits":
            return {role: rows}
        calm = rows / self.temperature
        if self.thresholds:
            return {"probabilities": 1 / (1 + np.exp(-calm))}
        powers = np.exp(calm - calm.max(axis=1, keepdims=True))
        return {"probabilities": powers / powers.sum(axis=1, keepdims=True)}

    def normalised(self, pictures: Array) -> Array:
        """Return floats, (value / 255 - mean) / std, in the order that the model takes."""
        mean, std = np.array(self.rule["mean"]), np.array(self.rule["std"])
        floats = ((pictures / 255 - mean) / std).astype(self.entry["dtype"])
        if self.entry["layout"] == "nhwc":
            return floats
        return np.ascontiguousarray(floats.transpose(0, 3, 1, 2))

    def smallest(self) -> int:
        """Return the short side, pixels, that a decoded picture must have."""
        return int(self.rule.get("resize_px") or self.rule["size"])

    def square(self, picture: Image.Image) -> Image.Image:
        """Return an upright RGB picture as the model wants it."""
        size, how = int(self.rule["size"]), self.rule["resize"]
        bicubic = self.rule["interpolation"] == "bicubic"
        resample = Image.Resampling.BICUBIC if bicubic else Image.Resampling.BILINEAR
        if how == "stretch":
            return resized(picture, (size, size), resample)
        if how == "crop":
            fitted = resized(picture, scaled(picture.size, self.smallest(), min), resample)
            left, top = (fitted.width - size) // 2, (fitted.height - size) // 2
            return fitted.crop((left, top, left + size, top + size))
        fitted = resized(picture, scaled(picture.size, size, max), resample)
        page = Image.new("RGB", (size, size), GREY)
        page.paste(fitted, ((size - fitted.width) // 2, (size - fitted.height) // 2))
        return page


def upright(picture: Image.Image, smallest: int) -> Image.Image:
    """Return a picture as it is shown: turned by its EXIF, RGB, transparent parts white."""
    short = min(picture.size)
    scale = next((one for one in (8, 4, 2) if short // one >= smallest), 1)
    if picture.format == "JPEG" and scale > 1:  # decoded at a fraction, which is much faster
        picture.draft(picture.mode, (picture.width // scale, picture.height // scale))
    picture.load()
    turned = ImageOps.exif_transpose(picture)
    if turned.mode in {"I", "F"} or turned.mode.startswith("I;16"):
        return Image.fromarray(eight_bits(np.asarray(turned), picture.format)).convert("RGB")
    if turned.mode in {"RGBA", "LA", "PA"} or "transparency" in turned.info:
        source = turned.convert("RGBA")
        page = Image.new("RGB", source.size, (255, 255, 255))
        page.paste(source, mask=source.getchannel("A"))
        return page
    return turned.convert("RGB")


def eight_bits(values: Array, kind: str | None) -> Array:
    """Return samples of more than 8 bits as uint8: shifted in a PNG, elsewhere stretched."""
    if kind == "PNG":
        return ((np.clip(values, 0, 65535).astype(np.uint32) + 128) // 257).astype(np.uint8)
    low, high = np.percentile(values, (0.5, 99.5))
    if low == high:
        low, high = float(values.min()), float(values.max())
    wide = max(float(high - low), 1e-12)
    return np.rint(np.clip((values - low) / wide, 0, 1) * 255).astype(np.uint8)


def scaled(size: tuple[int, int], wanted: int, side: Any) -> tuple[int, int]:
    """Return a size whose `side` (min or max) is `wanted`."""
    width, height = size
    by = side(size)
    return max(1, round(width * wanted / by)), max(1, round(height * wanted / by))


def resized(image: Image.Image, size: tuple[int, int], how: Image.Resampling) -> Image.Image:
    """Return a picture of this size."""
    return image if image.size == size else image.resize(size, how)


def files_of(given: list[Path]) -> list[Path]:
    """Return the files, and those of folders."""
    found: list[Path] = []
    for one in given:
        inside = one.rglob("*") if one.is_dir() else [one]
        found += sorted(at for at in inside if at == one or at.suffix.lower() in SUFFIXES)
    return found


def main() -> int:
    """Answer about the pictures that are named; return how many could not be read."""
    parser = argparse.ArgumentParser(description="What is in these pictures?")
    parser.add_argument("paths", nargs="+", type=Path, help="pictures or folders")
    parser.add_argument("--top", type=int, default=None, help="only the most probable classes")
    parser.add_argument("--threads", type=int, default=1, help="that work on one picture")
    asked = parser.parse_args()
    model, failed = Model(threads=asked.threads), 0
    for path in files_of(asked.paths):
        try:
            row = model.predict(path, asked.top)
        except (OSError, ValueError, SyntaxError) as error:
            row, failed = {"path": str(path), "error": str(error)}, failed + 1
        sys.stdout.write(json.dumps(row, ensure_ascii=False) + "\n")
    return min(failed, 1)


if __name__ == "__main__":
    sys.exit(main())
