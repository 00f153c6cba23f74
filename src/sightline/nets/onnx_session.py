"""An ONNX file opened on the best device that this machine has."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from sightline.core.errors import InvalidInputError, MissingExtraError

if TYPE_CHECKING:
    from pathlib import Path

GPU: Final[dict[str, dict[str, str]]] = {
    "CUDAExecutionProvider": {"use_tf32": "0"},
    "MIGraphXExecutionProvider": {},
    "DmlExecutionProvider": {},
}
"""Providers to prefer, with options that keep float32 exact enough for the parity gate."""


def open_session(file: Path, *, threads: int = 1, graph: bytes | None = None) -> Any:
    """Open an `onnxruntime.InferenceSession` on the GPU where there is one, else on the CPU.

    Args:
        file: The model.
        threads: That work on one call. The caller's is the only one when it is 1.
        graph: What is opened instead of the file's content: the same, changed.

    Raises:
        InvalidInputError: ONNX Runtime cannot load it.
        MissingExtraError: ONNX Runtime is not installed.
    """
    try:
        import onnxruntime
    except ImportError as error:
        raise MissingExtraError("onnxruntime is missing", hint="pip install onnxruntime") from error
    onnxruntime.disable_telemetry_events()
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads, options.inter_op_num_threads = threads, 1
    options.log_severity_level = 4
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    options.add_session_config_entry("session.inter_op.allow_spinning", "0")
    here = set(onnxruntime.get_available_providers())
    providers: list[Any] = [(name, opts) for name, opts in GPU.items() if name in here]
    try:
        return onnxruntime.InferenceSession(
            graph or str(file), options, providers=[*providers, "CPUExecutionProvider"]
        )
    except Exception as error:  # the runtime's errors share no narrower base
        raise InvalidInputError(
            f"{file.name} cannot be loaded: {first_line(error)}", hint="export it again"
        ) from error


def first_line(error: Exception) -> str:
    """Return what an error of the runtime says first."""
    return (str(error).splitlines() or [type(error).__name__])[0][:300]
