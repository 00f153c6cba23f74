"""The encoder that a head stands on: found by what it is, refused when it is another."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sightline.core.errors import InvalidInputError, SightlineError, UnknownEngineError

if TYPE_CHECKING:
    from sightline.app.embedding.encoders import Encoders
    from sightline.heads.bundle import HeadBundle


def encoder_of(encoders: Encoders, bundle: HeadBundle) -> str:
    """Return what the encoder that a head stands on is called here.

    Raises:
        UnknownEngineError: It is gone.
        InvalidInputError: It has changed since, or gives vectors of another length.
    """
    key, dim = _known(encoders, bundle.encoder)
    if key and bundle.encoder_key in {"", key}:
        return _of_length(bundle, bundle.encoder, dim)
    for name in encoders.names():
        found, dim = _known(encoders, name)
        if found == bundle.encoder_key:
            return _of_length(bundle, name, dim)
    if key:
        raise InvalidInputError(
            f"the encoder {bundle.encoder} has changed since this head was trained on it",
            hint="train the head again, or bring back the model as it was",
        )
    raise UnknownEngineError(
        f"this head stands on the encoder {bundle.encoder}, which is not here",
        hint=f"add it, as in `sightline models pull {bundle.encoder}`, or train another head",
    )


def _known(encoders: Encoders, name: str) -> tuple[str, int]:
    """Return key and length of vectors (0: not known) of an encoder; no key: there is none."""
    try:
        return encoders.key_of(name), encoders.dim_of(name)
    except SightlineError:
        return "", 0


def _of_length(bundle: HeadBundle, name: str, dim: int) -> str:
    if dim and dim != bundle.dim:
        raise InvalidInputError(
            f"the encoder {name} gives {dim} numbers, this head was trained on {bundle.dim}",
            hint="name the encoder that it was trained on, or train it again",
        )
    return name
