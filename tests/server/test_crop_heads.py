"""Heads for boxes and images over the API: handed on, taken in, used, thrown away."""

from __future__ import annotations

import pickle
from typing import TYPE_CHECKING, Any

import numpy as np

from fakes.heads import head_on
from server.conftest import is_problem

if TYPE_CHECKING:
    from pathlib import Path

    from server.conftest import Shop


def kept(shop: Shop, name: str = "pets") -> str:
    return str(shop.bench.crop_heads.keep(head_on(shop.bench, ("cat", "dog", "owl")), name)["id"])


def sent(shop: Shop, status: int, **parts: Any) -> Any:
    answer = shop.client.post("/api/heads", files=parts)
    assert answer.status_code == status, answer.text
    return answer.json()


def pickled(dim: int = 512, classes: Any = ("cat", "dog")) -> bytes:
    layer = {"weight": np.ones((len(classes), dim)), "bias": np.zeros(len(classes))}
    return pickle.dumps({"layers": [layer], "classes": list(classes)})


def test_a_head_is_downloaded_taken_in_and_thrown_away(shop: Shop) -> None:
    ref = kept(shop)
    answer = shop.client.get(f"/api/heads/{ref}/file")
    assert answer.headers["content-disposition"] == 'attachment; filename="pets.zip"'
    made = sent(shop, 201, files=("C:\\pets.zip", answer.content))
    assert (made["name"], made["classes"]) == ("pets", ["cat", "dog", "owl"])
    assert [one["id"] for one in shop.get("/api/heads")] == [made["id"], ref]
    assert shop.get(f"/api/heads/{ref}")["head"]["encoder"] == "hog"
    gone = shop.client.delete(f"/api/heads/{ref}").json()
    assert (gone["id"], gone["used"]) == (ref, [])
    assert is_problem(shop.client.get(f"/api/heads/{ref}"))


def test_a_pickle_is_converted_with_its_metadata_and_names(shop: Shop) -> None:
    meta = pickle.dumps({"clip_model": "ViT-B/32", "embedding_dim": 512})
    made = sent(
        shop,
        201,
        files=("../../birds.pkl", pickled(classes=(0, 1))),
        meta=("birds.meta.pkl", meta),
        labelmap=("names.txt", b"owl\nrobin\n"),
        name=(None, b"birds"),
    )
    assert (made["name"], made["classes"]) == ("birds", ["owl", "robin"])
    assert "pull clip-vit-base-patch32" in made["notes"][0]
    assert "not here" in shop.get(f"/api/heads/{made['id']}")["fault"]


def test_what_is_no_head_is_refused_with_the_next_step(shop: Shop, tmp_path: Path) -> None:
    inside, outside = tmp_path / "pictures" / "a.zip", tmp_path / "a.zip"
    for file in (inside, outside):
        file.write_bytes(b"no")
    sent(shop, 422, files=("bad.pkl", b"cos\nsystem\n(S'true'\ntR."))
    sent(shop, 422, files=("bad.zip", b"no"))
    sent(shop, 422, files=("bad.exe", b"no"))
    sent(shop, 422, meta=("a.pkl", b""))
    shop.post("/api/heads", {"path": str(inside)}, status=422)
    shop.post("/api/heads", {"path": str(outside)}, status=403)
    shop.post("/api/heads", {}, status=422)
    assert shop.get("/api/heads") == []


def test_a_project_uses_a_head_at_once_and_none_again(shop: Shop) -> None:
    ref = kept(shop)
    url = "/api/projects/birds/heads"
    assert shop.get(f"{url}/active") == {"boxes": None, "images": None}
    used = shop.post(f"{url}/activate", {"head": "pets", "use": "boxes"})
    assert used["boxes"]["model"] == ref
    assert used["boxes"]["classes"] == {"cat": shop.cat, "dog": shop.dog}
    assert (used["boxes"]["unknown"], used["images"]) == (["owl"], None)
    assert shop.get(f"/api/heads/{ref}")["used"] == [{"project": "birds", "use": "boxes"}]
    shop.post(f"{url}/activate", {"head": "none"}, status=404)
    assert shop.post(f"{url}/activate", {"head": None})["boxes"] is None


def test_tators_names_do_the_same(shop: Shop) -> None:
    ref = kept(shop)
    assert shop.get("/clip/active_model")["classifier_path"] is None
    found = shop.post("/clip/active_model", {"classifier_path": "classifiers/pets.pkl"})
    assert (found["classifier_path"], found["clip_model"]) == (ref, "hog")
    assert found["labelmap_entries"] == ["cat", "dog", "owl"]
    assert shop.get("/clip/active_model?project=birds") == found
    assert shop.get("/clip/classifiers")[0]["path"] == ref
    shop.bench.projects.create("more")
    assert is_problem(shop.client.get("/clip/active_model"))
    shop.post("/clip/active_model", {"classifier_path": "none", "project": "birds"}, status=404)
