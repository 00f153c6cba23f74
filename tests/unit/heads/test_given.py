"""A head of the shelf answers for a project's classes, and for no others."""

from __future__ import annotations

import numpy as np

from sightline.heads.bundle import HeadBundle, Layer
from sightline.heads.given import GivenHead


def test_columns_are_the_projects_classes_and_rows_sum_to_one() -> None:
    names = ("dog", "owl", "cat", "__bg_0", "Dog")
    layer = Layer(np.eye(5, dtype=np.float32), np.zeros(5, np.float32))
    bundle = HeadBundle(layers=(layer,), classes=names, encoder="e", encoder_key="e", dim=5)
    head = GivenHead(bundle, (9, None, 4, None, 9))
    rows = np.log(np.array([[0.1, 0.2, 0.3, 0.2, 0.2], [0.2, 0.2, 0.2, 0.2, 0.2]], np.float32))
    answers = head.score(rows)
    assert head.class_ids == (4, 9)
    assert np.abs(answers - [[0.5, 0.5], [1 / 3, 2 / 3]]).max() < 1e-5
    assert np.abs(head.margin(answers) - [0, 1 / 3]).max() < 1e-5
    assert head.entropy(answers)[0] > head.entropy(answers)[1] > 0
