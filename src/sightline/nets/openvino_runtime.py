"""OpenVINO, imported so that it tells nobody, and its graphs compiled for this processor."""

from __future__ import annotations

import sys
from functools import cache
from typing import TYPE_CHECKING, Any, cast

from sightline.core.errors import InvalidInputError, MissingExtraError
from sightline.nets.onnx_session import first_line

if TYPE_CHECKING:
    from pathlib import Path
    from types import ModuleType

_TELLS = "openvino_telemetry"


def load_openvino() -> Any:
    """Import and return `openvino`; the only way to it here.

    Its import alone sends an event where its telemetry package is installed. Without that package
    it falls back to one that does nothing, so the package is hidden from it.

    Raises:
        MissingExtraError: It is not installed.
    """
    if "openvino" not in sys.modules:
        sys.modules[_TELLS] = cast("ModuleType", None)  # an import of it raises ImportError
    try:
        import openvino
    except ImportError as error:
        raise MissingExtraError(
            "openvino is missing", hint="pip install 'sightline[openvino]'"
        ) from error
    return openvino


@cache
def _core(openvino: Any) -> Any:
    """Return the one core of this process, which is never let go.

    Its plugin for processors gives the thread a stack for signals. Of several, each takes back what
    it found when it is let go, in any order: the stack may be freed by then, and the next signal
    ends the process.
    """
    return openvino.Core()


def open_compiled(file: Path, *, threads: int = 1, streams: int = 1) -> Any:
    """Compile an .xml file, its weights beside it, for the CPU and return the compiled model.

    Args:
        file: The graph.
        threads: That work on one picture.
        streams: Pictures that are worked on at once.

    Raises:
        InvalidInputError: OpenVINO cannot load it.
        MissingExtraError: OpenVINO is not installed.
    """
    core = _core(load_openvino())
    wish = {
        "NUM_STREAMS": str(streams),
        "INFERENCE_NUM_THREADS": str(threads * streams),
        "ENABLE_CPU_PINNING": False,
        "INFERENCE_PRECISION_HINT": "f32",  # else bfloat16 where the processor has it
    }
    try:
        return core.compile_model(str(file), "CPU", wish)
    except Exception as error:  # the runtime's errors share no narrower base
        raise InvalidInputError(
            f"{file.name} cannot be loaded: {first_line(error)}", hint="export it again"
        ) from error
