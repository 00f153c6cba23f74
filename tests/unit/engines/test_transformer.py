"""CLIP, SigLIP and DINO from a folder: pictures and words as transformers itself encodes them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from fakes.tiny_models import save_clip_tokenizer, save_transformer
from sightline.core.errors import InvalidInputError, MissingWeightsError
from sightline.core.ports import Encoder, Served, TextEncoder
from sightline.engines.transformer.engine import load_encoder
from sightline.imaging.preprocess import fit, normalise
from sightline.store.model_plan import ImportOptions
from sightline.store.models import ModelStore
from sightline.store.transformer_plan import KINDS, WITH_TEXT

if TYPE_CHECKING:
    from pathlib import Path

RNG = np.random.default_rng(0)
PICTURES = [RNG.integers(0, 256, (40 + n, 50, 3), dtype=np.uint8) for n in range(3)]


def load(folder: Path, **options: Any) -> Any:
    store = ModelStore(folder.parent / "models")
    card = store.add_file(folder, ImportOptions(name="m", **options))
    return load_encoder(path=store.path_of(card), card=card)


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_is_saved_added_loaded_and_embeds(tmp_path: Path, kind: str) -> None:
    encoder = load(save_transformer(tmp_path / kind, kind))
    assert isinstance(encoder, Encoder)
    assert isinstance(encoder, Served)
    rows = encoder.encode(PICTURES)
    assert rows.shape == (3, encoder.dim)
    assert rows.dtype == np.float32
    assert np.isfinite(rows).all()
    assert len(np.unique(rows[:, 0])) == 3
    assert rows == pytest.approx(
        np.concatenate([encoder.encode([one]) for one in PICTURES]), abs=1e-5
    )


@pytest.mark.parametrize("kind", sorted(WITH_TEXT))
def test_words_land_in_the_space_of_the_pictures(tmp_path: Path, kind: str) -> None:
    encoder: Any = load(save_transformer(tmp_path / kind, kind))
    texts = [f"a red car {n}" for n in range(9)] + ["x " * 400, ""]
    rows = encoder.encode_text(texts)
    assert rows.shape == (11, encoder.dim)
    assert rows[4] == pytest.approx(encoder.encode_text([texts[4]])[0], abs=1e-5)
    assert not np.allclose(rows[0], rows[1])
    facts, (again,) = encoder.answer("texts", {"texts": texts}, [])
    assert (facts, again.shape) == ({}, rows.shape)
    assert isinstance(encoder, TextEncoder)


def test_pictures_and_words_are_those_of_transformers_own_clip(tmp_path: Path) -> None:
    import torch
    import transformers

    folder = save_transformer(tmp_path / "clip", "clip")
    encoder = load(folder)
    peer: Any = transformers.CLIPModel.from_pretrained(str(folder), local_files_only=True)
    peer.eval()
    squares = np.stack([fit(one, encoder.preprocess) for one in PICTURES])
    tokens = transformers.CLIPTokenizer.from_pretrained(str(folder))(
        ["a cat"], padding=True, return_tensors="pt"
    )
    with torch.inference_mode():
        pixels = torch.from_numpy(normalise(squares, encoder.preprocess))
        images = peer.get_image_features(pixel_values=pixels).pooler_output.numpy()
        words = peer.get_text_features(**tokens).pooler_output.numpy()
    assert encoder.encode(PICTURES) == pytest.approx(images, abs=1e-5)
    assert encoder.encode_text(["a cat"]) == pytest.approx(words, abs=1e-5)


def test_the_published_vocabulary_of_clip_cuts_words_as_published(
    tmp_path: Path, shared_data: Path
) -> None:
    from sightline.nets.transformer_folder import load_tokenizer

    vocabulary = shared_data / "clip_bpe_vocab" / "bpe_simple_vocab_16e6.txt.gz"
    save_clip_tokenizer(tmp_path, vocabulary)
    ids = load_tokenizer(tmp_path)(["a photo of a cat", "Diagram"])["input_ids"]
    assert ids[0] == [49406, 320, 1125, 539, 320, 2368, 49407]
    assert ids[1] == [49406, 22697, 49407]


def test_without_a_tokenizer_or_a_text_tower_words_are_refused(tmp_path: Path) -> None:
    for kind in ("clip", "dinov2"):
        encoder = load(save_transformer(tmp_path / kind, kind, words=False))
        with pytest.raises(InvalidInputError, match="no text tower"):
            encoder.encode_text(["a cat"])
    folder = save_transformer(tmp_path / "broken", "clip")
    (folder / "merges.txt").write_bytes(b"\xff\xff")
    (folder / "vocab.json").write_text("[]")
    with pytest.raises(InvalidInputError, match="tokenizer"):
        load(folder).encode_text(["a cat"])


def test_weights_that_do_not_belong_to_the_config_are_refused(tmp_path: Path) -> None:
    folder = save_transformer(tmp_path / "d", "dinov2")
    config = json.loads((folder / "config.json").read_text())
    changes = (({"num_hidden_layers": 2}, "lack"), ({"hidden_size": 32}, "cannot"))
    for change, why in changes:
        (folder / "config.json").write_text(json.dumps(config | change))
        with pytest.raises(InvalidInputError, match=why):
            load(folder)
    (folder / "config.json").write_text(json.dumps(config))
    (folder / "model.safetensors").write_bytes(b"cut short")
    with pytest.raises(InvalidInputError, match="cannot be loaded"):
        load(folder)


def test_weights_that_are_gone_and_a_changed_kind_are_told(tmp_path: Path) -> None:
    store = ModelStore(tmp_path / "models")
    folder = save_transformer(tmp_path / "d", "dinov2")
    card = store.add_file(folder, ImportOptions(name="m"))
    path = store.path_of(card)
    path.with_name("config.json").write_text('{"model_type": "bert"}')
    with pytest.raises(InvalidInputError, match="'bert'"):
        load_encoder(path=path, card=card)
    path.unlink()
    with pytest.raises(MissingWeightsError):
        load_encoder(path=path, card=card)


def test_code_in_a_folder_is_never_run(tmp_path: Path) -> None:
    folder = save_transformer(tmp_path / "d", "dinov2")
    (folder / "evil.py").write_text("raise SystemExit(99)")
    config = json.loads((folder / "config.json").read_text())
    config["auto_map"] = {"AutoModel": "evil.Evil", "AutoConfig": "evil.Evil"}
    (folder / "config.json").write_text(json.dumps(config))
    assert load(folder).encode(PICTURES).shape == (3, 16)
