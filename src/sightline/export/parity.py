"""The gate: from the bytes of a file to probabilities, through the network and through the export.

Both paths start at the file, so that a wrong resize, channel order, normalisation or temperature
shows as well as a wrong operator.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Protocol

import numpy as np

from sightline.core.errors import MissingExtraError, ParityError, UnreadableImageError
from sightline.imaging.preprocess import load, normalise

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sightline.core.arrays import F32, U8
    from sightline.core.cards import ModelCard
    from sightline.core.preprocess import Preprocess
    from sightline.core.progress import Progress
    from sightline.export.probes import Probe

TOLERANCE: Final = 1e-3
"""Largest difference of any probability of any picture."""
SPREAD_TOLERANCE: Final = 1e-2
"""Largest difference of any logit, as a part of how much that model's logits differ between
pictures: a network that hardly learned gives nearly equal probabilities whatever it is shown, and
would pass the first test with any preprocessing."""
ROUNDING: Final = 1e-4
"""What float32 may lose, as a part of the largest logit."""
_MIN_PROBES: Final = 4


class Served(Protocol):
    """An open export: what it says of itself, and all that it answers."""

    @property
    def classes(self) -> tuple[str, ...]:
        """Names, in the order of the answer's columns; none of an encoder."""
        ...

    @property
    def preprocess(self) -> Preprocess:
        """The rule that fits a picture to `answers`."""
        ...

    def answers(self, images: U8) -> dict[str, F32]:
        """Return probabilities and logits, (N, K) each, or embeddings (N, D), by name."""
        ...


@dataclass(frozen=True, slots=True)
class ParityReport:
    """How far the two paths differ."""

    max_abs: float
    """Largest difference of a probability."""
    max_abs_logit: float
    worst: str
    """The picture on which the probabilities differ most."""
    probes: int
    skipped: tuple[str, ...]
    """Pictures that could not be read here, by either path."""


def check_parity(
    net: Any, card: ModelCard, served: Served, probes: Sequence[Probe], progress: Progress
) -> ParityReport:
    """Compare the torch network of a card with its export on every probe.

    Raises:
        ParityError: They differ, answer with something that is no number, or too few probes
            could be read to tell.
        CancelledError: Somebody asked it to stop.
    """
    if served.classes != card.classes or served.preprocess != card.preprocess:
        raise _refusal("the exported card is not the model's")
    names, skipped, pairs = [], [], []
    for done, probe in enumerate(probes, start=1):
        progress.check()
        pair = _both(net, card, served, probe)
        if pair is None:
            skipped.append(probe.name)
        else:
            names.append(probe.name)
            pairs.append(pair)
        progress.advance(done, len(probes), "comparing")
    if len(pairs) < _MIN_PROBES:
        raise _refusal(f"only {len(pairs)} of {len(probes)} pictures could be read")
    return _judge(names, skipped, pairs, card)


def check_alike(
    source: Served, card: ModelCard, served: Served, probes: Sequence[Probe], progress: Progress
) -> ParityReport:
    """Compare an open classifier with a form of it on every probe, as `check_parity` does.

    Raises:
        ParityError: They differ, or too few probes could be read to tell.
        CancelledError: Somebody asked it to stop.
    """
    names, skipped, gaps = [], [], []
    for done, probe in enumerate(probes, start=1):
        progress.check()
        try:
            image = load(probe.source, card.preprocess, probe.page)[None]
        except (UnreadableImageError, MissingExtraError):
            skipped.append(probe.name)
        else:
            ours, theirs = (one.answers(image)["probabilities"] for one in (source, served))
            names.append(probe.name)
            gaps.append(float(np.abs(ours - theirs).max()))
        progress.advance(done, len(probes), "comparing")
    if len(gaps) < _MIN_PROBES:
        raise _refusal(f"only {len(gaps)} of {len(probes)} pictures could be read")
    worst = int(np.argmax(gaps))
    if not gaps[worst] <= TOLERANCE:  # so that what is no number is refused too
        raise _refusal(f"probabilities differ by {gaps[worst]:.2g} on {names[worst]}")
    return ParityReport(gaps[worst], gaps[worst], names[worst], len(gaps), tuple(skipped))


