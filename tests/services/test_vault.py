"""Tokens at rest."""

from __future__ import annotations

import pytest
from cryptography.fernet import Fernet

from services.vault import TokenUnreadable, Vault

OLD, NEW = Fernet.generate_key().decode(), Fernet.generate_key().decode()


def test_what_is_sealed_is_not_the_token_and_opens_to_it() -> None:
    vault = Vault([OLD])
    sealed = vault.seal("IGAA-токен")

    assert b"IGAA" not in sealed
    assert vault.open(sealed) == "IGAA-токен"
    assert vault.seal("IGAA-токен") != sealed


def test_a_new_key_in_front_of_the_old_one_opens_what_was_sealed_before() -> None:
    sealed = Vault([OLD]).seal("IGAA")

    assert Vault([NEW, OLD]).open(sealed) == "IGAA"
    assert Vault([NEW]).open(Vault([NEW, OLD]).seal("IGAA")) == "IGAA", "the first key seals"


@pytest.mark.parametrize(
    "sealed", [Vault([OLD]).seal("IGAA"), b"", b"IGAA", "ё".encode()], ids=["another key", "", "clear", "ё"]
)
def test_without_its_key_a_token_is_lost_and_the_error_says_so(sealed: bytes) -> None:
    with pytest.raises(TokenUnreadable, match="ENCRYPTION_KEY") as caught:
        Vault([NEW]).open(sealed)

    assert caught.value.__suppress_context__
