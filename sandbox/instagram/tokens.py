"""Access tokens that Graph accepts, and how long."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sandbox.instagram.errors import (
    ExpiredTokenError,
    InvalidatedTokenError,
    InvalidParameterError,
    InvalidTokenError,
)
from sandbox.instagram.model import now
from sandbox.instagram.permissions import EVERYTHING, Scope

LIFETIME = timedelta(days=60)  # of a long-lived token
SHORT_LIFETIME = timedelta(hours=1)  # of the one that a code is exchanged for
YOUNGEST = timedelta(hours=24)  # a younger token cannot be refreshed


@dataclass(slots=True)
class Token:
    """One issued token; times are UTC. An `invalid` one is refused with its `subcode`."""

    value: str = field(repr=False)
    issued_at: datetime
    expires_at: datetime
    scopes: frozenset[Scope] = EVERYTHING
    long_lived: bool = True
    invalid: bool = False
    subcode: int | None = None


@dataclass(slots=True)
class Tokens:
    """Every token of the account; the last one is the newest."""

    first: str = field(repr=False)
    issued: dict[str, Token] = field(default_factory=dict, repr=False)

    def __post_init__(self) -> None:
        """The configured token was issued two days ago, so that it can be refreshed at once."""
        issued = now() - timedelta(days=2)
        self.issued[self.first] = Token(self.first, issued, issued + LIFETIME)

    def newest(self) -> Token:
        return next(reversed(self.issued.values()))

    def accept(self, value: str, *, scopes: frozenset[Scope] = EVERYTHING, long_lived: bool = True) -> Token:
        """One more good token, issued now."""
        life = LIFETIME if long_lived else SHORT_LIFETIME
        self.issued.pop(value, None)  # put in again, as the newest
        self.issued[value] = Token(value, now(), now() + life, scopes, long_lived)
        return self.issued[value]

    def allow(self, scopes: frozenset[Scope]) -> None:
        """Change what all tokens may: a person takes a permission back in the app, or gives one."""
        for token in self.issued.values():
            token.scopes = scopes

    def invalidate(self, subcode: int | None) -> None:
        """Refuse every token there is; later ones are good."""
        for token in self.issued.values():
            token.invalid, token.subcode = True, subcode

    def restore(self) -> None:
        """Take back `invalidate`."""
        for token in self.issued.values():
            token.invalid, token.subcode = False, None

    def move(self, *, issued_at: datetime | None = None, expires_at: datetime | None = None) -> None:
        """Change the times of all tokens, those that are given."""
        for token in self.issued.values():
            token.issued_at = issued_at or token.issued_at
            token.expires_at = expires_at or token.expires_at

    def check(self, value: str | None) -> Token:
        """The token with this value if Graph accepts it now."""
        token = self.issued.get(value or "")
        if token is None:
            raise InvalidTokenError
        if token.invalid:
            raise InvalidatedTokenError(token.subcode)
        if token.expires_at <= now():
            raise ExpiredTokenError
        return token

    def refresh(self, token: Token, *, renamed: bool) -> Token:
        """Sixty more days, for the same string or a new one."""
        if now() - token.issued_at < YOUNGEST:
            # The real wording is unknown; the rule is documented.
            raise InvalidParameterError("The access token must be at least 24 hours old to be refreshed")
        return self.accept(new_token() if renamed else token.value, scopes=token.scopes)

    def exchange(self, token: Token) -> Token:
        """A new long-lived token for a short-lived one; a long-lived one stays the same string."""
        return self.accept(token.value if token.long_lived else new_token(), scopes=token.scopes)


def new_token() -> str:
    return f"IGAA{secrets.token_urlsafe(48)}"
