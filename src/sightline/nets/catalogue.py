"""Weights that `models pull` can fetch by name. Listing them imports nothing and asks nobody."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Literal

from sightline.core.errors import InvalidInputError, MissingExtraError, did_you_mean
from sightline.nets.table import NETWORKS

if TYPE_CHECKING:
    from sightline.core.preprocess import Preprocess

_LICENCES: Final = {"vit_h_14": "CC-BY-NC-4.0", "regnet_y_128gf": "CC-BY-NC-4.0"}
"""Weights that are not torchvision's own."""
Source = Literal["torchvision", "hub"]
HUB_URL: Final = "https://huggingface.co"
_REPO: Final = re.compile(r"[\w.-]{1,96}/[\w.-]{1,96}(@[\w./-]{1,96})?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Pullable:
    """Published weights: an encoder, and what a training can start from."""

    name: str
    source: Source
    place: str
    """torchvision's name of the network, or OWNER/NAME of the hub's repository."""
    dim: int = 0
    mb: float = 0
    """Size of the download, megabytes, roughly; 0: not known before."""
    licence: str = ""
    text: bool = False
    description: str = ""

    @property
    def repository(self) -> str:
        """OWNER/NAME without the revision."""
        return self.place.partition("@")[0]

    @property
    def revision(self) -> str:
        """Branch, tag or commit of the repository."""
        return self.place.partition("@")[2] or "main"


def _tv(name: str, description: str = "") -> Pullable:
    net = NETWORKS[name]
    return Pullable(
        name=name,
        source="torchvision",
        place=name,
        dim=net.dim,
        mb=net.mb,
        licence=_LICENCES.get(name, "BSD-3-Clause"),
        description=description or net.description,
    )


def _hub(
    name: str,
    place: str,
    licence: str,
    description: str,
    *,
    dim: int,
    mb: float,
    text: bool = False,
) -> Pullable:
    return Pullable(
        name=name,
        source="hub",
        place=place,
        dim=dim,
        mb=mb,
        licence=licence,
        text=text,
        description=description,
    )


_ENTRIES: Final = (
    _tv("mobilenet_v2", "Small, quick on a processor; the first to try"),
    _tv("mobilenet_v3_small", "The quickest"),
    _tv("efficientnet_b0", "Small and good"),
    _tv("resnet18", "Short vectors: least memory"),
    _tv("resnet50", "The classic; long vectors"),
    _tv("convnext_tiny", "Better than resnet50 at its size"),
    _tv("mobilenet_v3_large", "Nearly as quick as the small one, and better"),
    _tv("shufflenet_v2_x1_0", "Quick, and small enough for anything"),
    _tv("regnet_y_400mf", "Small and modern; short vectors"),
    _tv("densenet121", "Few parameters for what it knows"),
    _tv("efficientnet_v2_s", "Much accuracy for its time, on a GPU"),
    _tv("swin_t", "A transformer of resnet50's size; wants a GPU"),
    _tv("vit_b_16", "The plain transformer; wants a GPU"),
    _hub(
        "clip-vit-base-patch32",
        "openai/clip-vit-base-patch32",
        "MIT",
        "Pictures and words in one space: search by text",
        dim=512,
        mb=608,
        text=True,
    ),
    _hub(
        "clip-vit-b-32-laion2b",
        "laion/CLIP-ViT-B-32-laion2B-s34B-b79K",
        "MIT",
        "CLIP trained on open data: search by text",
        dim=512,
        mb=608,
        text=True,
    ),
    _hub(
        "siglip2-base-patch16-224",
        "google/siglip2-base-patch16-224",
        "Apache-2.0",
        "The better successor of CLIP, in many languages: search by text",
        dim=768,
        mb=1540,
        text=True,
    ),
    _hub(
        "dinov2-small",
        "facebook/dinov2-small",
        "Apache-2.0",
        "Learned without labels; tells fine differences apart",
        dim=384,
        mb=88.2,
    ),
    _hub(
        "dinov2-base",
        "facebook/dinov2-base",
        "Apache-2.0",
        "Learned without labels; larger and better, four times as slow",
        dim=768,
        mb=346,
    ),
    _hub(
        "timm-mobilenetv3-small-100",
        "timm/mobilenetv3_small_100.lamb_in1k",
        "Apache-2.0",
        "timm's smallest of this kind",
        dim=1024,
        mb=10.2,
    ),
    _hub(
        "timm-efficientnet-b0",
        "timm/efficientnet_b0.ra_in1k",
        "Apache-2.0",
        "efficientnet_b0 as timm trained it",
        dim=1280,
        mb=21.4,
    ),
)
CATALOGUE: Final[dict[str, Pullable]] = {entry.name: entry for entry in _ENTRIES}


def pullable(name: str) -> Pullable:
    """Return an entry, one for a network of the table, or for `OWNER/NAME[@REVISION]` of the hub.

    Raises:
        InvalidInputError: It is none of these.
    """
    found = CATALOGUE.get(name)
    if found is not None:
        return found
    if name in NETWORKS and NETWORKS[name].mb:
        return _tv(name)
    if _REPO.fullmatch(name) and ".." not in name:
        plain = name.partition("@")[0].rpartition("/")[2]
        return Pullable(name=plain, source="hub", place=name)
    raise InvalidInputError(
        f"nothing named {name!r} can be pulled",
        hint=f"{did_you_mean(name, {*CATALOGUE, *NETWORKS})}; or OWNER/NAME of a transformers or "
        "timm repository",
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
