"""Texts as the numbers that a text network of CLIP's kind reads."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sightline.core.errors import InvalidInputError

if TYPE_CHECKING:
    from collections.abc import Sequence


def clip_tokens(tokenizer: Any, texts: Sequence[str], length: int) -> dict[str, Any]:
    """Return tensors `input_ids` and `attention_mask` (N, length) of N texts.

    Raises:
        InvalidInputError: A text is longer than what the network reads; it would be cut in silence.
    """
    for text, ids in zip(texts, tokenizer(list(texts))["input_ids"], strict=True):
        if len(ids) > length:
            raise InvalidInputError(
                f"{text!r} has {len(ids)} parts, the network reads {length}",
                hint="name it in fewer words",
            )
    made = tokenizer(list(texts), padding="max_length", max_length=length, return_tensors="pt")
    return {name: made[name] for name in ("input_ids", "attention_mask")}
