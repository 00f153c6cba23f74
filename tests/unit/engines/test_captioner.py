"""Captioners from a folder: the words of transformers itself, with how sure it was of them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from fakes.tiny_captioners import KINDS, save_captioner
from sightline.core.errors import InvalidInputError, MissingWeightsError
from sightline.core.narration import LANGUAGES
from sightline.core.ports import Captioner
from sightline.core.questions import language, question
from sightline.engines.captioner.engine import CLASSES, TransformerCaptioner, load_captioner
from sightline.store.caption_plan import CAPTION_KINDS
from sightline.store.model_plan import ImportOptions
from sightline.store.models import ModelStore

if TYPE_CHECKING:
    from pathlib import Path

PICTURE = np.random.default_rng(0).integers(0, 256, (48, 80, 3), dtype=np.uint8)
OTHER = np.random.default_rng(1).integers(0, 256, (90, 60, 3), dtype=np.uint8)
EACH = [one if one == "blip" else pytest.param(one, marks=pytest.mark.nightly) for one in KINDS]


def loaded(tmp_path: Path, kind: str, **options: Any) -> TransformerCaptioner:
    store = ModelStore(tmp_path / "models")
    folder = save_captioner(tmp_path / kind, kind, **options)
    card = store.add_file(folder, ImportOptions(name=kind))
    assert (card.kind, card.format, card.network) == ("captioner", "transformers", kind)
    return load_captioner(path=store.path_of(card), card=card)


def asked(tmp_path: Path, kind: str, image: Any) -> tuple[str, float]:
    """Ask transformers as its documentation does, from the folder itself."""
    import torch
    import transformers as package

    transformers: Any = package
    folder = str(tmp_path / kind)
    net = getattr(transformers, CLASSES[kind]).from_pretrained(folder).eval()
    processor = transformers.AutoProcessor.from_pretrained(folder)
    text: Any = {"blip": None, "florence2": "<CAPTION>", "qwen2_5_vl": ""}[kind]
    if kind == "qwen2_5_vl":
        said = [{"type": "image"}, {"type": "text", "text": question("en", "")}]
        talk = [{"role": "user", "content": said}]
        text = [processor.apply_chat_template(talk, add_generation_prompt=True, tokenize=False)]
    given = processor(images=image, text=text, return_tensors="pt")
    made = net.generate(
        **given,
        max_new_tokens=10,
        num_beams=1,
        do_sample=False,
        output_scores=True,
        return_dict_in_generate=True,
    )
    new = made.sequences[0, -len(made.scores) :]
    words = processor.batch_decode(new[None], skip_special_tokens=True)[0]
    asker = getattr(net, "text_decoder", net)
    sure = asker.compute_transition_scores(made.sequences, made.scores, normalize_logits=True)
    kept = [
        float(value)
        for value, token in zip(sure[0], new, strict=True)
        if int(token)
        not in ({0, 3} if kind == "blip" else {1, 2} if kind == "florence2" else {0, 2})
        and torch.isfinite(value)
    ]
    return " ".join(words.split()), float(np.exp(np.mean(kept)))


@pytest.mark.parametrize("kind", EACH)
def test_sentences_are_those_of_transformers_itself(tmp_path: Path, kind: str) -> None:
    engine = loaded(tmp_path, kind)
    assert isinstance(engine, Captioner)
    for image in (PICTURE, OTHER):
        found = engine.caption(image, max_tokens=10)
        text, sure = asked(tmp_path, kind, image)
        assert found.text == text
        assert found.lang == "en"
        assert found.confidence == pytest.approx(sure, rel=1e-4)
    assert engine.caption(PICTURE, max_tokens=10) == engine.caption(PICTURE, max_tokens=10)
    assert len(engine.caption(PICTURE, max_tokens=1).text) <= len(engine.caption(PICTURE).text)


@pytest.mark.nightly
def test_only_who_follows_instructions_writes_other_languages(tmp_path: Path) -> None:
    english = loaded(tmp_path, "florence2")
    assert english.caption(PICTURE, lang="de", max_tokens=4).lang == "en"
    many = loaded(tmp_path, "qwen2_5_vl")
    assert many.languages == LANGUAGES
    said = {lang: many.caption(PICTURE, lang=lang, max_tokens=4) for lang in LANGUAGES}
    assert {lang: one.lang for lang, one in said.items()} == {one: one for one in LANGUAGES}
    assert many.caption(PICTURE, lang="tlh", max_tokens=4).lang == "en"
    mine = many.caption(PICTURE, prompt="what is red", max_tokens=12)
    assert mine.text != many.caption(PICTURE, max_tokens=12).text


@pytest.mark.nightly
def test_weights_in_several_files_are_one_model(tmp_path: Path) -> None:
    whole = loaded(tmp_path / "whole", "blip").caption(PICTURE, max_tokens=8)
    parts = loaded(tmp_path / "parts", "blip", shard="20KB")
    assert (tmp_path / "parts" / "blip" / "model.safetensors.index.json").is_file()
    found = parts.caption(PICTURE, max_tokens=8)
    assert found.text == whole.text
    assert found.confidence == pytest.approx(whole.confidence, abs=1e-6)


def test_a_language_is_found_by_its_code_or_falls_back() -> None:
    assert language("de-AT", LANGUAGES) == "de"
    assert language("ZH_hans", LANGUAGES) == "zh"
    assert language("tlh", LANGUAGES) == "en"
    assert {question(one, " ") for one in LANGUAGES} == {question(one, "") for one in LANGUAGES}
    assert question("hu", " Hány autó van itt? ") == "Hány autó van itt?"


def test_every_kind_that_is_stored_can_be_loaded() -> None:
    assert set(CAPTION_KINDS) == set(CLASSES) == set(KINDS)


def written(tmp_path: Path, **files: Any) -> Path:
    folder = tmp_path / "folder"
    folder.mkdir()
    (folder / "config.json").write_text(json.dumps({"model_type": "blip"}))
    for name, value in files.items():
        (folder / name.replace("__", ".")).write_text(json.dumps(value))
    return folder


def test_folders_that_lack_something_are_refused(tmp_path: Path) -> None:
    store = ModelStore(tmp_path / "models")
    options = ImportOptions(name="mine")
    folder = written(tmp_path, model__safetensors={})
    with pytest.raises(InvalidInputError, match="no tokenizer"):
        store.add_file(folder, options)
    (folder / "vocab.txt").write_text("a\n")
    with pytest.raises(InvalidInputError, match=r"preprocessor_config\.json"):
        store.add_file(folder, options)
    assert store.list() == []


def test_an_index_of_weights_names_files_that_are_there(tmp_path: Path) -> None:
    store = ModelStore(tmp_path / "models")
    options = ImportOptions(name="mine")
    index = "model__safetensors__index__json"
    rule = {"size": {"height": 32, "width": 32}}
    folder = written(tmp_path, preprocessor_config__json=rule, **{index: {"weight_map": {}}})
    (folder / "vocab.txt").write_text("a\n")
    with pytest.raises(InvalidInputError, match="does not name files"):
        store.add_file(folder, options)
    path = folder / "model.safetensors.index.json"
    path.write_text(json.dumps({"weight_map": {"a": "../../secret.safetensors"}}))
    with pytest.raises(InvalidInputError, match="does not name files"):
        store.add_file(folder, options)
    path.write_text(json.dumps({"weight_map": {"a": "one.safetensors", "b": "two.safetensors"}}))
    (folder / "one.safetensors").write_bytes(b"1")
    with pytest.raises(MissingWeightsError, match=r"1 of 2 .*two\.safetensors"):
        store.add_file(folder, options)
    (folder / "two.safetensors").write_bytes(b"2")
    card = store.add_file(folder, options)
    assert card.file == path.name
    assert {"one.safetensors", "two.safetensors"} <= set(card.files)
    assert store.verify(card.id) == card
    (store.path_of(card).parent / "two.safetensors").write_bytes(b"3")
    with pytest.raises(InvalidInputError, match="has changed"):
        store.verify(card.id)
