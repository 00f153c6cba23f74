"""Data sets over the API: downloads, jobs, uploads, dry runs, and what is refused."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from typing import TYPE_CHECKING, Any

from server.conftest import is_problem

if TYPE_CHECKING:
    from pathlib import Path

    from server.conftest import Shop

URL = "/api/projects/birds"


def label_all(shop: Shop) -> None:
    shop.label(*({"image_id": one, "class_id": shop.cat} for one in shop.images[:4]))


def download(shop: Shop, query: str = "") -> Any:
    answer = shop.client.get(f"{URL}/export{query}")
    assert answer.status_code == 200, answer.text
    return answer


def done(shop: Shop, job: dict[str, Any]) -> dict[str, Any]:
    """Wait for a job's end and return it as the API tells it."""
    shop.bench.wait(job["id"])
    found: dict[str, Any] = shop.get(f"/api/jobs/{job['id']}")
    return found


def send(shop: Shop, name: str, data: bytes, query: str = "") -> Any:
    return shop.client.post(f"{URL}/import{query}", files={"files": (name, data)})


def test_a_download_is_the_labels_as_they_are_now(shop: Shop) -> None:
    label_all(shop)
    answer = download(shop)
    assert 'filename="birds-zip.zip"' in answer.headers["content-disposition"]
    with zipfile.ZipFile(io.BytesIO(answer.content)) as packed:
        rows = list(csv.DictReader(packed.read("labels.csv").decode().splitlines()))
    assert [one["label"] for one in rows].count("cat") == 4
    assert download(shop).content == answer.content
    assert list((shop.bench.workspace / "cache").glob("export-*")) == []
    only = download(shop, "?format=csv&status=labelled").text
    assert only.count("cat") == 4
    assert download(shop, "?format=parquet").content[:4] == b"PAR1"
    with zipfile.ZipFile(io.BytesIO(download(shop, "?format=hf").content)) as packed:
        assert "train/metadata.jsonl" in packed.namelist()


def test_a_job_writes_a_file_to_fetch(shop: Shop) -> None:
    label_all(shop)
    job = shop.post(f"{URL}/export", {"format": "imagefolder"}, status=202)
    result = done(shop, job)["result"]
    assert result["pictures"] == 4
    assert [one["file"] for one in shop.get(f"{URL}/exports")] == [result["file"]]
    data = shop.client.get(f"{URL}/exports/{result['file']}").content
    assert zipfile.ZipFile(io.BytesIO(data)).testzip() is None
    for name in ("..%2fproject.json", "nothing.zip"):
        assert is_problem(shop.client.get(f"{URL}/exports/{name}"))


def test_wishes_that_make_no_sense_are_told(shop: Shop) -> None:
    for query in ("?format=xml", "?images=all", "?split=north", "?format=csv&images=copy"):
        assert is_problem(shop.client.get(f"{URL}/export{query}"))
    assert is_problem(shop.client.post(f"{URL}/export", json={"format": "xml"}))
    assert is_problem(shop.client.get("/api/projects/none/export"))


def test_an_upload_is_looked_at_and_its_source_imports_it(shop: Shop) -> None:
    label_all(shop)
    data = download(shop).content
    shop.post(f"{URL}/undo")
    looked = send(shop, "labels.zip", data)
    assert looked.status_code == 200, looked.text
    report = looked.json()
    assert (report["dry_run"], report["changed"], report["format"]) == (True, 4, "zip")
    assert shop.get(URL)["labelled"] == 0
    job = shop.post(f"{URL}/import", {"source": report["source"]}, status=202)
    assert done(shop, job)["result"]["labels"] == 4
    assert shop.get(URL)["labelled"] == 4
    assert shop.post(f"{URL}/undo")["description"].startswith("Undo: Labels of 4 images")


def test_an_upload_may_import_at_once(shop: Shop) -> None:
    table = f"path,label\n{shop.bench.store.images.get(shop.images[0]).path},owl\n".encode()
    answer = send(shop, "t.csv", table, "?dry_run=false&mode=add&format=csv")
    assert answer.status_code == 202, answer.text
    assert done(shop, answer.json())["result"]["classes"]["new"] == ["owl"]


def test_a_path_is_read_only_under_the_allowed_folders(shop: Shop, tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text("path,label\n000000.png,cat\n")
    inside = tmp_path / "pictures" / "t.csv"
    inside.write_text("path,label\n000000.png,cat\n")
    outside = {"source": str(tmp_path / "t.csv"), "dry_run": True}
    assert shop.post(f"{URL}/import", outside, status=403)["hint"]
    report = shop.post(f"{URL}/import", {"source": str(inside), "dry_run": True})
    assert (report["matched"], report["source"]) == (1, str(inside))


def test_what_is_broken_or_gone_is_a_problem_and_changes_nothing(shop: Shop) -> None:
    evil = io.BytesIO()
    with zipfile.ZipFile(evil, "w") as packed:
        packed.writestr("../../evil.csv", "path,label\n")
    before = shop.get(f"{URL}/history")
    for name, data in (("x.zip", evil.getvalue()), ("x.zip", b"PK broken"), ("x.csv", b"a,b\n1,2")):
        answer = send(shop, name, data)
        assert (answer.status_code, is_problem(answer)) == (422, True), answer.text
    two = [("files", ("a.csv", b"path,label\n")), ("files", ("b.csv", b"path,label\n"))]
    assert is_problem(shop.client.post(f"{URL}/import", files=two))
    gone = {"source": f"upload:{'0' * 32}"}
    assert shop.post(f"{URL}/import", gone, status=404)["hint"]
    assert is_problem(shop.client.post(f"{URL}/import", json={"source": "upload:../x"}))
    assert is_problem(shop.client.post(f"{URL}/import", json={"mode": "x"}))
    assert shop.get(f"{URL}/history") == before
    assert json.dumps(before)
