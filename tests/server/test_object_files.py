"""Data sets of objects over the API: looked at, taken in, written, and what is refused."""

from __future__ import annotations

import io
import json
import zipfile
from typing import TYPE_CHECKING, Any

from server.conftest import is_problem

if TYPE_CHECKING:
    from pathlib import Path

    from server.conftest import Shop

URL = "/api/projects/birds"


def packed(files: dict[str, str]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    return out.getvalue()


def send(shop: Shop, data: bytes, query: str = "", *, to: str = "object-imports") -> Any:
    return shop.client.post(f"{URL}/{to}{query}", files={"files": ("set.zip", data)})


def labels_of(shop: Shop) -> dict[str, str]:
    """A YOLO data set with one box for the first picture and one for a picture that is not here."""
    stem = shop.bench.store.images.get(shop.images[0]).stem
    return {
        "classes.txt": "wing\nbeak\n",
        f"{stem}.txt": "0 .5 .5 .5 .5\n1 .5 .5 0 .5\n",
        "gone.txt": "1 .5 .5 .5 .5\n",
    }


def test_an_upload_is_looked_at_then_taken_in_and_written_again(shop: Shop) -> None:
    answer = send(shop, packed(labels_of(shop)))
    assert answer.status_code == 200, answer.text
    looked = answer.json()
    assert (looked["format"], looked["matched"], looked["unmatched"]) == ("yolo", 1, 1)
    assert looked["skipped"][0]["reason"] == "the box has no area"
    assert looked["classes"]["new"] == ["wing", "beak"]
    body = {"source": looked["source"], "mapping": {"wing": "feather"}}
    job = shop.post(f"{URL}/object-imports", body, status=202)
    shop.bench.wait(job["id"])
    result = shop.get(f"/api/jobs/{job['id']}")["result"]
    assert result["annotations"] == 1
    assert shop.get(f"/api/images/{shop.images[0]}/objects")["objects"][0]["kind"] == "box"
    assert shop.get(f"{URL}/waiting-labels")["count"] == 1

    job = shop.post(f"{URL}/object-exports", {"format": "coco"}, status=202)
    shop.bench.wait(job["id"])
    result = shop.get(f"/api/jobs/{job['id']}")["result"]
    assert (result["items"], result["annotations"]) == (1, 1)
    data = shop.client.get(f"{URL}/exports/{result['file']}").content
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        (name,) = archive.namelist()
        written = json.loads(archive.read(name))
    assert [one["name"] for one in written["categories"]][-2:] == ["feather", "beak"]


def test_the_general_import_sees_objects_by_itself(shop: Shop) -> None:
    answer = send(shop, packed(labels_of(shop)), to="import")
    assert answer.status_code == 200, answer.text
    assert (answer.json()["kind"], answer.json()["annotations"]) == ("objects", 1)
    job = shop.post(f"{URL}/import", {"source": answer.json()["source"]}, status=202)
    shop.bench.wait(job["id"])
    assert shop.get(f"/api/jobs/{job['id']}")["result"]["annotations"] == 1


def test_an_upload_is_taken_in_at_once_when_it_says_so(shop: Shop) -> None:
    answer = send(shop, packed(labels_of(shop)), "?dry_run=false&rename=wing%3D&format=yolo")
    assert answer.status_code == 202, answer.text
    shop.bench.wait(answer.json()["id"])
    result = shop.get(f"/api/jobs/{answer.json()['id']}")["result"]
    assert result["annotations"] == 0
    assert "left out by wish" in result["notes"][0]


def test_what_cannot_be_is_refused_with_a_reason(shop: Shop, tmp_path: Path) -> None:
    assert is_problem(send(shop, packed({"../a.txt": "0 .5 .5 1 1"})))
    assert is_problem(send(shop, packed({"a.md": "nothing"})))
    assert is_problem(send(shop, packed(labels_of(shop)), "?rename=x"))
    outside = {"source": str(tmp_path / "elsewhere" / "a.json")}
    answer = shop.client.post(f"{URL}/object-imports", json=outside)
    assert answer.status_code in {403, 404, 422}
    answer = shop.client.post(f"{URL}/object-exports", json={"format": "yolo9"})
    assert answer.status_code == 422


def test_formats_say_what_they_hold(shop: Shop) -> None:
    found = {one["name"]: one for one in shop.get("/api/object-formats")}
    assert found["yolo"]["holds"] == ["box"]
    assert found["coco"]["single"] == ".json"
    assert {"voc", "cvat", "dota", "masks", "labelme"} <= set(found)
