"""A graph tried once: what picture it takes, and what it answers to noise."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from sightline.core.errors import InvalidInputError, MissingExtraError
from sightline.store.onnx_file import STANDARD_DOMAINS, layout_of

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from sightline.store.onnx_file import OnnxInfo, Port


def picture_input(file: Path, info: OnnxInfo) -> tuple[Port, int | None]:
    """Return the picture input and its fixed side, pixels (None: any)."""
    port = info.inputs[0] if len(info.inputs) == 1 else None
    layout = layout_of(port.shape) if port is not None else None
    if port is None or layout is None or port.element not in {"float32", "float16", "uint8"}:
        shown = "; ".join(one.describe() for one in info.inputs) or "none"
        raise InvalidInputError(
            f"{file.name} needs one input of RGB pictures, it has: {shown}",
            hint="an input such as float32 [n, 3, 224, 224] or uint8 [n, 224, 224, 3] will do",
        )
    sides = port.shape[2:4] if layout == "nchw" else port.shape[1:3]
    fixed = [side for side in sides if isinstance(side, int) and side > 0]
    if len(set(fixed)) > 1:
        raise InvalidInputError(
            f"{file.name} takes {fixed[1]}x{fixed[0]} px; only square inputs are supported",
            hint="export it with a square input",
        )
    return port, fixed[0] if fixed else None


def trial(file: Path, info: OnnxInfo, port: Port, size: int) -> dict[str, NDArray[Any]]:
    """Run the graph once on noise and return its outputs."""
    try:
        import onnxruntime
    except ImportError as error:
        raise MissingExtraError("onnxruntime is missing", hint="pip install onnxruntime") from error
    shape = (1, 3, size, size) if layout_of(port.shape) == "nchw" else (1, size, size, 3)
    noise = np.random.default_rng(0).random(shape, dtype=np.float32)
    element = np.dtype(port.element)
    picture = (noise * 255 if element == np.uint8 else noise).astype(element)
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.log_severity_level = 4
    try:
        session = onnxruntime.InferenceSession(
            str(file), options, providers=["CPUExecutionProvider"]
        )
        answers = session.run(None, {port.name: picture})
    except Exception as error:  # the runtime's errors share no narrower base
        raise _cannot_run(file, info, error) from error
    return {one.name: answer for one, answer in zip(info.outputs, answers, strict=True)}


def _cannot_run(file: Path, info: OnnxInfo, error: Exception) -> InvalidInputError:
    foreign = sorted(info.domains - STANDARD_DOMAINS)
    if foreign:
        return InvalidInputError(
            f"{file.name} uses custom operators of {', '.join(foreign)}",
            hint="export it with standard ONNX operators",
        )
    first = (str(error).splitlines() or [type(error).__name__])[0]
    return InvalidInputError(
        f"{file.name} does not run: {first[:300]}", hint="export it again, with opset 17"
    )
