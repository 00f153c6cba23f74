"""Tiny random captioners, saved as people find them: folders of transformers."""

from __future__ import annotations

import json
import warnings
from typing import TYPE_CHECKING, Any, Final

from fakes.tiny_detectors import stir

if TYPE_CHECKING:
    from pathlib import Path

KINDS: Final = ("blip", "florence2", "qwen2_5_vl")
WORDS: Final = (
    "a", "the", "cat", "dog", "red", "car", "on", "street", "picture", "of", "what", "does",
    "image", "describe", "one", "sentence", "in", "and", "is",
)  # fmt: skip
_SMALL: Final[dict[str, Any]] = {
    "hidden_size": 16,
    "intermediate_size": 32,
    "num_hidden_layers": 1,
    "num_attention_heads": 2,
}
_TALK: Final = (
    "{% for m in messages %}<|im_start|>{{ m.role }}\n{% for c in m.content %}"
    "{% if c.type == 'image' %}<|vision_start|><|image_pad|><|vision_end|>"
    "{% else %}{{ c.text }}{% endif %}{% endfor %}<|im_end|>\n{% endfor %}<|im_start|>assistant\n"
)


def save_captioner(folder: Path, kind: str, *, seed: int = 0, shard: str = "") -> Path:
    """Save a random network of a kind whose answers are far from 0, with its processor's files.

    Args:
        folder: Made when it is not there.
        kind: One of KINDS.
        seed: Another gives other answers.
        shard: Size of a file of weights, as transformers reads it; empty: one file.
    """
    from sightline.nets import torchvision_shim

    torchvision_shim.install()
    import torch
    import transformers as package

    transformers: Any = package

    torch.manual_seed(seed)
    folder.mkdir(parents=True, exist_ok=True)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        transformers.utils.logging.disable_progress_bar()
        net = {"blip": _blip, "florence2": _florence, "qwen2_5_vl": _qwen}[kind](
            transformers, folder
        )
        stir(net)
        net.save_pretrained(str(folder), **({"max_shard_size": shard} if shard else {}))
    return folder


def _blip(transformers: Any, folder: Path) -> Any:
    words = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "[DEC]", *WORDS]
    (folder / "vocab.txt").write_text("\n".join(words) + "\n")
    told = {"tokenizer_class": "BertTokenizer", "do_lower_case": True}
    (folder / "tokenizer_config.json").write_text(json.dumps(told))
    _rule(folder, "Blip", size={"height": 32, "width": 32})
    text = {**_SMALL, "vocab_size": len(words), "encoder_hidden_size": 16, "projection_dim": 16}
    ends = {"bos_token_id": 5, "pad_token_id": 0, "eos_token_id": 3, "sep_token_id": 3}
    return transformers.BlipForConditionalGeneration(
        transformers.BlipConfig(
            text_config={**text, **ends, "max_position_embeddings": 64},
            vision_config={**_SMALL, "image_size": 32, "patch_size": 8, "projection_dim": 16},
            projection_dim=16,
            image_text_hidden_size=16,
        )
    )


def _florence(transformers: Any, folder: Path) -> Any:
    signs = {"bos_token": "<s>", "pad_token": "<pad>", "eos_token": "</s>", "unk_token": "<unk>"}
    size, _ = write_letters(folder, [*signs.values()], {"image_token": "<image>"}, **signs)
    square = {"height": 64, "width": 64}
    _rule(folder, "Florence2", "CLIP", size=square, image_seq_length=5, do_center_crop=False)
    text = {"model_type": "bart", "vocab_size": size, "d_model": 16}
    text |= dict.fromkeys(("encoder_layers", "decoder_layers"), 1)
    text |= dict.fromkeys(("encoder_attention_heads", "decoder_attention_heads"), 2)
    text |= dict.fromkeys(("encoder_ffn_dim", "decoder_ffn_dim"), 32)
    ends = {"bos_token_id": 0, "pad_token_id": 1, "decoder_start_token_id": 2}
    ends |= {"eos_token_id": 2, "forced_eos_token_id": 2}
    vision = {"embed_dim": [8, 8, 16, 16], "depths": [1, 1, 1, 1], "window_size": 4}
    vision |= {"num_heads": [1, 1, 2, 2], "num_groups": [1, 1, 2, 2], "projection_dim": 16}
    vision |= {"max_temporal_embeddings": 4, "max_position_embeddings": 8}
    return transformers.Florence2ForConditionalGeneration(
        transformers.Florence2Config(
            vision_config=vision,
            text_config={**text, **ends, "max_position_embeddings": 256},
            image_token_id=4,
        )
    )


def _qwen(transformers: Any, folder: Path) -> Any:
    signs = ["<|endoftext|>", "<|im_start|>", "<|im_end|>", "<|vision_start|>", "<|vision_end|>"]
    extra = {"image_token": "<|image_pad|>", "video_token": "<|video_pad|>"}
    ends = {"eos_token": "<|im_end|>", "pad_token": "<|endoftext|>"}
    size, _ = write_letters(folder, signs, extra, chat_template=_TALK, **ends)
    pixels = {"min_pixels": 3136, "max_pixels": 12544}
    sides = {"patch_size": 14, "temporal_patch_size": 2, "merge_size": 2}
    _rule(folder, "Qwen2_5_VL", "Qwen2VL", **pixels, **sides)
    text = {**_SMALL, "vocab_size": size, "num_key_value_heads": 1, "max_position_embeddings": 512}
    text |= {"rope_scaling": {"type": "mrope", "mrope_section": [1, 1, 2]}}
    text |= {"bos_token_id": 0, "eos_token_id": 2, "pad_token_id": 0}
    vision = {"depth": 1, "hidden_size": 16, "intermediate_size": 32, "num_heads": 2}
    vision |= {"out_hidden_size": 16, "patch_size": 14, "window_size": 56}
    return transformers.Qwen2_5_VLForConditionalGeneration(
        transformers.Qwen2_5_VLConfig(
            text_config=text,
            vision_config={**vision, "fullatt_block_indexes": [0]},
            vision_start_token_id=3,
            vision_end_token_id=4,
            image_token_id=5,
            video_token_id=6,
        )
    )


def write_letters(
    folder: Path, signs: list[str], extra: dict[str, str], **about: Any
) -> tuple[int, Any]:
    """Write a tokenizer of bytes and a few words; return how many tokens it knows, and itself."""
    import transformers as package
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers

    special = [*signs, *extra.values()]
    names = [*special, *WORDS, *(f"Ġ{word}" for word in WORDS)]
    letters = [one for one in sorted(pre_tokenizers.ByteLevel.alphabet()) if one not in names]
    table = {name: at for at, name in enumerate([*names, *letters])}
    made = Tokenizer(models.BPE(vocab=table, merges=[]))
    made.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    made.decoder = decoders.ByteLevel()
    made.add_special_tokens(special)
    transformers: Any = package
    tokenizer = transformers.PreTrainedTokenizerFast(
        tokenizer_object=made, extra_special_tokens=extra, **about
    )
    tokenizer.save_pretrained(str(folder))
    return len(table), tokenizer


def _rule(folder: Path, kind: str, pictures: str = "", **more: Any) -> None:
    said = {
        "image_processor_type": f"{pictures or kind}ImageProcessor",
        "processor_class": f"{kind}Processor",
        "image_mean": [0.48, 0.45, 0.4],
        "image_std": [0.26, 0.26, 0.27],
        "resample": 3,
    }
    (folder / "preprocessor_config.json").write_text(json.dumps(said | more))
