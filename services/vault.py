"""Access tokens at rest: encrypted, with keys that rotate."""

from __future__ import annotations

from collections.abc import Sequence

from cryptography.fernet import Fernet, InvalidToken, MultiFernet


class TokenUnreadable(Exception):
    """A stored token needs a key that ENCRYPTION_KEY no longer holds: connect the account again."""

    def __init__(self) -> None:
        super().__init__(self.__doc__)


class Vault:
    """The first key encrypts; every key decrypts, so that a new one can be put in front of the old."""

    def __init__(self, keys: Sequence[str]) -> None:
        self._keys = MultiFernet([Fernet(key) for key in keys])

    def seal(self, token: str) -> bytes:
        """The token as it is stored."""
        return self._keys.encrypt(token.encode())

    def open(self, sealed: bytes) -> str:
        """The token in clear; raises TokenUnreadable."""
        try:
            return self._keys.decrypt(sealed).decode()
        except InvalidToken:
            raise TokenUnreadable from None

    def resealed(self, sealed: bytes) -> bytes:
        """The same token, sealed with the first key; raises TokenUnreadable."""
        try:
            return self._keys.rotate(sealed)
        except InvalidToken:
            raise TokenUnreadable from None
