"""Narration with the models of a workspace."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from fakes.narrated import add_blobs, frame
from sightline.core.errors import UnknownEngineError

if TYPE_CHECKING:
    from pathlib import Path

    from sightline.app.workbench import Workbench


def test_a_clip_is_told_from_its_first_frame_to_its_summary(
    bench: Workbench, tmp_path: Path
) -> None:
    add_blobs(bench, tmp_path)
    narration = bench.narrating.open(every_s=0)
    told = [narration.see(frame(at, {"dog": (4, 30)})) for at in range(5)]
    told += [narration.see(frame(at, {"dog": (4, 30), "car": (40, 10)})) for at in range(5, 15)]
    texts = [one.text for one in told if one]
    assert texts == [
        "There is a dog on the left.",
        "A car on the right came into view. Now there is a car on the right and a dog on the left.",
    ]
    end = narration.finish()
    assert (end.kind, dict(end.counts)) == ("summary", {"dog": 1, "car": 1})
    assert end.engine == "template:blobs"


def test_an_engine_that_is_not_there_is_named(bench: Workbench) -> None:
    with pytest.raises(UnknownEngineError, match="no model here can narrate"):
        bench.narrating.open()
    with pytest.raises(UnknownEngineError, match="no model 'x' to narrate with"):
        bench.narrating.open("template:x")
