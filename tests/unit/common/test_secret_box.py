"""Secrets at rest."""

from __future__ import annotations

import pytest
from cryptography.fernet import Fernet
from hypothesis import given
from hypothesis import strategies as st

from sdr_common.errors import ErrorKind
from sdr_common.secret_box import SecretBox, SecretUnreadable

OLD = "b2xkLWtleS1vbGQta2V5LW9sZC1rZXktb2xkLWtleSE="
NEW = "bmV3LWtleS1uZXcta2V5LW5ldy1rZXktbmV3LWtleSE="


@given(st.text(st.characters(codec="utf-8"), max_size=200))
def test_what_was_sealed_opens_again(secret: str) -> None:
    box = SecretBox(OLD)
    assert box.open(box.seal(secret)) == secret


def test_two_seals_of_one_secret_differ_and_neither_shows_it() -> None:
    box = SecretBox(OLD)
    first, second = box.seal("token-1234"), box.seal("token-1234")
    assert first != second
    assert b"token-1234" not in first


def test_a_derived_secret_follows_from_the_first_key_and_the_purpose() -> None:
    secret = SecretBox(OLD).derive("path-secret/7")
    assert len(secret) == 32
    assert SecretBox(f"{OLD},{NEW}").derive("path-secret/7") == secret
    assert SecretBox(OLD).derive("path-secret/8") != secret
    assert SecretBox(NEW).derive("path-secret/7") != secret


def test_a_new_key_in_front_still_opens_what_the_old_one_sealed() -> None:
    sealed = SecretBox(OLD).seal("token")
    assert SecretBox(f"{NEW}, {OLD}").open(sealed) == "token"


def test_the_first_key_seals_so_the_old_one_can_go_after_a_new_seal() -> None:
    both = SecretBox(f"{NEW},{OLD}")
    again = both.seal(both.open(SecretBox(OLD).seal("token")))
    assert SecretBox(NEW).open(again) == "token"
    with pytest.raises(SecretUnreadable):
        SecretBox(OLD).open(again)


@pytest.mark.parametrize("position", [0, 1, 12, 30, -20, -1])
def test_a_changed_byte_is_noticed(position: int) -> None:
    sealed = bytearray(SecretBox(OLD).seal("token-token-token"))
    sealed[position] = ord("A") if sealed[position] != ord("A") else ord("B")
    if position == -1:
        sealed[position] = ord("x")  # the padding: "A" would be as good as "="
    with pytest.raises(SecretUnreadable) as refused:
        SecretBox(OLD).open(bytes(sealed))
    assert refused.value.kind is ErrorKind.INTERNAL
    assert "SDR_SECRET_KEY" in refused.value.message


def test_a_memoryview_of_the_database_driver_opens() -> None:
    box = SecretBox(OLD)
    assert box.open(memoryview(box.seal("token"))) == "token"  # type: ignore[arg-type]  # as psycopg may give it


@pytest.mark.parametrize("keys", ["", " , ", "short", f"{OLD},nonsense"])
def test_keys_of_a_wrong_form_are_refused(keys: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        SecretBox(keys)


def test_a_key_made_by_fernet_fits() -> None:
    assert SecretBox(Fernet.generate_key().decode()).seal("x")