def _both(net: Any, card: ModelCard, served: Served, probe: Probe) -> tuple[F32, F32, F32] | None:
    """Return the network's logits, the export's logits and its probabilities, (K,) each.

    Of an encoder all three are vectors of length 1, (D,).
    """
    try:
        theirs = load(probe.source, card.preprocess, probe.page)
        ours = load(probe.source, served.preprocess, probe.page)
    except (UnreadableImageError, MissingExtraError):
        return None
    answers = served.answers(np.stack([ours, ours]))  # two, for the batch must stay free
    raw = "embedding" if card.kind == "encoder" else "logits"
    if not np.allclose(answers[raw][0], answers[raw][1], rtol=1e-4, atol=1e-5):
        raise _refusal(f"the export answers otherwise in a batch: {probe.name}")
    alone = served.answers(ours[None])
    if card.kind == "encoder":
        return torch_vector(net, theirs, card), alone[raw][0], alone[raw][0]
    return torch_logits(net, theirs, card), alone["logits"][0], alone["probabilities"][0]


def torch_logits(net: Any, image: U8, card: ModelCard) -> F32:
    """Return (K,) logits of one fitted picture (size, size, 3), by the network in torch."""
    import torch

    with torch.inference_mode():
        batch = torch.from_numpy(normalise(image[None], card.preprocess))
        logits: F32 = net(batch)[0].float().cpu().numpy()
    return logits


def torch_vector(net: Any, image: U8, card: ModelCard) -> F32:
    """Return the (D,) embedding of one fitted picture, of length 1, by the network in torch."""
    import torch

    from sightline.nets.build import embed

    with torch.inference_mode():
        rows = embed(net, torch.from_numpy(normalise(image[None], card.preprocess)))
        vector: F32 = torch.nn.functional.normalize(rows.flatten(1), dim=1)[0].cpu().numpy()
    return vector


def _judge(
    names: list[str],
    skipped: list[str],
    pairs: list[tuple[F32, F32, F32]],
    card: ModelCard,
) -> ParityReport:
    ours, theirs, answered = (np.stack([pair[at] for pair in pairs]) for at in range(3))  # (N, K)
    if not all(np.isfinite(one).all() for one in (ours, theirs, answered)):
        raise _refusal("an answer is no number")
    gaps = np.abs(_answered(ours, card) - answered).max(axis=1)
    worst = int(gaps.argmax())
    logit_gap = float(np.abs(ours - theirs).max())
    spread = float(np.ptp(ours, axis=0).max())
    allowed = max(SPREAD_TOLERANCE * spread, ROUNDING * float(np.abs(ours).max()))
    if gaps[worst] > TOLERANCE:
        raise _refusal(
            f"probabilities differ by {gaps[worst]:.2g} on {names[worst]}; {TOLERANCE} is allowed"
        )
    if logit_gap > allowed:
        raise _refusal(f"logits differ by {logit_gap:.2g}; {allowed:.2g} is allowed")
    return ParityReport(float(gaps[worst]), logit_gap, names[worst], len(pairs), tuple(skipped))


def _answered(raw: F32, card: ModelCard) -> F32:
    """Return what the network's raw answers come to: probabilities, or vectors as they are."""
    if card.kind == "encoder":
        return raw
    calm = raw / np.float32(card.temperature)
    return 1 / (1 + np.exp(-calm)) if card.task == "multi" else softmax(calm)


def softmax(logits: F32) -> F32:
    """Return (N, K) probabilities of (N, K) logits."""
    powers: F32 = np.exp(logits - logits.max(axis=1, keepdims=True))
    total: F32 = powers.sum(axis=1, keepdims=True)
    return powers / total


def _refusal(why: str) -> ParityError:
    return ParityError(
        f"the export does not answer as the model does: {why}",
        hint="nothing was written; report this with the model's card",
    )
