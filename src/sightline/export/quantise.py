"""Graphs whose numbers are 8 bits wide: activations unsigned, weights signed, one scale a channel.

Jacob et al. 2018, "Quantization and Training of Neural Networks for Efficient
Integer-Arithmetic-Only Inference"; Nagel et al. 2021, "A White Paper on Neural Network
Quantization". Carried out by ONNX Runtime's quantisation tools on graphs that a person owns.
"""

from __future__ import annotations

import io
import logging
import platform
from contextlib import contextmanager, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal, get_args

from sightline.core.errors import InvalidInputError, MissingExtraError
from sightline.store.onnx_file import METADATA_KEY, metadata_of_card

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from sightline.core.arrays import U8
    from sightline.core.cards import ModelCard
    from sightline.core.progress import Progress

    Feed = Callable[[U8], dict[str, Any]]
    """From (N, size, size, 3) RGB to what a graph's inputs take, by name."""

Method = Literal["minmax", "percentile", "entropy"]
METHODS: Final[tuple[Method, ...]] = get_args(Method)
WEIGHTED: Final = frozenset({"Conv", "ConvTranspose", "Gemm", "MatMul"})
"""Operators that hold a network's weights."""
OPERATORS: Final = (
    *sorted(WEIGHTED),
    *("Add", "Mul", "Relu", "LeakyRelu", "Clip", "Pad", "Resize"),
    *("MaxPool", "AveragePool", "GlobalAveragePool"),
    *("Concat", "Split", "Slice", "Flatten", "Reshape", "Squeeze", "Unsqueeze", "Transpose"),
)
"""Those that run on integers or only move them; a softmax and the like stay float."""
BOUNDS: Final = frozenset({"Relu", "LeakyRelu", "Clip"})
BATCH: Final = 8
HISTOGRAM_PICTURES: Final = 64
"""Percentile and entropy keep histograms of everything: more pictures would take minutes."""


@dataclass(frozen=True, slots=True)
class Recipe:
    """How a graph was quantised."""

    method: Method
    keep_float: tuple[str, ...] = ()
    """Names of layers that stay float."""
    only: tuple[str, ...] = ()
    """Names of layers that alone are quantised; empty: all."""


def write_dynamic(graph: Path, out: Path, card: ModelCard) -> None:
    """Quantise the weights; activations become integers while it runs, by their own range.

    Convolutions take unsigned weights, for which alone ONNX Runtime has a fast kernel here.

    Raises:
        InvalidInputError: The graph cannot be quantised.
        MissingExtraError: onnx is not installed.
    """
    with _tools():
        from onnxruntime.quantization import QuantType, quantize_dynamic

        prepared = prepare(graph, out.with_name("prepared.onnx"))
        outer_nodes(prepared)  # the tool would write a graph of floats
        kinds = {node.op_type for node in _nodes(prepared)}
        kind = QuantType.QUInt8 if "Conv" in kinds else QuantType.QInt8
        quantize_dynamic(
            prepared, out, weight_type=kind, op_types_to_quantize=sorted(WEIGHTED & kinds)
        )
    sign(out, card)


def prepare(graph: Path, out: Path) -> Path:
    """Write the graph with folded constants and known shapes, as quantising wants it."""
    with _tools():
        from onnxruntime.quantization.shape_inference import quant_pre_process

        quant_pre_process(str(graph), str(out), skip_symbolic_shape=True)
    return out


def calibrate(
    prepared: Path,
    out: Path,
    method: Method,
    pictures: U8,
    feed: Feed,
    *,
    progress: Progress,
) -> Path:
    """Write the range of every activation over some pictures as JSON, and return its path.

    Args:
        prepared: The float graph.
        out: To write to.
        method: minmax keeps the extremes; percentile and entropy cut rare ones off.
        pictures: (N, size, size, 3), as the network takes them before normalising.
        feed: Turns them into the graph's inputs.
        progress: Told about each picture.

    Raises:
        CancelledError: Somebody asked it to stop.
    """
    if method != "minmax":
        pictures = pictures[:HISTOGRAM_PICTURES]
    with _tools():
        from onnxruntime.quantization.calibrate import create_calibrator, save_tensors_data

        calibrator = create_calibrator(
            str(prepared),
            list(OPERATORS),
            augmented_model_path=str(out.with_suffix(".onnx")),
            calibrate_method=_method(method),
            providers=["CPUExecutionProvider"],
            extra_options={"symmetric": False},
        )
        for start in range(0, len(pictures), BATCH):
            progress.check()
            part = pictures[start : start + BATCH]
            with redirect_stdout(io.StringIO()):  # it prints, and stdout is for answers
                calibrator.collect_data(_reader(part, feed))
            progress.advance(start + len(part), len(pictures), f"calibrating, {method}")
        with redirect_stdout(io.StringIO()):
            save_tensors_data(calibrator.compute_data(), out)
    return out


