from __future__ import annotations

import numpy as np
import pytest

from sightline.core.errors import InvalidInputError
from sightline.curate.ask import Ask
from sightline.curate.queues import plan
from sightline.curate.text import plan_text
from unit.curate.pools import pool as make_pool

LIKENESS = np.array([0.1, np.nan, 0.3, 0.2, 0.05], np.float32)


def test_what_fits_best_comes_first_labelled_or_not_with_the_cosine_as_its_score() -> None:
    pool = make_pool(5, arrays={"likeness": LIKENESS})
    made = plan_text(pool, Ask(text="  a red\n car "))
    assert made.ordinals.tolist() == [2, 3, 0, 4]
    assert made.scores is not None
    assert made.scores.tolist() == pytest.approx([0.3, 0.2, 0.1, 0.05])
    assert made.whys is not None
    assert made.whys[0] == "similarity 0.30 to 'a red car'"
    assert made.note == "1 image is not embedded yet"


def test_long_texts_are_cut_in_the_reasons_and_limits_hold() -> None:
    pool = make_pool(5, arrays={"likeness": LIKENESS})
    made = plan_text(pool, Ask(text="x" * 90, limit=1))
    assert len(made.ordinals) == 1
    assert made.whys is not None
    assert made.whys[0].endswith("x...'")


def test_without_words_or_embeddings_there_is_nothing_to_order() -> None:
    pool = make_pool(5, arrays={"likeness": LIKENESS})
    with pytest.raises(InvalidInputError, match="look for what"):
        plan_text(pool, Ask(text=" "))
    with pytest.raises(InvalidInputError, match="takes no band"):
        plan("text", pool, options={"band": (0.1, 0.2)})
