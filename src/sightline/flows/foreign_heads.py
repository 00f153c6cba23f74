"""Heads of other tools: what their files hold, as a bundle of ours with the same answers.

Understood are scikit-learn's LogisticRegression and MLPClassifier, alone or at the end of a
Pipeline of Normalizer and StandardScaler, and heads as a dictionary of layers. Arithmetic on the
way in (centring, scaling) is folded into the first layer, an adjustment of the logits into the last
bias, so that nothing of it can be forgotten later.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from sightline.core.errors import InvalidInputError
from sightline.formats.pickle_names import Array, Refused, Thing
from sightline.heads.bundle import HeadBundle, Layer, Normalise
from sightline.settings.earlier import CLIP_NAMES

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

BY_LENGTH: Final = {512: "ViT-B/32", 768: "ViT-L/14"}
"""Which of them a head without metadata was trained on, by the length of its embeddings."""
WRAPPERS: Final = ("model", "classifier", "clf", "head")
_LAYERED: Final = "layers"


@dataclass(slots=True)
class _Steps:
    """A head on its way: rows @ weight + bias, ReLU between."""

    layers: list[tuple[NDArray[Any], NDArray[Any]]]
    """(in, out), (out,), float64."""
    classes: list[Any]
    """K names, or K numbers that a list of names explains."""
    normalise: Normalise = "none"
    temperature: float = 1.0
    notes: list[str] = field(default_factory=list)

    @property
    def dim(self) -> int:
        """Return the length of an embedding."""
        return len(self.layers[0][0])

    def scale(self, mean: NDArray[Any] | None, scale: NDArray[Any] | None) -> None:
        """Fold (row - mean) / scale into the first layer.

        Raises:
            InvalidInputError: They are of another length, or divide by 0.
        """
        weight, bias = self.layers[0]
        for one in (mean, scale):
            if one is not None and (one.shape != (self.dim,) or not np.isfinite(one).all()):
                raise _odd("its mean or scale does not fit its weights")
        if scale is not None:
            if not (scale > 0).all():
                raise _odd("it divides by a scale that is not above 0")
            weight = weight / scale[:, None]
        if mean is not None:
            bias = bias - mean @ weight
        self.layers[0] = weight, bias


def convert(
    model: Any,
    *,
    meta: Mapping[str, Any] | None = None,
    names: Sequence[str] | None = None,
    encoder: str = "",
    encoder_key: str = "",
) -> HeadBundle:
    """Return the bundle of a foreign head.

    Args:
        model: What `formats.pickle_reader` read.
        meta: Its metadata; None: there are none, and the encoder follows from the length.
        names: Names of classes by number, where the head knows numbers; with named classes they
            must be among these.
        encoder: Name of the encoder here; empty: as the metadata say.
        encoder_key: Its key, where it is known.

    Raises:
        InvalidInputError: It is no such head, or more must be said; the hint says what.
    """
    try:
        steps = _steps_of(model)
        _adjust(steps, meta or {}, layered=isinstance(model, dict))
        if meta is None:
            steps.notes.append("without metadata: embeddings are taken as CLIP's, of length 1")
    except Refused as error:
        raise _odd(str(error)) from error
    said = encoder or _encoder_of(meta, steps.dim)
    return HeadBundle(
        layers=tuple(
            Layer(weight.astype(np.float32), bias.astype(np.float32))
            for weight, bias in steps.layers
        ),
        classes=_named(steps.classes, names),
        encoder=said,
        encoder_key=encoder_key,
        dim=steps.dim,
        normalise=steps.normalise,
        temperature=steps.temperature,
        facts={"training": {"converted": True, "notes": steps.notes}},
    )


def label_names(value: Any) -> tuple[str, ...]:
    """Return names by number: of a list, of an array, of a LabelEncoder, of numbers to names.

    Raises:
        InvalidInputError: It is none of these.
    """
    if isinstance(value, Thing) and isinstance(value.state.get("classes_"), Array):
        value = value.state["classes_"]
    if isinstance(value, Array):
        value = value.values()
    if isinstance(value, dict) and all(isinstance(one, int) for one in value):
        places = range(max(value, default=-1) + 1) if len(value) < 1e5 else ()  # noqa: PLR2004
        value = [value.get(place, str(place)) for place in places] if _dense(value) else None
    if not isinstance(value, (list, tuple)) or not value:
        raise InvalidInputError(
            "the labelmap holds no names", hint="it is a list of names: --labelmap names.txt"
        )
    if not all(isinstance(one, str) and one for one in value):
        raise InvalidInputError("the labelmap holds what is no name", hint="check the file")
    return tuple(value)


def _dense(value: dict[Any, Any]) -> bool:
    return all(0 <= one < 10 * len(value) + 1000 for one in value)


def _odd(why: str) -> InvalidInputError:
    return InvalidInputError(
        f"this head cannot be converted: {why}", hint="train it here: sightline heads train"
    )


def _steps_of(model: Any) -> _Steps:
    if isinstance(model, dict):
        inner = next((model[key] for key in WRAPPERS if key in model), None)
        if _LAYERED in model:
            return _of_layers(model)
        if isinstance(inner, (Thing, dict)) and inner is not model:
            return _steps_of(inner)
    if isinstance(model, Thing) and model.name == "LogisticRegression":
        return _of_logistic(model.state)
    if isinstance(model, Thing) and model.name == "MLPClassifier":
        return _of_mlp(model.state)
    if isinstance(model, Thing) and model.name == "Pipeline":
        return _of_pipeline(model.state)
    what = model.name if isinstance(model, Thing) else f"a {type(model).__name__}"
    raise _odd(f"the file holds {what}, not a logistic regression, a perceptron or a pipeline")


def _array(value: Any, axes: int, what: str) -> NDArray[Any]:
    """Return an array of numbers as float64.

    Raises:
        InvalidInputError: It is none, has other axes, or numbers that are not finite.
    """
    if isinstance(value, (list, tuple)) and axes == 1:
        found = np.asarray([float(one) for one in value])
    elif isinstance(value, Array):
        found = value.numbers()
    else:
        raise _odd(f"it has no {what}")
    if found.dtype.kind not in "fiu" or found.ndim != axes or not np.isfinite(found).all():
        raise _odd(f"its {what} is damaged")
    return found.astype(np.float64)


def _classes(value: Any) -> list[Any]:
    found = value.values() if isinstance(value, Array) else value
    if not isinstance(found, (list, tuple)) or len(found) < 2:  # noqa: PLR2004
        raise _odd("it knows fewer than two classes")
    return list(found)


def _two_sided(weight: NDArray[Any], bias: NDArray[Any], count: int) -> tuple[Any, Any]:
    """Return a layer for two classes where there is only the second's logit: the first's is 0."""
    if count == 2 and weight.shape[1] == 1:  # noqa: PLR2004
        return np.hstack([np.zeros_like(weight), weight]), np.array([0.0, *bias])
    return weight, bias


def _of_logistic(state: dict[str, Any]) -> _Steps:
    classes = _classes(state.get("classes_"))
    weight = _array(state.get("coef_"), 2, "coef_").T
    raw = state.get("intercept_")
    bias = np.zeros(weight.shape[1]) if raw is None else _array(raw, 1, "intercept_")
    if len(bias) == 1:
        bias = np.repeat(bias, weight.shape[1])
    if state.get("multi_class") == "multinomial" and weight.shape[1] == 1:
        weight, bias = 2 * weight, 2 * bias  # its two logits were the decision and its negative
    steps = _Steps([_two_sided(weight, bias, len(classes))], classes)
    one_by_one = state.get("multi_class") == "ovr" or state.get("solver") == "liblinear"
    if one_by_one and len(classes) > 2:  # noqa: PLR2004
        steps.notes.append(
            "each class was learned against the rest: the likeliest class is the same here, its "
            "probability is not"
        )
    return steps


def _of_mlp(state: dict[str, Any]) -> _Steps:
    classes = _classes(state.get("classes_", _binarizer(state)))
    if state.get("out_activation_") == "logistic" and len(classes) > 2:  # noqa: PLR2004
        raise _odd("it answers several tags at once")
    weights, biases = state.get("coefs_"), state.get("intercepts_")
    if not isinstance(weights, list) or not isinstance(biases, list) or not weights:
        raise _odd("it was never trained")
    if len(weights) > 1 and state.get("activation") not in {"relu", "identity"}:
        raise _odd(f"its activation is {state.get('activation')!r}, not relu")
    layers = [
        (_array(weight, 2, "coefs_"), _array(bias, 1, "intercepts_"))
        for weight, bias in zip(weights, biases, strict=False)
    ]
    if state.get("activation") == "identity":
        layers = [_as_one(layers)]
    layers[-1] = _two_sided(*layers[-1], len(classes))
    return _Steps(layers, classes)


def _binarizer(state: dict[str, Any]) -> Any:
    found = state.get("_label_binarizer")
    return found.state.get("classes_") if isinstance(found, Thing) else None


def _as_one(layers: list[tuple[NDArray[Any], NDArray[Any]]]) -> tuple[Any, Any]:
    """Return the one layer that several without a bend between them come to."""
    weight, bias = layers[0]
    for then, more in layers[1:]:
        if weight.shape[1] != then.shape[0]:
            raise _odd("its layers do not follow each other")
        weight, bias = weight @ then, bias @ then + more
    return weight, bias


def _of_pipeline(state: dict[str, Any]) -> _Steps:
    parts = [one[1] for one in state.get("steps", ()) if isinstance(one, tuple) and len(one) > 1]
    parts = [one for one in parts if one is not None and one != "passthrough"]
    if not parts:
        raise _odd("its pipeline is empty")
    steps = _steps_of(parts[-1])
    for part in reversed(parts[:-1]):
        name = part.name if isinstance(part, Thing) else str(part)[:50]
        if steps.normalise != "none":
            raise _odd(f"its pipeline does {name} before it normalises lengths")
        if name == "StandardScaler":
            centred = part.state.get("with_mean", True)
            scaled = part.state.get("scale_") is not None
            steps.scale(
                _array(part.state.get("mean_"), 1, "mean_") if centred else None,
                _array(part.state.get("scale_"), 1, "scale_") if scaled else None,
            )
        elif name == "Normalizer" and part.state.get("norm", "l2") == "l2":
            steps.normalise = "l2"
        else:
            raise _odd(f"its pipeline holds {name}")
    return steps


def _of_layers(model: dict[Any, Any]) -> _Steps:
    """Return a head of `layers`, each with `weight` (out, in), `bias` and `activation`."""
    if model.get("arcface"):
        raise _odd("it was trained with ArcFace, whose logits are angles")
    rows = model[_LAYERED]
    if not isinstance(rows, list) or not all(isinstance(one, dict) for one in rows) or not rows:
        raise _odd("its layers are damaged")
    for at, row in enumerate(rows):
        if row.get("layer_norm_weight") is not None:
            raise _odd("it normalises between its layers (layer norm)")
        wanted = "relu" if at < len(rows) - 1 else "linear"
        said = str(row.get("activation") or "linear").lower()
        if said != wanted:
            raise _odd(f"its layer {at + 1} ends in {said}, not in {wanted}")
    layers = [
        (_array(row.get("weight"), 2, "weight").T, _array(row.get("bias"), 1, "bias"))
        for row in rows
    ]
    classes = _classes(model.get("classes"))
    layers[-1] = _two_sided(*layers[-1], len(classes))
    return _Steps(layers, classes)


def _adjust(steps: _Steps, meta: Mapping[str, Any], *, layered: bool) -> None:
    """Apply what metadata say of the way in and out: lengths, centring, scaling, temperature."""
    said = meta.get("normalize_embeddings")
    if said is None and layered:
        said = meta.get("mlp_normalize_embeddings")
    before = steps.normalise
    mean, scale = meta.get("embedding_center_values"), meta.get("embedding_std_values")
    steps.scale(
        None if mean is None else _array(mean, 1, "embedding_center_values"),
        None if scale is None else _array(scale, 1, "embedding_std_values"),
    )
    if said is not False and before == "none":
        steps.normalise = "l2"
    if meta.get("logit_adjustment_inference") and meta.get("logit_adjustment") is not None:
        weight, bias = steps.layers[-1]
        shift = _array(meta["logit_adjustment"], 1, "logit_adjustment")
        if shift.shape != bias.shape:
            raise _odd("its logit adjustment does not fit its classes")
        steps.layers[-1] = weight, bias + shift
    steps.temperature = _temperature(meta.get("calibration_temperature"))


def _temperature(value: Any) -> float:
    if not isinstance(value, (int, float)) or isinstance(value, bool):
        return 1.0
    return float(value) if math.isfinite(value) and value > 0 else 1.0


def _encoder_of(meta: Mapping[str, Any] | None, dim: int) -> str:
    """Return the name of the encoder that the metadata, else the length of embeddings, name."""
    if meta is None:
        if dim not in BY_LENGTH:
            raise InvalidInputError(
                f"nothing says which encoder gave its {dim} numbers",
                hint="name its metadata with --meta FILE.meta.pkl, or --encoder NAME",
            )
        return CLIP_NAMES[BY_LENGTH[dim]]
    length = meta.get("embedding_dim")
    if isinstance(length, int) and length not in {0, dim}:
        raise InvalidInputError(
            f"the metadata speak of {length} numbers, the head takes {dim}",
            hint="name the metadata that were written with it",
        )
    said = meta.get("encoder_model") or meta.get("clip_model")
    if not isinstance(said, str) or not said:
        raise InvalidInputError(
            "the metadata name no encoder", hint="name it: --encoder NAME (sightline engines)"
        )
    return CLIP_NAMES.get(said, said.rpartition("/")[2])[:80]


def _named(classes: list[Any], names: Sequence[str] | None) -> tuple[str, ...]:
    """Return K names.

    Raises:
        InvalidInputError: They are numbers that nothing names, or are not on the list.
    """
    if all(isinstance(one, str) for one in classes):
        odd = [one for one in classes if names and one not in names and not one.startswith("__bg_")]
        if odd:
            raise InvalidInputError(
                f"the labelmap does not name {', '.join(odd[:5])}, which the head knows",
                hint="name the labelmap that belongs to this head, or leave it out",
            )
        return tuple(classes)
    if not all(isinstance(one, int) and not isinstance(one, bool) for one in classes):
        raise _odd("its classes are neither names nor numbers")
    if names is None:
        raise InvalidInputError(
            "its classes are numbers", hint="name them: --labelmap names.txt, one name per line"
        )
    if min(classes) < 0 or max(classes) >= len(names):
        raise InvalidInputError(
            f"the head knows class {max(classes)}, the labelmap has {len(names)} names",
            hint="name the labelmap that belongs to this head",
        )
    return tuple(names[one] for one in classes)
