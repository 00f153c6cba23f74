"""Bytes locked as `age` locks them (https://age-encryption.org/v1): any age program opens them.

By a passphrase (scrypt), or for keys of the form age1... (X25519), whose owner has the secret.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from sightline.core.errors import InvalidInputError, TooLargeError, WrongKeyError

if TYPE_CHECKING:
    from pathlib import Path

MOST_BYTES: Final = 2 << 30
"""It is done in memory."""
MOST_KEY: Final = 1 << 16
_HEADS: Final = (b"age-encryption.org/v1", b"-----BEGIN AGE ENCRYPTED FILE-----")
_IDENTITY: Final = "AGE-SECRET-KEY-1"
_PUBLIC: Final = "age1"


@dataclass(frozen=True, slots=True)
class Key:
    """What locks and opens: a passphrase, or keys for one another."""

    passphrase: str = ""
    recipients: tuple[str, ...] = ()
    """Public: for whom it is locked."""
    identities: tuple[str, ...] = ()
    """Secret: who opens it."""

    def __repr__(self) -> str:
        """Tell its kind only: what is secret does not get into logs."""
        kind = "passphrase" if self.passphrase else "identity" if self.identities else "recipient"
        return f"Key({kind})"


def parse_key(text: str) -> Key:
    """Return the key that a text is: lines of age's keys, else a passphrase.

    Lines that begin with `#`, as age-keygen writes them, are passed over beside such keys.

    Raises:
        InvalidInputError: It is empty.
    """
    lines = [one.strip() for one in text.splitlines()]
    secret = tuple(one for one in lines if one.upper().startswith(_IDENTITY))
    public = tuple(one for one in lines if one.startswith(_PUBLIC))
    if secret or public:
        return Key(recipients=public, identities=secret)
    words = text.rstrip("\r\n")
    if not words:
        raise InvalidInputError("the key is empty", hint="give a passphrase, or a key of age")
    return Key(passphrase=words)


def read_key(file: Path) -> Key:
    """Return the key in a file.

    Raises:
        InvalidInputError: It cannot be read, or is no text.
    """
    try:
        with file.open("rb") as raw:
            data = raw.read(MOST_KEY + 1)
        text = data.decode("utf-8-sig")
    except OSError as error:
        raise InvalidInputError(
            f"the key in {file} cannot be read: {error.strerror}", hint="check the path"
        ) from error
    except UnicodeDecodeError as error:
        raise InvalidInputError(
            f"{file} is no text", hint="write a passphrase into it, or a key of age"
        ) from error
    if len(data) > MOST_KEY:
        raise InvalidInputError(f"{file} is too long for a key", hint="check the path")
    return parse_key(text)


def is_locked(head: bytes) -> bool:
    """Tell whether bytes begin as a locked file does."""
    return head.startswith(_HEADS)


def lock(data: bytes, key: Key) -> bytes:
    """Return bytes that only the key's owner opens.

    Raises:
        InvalidInputError: A recipient is none.
        TooLargeError: There are more than 2 GiB.
    """
    import pyrage as age

    if len(data) > MOST_BYTES:
        raise TooLargeError("it is over 2 GiB", hint="lock it with the age program")
    try:
        if key.passphrase:
            return bytes(age.passphrase.encrypt(data, key.passphrase))
        to = [age.x25519.Recipient.from_str(one) for one in key.recipients]
        to += [age.x25519.Identity.from_str(one).to_public() for one in key.identities]
        return bytes(age.encrypt(data, to))
    except (age.RecipientError, age.IdentityError, ValueError) as error:
        raise InvalidInputError(
            f"that is no key of age: {error}", hint="it looks as age1..., from age-keygen"
        ) from error


def unlock(data: bytes, key: Key) -> bytes:
    """Return what was locked.

    Raises:
        WrongKeyError: It was locked with another key, or changed since.
    """
    import pyrage as age

    by_words = b"-> scrypt " in data[:400]
    if not key.passphrase and not key.identities:
        raise WrongKeyError(
            "a public key locks, it does not open", hint="give the file with AGE-SECRET-KEY-1..."
        )
    try:
        if key.passphrase:
            return bytes(age.passphrase.decrypt(data, key.passphrase))
        return bytes(age.decrypt(data, [age.x25519.Identity.from_str(k) for k in key.identities]))
    except (age.DecryptError, age.IdentityError, ValueError) as error:
        wants = "a passphrase" if by_words else "the secret key of one of its recipients"
        armoured = data.startswith(_HEADS[1])
        raise WrongKeyError(
            "this key does not open it, or it was changed since it was locked",
            hint="check the key" if armoured else f"it was locked for {wants}",
        ) from error
