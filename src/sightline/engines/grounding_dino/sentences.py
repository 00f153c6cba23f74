"""Texts as the phrases of sentences, "a cat. a dog.", and which of its tokens is whose."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from sightline.core.errors import InvalidInputError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sightline.core.arrays import F64, I64

_ENDS: Final = re.compile(r"[.?]+")
"""What ends a phrase for the network: within a text it would cut it in two."""
_FRAME: Final = 2
"""Tokens about every sentence: its start and its end."""


@dataclass(frozen=True, slots=True)
class Sentence:
    """Some texts in a row."""

    text: str
    places: tuple[int, ...]
    """Which texts."""
    tokens: tuple[tuple[int, ...], ...]
    """The tokens of each, as places in the sentence's."""


def sentences(texts: Sequence[str], tokenizer: Any, length: int) -> list[Sentence]:
    """Return as few sentences of at most `length` tokens as hold all texts, in their order.

    Args:
        texts: What is asked for.
        tokenizer: Fast, so that it tells which characters a token stands for.
        length: Most tokens of a sentence.

    Raises:
        InvalidInputError: A text alone is too long, or it holds no word.
    """
    phrases = [_phrase(text) for text in texts]
    room = length - _FRAME
    parts: list[list[int]] = []
    left = 0
    for place, phrase in enumerate(phrases):
        needs = len(tokenizer(f"{phrase}.")["input_ids"]) - _FRAME
        if needs > room:
            raise InvalidInputError(
                f"{texts[place]!r} has {needs} parts, the network reads {room}",
                hint="name it in fewer words",
            )
        if needs > left:
            parts.append([])
            left = room
        parts[-1].append(place)
        left -= needs
    return [_sentence(part, [phrases[place] for place in part], tokenizer) for part in parts]


def scores_of(chances: F64, sentence: Sentence) -> tuple[F64, I64]:
    """Return how sure each query is, (Q,), and of which text, (Q,).

    A query names the text whose tokens it agrees with most on average, so that "red car" is not
    taken for "blue car" because of the car; it is as sure as of that text's likeliest token.

    Args:
        chances: (Q, tokens) 0..1.
        sentence: What the tokens are.
    """
    mean = np.stack([chances[:, list(one)].mean(axis=1) for one in sentence.tokens], axis=1)
    most = np.stack([chances[:, list(one)].max(axis=1) for one in sentence.tokens], axis=1)
    choice = mean.argmax(axis=1)
    index = np.asarray(sentence.places, np.int64)[choice]
    return most[np.arange(len(choice)), choice], index


def _phrase(text: str) -> str:
    phrase = " ".join(_ENDS.sub(" ", text.lower()).split())
    if not phrase:
        raise InvalidInputError(f"{text!r} names nothing", hint="write a word")
    return phrase


def _sentence(places: Sequence[int], phrases: Sequence[str], tokenizer: Any) -> Sentence:
    text = ". ".join(phrases) + "."
    spans, at = [], 0
    for phrase in phrases:
        spans.append((at, at + len(phrase)))
        at += len(phrase) + 2
    offsets = tokenizer(text, return_offsets_mapping=True)["offset_mapping"]
    tokens = tuple(
        tuple(
            number
            for number, (first, last) in enumerate(offsets)
            if first < last and start <= first and last <= end
        )
        for start, end in spans
    )
    return Sentence(text, tuple(places), tokens)
