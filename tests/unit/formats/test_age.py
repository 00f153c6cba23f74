from __future__ import annotations

from typing import TYPE_CHECKING

import pyrage
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sightline.core.errors import InvalidInputError, WrongKeyError
from sightline.formats.age import Key, is_locked, lock, parse_key, read_key, unlock

if TYPE_CHECKING:
    from pathlib import Path

OWNER = pyrage.x25519.Identity.generate()
PUBLIC = Key(recipients=(str(OWNER.to_public()),))
SECRET = Key(identities=(str(OWNER),))


@settings(max_examples=30)
@given(st.binary(max_size=300))
def test_what_is_locked_for_a_key_its_owner_reads(data: bytes) -> None:
    locked = lock(data, PUBLIC)
    assert is_locked(locked)
    assert unlock(locked, SECRET) == data
    assert pyrage.decrypt(locked, [OWNER]) == data


@pytest.mark.nightly
def test_a_passphrase_locks_and_opens_and_another_does_not() -> None:
    locked = lock(b"weights", parse_key("correct horse\n"))
    assert unlock(locked, parse_key("correct horse")) == b"weights"
    assert pyrage.passphrase.decrypt(locked, "correct horse") == b"weights"
    for wrong in (Key(passphrase="Correct horse"), SECRET):
        with pytest.raises(WrongKeyError) as caught:
            unlock(locked, wrong)
        assert "passphrase" in caught.value.hint


def test_another_key_and_changed_bytes_are_told() -> None:
    locked = lock(b"weights", PUBLIC)
    other = Key(identities=(str(pyrage.x25519.Identity.generate()),))
    changed = locked[:-1] + bytes([locked[-1] ^ 1])
    for data, key in ((locked, other), (changed, SECRET), (locked[:-3], SECRET)):
        with pytest.raises(WrongKeyError, match="does not open it"):
            unlock(data, key)
    with pytest.raises(WrongKeyError, match="does not open"):
        unlock(locked, PUBLIC)


@settings(max_examples=50)
@given(st.binary(max_size=200))
def test_no_bytes_break_the_lock(junk: bytes) -> None:
    with pytest.raises(WrongKeyError):
        unlock(b"age-encryption.org/v1\n" + junk, SECRET)


def test_a_secret_key_locks_for_its_owner() -> None:
    assert unlock(lock(b"x", SECRET), SECRET) == b"x"


def test_what_is_no_key_is_refused() -> None:
    with pytest.raises(InvalidInputError, match="no key of age"):
        lock(b"x", Key(recipients=("age1nonsense",)))
    with pytest.raises(InvalidInputError, match="empty"):
        parse_key("\n")


def test_keys_are_read_as_age_keygen_writes_them(tmp_path: Path) -> None:
    file = tmp_path / "key.txt"
    file.write_text(f"# created: today\n# public key: {OWNER.to_public()}\n{OWNER}\n")
    assert read_key(file) == SECRET
    file.write_text("a long passphrase, with words\r\n")
    assert read_key(file) == Key(passphrase="a long passphrase, with words")
    file.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(InvalidInputError, match="no text"):
        read_key(file)
    file.write_text("x" * 70_000)
    with pytest.raises(InvalidInputError, match="too long"):
        read_key(file)
    with pytest.raises(InvalidInputError, match="cannot be read"):
        read_key(tmp_path / "none")


def test_keys_do_not_show_what_they_are() -> None:
    assert str(OWNER) not in repr(SECRET)
    assert "secret words" not in repr(Key(passphrase="secret words"))
