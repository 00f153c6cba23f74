"""A trained network as one ONNX file that needs nothing else: pixels in, probabilities out."""

from __future__ import annotations

import io
import secrets
import warnings
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final, cast

from sightline.core.errors import InvalidInputError, MissingExtraError, MissingWeightsError
from sightline.core.files import write_atomic
from sightline.core.progress import Silent
from sightline.export.graph import outputs_of, serving_graph
from sightline.export.parity import check_parity
from sightline.export.probes import Probe, odd_pictures
from sightline.store.onnx_file import METADATA_KEY, metadata_of_card

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from sightline.core.cards import ModelCard
    from sightline.core.progress import Progress
    from sightline.export.parity import Served

OPSET: Final = 17
MAX_SAMPLES: Final = 64
"""Pictures of the caller's that the gate looks at; more would only take longer."""


@dataclass(frozen=True, slots=True)
class ExportReport:
    """What was written and how far it differs from its source."""

    path: Path
    parity_max_abs: float
    bytes: int
    probes: int
    skipped: tuple[str, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """Return it as JSON."""
        return {
            "path": str(self.path),
            "parity_max_abs": self.parity_max_abs,
            "bytes": self.bytes,
            "probes": self.probes,
        }


def export_onnx(
    card: ModelCard,
    weights: Path,
    out: Path,
    *,
    serve: Callable[[Path], Served],
    samples: Sequence[Probe] = (),
    progress: Progress | None = None,
) -> ExportReport:
    """Write the model of a card as ONNX to `out` once both answer alike.

    Args:
        card: A classifier of format torch, or an encoder that was trained here.
        weights: Its safetensors file.
        out: Replaced whole, or left as it was.
        serve: Opens the exported file as a user would (`predict.session.open_classifier`).
        samples: Pictures of the project to compare on, besides generated odd ones.
        progress: Told about each picture.

    Raises:
        ParityError: The export answers differently; nothing was written.
        InvalidInputError: The card is no torch classifier, or weights and network do not fit.
        MissingWeightsError: There is no weights file.
        MissingExtraError: torch or onnx is not installed.
    """
    if card.format != "torch" or (card.kind == "encoder" and card.task != "embedding"):
        raise InvalidInputError(
            f"{card.name} is a {card.kind} in {card.format}",
            hint="only trained networks are exported; an ONNX model is used as it is",
        )
    if not weights.is_file():
        raise MissingWeightsError(f"{card.name} has lost {weights}", hint="add or train it again")
    return export_net(
        load_net(card, weights), card, out, serve=serve, samples=samples, progress=progress
    )


def export_net(
    net: Any,
    card: ModelCard,
    out: Path,
    *,
    serve: Callable[[Path], Served],
    samples: Sequence[Probe] = (),
    progress: Progress | None = None,
) -> ExportReport:
    """Write a network in memory, in evaluation mode, as `export_onnx` does.

    Raises:
        ParityError: The export answers differently; nothing was written.
        MissingExtraError: onnx is not installed.
    """
    told = progress or Silent()
    known = replace(card, outputs={one: one for one in outputs_of(card)})
    probes = (*samples[:MAX_SAMPLES], *odd_pictures(card.preprocess.size))
    told.log(f"building the graph of {card.name}")
    raw = onnx_bytes(net, known)
    out.parent.mkdir(parents=True, exist_ok=True)
    trial = out.with_name(f".{secrets.token_hex(4)}.part.onnx")
    try:
        trial.write_bytes(raw)
        report = check_parity(net, known, serve(trial), probes, told)
    finally:
        trial.unlink(missing_ok=True)
    write_atomic(out, raw)
    told.log(f"wrote {out}: {report.probes} pictures differ by at most {report.max_abs:.1e}")
    return ExportReport(out, report.max_abs, len(raw), report.probes, report.skipped)


def load_net(card: ModelCard, weights: Path) -> Any:
    """Return the network of a card, with its weights, in evaluation mode.

    Raises:
        MissingExtraError: torch is not installed.
        InvalidInputError: The weights are not for this network and these classes.
    """
    try:
        import torch  # noqa: F401 (said here, where the hint can name the extra)
    except ImportError as error:
        raise MissingExtraError(
            "torch is missing", hint="pip install 'sightline[train]'"
        ) from error
    from sightline.nets.build import build
    from sightline.nets.weights import apply_state, load_state

    encoder = card.kind == "encoder"
    net = build(card.network, 1 if encoder else len(card.classes), px=card.preprocess.size)
    state, _ = load_state(weights)
    report = apply_state(net, state, keep_head=not encoder)
    if report.head_replaced and not encoder:
        raise InvalidInputError(
            f"the weights of {card.name} are not for its {len(card.classes)} classes",
            hint="add it again with the classes it was trained for",
        )
    return net.eval()


def onnx_bytes(net: Any, card: ModelCard) -> bytes:
    """Return the serving graph of a network as an ONNX file; equal inputs give equal bytes.

    Raises:
        MissingExtraError: onnx is not installed.
    """
    try:
        import onnx
        import torch
        from torch.jit import TracerWarning  # type: ignore[attr-defined]
    except ImportError as error:
        raise MissingExtraError(
            "torch or onnx is missing", hint="pip install 'sightline[train]'"
        ) from error
    size, outputs = card.preprocess.size, list(outputs_of(card))
    buffer = io.BytesIO()
    with warnings.catch_warnings():
        # The tracing exporter is the one that exports these networks to one plain file; it warns
        # that it is the old one, and tracing warns about shapes that are fixed on purpose.
        warnings.simplefilter("ignore", DeprecationWarning)
        warnings.simplefilter("ignore", TracerWarning)
        warnings.filterwarnings("ignore", "Constant folding", UserWarning)  # left to the runtime
        torch.onnx.export(
            serving_graph(net, card),
            (torch.zeros(2, size, size, 3, dtype=torch.uint8),),
            cast("Any", buffer),  # documented to take a file too
            input_names=["image"],
            output_names=outputs,
            dynamic_axes={one: {0: "n"} for one in ("image", *outputs)},
            opset_version=OPSET,
            dynamo=False,
            external_data=False,
        )
    model = onnx.load_from_string(buffer.getvalue())
    model.producer_name, model.producer_version = "sightline", ""
    model.metadata_props.add(key=METADATA_KEY, value=metadata_of_card(card))
    onnx.checker.check_model(model)
    return bytes(model.SerializeToString(deterministic=True))
