"""The model of colours (`onnx_graphs.colour_model`) in every form that is exported."""

from __future__ import annotations

import warnings
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from fakes.onnx_graphs import colour_card, colour_model

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from sightline.core.cards import ModelCard, ModelFormat

FILES: dict[ModelFormat, str] = {
    "onnx": "model.onnx",
    "openvino": "model.xml",
    "torchscript": "model.pt",
}


def colour_form(folder: Path, form: ModelFormat) -> tuple[Path, ModelCard]:
    """Write it into a folder and return the file and its card."""
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / FILES[form]
    _WRITERS[form](file)
    return file, replace(colour_card(), format=form, file=file.name)


def _openvino(file: Path) -> None:
    from sightline.nets.openvino_runtime import load_openvino

    openvino = load_openvino()
    source = colour_model(file.with_name("source.onnx"))
    openvino.save_model(openvino.convert_model(str(source)), str(file), compress_to_fp16=False)
    source.unlink()


def _torchscript(file: Path) -> None:
    import torch

    class Colours(torch.nn.Module):
        def forward(self, image: torch.Tensor) -> tuple[torch.Tensor, ...]:
            means = (image.to(torch.float32) / 255).mean(dim=(1, 2))
            return (means / 0.1).softmax(dim=1), means, means

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        make: Any = torch.jit.trace
        make(Colours(), torch.zeros(2, 8, 8, 3, dtype=torch.uint8)).save(str(file))


_WRITERS: dict[ModelFormat, Callable[[Path], object]] = {
    "onnx": colour_model,
    "openvino": _openvino,
    "torchscript": _torchscript,
}
