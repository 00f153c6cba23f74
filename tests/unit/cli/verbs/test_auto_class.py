"""`autoclass`: a look, and the change of what is right."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fakes.heads import BETWEEN, GREEN, RED, colour_head, write_colours
from sightline.app import open_workbench
from sightline.app.objects.objects import changes_from
from sightline.cli.verbs.auto_class import in_words

if TYPE_CHECKING:
    from pathlib import Path

    from fakes.cli import Cli


def as_text(box: tuple[float, ...]) -> str:
    return ",".join(f"{side:g}" for side in box)


def test_autoclass_lists_what_should_be_of_another_class_and_changes_it_when_asked(
    cli: Cli, tmp_path: Path
) -> None:
    pictures = write_colours(tmp_path / "colours", 2)
    with open_workbench(cli.workspace) as bench:
        bench.ingest(pictures, "colours", labels="none")
        project = bench.projects.get("colours")
        red, green = (bench.labels.add_class(project, one)["id"] for one in ("red", "green"))
        bench.crop_heads.keep(colour_head(bench), "colours")
        drawn = [{"kind": "box", "geometry": list(box), "class_id": red} for box in (RED, GREEN)]
        change = {"image_id": 1, "put": [one | {"uid": f"o{n}"} for n, one in enumerate(drawn)]}
        bench.objects.change(project, changes_from([change]))
    refused = cli("autoclass", "colours", code=2)
    assert "no head names objects of colours" in refused.err
    named = cli("autoclass", "colours", "1", "--head", "colours", "--box", as_text(BETWEEN)).last
    assert [one["accepted"] for one in named["boxes"]] == [False]
    cli("autoclass", "colours", "--head", "colours", "--box", as_text(RED), code=2)
    for image in ("1", str(pictures / "000.png")):
        red_one = cli("autoclass", image, "--head", "colours", "--box", as_text(RED)).last
        assert red_one["boxes"][0]["class"] == "red"
    cli("autoclass", "99", code=4)
    cli("autoclass", "nowhere", code=4)
    cli("autoclass", "colours", str(pictures / "000.png"), "--class", "blue", code=4)
    done = cli("autoclass", "colours", "--head", "colours", "--apply").last
    assert (done["objects"], done["changes"], done["applied"]["objects"]) == (2, 1, 1)
    (item,) = done["items"]
    assert (item["uid"], item["from"], item["to"]) == ("o1", "red", "green")
    text = in_words(done)
    assert "red -> green" in text
    assert "changed 1 objects, left out 0" in text
    assert "nothing is changed yet" in in_words(done | {"applied": None})
    with open_workbench(cli.workspace) as bench:
        found = bench.store.objects.of([1])[1]
        assert [one.class_id for one in found] == [red, green]
