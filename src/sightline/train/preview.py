"""Varied pictures on request, in a process of its own: the very Augmenter that trains."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from sightline.core.errors import InvalidInputError
from sightline.train.augment_draws import Place

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from sightline.core.arrays import U8
    from sightline.train.augment import Augmenter


class Preview:
    """Answers `views` for any settings."""

    def answer(
        self, method: str, arguments: dict[str, Any], arrays: Sequence[NDArray[Any]]
    ) -> tuple[dict[str, Any], list[NDArray[Any]]]:
        """Vary pictures as a training does.

        `views`: arguments `spec` (a whole spec) and `views` (rows of `preview_plan.View`, with
        `position` and `other` as places in the array), array (N, S, S, 3) uint8. Gives an array
        (V, S, S, 3) uint8.

        Raises:
            InvalidInputError: It knows no such method.
        """
        if method == "facts":
            return {}, []
        if method != "views":
            raise InvalidInputError(f"the preview knows no {method}", hint="ask for views")
        pictures = arrays[0]
        augmenter = _augmenter(arguments["spec"])
        return {}, [np.stack([_seen(augmenter, pictures, view) for view in arguments["views"]])]


def _augmenter(values: dict[str, Any]) -> Augmenter:
    import torch

    from sightline.train.augment import Augmenter
    from sightline.train.migrate import saved_spec
    from sightline.train.start import preprocess_of

    spec = saved_spec(values)
    return Augmenter(spec.augment, preprocess_of(spec), seed=spec.seed, device=torch.device("cpu"))


def _seen(augmenter: Augmenter, pictures: U8, view: dict[str, Any]) -> U8:
    other = None if view["other"] is None else pictures[view["other"]]
    place = Place(view["epoch"], view["step"], view["count"], view["row"])
    return augmenter.view(pictures[view["position"]], other, place, view["other_row"])


def load_preview(*, threads: int = 1) -> Preview:
    """Return the preview.

    Args:
        threads: Of torch; not taken: one picture at a time is too little work to share, and beside
            other programs threads that wait for each other cost seconds.
    """
    import torch

    del threads
    torch.set_num_threads(1)
    return Preview()
