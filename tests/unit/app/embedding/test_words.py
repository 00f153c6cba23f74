"""Search by words, from a folder of CLIP to an order of images with reasons."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from fakes.tiny_models import save_transformer
from sightline.core.errors import ConflictError, InvalidInputError
from sightline.store.model_plan import ImportOptions

if TYPE_CHECKING:
    from pathlib import Path

    from sightline.app import Workbench
    from sightline.store.projects import Project


@pytest.mark.nightly
def test_words_order_all_images_by_their_cosine(
    bench: Workbench, pets: Project, tmp_path: Path
) -> None:
    added = bench.models.add(save_transformer(tmp_path / "c", "clip"), ImportOptions(name="clip"))
    assert (added["dim"], added["text"]) == (8, True)
    assert bench.encoders.embed(pets, "clip")["embedded"] == 60
    rows = bench.queues.pull(pets, "text", limit=60, options={"text": "a  cat"})
    assert len(rows) == 60
    assert rows[0]["why"] == f"similarity {rows[0]['score']:.2f} to 'a cat'"
    scores = [row["score"] for row in rows]
    assert scores == sorted(scores, reverse=True)

    array = bench.encoders.embeddings(pets)
    assert array is not None
    vectors = array.load(60)[0].astype(np.float64)
    text = bench.encoders.encode_text(pets, "a cat").astype(np.float64)
    cosines = vectors @ text / np.linalg.norm(vectors, axis=1) / np.linalg.norm(text)
    assert scores == pytest.approx(sorted(cosines, reverse=True), abs=2e-3)

    view = bench.queues.make_view(pets, "text", options={"text": "a cat"}, filters={})
    assert view["size"] == 60
    window = bench.queues.window(view["id"], 0, 3)["items"]
    assert [one["id"] for one in window] == [row["id"] for row in rows[:3]]

    bench.room.close()
    again = bench.queues.pull(pets, "text", limit=1, options={"text": "a cat"})
    assert again == rows[:1], "the vector of a text is kept"
    assert all(process.pid is None for process in bench.room._processes.values())


def test_an_encoder_without_words_says_what_to_do(bench: Workbench, pets: Project) -> None:
    bench.encoders.embed(pets)
    with pytest.raises(InvalidInputError, match="no text tower") as caught:
        bench.queues.make_view(pets, "text", options={"text": "a cat"})
    assert "models pull clip" in caught.value.hint
    for options in ({}, {"text": " "}):
        with pytest.raises(InvalidInputError, match="look for what"):
            bench.queues.make_view(pets, "text", options=options)


def test_before_the_first_embedding_words_find_nothing(
    bench: Workbench, pets: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bench.room, "trial", lambda *_: {"dim": 16})
    bench.models.add(save_transformer(tmp_path / "c", "siglip"), ImportOptions(name="siglip"))
    bench.projects.save_settings(pets, {"encoder": "siglip"})
    with pytest.raises(ConflictError):
        bench.queues.make_view(pets, "text", options={"text": "a cat"})
    with pytest.raises(InvalidInputError, match="empty"):
        bench.encoders.encode_text(pets, "")
