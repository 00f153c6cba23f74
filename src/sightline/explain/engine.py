"""Explanations as an engine's process gives them: a few models are held, those asked last."""

from __future__ import annotations

from collections import OrderedDict
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from sightline.core.errors import InvalidInputError
from sightline.explain.explainer import Explainer
from sightline.explain.facts import facts_of
from sightline.explain.ways import Wish
from sightline.nets.build import cam_layer

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray
    from torch import nn

    from sightline.core.arrays import U8
    from sightline.explain.explainer import Found

HELD_BYTES: Final = 1 << 30
"""Of weights; the model that is asked stays in any case."""


class Explanations:
    """Explainers of models by their folders, each loaded once."""

    def __init__(self, threads: int, *, held_bytes: int = HELD_BYTES) -> None:
        """Hold nothing yet.

        Args:
            threads: Of torch for each call on the processor.
            held_bytes: See HELD_BYTES.
        """
        self._threads = threads
        self._held_bytes = held_bytes
        self._held: OrderedDict[Path, tuple[Explainer, int]] = OrderedDict()

    def of(self, folder: Path) -> Explainer:
        """Return the explainer of a model's folder.

        Raises:
            MissingWeightsError: The card or the weights are not there.
            InvalidInputError: It is no network that was trained here, or it has been changed.
        """
        if folder in self._held:
            self._held.move_to_end(folder)
            return self._held[folder][0]
        made = opened(folder, self._threads)
        size = sum(one.numel() * one.element_size() for one in made.net.parameters())
        self._held[folder] = (made, size)
        while len(self._held) > 1 and sum(one[1] for one in self._held.values()) > self._held_bytes:
            self._held.popitem(last=False)
        return made

    def explain(
        self, folder: Path, pictures: U8, classes: Sequence[int | None], wish: Wish
    ) -> Found:
        """Return answers and maps; see `Explainer.explain`."""
        return self.of(folder).explain(pictures, classes, wish)

    def answer(
        self, method: str, arguments: dict[str, Any], arrays: Sequence[NDArray[Any]]
    ) -> tuple[dict[str, Any], list[NDArray[Any]]]:
        """Answer `facts`, `layers` and `explain`.

        Raises:
            InvalidInputError: There is no such method.
            SightlineError: As `of` and `explain`.
        """
        if method == "facts":
            return {"held": len(self._held)}, []
        folder = Path(str(arguments.get("folder", "")))
        if method == "layers":
            return facts_of(self.of(folder)), []
        if method == "explain":
            found = self.explain(folder, arrays[0], arguments["classes"], Wish(**arguments["wish"]))
            facts = {
                "method": found.method,
                "layer": found.layer,
                "note": found.note,
                "classes": list(found.classes),
            }
            return facts, [found.probabilities, found.maps]
        raise InvalidInputError(f"no method {method!r}", hint="facts, layers or explain")


def load(*, threads: int = 1) -> Explanations:
    """Return an engine that holds nothing yet."""
    return Explanations(threads)


def opened(folder: Path, threads: int) -> Explainer:
    """Return the explainer of a model's folder, on the graphics card if there is one.

    Raises:
        MissingWeightsError: The card or the weights are not there.
        InvalidInputError: It is no network that was trained here, or it has been changed.
    """
    import torch

    from sightline.nets.device import place
    from sightline.nets.weights import load_model

    net, card = load_model(folder)
    place(net, threads)
    net.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    return Explainer(net, card, auto=last_with_places(net))


def last_with_places(net: nn.Module) -> str:
    """Return the layer that explains best; "" where a network has none that is known."""
    try:
        return cam_layer(net)
    except InvalidInputError:
        return ""
