"""Variables of earlier tools, and the settings that they stand for.

They say where to begin: whatever is set here, in a file or in a SIGHTLINE_* variable, rules over
them. Weights that those tools kept as pickles are never opened; such a variable stands for the
model that takes their place, by name.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from sightline.core.errors import InvalidInputError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

CLIP_NAMES: Final = {
    "ViT-B/32": "clip-vit-base-patch32",
    "ViT-B/16": "clip-vit-base-patch16",
    "ViT-L/14": "clip-vit-large-patch14",
    "ViT-L/14@336px": "clip-vit-large-patch14-336",
}
"""CLIP's own names of its networks, to those that `models pull` takes."""
SAM_NAMES: Final = {
    "sam1": "sam-vit-huge",
    "sam2": "sam2.1-hiera-large",
    "sam3": "sam3",
}
"""What a variant stands for where no checkpoint is named."""
CHECKPOINTS: Final = {
    "sam_vit_h": "sam-vit-huge",
    "sam_vit_l": "sam-vit-large",
    "sam_vit_b": "sam-vit-base",
    "mobile_sam": "mobilesam",
    "sam2_hiera_tiny": "sam2.1-hiera-tiny",
    "sam2_hiera_small": "sam2.1-hiera-small",
    "sam2_hiera_base": "sam2.1-hiera-base-plus",
    "sam2_hiera_large": "sam2.1-hiera-large",
    "sam2.1_hiera_tiny": "sam2.1-hiera-tiny",
    "sam2.1_hiera_small": "sam2.1-hiera-small",
    "sam2.1_hiera_base": "sam2.1-hiera-base-plus",
    "sam2.1_hiera_large": "sam2.1-hiera-large",
}
"""How the published checkpoints' file names begin."""
WORKERS: Final = 2
"""Of a device, where only the most at once is said."""
_WEIGHTS: Final = frozenset({".pkl", ".pickle", ".joblib", ".pt", ".pth", ".bin", ".ckpt"})
_WHOLE: Final = frozenset({".safetensors", ".onnx", ".zip"})


def _as_it_is(_name: str, environ: Mapping[str, str]) -> Any:
    return environ[_name]


def _database(name: str, environ: Mapping[str, str]) -> Any:
    value = environ[name]
    return value if "://" in value else _file(name, environ)


def _file(name: str, environ: Mapping[str, str]) -> Any:
    """Return a path of theirs, which is relative to where one stands, in full."""
    try:
        return str(Path(environ[name]).expanduser().absolute())
    except RuntimeError as error:
        raise InvalidInputError(f"{name}: {error}", hint="write the path out in full") from error


def _head(name: str, environ: Mapping[str, str]) -> Any:
    """Return a head's name: `heads convert` calls it as the pickle's file is called."""
    return _stem(environ[name])


def _clip(name: str, environ: Mapping[str, str]) -> Any:
    value = environ[name].strip()
    return CLIP_NAMES.get(value, value)


def _segmenter(_name: str, environ: Mapping[str, str]) -> Any:
    """Return the segmenter that variant and checkpoints name together."""
    variant = environ.get("SAM_VARIANT", "").strip().lower() or (
        "sam1" if environ.get("SAM_CHECKPOINT_PATH") else "sam2"
    )
    if variant not in SAM_NAMES:
        raise InvalidInputError(
            f"SAM_VARIANT is {variant!r}", hint=f"known: {', '.join(SAM_NAMES)}"
        )
    asked = {"sam1": "SAM_CHECKPOINT_PATH", "sam2": "SAM2_CHECKPOINT_PATH"}.get(variant, "")
    checkpoint = environ.get(asked, "")
    if not checkpoint:
        return SAM_NAMES[variant]
    stem = _stem(checkpoint)
    begins = (name for start, name in CHECKPOINTS.items() if stem.lower().startswith(start))
    return next(begins, stem)


def _workers(_name: str, environ: Mapping[str, str]) -> Any:
    """Return how many work on a device: never more than the most at once."""
    each = _number("SEG_BUILDER_WORKERS_PER_DEVICE", environ) or WORKERS
    most = _number("SEG_BUILDER_MAX_WORKERS", environ)
    return min(each, most) if most else each


EARLIER: Final[dict[str, tuple[str, Callable[[str, Mapping[str, str]], Any]]]] = {
    "AL_DATA_DIR": ("data_dir", _as_it_is),
    "AL_DB_PATH": ("database_url", _database),
    "AL_EMBEDDING_BACKEND": ("encoder", _as_it_is),
    "CLIP_MODEL_NAME": ("encoder", _clip),
    "LOGREG_PATH": ("box_head", _head),
    "LABELMAP_PATH": ("labelmap", _file),
    "CLIP_EMBED_CACHE": ("crop_cache_dir", _file),
    "SAM_VARIANT": ("assist_engine", _segmenter),
    "SAM_CHECKPOINT_PATH": ("assist_engine", _segmenter),
    "SAM2_CHECKPOINT_PATH": ("assist_engine", _segmenter),
    "SAM2_CONFIG_PATH": ("assist_engine", _segmenter),
    "SEG_BUILDER_WORKERS_PER_DEVICE": ("segment_workers", _workers),
    "SEG_BUILDER_MAX_WORKERS": ("segment_workers", _workers),
}
"""Each variable, its setting, and how the value is understood; AL_STORE_DIR names the workspace."""
ALIASES: Final = {name: setting for name, (setting, _) in EARLIER.items()}


def of_earlier_tools(environ: Mapping[str, str]) -> dict[str, tuple[str, Any]]:
    """Return the settings that variables of earlier tools stand for: each variable and value.

    Where two name one setting, the first of the table is named as its origin.

    Raises:
        InvalidInputError: A value makes no sense.
    """
    found: dict[str, tuple[str, Any]] = {}
    for name, (setting, understood) in EARLIER.items():
        if environ.get(name) and setting not in found:
            found[setting] = (name, understood(name, environ))
    return found


def _stem(value: str) -> str:
    """Return what a path names: a file without its ending, or a folder."""
    name = value.strip().replace("\\", "/").rstrip("/").rpartition("/")[2]
    path = Path(name)
    return path.stem if path.suffix.lower() in _WEIGHTS | _WHOLE else name


def _number(name: str, environ: Mapping[str, str]) -> int:
    text = environ.get(name, "").strip()
    if not text:
        return 0
    if not text.isdecimal() or int(text) < 1:
        raise InvalidInputError(f"{name} is {text!r}", hint="write a whole number from 1 on")
    return int(text)
