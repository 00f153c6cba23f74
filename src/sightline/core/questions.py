"""What is asked of a network that follows instructions, in each language."""

from __future__ import annotations

from typing import Final

from sightline.core.narration import LANGUAGES

_SENTENCE: Final = {
    "en": "Describe what this picture shows in one short sentence.",
    "de": "Beschreibe in einem kurzen Satz auf Deutsch, was dieses Bild zeigt.",
    "es": "Describe en una frase corta en español lo que muestra esta imagen.",
    "fr": "Décris en une courte phrase en français ce que montre cette image.",
    "hi": "यह चित्र क्या दिखाता है, एक छोटे वाक्य में हिन्दी में बताइए।",
    "hu": "Írd le egy rövid magyar mondatban, mit mutat ez a kép.",
    "zh": "请用一句简短的中文描述这张图片。",
}
ENGLISH: Final = LANGUAGES[:1]


def language(wanted: str, known: tuple[str, ...]) -> str:
    """Return the language to write in: the one wanted, as `de` or `de-AT`, or the first known."""
    plain = wanted.replace("_", "-").partition("-")[0].lower()
    return plain if plain in known else known[0]


def question(lang: str, prompt: str) -> str:
    """Return what is asked: a person's own words, or the usual sentence."""
    return prompt.strip() or _SENTENCE[lang]
