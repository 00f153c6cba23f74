"""The table of published weights: encoders, segmenters and detectors, each with its licence."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

from sightline.nets.table import NETWORKS

if TYPE_CHECKING:
    from sightline.core.cards import ModelKind

_LICENCES: Final = {"vit_h_14": "CC-BY-NC-4.0", "regnet_y_128gf": "CC-BY-NC-4.0"}
"""Weights that are not torchvision's own."""
Source = Literal["torchvision", "hub"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Pullable:
    """Published weights: an engine, or what a training can start from."""

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
    kind: ModelKind = "encoder"
    files: tuple[str, ...] = ()
    """Of a pair of ONNX files: their names in the repository. Empty: a folder of transformers."""
    gated: bool = False
    """Whether its publisher asks each person to agree to something first."""

    @property
    def repository(self) -> str:
        """OWNER/NAME without the revision."""
        return self.place.partition("@")[0]

    @property
    def revision(self) -> str:
        """Branch, tag or commit of the repository."""
        return self.place.partition("@")[2] or "main"


def of_torchvision(name: str, description: str = "") -> Pullable:
    """Return the entry of a network that torchvision publishes weights for."""
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
    dim: int = 0,
    mb: float,
    text: bool = False,
    gated: bool = False,
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
        gated=gated,
    )


def _segmenter(
    name: str,
    place: str,
    description: str,
    mb: float,
    *,
    licence: str = "Apache-2.0",
    files: tuple[str, ...] = (),
    gated: bool = False,
) -> Pullable:
    return Pullable(
        name=name,
        source="hub",
        place=place,
        mb=mb,
        licence=licence,
        description=description,
        kind="segmenter",
        files=files,
        gated=gated,
    )


def _detector(name: str, place: str, description: str, mb: float) -> Pullable:
    return Pullable(
        name=name,
        source="hub",
        place=place,
        mb=mb,
        licence="Apache-2.0",
        text=True,
        description=description,
        kind="detector",
    )


def _captioner(name: str, place: str, licence: str, description: str, mb: float) -> Pullable:
    return Pullable(
        name=name,
        source="hub",
        place=place,
        mb=mb,
        licence=licence,
        text=True,
        description=description,
        kind="captioner",
    )


ENTRIES: Final = (
    of_torchvision("mobilenet_v2", "Small, quick on a processor; the first to try"),
    of_torchvision("mobilenet_v3_small", "The quickest"),
    of_torchvision("efficientnet_b0", "Small and good"),
    of_torchvision("resnet18", "Short vectors: least memory"),
    of_torchvision("resnet50", "The classic; long vectors"),
    of_torchvision("convnext_tiny", "Better than resnet50 at its size"),
    of_torchvision("mobilenet_v3_large", "Nearly as quick as the small one, and better"),
    of_torchvision("shufflenet_v2_x1_0", "Quick, and small enough for anything"),
    of_torchvision("regnet_y_400mf", "Small and modern; short vectors"),
    of_torchvision("densenet121", "Few parameters for what it knows"),
    of_torchvision("efficientnet_v2_s", "Much accuracy for its time, on a GPU"),
    of_torchvision("swin_t", "A transformer of resnet50's size; wants a GPU"),
    of_torchvision("vit_b_16", "The plain transformer; wants a GPU"),
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
        "clip-vit-base-patch16",
        "openai/clip-vit-base-patch16",
        "MIT",
        "CLIP that looks closer: smaller patches, four times as slow",
        dim=512,
        mb=599,
        text=True,
    ),
    _hub(
        "clip-vit-large-patch14",
        "openai/clip-vit-large-patch14",
        "MIT",
        "The large CLIP; wants a GPU",
        dim=768,
        mb=1710,
        text=True,
    ),
    _hub(
        "clip-vit-large-patch14-336",
        "openai/clip-vit-large-patch14-336",
        "MIT",
        "The large CLIP at 336 px; wants a GPU",
        dim=768,
        mb=1710,
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
        "dinov3-vits16",
        "facebook/dinov3-vits16-pretrain-lvd1689m",
        "DINOv3",
        "Learned without labels; the newest, small",
        dim=384,
        mb=86.4,
        gated=True,
    ),
    _hub(
        "dinov3-vitb16",
        "facebook/dinov3-vitb16-pretrain-lvd1689m",
        "DINOv3",
        "Learned without labels; the newest, larger and better",
        dim=768,
        mb=343,
        gated=True,
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
    _segmenter(
        "mobilesam",
        "Acly/MobileSAM",
        "Clicks and boxes on a processor: the first to try",
        45,
        licence="MIT",
        files=("mobile_sam_image_encoder.onnx", "sam_mask_decoder_multi.onnx"),
    ),
    _segmenter("edgetam", "yonigozlan/EdgeTAM-hf", "Small and quick, of the SAM 2 family", 56),
    _segmenter("sam2.1-hiera-tiny", "facebook/sam2.1-hiera-tiny", "The smallest SAM 2.1", 156),
    _segmenter(
        "sam2.1-hiera-small", "facebook/sam2.1-hiera-small", "SAM 2.1, a little better", 184
    ),
    _segmenter(
        "sam2.1-hiera-base-plus",
        "facebook/sam2.1-hiera-base-plus",
        "SAM 2.1; wants a GPU",
        324,
    ),
    _segmenter(
        "sam2.1-hiera-large", "facebook/sam2.1-hiera-large", "The best SAM 2.1; wants a GPU", 898
    ),
    _segmenter("sam-vit-base", "facebook/sam-vit-base", "The first SAM, its smallest", 375),
    _segmenter("sam-vit-large", "facebook/sam-vit-large", "The first SAM; wants a GPU", 1250),
    _segmenter(
        "sam-vit-huge", "facebook/sam-vit-huge", "The first SAM, its largest; wants a GPU", 2560
    ),
    _segmenter(
        "sam-hq-vit-base",
        "syscv-community/sam-hq-vit-base",
        "SAM with finer edges; wants a GPU",
        379,
    ),
    _segmenter(
        "sam3",
        "facebook/sam3",
        "The newest, also by words; wants a GPU",
        3440,
        licence="SAM",
        gated=True,
    ),
    _detector(
        "owlv2-base-patch16-ensemble",
        "google/owlv2-base-patch16-ensemble",
        "Finds what words name; the first to try",
        620,
    ),
    _detector(
        "owlvit-base-patch32",
        "google/owlvit-base-patch32",
        "Finds what words name; quicker and less good",
        613,
    ),
    _detector(
        "grounding-dino-tiny",
        "IDEA-Research/grounding-dino-tiny",
        "Finds what words and phrases name; wants a GPU",
        690,
    ),
    _detector(
        "grounding-dino-base",
        "IDEA-Research/grounding-dino-base",
        "The larger Grounding DINO; wants a GPU",
        933,
    ),
    _captioner(
        "florence-2-base",
        "florence-community/Florence-2-base",
        "MIT",
        "Writes an English sentence; the first to try",
        464,
    ),
    _captioner(
        "florence-2-large",
        "florence-community/Florence-2-large",
        "MIT",
        "The larger Florence-2; wants a GPU",
        1550,
    ),
    _captioner(
        "blip-image-captioning-base",
        "Salesforce/blip-image-captioning-base",
        "BSD-3-Clause",
        "Writes a short English sentence",
        990,
    ),
    _captioner(
        "qwen2.5-vl-7b-instruct",
        "Qwen/Qwen2.5-VL-7B-Instruct",
        "Apache-2.0",
        "Answers in seven languages; wants a GPU of 24 GB",
        16600,
    ),
)
