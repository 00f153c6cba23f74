"""A float or quantised ONNX graph as OpenVINO's own form."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sightline.core.errors import InvalidInputError
from sightline.nets.onnx_session import first_line
from sightline.nets.openvino_runtime import load_openvino

if TYPE_CHECKING:
    from pathlib import Path


def write_openvino(graph: Path, out: Path) -> Path:
    """Write a .xml file with its .bin beside it, weights as they are, and return the latter.

    Args:
        graph: A .onnx file; one of int8 (QDQ) stays int8.
        out: The .xml file.

    Raises:
        MissingExtraError: OpenVINO is not installed.
        InvalidInputError: It cannot convert the graph.
    """
    openvino = load_openvino()
    try:
        model = openvino.convert_model(str(graph))
        openvino.save_model(model, str(out), compress_to_fp16=False)
    except Exception as error:  # the converter's errors share no narrower base
        raise InvalidInputError(
            f"OpenVINO cannot convert {graph.name}: {first_line(error)}",
            hint="export it as onnx",
        ) from error
    return out.with_suffix(".bin")
