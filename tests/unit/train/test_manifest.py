from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path

from sightline.core.samples import Sample, SampleSet
from sightline.train import manifest

PLAIN = SampleSet((Sample(1, Path("a.png"), 0, 1, "train", "d1"),), ("cat", "dog"), (7, 8))
TAGGED = SampleSet(
    (
        Sample(1, Path("a.png"), 0, 1, "train", "d1", ((0, 0.7), (1, 1.0)), "garden"),
        Sample(2, Path("b.png"), 0, -1, "val", "d2"),
    ),
    ("cat", "dog"),
    (7, 8),
    "multi",
)


def test_what_is_written_down_is_read_again(tmp_path: Path) -> None:
    for one in (PLAIN, TAGGED):
        manifest.save(tmp_path, one)
        assert manifest.load(tmp_path) == one


def test_a_tag_that_is_not_known_stays_unknown(tmp_path: Path) -> None:
    unknown = replace(TAGGED.samples[0], tags=((1, math.nan),))
    manifest.save(tmp_path, replace(TAGGED, samples=(unknown,)))
    ((index, probability),) = manifest.load(tmp_path).samples[0].tags
    assert index == 1
    assert math.isnan(probability)


def test_the_key_follows_the_tags_but_not_the_group() -> None:
    first, *rest = TAGGED.samples
    softer = replace(TAGGED, samples=(replace(first, tags=((0, 0.6), (1, 1.0))), *rest))
    regrouped = replace(TAGGED, samples=(replace(first, group="house"), *rest))
    assert manifest.key(softer) != manifest.key(TAGGED)
    assert manifest.key(regrouped) == manifest.key(TAGGED)


def test_the_key_of_one_class_each_is_what_it_was() -> None:
    assert manifest.key(PLAIN) == "840bf55237fefa0939064afda87f3189"
