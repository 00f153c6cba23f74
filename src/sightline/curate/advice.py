"""Which preset suits a data set, and why, in plain words.

Rules in order: the first whose condition holds gives the preset, further ones are told beside it.
What is not known makes no rule hold, and is said.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from sightline.core.tiers import tier_of
from sightline.curate.analysis_facts import many

if TYPE_CHECKING:
    from collections.abc import Callable

SHOTS: Final = 50
"""Labelled training pictures of the middle class, below which there are few."""
IDENTITIES: Final = 30
"""Classes from which on, with SIGHTINGS pictures each or fewer, comparing beats classifying."""
SIGHTINGS: Final = 5
LARGE_PX: Final = 900
"""Short side of the middle picture, from which on 224 pixels lose detail."""
NETWORK_PX: Final = 224
MANY_CLASSES: Final = 10
ALIKE: Final = 0.4
"""Share of pictures nearer to another class, from which on classes are alike."""
DEEP: Final = 0.5
PAGE_LIGHT: Final = 0.75
PAGE_COLOUR: Final = 0.08
EDGE_IMAGES: Final = 10_000
DEFAULT: Final = "binary_multiclass_classification"


@dataclass(frozen=True, slots=True, kw_only=True)
class Traits:
    """What advice is made of; None: not known."""

    images: int
    labelled: int
    classes: int
    """That have a labelled picture."""
    per_class: float | None
    """Labelled pictures of the middle class."""
    multi: bool
    soft: bool = False
    """Tags have probabilities."""
    short_px: float | None = None
    """Short side of the middle picture."""
    deep_share: float | None = None
    """Of pictures with more than 8 bits a sample."""
    brightness: float | None = None
    """Of the middle picture, 0..1."""
    saturation: float | None = None
    overlap: float | None = None
    """Share of pictures that are nearer to another class."""
    gpu: bool | None = None
    looked: bool = False
    """The pictures were looked at."""


class Rule(NamedTuple):
    """When a preset is advised."""

    preset: str
    when: Callable[[Traits], bool]
    why: Callable[[Traits], str]


def advise(traits: Traits) -> dict[str, Any]:
    """Return `preset`, `tier`, `reasons`, `also` (preset and reason each) and `unknown`."""
    fitting = [rule for rule in RULES if rule.when(traits)]
    chosen = fitting[0]
    reasons = [chosen.why(traits), _size(traits)]
    also, told = [], {chosen.preset}
    for rule in fitting[1:]:
        if rule.preset not in told and rule.preset != DEFAULT:
            also.append({"preset": rule.preset, "reason": rule.why(traits)})
            told.add(rule.preset)
    return {
        "preset": chosen.preset,
        "tier": tier_of(_count(traits)),
        "reasons": reasons,
        "also": also,
        "unknown": _unknown(traits),
    }


def _count(traits: Traits) -> int:
    return traits.labelled or traits.images


def _size(traits: Traits) -> str:
    said = (
        f"{many(traits.labelled, 'labelled picture')}"
        if traits.labelled
        else f"{many(traits.images, 'picture')}, none labelled yet"
    )
    return f"{said}: the tier {tier_of(_count(traits))} sets epochs, variation and learning rate"


def _unknown(traits: Traits) -> list[str]:
    missing = []
    if not traits.labelled:
        missing.append("nothing is labelled, so nothing is known of the classes")
    if not traits.looked:
        missing.append("the pictures were not looked at: analyse the data for more")
    elif traits.overlap is None and traits.classes >= MANY_CLASSES and not traits.multi:
        missing.append("how alike the classes are is not known: near-duplicates were left out")
    if traits.gpu is None:
        missing.append("whether there is a graphics card")
    return missing


def _few(traits: Traits) -> bool:
    return not traits.multi and traits.per_class is not None and traits.per_class < SHOTS


def _paper(traits: Traits) -> bool:
    light, colour = traits.brightness, traits.saturation
    return light is not None and colour is not None and light > PAGE_LIGHT and colour < PAGE_COLOUR


def _middle(traits: Traits) -> str:
    return f"the middle class has {traits.per_class or 0:.0f} labelled pictures"


def _detail(traits: Traits) -> str:
    short = traits.short_px or 0
    lost = short / NETWORK_PX
    return (
        f"the middle picture has a short side of {short:.0f} pixels; a network that sees "
        f"{NETWORK_PX} of them loses what is smaller than {lost:.0f} pixels"
    )


def _edge(traits: Traits) -> bool:
    return traits.gpu is False and _count(traits) <= EDGE_IMAGES


RULES: Final = (
    Rule(
        "multilabel_probability",
        lambda t: t.multi and t.soft,
        lambda _: "pictures have tags, and some tags a probability",
    ),
    Rule(
        "multilabel_boolean",
        lambda t: t.multi,
        lambda t: f"pictures have tags, any number of {many(t.classes, 'tag')}",
    ),
    Rule(
        "embedding_retrieval_balanced",
        lambda t: (
            not t.multi
            and t.classes >= IDENTITIES
            and t.per_class is not None
            and t.per_class <= SIGHTINGS
        ),
        lambda t: (
            f"{many(t.classes, 'class', 'classes')}, and {_middle(t)}: compare pictures "
            "instead of learning each class"
        ),
    ),
    Rule(
        "small_dataset_fewshot",
        _few,
        lambda t: f"{_middle(t)}, fewer than {SHOTS}: few are enough only with care",
    ),
    Rule(
        "medical_scientific_analysis",
        lambda t: not t.multi and t.deep_share is not None and t.deep_share > DEEP,
        lambda t: f"{t.deep_share or 0:.0%} of the pictures have more than 8 bits a sample",
    ),
    Rule(
        "finegrained_recognition",
        lambda t: (
            not t.multi
            and t.classes >= MANY_CLASSES
            and t.overlap is not None
            and t.overlap > ALIKE
        ),
        lambda t: (
            f"{t.overlap or 0:.0%} of the pictures are nearer to another of the {t.classes} "
            "classes than to their own: the differences are fine"
        ),
    ),
    Rule(
        "highres_detail_preservation",
        lambda t: not t.multi and t.short_px is not None and t.short_px >= LARGE_PX,
        _detail,
    ),
    Rule(
        "document_classification",
        lambda t: not t.multi and _paper(t),
        lambda _: "the pictures are light and without colour, like pages",
    ),
    Rule(
        "mobilenet_edge_deployment",
        lambda t: not t.multi and _edge(t),
        lambda t: (
            f"no graphics card, and {many(_count(t), 'picture')}: a small network trains "
            "here in minutes"
        ),
    ),
    Rule(
        "fast_mobile_inference",
        lambda t: not t.multi and t.gpu is False and not _edge(t),
        lambda t: (
            f"no graphics card, and {many(_count(t), 'picture')}: a larger network would take days"
        ),
    ),
    Rule(
        "efficientnet_balanced_scaling",
        lambda t: not t.multi and t.gpu is True and t.labelled > EDGE_IMAGES,
        lambda t: (
            f"{many(t.labelled, 'labelled picture')} and a graphics card carry a larger network"
        ),
    ),
    Rule(
        DEFAULT,
        lambda _: True,
        lambda t: (
            f"{many(t.classes, 'class', 'classes')}, one for each picture, and nothing "
            "that asks for more"
        ),
    ),
)
PRESETS: Final = tuple(dict.fromkeys(rule.preset for rule in RULES))
"""All that can be advised."""
