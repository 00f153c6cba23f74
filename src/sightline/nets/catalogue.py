"""Weights that `models pull` can fetch by name. Listing them imports nothing and asks nobody."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from sightline.core.errors import InvalidInputError, MissingExtraError, did_you_mean
from sightline.nets.published import ENTRIES, Pullable, of_torchvision
from sightline.nets.table import NETWORKS

if TYPE_CHECKING:
    from sightline.core.preprocess import Preprocess

HUB_URL: Final = "https://huggingface.co"
_REPO: Final = re.compile(r"[\w.-]{1,96}/[\w.-]{1,96}(@[\w./-]{1,96})?")

CATALOGUE: Final[dict[str, Pullable]] = {entry.name: entry for entry in ENTRIES}


def pullable(name: str) -> Pullable:
    """Return an entry, one for a network of the table, or for `OWNER/NAME[@REVISION]` of the hub.

    Raises:
        InvalidInputError: It is none of these.
    """
    found = CATALOGUE.get(name)
    if found is not None:
        return found
    if name in NETWORKS and NETWORKS[name].mb:
        return of_torchvision(name)
    if _REPO.fullmatch(name) and ".." not in name:
        plain = name.partition("@")[0].rpartition("/")[2]
        return Pullable(name=plain, source="hub", place=name)
    raise InvalidInputError(
        f"nothing named {name!r} can be pulled",
        hint=f"{did_you_mean(name, {*CATALOGUE, *NETWORKS})}; or OWNER/NAME of a transformers or "
        "timm repository",
    )


def how_to_get(name: str) -> str:
    """Return the command that brings a model of this name into a workspace."""
    if name in CATALOGUE:
        return f"sightline models pull {name}"
    return f"sightline models add FOLDER --name {name}"


def by_hand(entry: Pullable) -> tuple[str, tuple[str, ...]]:
    """Return the page of an entry's files and their names, for machines without a network.

    Those of torchvision are pickles, so they only come by a pull.
    """
    if entry.source == "torchvision":
        return "", ()
    return f"{HUB_URL}/{entry.repository}/tree/{entry.revision}", entry.files or (
        "config.json",
        "model.safetensors",
        *(() if entry.name.startswith("timm") else ("preprocessor_config.json",)),
        *(("tokenizer.json", "tokenizer_config.json") if entry.text else ()),
    )


def terms(entry: Pullable) -> str:
    """Return where the terms of a gated entry stand, and how its files come here."""
    return (
        f"agree to its terms at {HUB_URL}/{entry.repository}, download config.json, "
        "preprocessor_config.json and model.safetensors there into one folder, then "
        f"sightline models add FOLDER --name {entry.name}"
    )


@dataclass(frozen=True, slots=True)
class Weights:
    """Where a network's weights are published, and how its pictures are prepared."""

    url: str
    sha256: str
    """How the file's hash begins, as its name tells."""
    preprocess: Preprocess


def torchvision_weights(network: str) -> Weights:
    """Return what the installed torchvision says of its best weights for a network.

    Raises:
        MissingExtraError: torchvision is not installed.
    """
    from sightline.core.preprocess import Preprocess
    from sightline.nets import torchvision_shim

    if torchvision_shim.install() == "absent":
        raise MissingExtraError(
            "torchvision is not installed", hint="pip install 'sightline[models]'"
        )
    import torchvision.models

    best: Any = torchvision.models.get_model_weights(network).DEFAULT
    rule = best.transforms()
    preprocess = Preprocess.from_dict(
        {
            "size": int(rule.crop_size[0]),
            "resize": "crop",
            "resize_px": int(rule.resize_size[0]),
            "interpolation": str(rule.interpolation.value),
            "mean": list(rule.mean),
            "std": list(rule.std),
        }
    )
    prefix = re.search(r"-([0-9a-f]{8,64})\.pth$", best.url)
    return Weights(best.url, prefix[1] if prefix else "", preprocess)
