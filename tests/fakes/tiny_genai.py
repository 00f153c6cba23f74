"""Tiny random captioners of OpenVINO GenAI and onnxruntime-genai, in the forms that they run."""

from __future__ import annotations

import json
import os
import warnings
from typing import TYPE_CHECKING, Any, Final

from fakes.tiny_captioners import write_letters

if TYPE_CHECKING:
    from pathlib import Path

KINDS: Final = ("openvino-genai", "onnxruntime-genai")
_HIDDEN: Final = 16
_HEADS: Final = 2
_HEAD: Final = _HIDDEN // _HEADS
_SIGNS: Final = {"bos_token": "<s>", "pad_token": "<pad>", "eos_token": "</s>"}
_TALK: Final = "{% for m in messages %}{{ m['role'] }}: {{ m['content'] }}\n{% endfor %}assistant:"
_PAST: Final = ("past_key_values.0.key", "past_key_values.0.value")
_PRESENT: Final = ("present.0.key", "present.0.value")


def save_genai(folder: Path, kind: str, *, seed: int = 0) -> Path:
    """Save a random model of a kind whose answers depend on the picture."""
    import torch

    torch.manual_seed(seed)
    folder.mkdir(parents=True, exist_ok=True)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        {"openvino-genai": _openvino, "onnxruntime-genai": _onnx}[kind](folder)
    return folder