def write_static(
    prepared: Path, ranges: Path, out: Path, recipe: Recipe, card: ModelCard, *, bits: int = 8
) -> None:
    """Write the graph with quantised weights and activations (QDQ).

    Args:
        prepared: The float graph.
        ranges: What `calibrate` wrote of it, by the recipe's method.
        out: Replaced.
        recipe: What stays float.
        card: What the file says of itself.
        bits: Of weights: 7 where the processor's products of 8 would overflow.

    Raises:
        InvalidInputError: The graph cannot be quantised.
        MissingExtraError: onnx is not installed.
    """
    with _tools():
        from onnxruntime.quantization import QuantFormat, QuantType, quantize_static

        quantize_static(
            prepared,
            out,
            None,
            quant_format=QuantFormat.QDQ,
            op_types_to_quantize=list(OPERATORS),
            per_channel=True,
            reduce_range=bits < 8,  # noqa: PLR2004
            activation_type=QuantType.QUInt8,
            weight_type=QuantType.QInt8,
            nodes_to_exclude=[*outer_nodes(prepared), *_bounded(prepared, recipe.keep_float)],
            nodes_to_quantize=_bounded(prepared, recipe.only),
            calibrate_method=_method(recipe.method),
            calibration_cache_path=ranges,
        )
    sign(out, card)


def sign(file: Path, card: ModelCard) -> None:
    """Put the card into the file, and say who made it."""
    import onnx

    model = onnx.load(str(file))
    del model.metadata_props[:]
    model.metadata_props.add(key=METADATA_KEY, value=metadata_of_card(card))
    model.producer_name, model.producer_version = "sightline", ""
    file.write_bytes(model.SerializeToString(deterministic=True))


def outer_nodes(graph: Path) -> list[str]:
    """Return the nodes before the first and after the last that has weights: they stay float.

    Raises:
        InvalidInputError: There is none that has.
    """
    nodes = _nodes(graph)
    inner = [at for at, node in enumerate(nodes) if node.op_type in WEIGHTED]
    if not inner:
        raise InvalidInputError(
            "the graph has no convolution and no product of matrices: nothing to quantise",
            hint="export it with --quantize none",
        )
    return [one.name for one in (*nodes[: inner[0]], *nodes[inner[-1] + 1 :])]


def _bounded(graph: Path, layers: tuple[str, ...]) -> list[str]:
    """Return layers with the nodes that bound what they give.

    Such a node is dropped where the integers' range bounds instead, which float has not.
    """
    nodes = _nodes(graph)
    given = {name for one in nodes if one.name in layers for name in one.output}
    bounds = [one.name for one in nodes if one.op_type in BOUNDS and one.input[0] in given]
    return [*layers, *bounds]


def weighted_nodes(graph: Path) -> list[str]:
    """Return the names of nodes that hold weights, in their order."""
    return [node.name for node in _nodes(graph) if node.op_type in WEIGHTED]


def weight_bits() -> int:
    """Return how wide weights may be on this processor: 7 on x86 without VNNI, else 8.

    Without it two products of 8 bits are added in 16, which overflow.
    """
    facts = Path("/proc/cpuinfo")
    if platform.machine().lower() not in {"x86_64", "amd64"} or not facts.is_file():
        return 8
    text = facts.read_text("utf-8", "replace")
    return 8 if "vnni" in text else 7


def _nodes(graph: Path) -> list[Any]:
    import onnx

    return list(onnx.load(str(graph), load_external_data=False).graph.node)


def _method(method: Method) -> Any:
    from onnxruntime.quantization import CalibrationMethod

    return {
        "minmax": CalibrationMethod.MinMax,
        "percentile": CalibrationMethod.Percentile,
        "entropy": CalibrationMethod.Entropy,
    }[method]


def _reader(pictures: U8, feed: Feed) -> Any:
    from onnxruntime.quantization import CalibrationDataReader

    class Reader(CalibrationDataReader):  # type: ignore[misc]
        def __init__(self) -> None:
            self._left = iter(pictures)

        def get_next(self) -> dict[str, Any] | None:
            """Return the next picture's inputs."""
            one = next(self._left, None)
            return None if one is None else feed(one[None])

    return Reader()


@contextmanager
def _tools() -> Iterator[None]:
    """Give ONNX Runtime's tools, without their advice on the root logger.

    Raises:
        MissingExtraError: onnx is not installed.
        InvalidInputError: They refuse the graph.
    """

    def ours(record: logging.LogRecord) -> bool:
        return "quantization" not in record.pathname

    root = logging.getLogger()
    root.addFilter(ours)
    try:
        yield
    except ImportError as error:
        raise MissingExtraError("onnx is missing", hint="pip install 'sightline[train]'") from error
    except (ValueError, RuntimeError, KeyError, TypeError, AttributeError) as error:
        raise InvalidInputError(
            f"the graph cannot be quantised: {error}", hint="export it with --quantize none"
        ) from error
    finally:
        root.removeFilter(ours)
