"""What fits some words: every image by its cosine to the text's vector, of one space with them.

A. Radford et al., Learning transferable visual models from natural language supervision, ICML 2021
(CLIP); X. Zhai et al., Sigmoid loss for language image pre-training, ICCV 2023 (SigLIP).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from sightline.core.errors import InvalidInputError
from sightline.curate.ranked import Ranking, ranked

if TYPE_CHECKING:
    from sightline.core.arrays import F32
    from sightline.curate.ask import Ask
    from sightline.curate.pool import Plan, Pool

SHOWN: Final = 40
"""Letters of the text that a reason repeats."""


def plan_text(pool: Pool, ask: Ask) -> Plan:
    """Return every image, the one that fits the words best first, labelled ones among them.

    Reads `Pool.arrays["likeness"]`: (N,) cosines, -1..1; NaN where there is no embedding.

    Raises:
        InvalidInputError: It is not said what to look for.
    """
    words = " ".join(ask.text.split())
    if not words:
        raise InvalidInputError("look for what?", hint="give a text, as in: a red car")
    likeness: F32 = pool.arrays["likeness"]
    live = pool.live()
    wanted = live & np.isfinite(likeness)
    unknown = int(np.count_nonzero(live & ~np.isfinite(likeness)))
    noun = "image is" if unknown == 1 else "images are"
    short = words if len(words) <= SHOWN else f"{words[: SHOWN - 3]}..."
    ranking = Ranking(
        wanted=wanted,
        last=np.zeros(pool.size, np.bool_),
        key=-likeness,
        shown=likeness,
        whys=lambda ordinals: [f"similarity {likeness[one]:.2f} to '{short}'" for one in ordinals],
        note=f"{unknown:,} {noun} not embedded yet" if unknown else "",
        alike=True,
    )
    return ranked(pool, ask, ranking)
