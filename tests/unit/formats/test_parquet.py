from __future__ import annotations

import io
import json
import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings

from fakes.datasets import bare, data_set, data_sets
from sightline.core.errors import InvalidInputError
from sightline.core.progress import Silent
from sightline.formats.parquet import pictures, read_parquet, write_parquet
from sightline.formats.records import Record

CAT = Record("cat/1.png", label="cat", tags=(), status="labelled", split="train", page=0)


def made(records: list[Record], classes: list[str], folder: Path, images: str = "copy") -> bytes:
    out = io.BytesIO()
    write_parquet(out, data_set(records, classes, folder), images=images, progress=Silent())
    return out.getvalue()


@settings(max_examples=30)
@given(data_sets())
def test_a_file_comes_back_and_the_same_records_give_the_same_bytes(
    data: tuple[list[Record], list[str]],
) -> None:
    records, classes = data
    with tempfile.TemporaryDirectory() as temp:
        raw = made(records, classes, Path(temp))
        assert raw == made(records, classes, Path(temp))
        file = Path(temp, "x.parquet")
        file.write_bytes(raw)
        found = read_parquet(file)
        wanted = data_set(records, classes, Path(temp))
        assert [bare(one) for one in found.records] == [bare(one) for one in wanted.records]
        assert found.classes == list(wanted.classes)
        held = dict(pictures(file, range(len(records))))
        sources = [Path(one.source).read_bytes() for one in wanted.records]
        assert list(held.values()) == sources


def test_without_pictures_no_record_claims_one(tmp_path: Path) -> None:
    file = tmp_path / "x.parquet"
    file.write_bytes(made([CAT], ["cat"], tmp_path, images="none"))
    assert [one.file for one in read_parquet(file).records] == [""]
    assert list(pictures(file, [0])) == []


def test_the_columns_are_what_hugging_face_reads_as_pictures(tmp_path: Path) -> None:
    import pyarrow.parquet as pq

    file = tmp_path / "x.parquet"
    file.write_bytes(made([CAT], ["cat"], tmp_path))
    table = pq.read_table(file)
    assert [one.name for one in table.schema.field("image").type] == ["bytes", "path"]
    metadata = pq.ParquetFile(file).metadata.metadata
    features = json.loads(metadata[b"huggingface"])["info"]["features"]
    assert features["image"] == {"_type": "Image"}
    assert set(features) == set(table.schema.names)


def test_pictures_that_are_gone_are_told(tmp_path: Path) -> None:
    data = data_set([CAT], ["cat"], tmp_path)
    (tmp_path / "0.png").unlink()
    done = write_parquet(io.BytesIO(), data, images="copy", progress=Silent())
    assert [(one.where, one.reason) for one in done.missing] == [("cat/1.png", "missing")]


def foreign(file: Path, columns: dict[str, Any], names: list[str] | None = None) -> Path:
    import pyarrow as pa
    import pyarrow.parquet as pq

    table = pa.table(columns)
    if names is not None:
        info = {"info": {"features": {"label": {"names": names, "_type": "ClassLabel"}}}}
        table = table.replace_schema_metadata({"huggingface": json.dumps(info)})
    pq.write_table(table, file)
    return file


def test_files_of_others_are_read(tmp_path: Path) -> None:
    rows = [{"bytes": b"x", "path": "a.png"}, {"bytes": b"y", "path": None}]
    columns = {"image": rows, "label": [1, 0], "caption": ["?", "?"]}
    found = read_parquet(foreign(tmp_path / "hf.parquet", columns, ["cat", "dog"]))
    said = [(one.path, one.label, one.file) for one in found.records]
    assert said == [("a.png", "dog", "0"), ("row-1", "cat", "1")]
    assert [one.name for one in found.classes] == ["cat", "dog"]
    assert "caption" in found.notes[0]
    plain = {"file_name": ["a.png"], "label": ["x"]}
    assert read_parquet(foreign(tmp_path / "p.parquet", plain)).records == [
        Record("a.png", label="x", file="")
    ]


def test_what_is_no_such_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(InvalidInputError, match="there is no file"):
        read_parquet(tmp_path / "none.parquet")
    (tmp_path / "bad.parquet").write_bytes(b"PAR1 nothing PAR1")
    with pytest.raises(InvalidInputError, match="no Parquet file"):
        read_parquet(tmp_path / "bad.parquet")
    with pytest.raises(InvalidInputError, match="no column"):
        read_parquet(foreign(tmp_path / "x.parquet", {"a": [1]}))