def _nets(words: int, patch: int, image_token: int) -> tuple[Any, Any, Any, Any]:
    """Return networks for words, for pictures, for both together, and the one that writes."""
    import torch
    from torch import nn

    class Words(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.table = nn.Embedding(words, _HIDDEN)

        def forward(self, input: Any) -> Any:  # noqa: A002 - the name of the graph's input
            return self.table(input)

    class Pictures(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.patches = nn.Conv2d(3, _HIDDEN, patch, patch)

        def forward(self, pixel_values: Any) -> Any:
            return self.patches(pixel_values).flatten(2).transpose(1, 2)

    class Both(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.table = nn.Embedding(words, _HIDDEN)

        def forward(self, input_ids: Any, image_features: Any) -> Any:
            seen = input_ids == image_token
            rows = torch.cat([image_features.reshape(-1, _HIDDEN), torch.zeros(1, _HIDDEN)])
            place = (seen.long().cumsum(1) - 1).clamp(min=0)
            place = torch.minimum(place, torch.tensor(rows.shape[0] - 1))
            return torch.where(seen[..., None], rows[place], self.table(input_ids))

    class Writer(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.look = nn.Linear(_HIDDEN, 3 * _HIDDEN, bias=False)
            self.say = nn.Linear(_HIDDEN, words, bias=False)
            self.place = nn.Embedding(1024, _HIDDEN)

        def forward(
            self, inputs_embeds: Any, attention_mask: Any, position_ids: Any, key: Any, value: Any
        ) -> Any:
            batch, n, _ = inputs_embeds.shape
            x = inputs_embeds + self.place(position_ids)
            parts = self.look(x).chunk(3, -1)
            q, k, v = (one.view(batch, n, _HEADS, _HEAD).transpose(1, 2) for one in parts)
            k, v = torch.cat([key, k], 2), torch.cat([value, v], 2)
            row = torch.arange(n)[:, None] + (k.shape[2] - n)
            before = (torch.arange(k.shape[2])[None] <= row)[None, None]
            mask = before & (attention_mask[:, None, None, :] > 0)
            y = nn.functional.scaled_dot_product_attention(q, k, v, attn_mask=mask)
            return self.say(y.transpose(1, 2).reshape(batch, n, _HIDDEN) + x), k, v

    nets = Words(), Pictures(), Both(), Writer()
    for net in nets:
        for one in net.parameters():
            torch.nn.init.normal_(one.data, std=0.25)
        net.eval()
    return nets


def _openvino(folder: Path) -> None:
    os.environ["OPENVINO_TELEMETRY_OPT_OUT"] = "1"
    import openvino as ov
    import openvino_tokenizers
    import torch

    patch, side = 14, 28
    words, tokenizer = write_letters(
        folder, [*_SIGNS.values()], {"image_token": "<image>"}, chat_template=_TALK, **_SIGNS
    )
    table, pictures, _, writer = _nets(words, patch, 3)

    def save(model: Any, name: str) -> None:
        ov.save_model(model, folder / f"openvino_{name}.xml", compress_to_fp16=False)

    model = ov.convert_model(
        table,
        example_input=torch.zeros(1, 3, dtype=torch.long),
        input=[("input", [-1, -1], ov.Type.i64)],
    )
    model.outputs[0].get_tensor().set_names({"inputs_embeds"})
    save(model, "text_embeddings_model")
    model = ov.convert_model(pictures, example_input=torch.zeros(1, 3, side, side))
    model.inputs[0].get_tensor().set_names({"pixel_values"})
    model.outputs[0].get_tensor().set_names({"last_hidden_state"})
    save(model, "vision_embeddings_model")
    save(_with_memory(ov, writer), "language_model")
    made = openvino_tokenizers.convert_tokenizer(tokenizer, with_detokenizer=True)
    for one, name in zip(made, ("tokenizer", "detokenizer"), strict=True):
        save(one, name)
    vision = {"patch_size": patch, "image_size": side}
    text = {"model_type": "llama", "hidden_size": _HIDDEN}
    about = {"model_type": "llava", "image_token_index": 3, "hidden_size": _HIDDEN}
    _write(folder, "config", {**about, "vision_config": vision, "text_config": text})
    square = {"height": side, "width": side}
    rule = {"size": {"shortest_edge": side}, "crop_size": square, "resample": 3}
    rule |= {"image_mean": [0.48, 0.45, 0.4], "image_std": [0.26, 0.26, 0.27]}
    _write(folder, "preprocessor_config", {**rule, "do_resize": True, "do_center_crop": True})
    _write(folder, "generation_config", {"bos_token_id": 0, "eos_token_id": 2, "pad_token_id": 1})


def _with_memory(ov: Any, writer: Any) -> Any:
    """Return a writer that keeps what it has read between calls, for each of several beams."""
    import numpy as np
    import torch
    from openvino import opset13 as ops
    from openvino._offline_transformations import apply_make_stateful_transformation

    past = torch.zeros(2, _HEADS, 2, _HEAD)
    example = {
        "inputs_embeds": torch.zeros(2, 3, _HIDDEN),
        "attention_mask": torch.ones(2, 5, dtype=torch.long),
        "position_ids": torch.zeros(2, 3, dtype=torch.long),
        "key": past,
        "value": past,
    }
    model = ov.convert_model(writer, example_input=example)
    for port, name in zip(model.inputs, example, strict=True):
        port.get_tensor().set_names({name})
    for port, name in zip(model.outputs, ("logits", "new_key", "new_value"), strict=True):
        port.get_tensor().set_names({name})
    kept = ov.PartialShape([-1, _HEADS, -1, _HEAD])
    shapes = {"inputs_embeds": [-1, -1, _HIDDEN], "attention_mask": [-1, -1]}
    wide = {name: ov.PartialShape(one) for name, one in shapes.items()}
    model.reshape({**wide, "position_ids": ov.PartialShape([-1, -1]), "key": kept, "value": kept})
    beam = ops.parameter(ov.PartialShape([-1]), ov.Type.i32, name="beam_idx")
    beam.output(0).get_tensor().set_names({"beam_idx"})
    model.add_parameters([beam])
    for name in ("key", "value"):
        port = model.input(name)
        readers = port.get_target_inputs()
        chosen = ops.gather(port, beam, ops.constant(np.int64(0)))
        for one in readers:
            one.replace_source_output(chosen.output(0))
    model.validate_nodes_and_infer_types()
    apply_make_stateful_transformation(model, {"key": "new_key", "value": "new_value"})
    shape = ops.shape_of(model.input("inputs_embeds"), output_type="i64")
    batch = ops.gather(shape, ops.constant(np.array([0], np.int64)), ops.constant(np.int64(0)))
    for one in model.get_ops():
        if one.get_type_name() == "ReadValue":
            sizes = [size.min_length for size in one.get_output_partial_shape(0)][1:]
            parts = [batch, *(ops.constant(np.array([size], np.int64)) for size in sizes)]
            empty = ops.broadcast(ops.constant(np.float32(0)), ops.concat(parts, 0))
            one.set_arguments([empty])
    model.validate_nodes_and_infer_types()
    return model


def _onnx(folder: Path) -> None:
    import torch
    from torch import nn

    signs = [*_SIGNS.values(), "<start_of_image>", "<image_soft_token>", "<end_of_image>"]
    words, _ = write_letters(folder, signs, {}, chat_template=_TALK, **_SIGNS)
    told = json.loads((folder / "tokenizer_config.json").read_text())
    _write(folder, "tokenizer_config", told | {"tokenizer_class": "PreTrainedTokenizerFast"})
    _, pictures, both, writer = _nets(words, 2, 4)

    class Placed(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.writer = writer

        def forward(self, inputs_embeds: Any, attention_mask: Any, key: Any, value: Any) -> Any:
            place = (torch.arange(inputs_embeds.shape[1]) + key.shape[2])[None]
            return self.writer(inputs_embeds, attention_mask, place, key, value)

    def save(net: Any, given: Any, name: str, axes: dict[str, Any]) -> None:
        fed = [one for one in axes if axes[one].pop("in", 0)]
        torch.onnx.export(
            net.eval(),
            given,
            str(folder / f"{name}.onnx"),
            input_names=fed,
            output_names=[one for one in axes if one not in fed],
            dynamic_axes=axes,
            opset_version=17,
            dynamo=False,
        )

    line: dict[Any, Any] = {0: "batch", 1: "length"}
    axes: dict[str, Any] = {"pixel_values": {0: "n", "in": 1}, "image_features": {0: "n"}}
    save(pictures, (torch.zeros(1, 3, 32, 32),), "vision", axes)
    ids, rows = torch.zeros(1, 5, dtype=torch.long), torch.zeros(1, 4, _HIDDEN)
    axes = {"input_ids": {**line, "in": 1}, "image_features": {0: "n", 1: "rows", "in": 1}}
    save(both, (ids, rows), "embedding", {**axes, "inputs_embeds": {**line}})
    past = torch.zeros(2, _HEADS, 2, _HEAD)
    fed = torch.zeros(2, 3, _HIDDEN), torch.ones(2, 5, dtype=torch.long), past, past
    axes = {"inputs_embeds": {**line, "in": 1}, "attention_mask": {0: "batch", 1: "all", "in": 1}}
    axes |= {one: {0: "batch", 2: "past", "in": 1} for one in _PAST}
    axes |= {"logits": {**line}} | {one: {0: "batch", 2: "all"} for one in _PRESENT}
    save(Placed(), fed, "text", axes)
    _write(folder, "genai_config", _genai(words))
    _write(folder, "processor_config", {"processor": {"name": "tiny", "transforms": _STEPS}})


def _genai(words: int) -> dict[str, Any]:
    vision = {"filename": "vision.onnx", "config_filename": "processor_config.json"}
    both = {"input_ids": "input_ids", "image_features": "image_features"}
    names = {"past_key_names": "past_key_values.%d.key"}
    names |= {"past_value_names": "past_key_values.%d.value"}
    later = {"present_key_names": "present.%d.key", "present_value_names": "present.%d.value"}
    sizes = {"head_size": _HEAD, "hidden_size": _HIDDEN, "num_attention_heads": _HEADS}
    sizes |= {"num_key_value_heads": _HEADS, "num_hidden_layers": 1}
    ends = {"bos_token_id": 0, "eos_token_id": [2], "pad_token_id": 1}
    model = {
        "type": "gemma3",
        **ends,
        "context_length": 1024,
        "vocab_size": words,
        "vision": {
            **vision,
            "inputs": {"pixel_values": "pixel_values"},
            "outputs": {"image_features": "image_features"},
        },
        "embedding": {
            "filename": "embedding.onnx",
            "inputs": both,
            "outputs": {"inputs_embeds": "inputs_embeds"},
        },
        "decoder": {
            "filename": "text.onnx",
            "session_options": {"provider_options": []},
            **sizes,
            "inputs": {
                "inputs_embeds": "inputs_embeds",
                "attention_mask": "attention_mask",
                **names,
            },
            "outputs": {"logits": "logits", **later},
        },
    }
    search = {"do_sample": False, "max_length": 1024, "num_beams": 1}
    return {"model": model, "search": {**search, "past_present_share_buffer": False}}


def _step(name: str, **attrs: Any) -> dict[str, Any]:
    return {
        "operation": {"name": name.lower(), "type": name, **({"attrs": attrs} if attrs else {})}
    }


_STEPS: Final = [
    _step("DecodeImage", color_space="RGB"),
    _step("Resize", interpolation="CUBIC", width=32, height=32, keep_aspect_ratio=0),
    _step("Rescale"),
    _step("Normalize", mean=[0.5, 0.5, 0.5], std=[0.5, 0.5, 0.5]),
    _step("Permute3D", dims=[2, 0, 1]),
]


def _write(folder: Path, name: str, value: dict[str, Any]) -> None:
    (folder / f"{name}.json").write_text(json.dumps(value))
