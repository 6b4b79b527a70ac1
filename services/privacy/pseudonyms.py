"""Keyed hashes of ids and names: they recognise somebody, and tell nobody who it was."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Collection, Sequence

ERASED = "erased:"
"""What every pseudonym begins with; no id of Instagram does."""


class Pseudonyms:
    """The first key makes; every key recognises, so that ENCRYPTION_KEY can be rotated."""

    def __init__(self, keys: Sequence[bytes]) -> None:
        self._keys = keys

    def of_id(self, instagram_id: str) -> str:
        """What stands in a row in place of a person's id: the same for the same person."""
        return ERASED + _hashed(self._keys[0], f"id:{instagram_id}")[:32]

    def of_author(self, instagram_id: str | None, username: str | None) -> str | None:
        """As `of_id`, by the name where no id is known; None where neither is. A pseudonym stays."""
        if instagram_id is not None:
            return instagram_id if instagram_id.startswith(ERASED) else self.of_id(instagram_id)
        if username is None:
            return None
        return ERASED + _hashed(self._keys[0], f"name:{username.lower()}")[:32]

    def id_hash(self, instagram_id: str) -> str:
        """A person's id in a tombstone."""
        return _hashed(self._keys[0], f"id:{instagram_id}")

    def username_hash(self, username: str) -> str:
        """A person's name in a tombstone; upper and lower case are one."""
        return _hashed(self._keys[0], f"name:{username.lower()}")

    def account_hash(self, instagram_id: str) -> str:
        """One of our accounts in a tombstone."""
        return _hashed(self._keys[0], f"account:{instagram_id}")

    def recognised(
        self, ids: Collection[str], usernames: Collection[str], account: str | None = None
    ) -> list[str]:
        """Every hash, by every key, that a tombstone of one of these may carry."""
        names = [f"id:{one}" for one in ids] + [f"name:{one.lower()}" for one in usernames]
        if account is not None:
            names.append(f"account:{account}")
        return [_hashed(key, name) for key in self._keys for name in names]


def _hashed(key: bytes, name: str) -> str:
    return hmac.new(key, name.encode("utf-8", "replace"), hashlib.sha256).hexdigest()
