"""The whole loop: serve, doubt, take, label, train again, swap."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from fakes.served import colours, png
from sightline.app.serving.finding import Wanted, find
from sightline.app.serving.serving import Serving
from sightline.core.labels import LabelChange
from unit.app.conftest import TRAINED_SMALL

if TYPE_CHECKING:
    from pathlib import Path

    from sightline.app import Workbench

MUD = (120, 118, 40)
SPEC = TRAINED_SMALL | {"epochs": 12, "batch_size": 8}


@pytest.mark.nightly
def test_what_a_served_model_doubts_teaches_the_one_that_takes_its_place(
    bench: Workbench, tmp_path: Path
) -> None:
    project, _ = colours(bench, tmp_path)
    first = bench.train("colours", SPEC)["model"]
    bench.models.serving_file(bench.store.models.get(first))
    keeper = bench.doubts.keeper(project, bench.store.models.get(first), share=1.0)
    serving = Serving(threads=1, queue=8, keeping=lambda _: keeper)
    serving.add(find(bench.store.models, Wanted(first, "shop")))
    for at in range(16):
        assert serving.answer("shop", png(MUD, at))["label"] != "mud"
    assert keeper.drain(60)
    serving.close()

    taken = bench.doubts.take(project)
    assert taken["taken"] >= 8, "what it never saw is odd"
    asked = bench.queue("colours", "served")
    assert len(asked) == taken["taken"]
    mud = bench.labels.add_class(project, "mud")["id"]
    bench.labels.label(project, [LabelChange(one["id"], mud, "labelled") for one in asked])
    second = bench.train("colours", SPEC)["model"]
    bench.models.serving_file(bench.store.models.get(second))

    again = Serving(threads=1, queue=8)
    again.add(find(bench.store.models, Wanted(first, "shop")))
    again.swap(find(bench.store.models, Wanted(second, "shop")))
    assert [again.answer("shop", png(MUD, at))["label"] for at in (90, 91)] == ["mud", "mud"]
    again.close()
