from __future__ import annotations

import pytest

from sightline.core.errors import InvalidInputError
from sightline.core.labels import (
    CONFLICT,
    LABELLED,
    SKIPPED,
    SPLITS,
    STATUSES,
    TEST,
    TRAIN,
    UNLABELLED,
    UNSURE,
    VAL,
    split_code,
    status_code,
)


def test_codes_are_what_databases_hold_and_never_change() -> None:
    assert [status_code(one) for one in STATUSES] == [0, 1, 2, 3, 4]
    assert (UNLABELLED, LABELLED, UNSURE, SKIPPED, CONFLICT) == (0, 1, 2, 3, 4)
    assert STATUSES == ("unlabelled", "labelled", "unsure", "skipped", "conflict")
    assert [split_code(one) for one in SPLITS] == [TRAIN, VAL, TEST] == [0, 1, 2]


def test_an_unknown_status_or_split_names_the_nearest() -> None:
    with pytest.raises(InvalidInputError, match="labeled") as caught:
        status_code("labeled")
    assert "'labelled'" in caught.value.hint
    with pytest.raises(InvalidInputError, match="trian") as caught:
        split_code("trian")
    assert "'train'" in caught.value.hint
