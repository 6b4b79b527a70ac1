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

LIFETIME = timedelta(days=60)  # of a long-lived token
YOUNGEST = timedelta(hours=24)  # a younger token cannot be refreshed


@dataclass(slots=True)
class Token:
    """One accepted token; `expires_at` is UTC."""

    value: str = field(repr=False)
    issued_at: datetime
    expires_at: datetime


@dataclass(slots=True)
class Tokens:
    """Every token of the account; the last one is the newest."""

    first: str = field(repr=False)
    invalid: bool = False
    subcode: int | None = None
    accepted: dict[str, Token] = field(default_factory=dict, repr=False)

    def __post_init__(self) -> None:
        """The configured token was issued two days ago, so that it can be refreshed at once."""
        issued = now() - timedelta(days=2)
        self.accepted[self.first] = Token(self.first, issued, issued + LIFETIME)

    def newest(self) -> Token:
        return next(reversed(self.accepted.values()))

    def accept(self, value: str) -> None:
        """One more good token, issued now."""
        self.accepted[value] = Token(value, now(), now() + LIFETIME)

    def move(self, *, issued_at: datetime | None = None, expires_at: datetime | None = None) -> None:
        """Change the times of all tokens, those that are given."""
        for token in self.accepted.values():
            token.issued_at = issued_at or token.issued_at
            token.expires_at = expires_at or token.expires_at

    def check(self, value: str | None) -> Token:
        """The token with this value if Graph accepts it now."""
        token = self.accepted.get(value or "")
        if token is None:
            raise InvalidTokenError
        if self.invalid:
            raise InvalidatedTokenError(self.subcode)
        if token.expires_at <= now():
            raise ExpiredTokenError
        return token

    def refresh(self, value: str | None, *, renamed: bool) -> Token:
        """Sixty more days, for the same string or a new one."""
        token = self.check(value)
        if now() - token.issued_at < YOUNGEST:
            # The real wording is unknown; the rule is documented.
            raise InvalidParameterError("The access token must be at least 24 hours old to be refreshed")
        return self._issue(token, renamed=renamed)

    def exchange(self, value: str | None) -> Token:
        """A long-lived token for a short-lived one; here both are the same string."""
        return self._issue(self.check(value), renamed=False)

    def _issue(self, token: Token, *, renamed: bool) -> Token:
        value = f"IGAA{secrets.token_urlsafe(48)}" if renamed else token.value
        self.accepted.pop(value, None)  # put in again, as the newest
        self.accept(value)
        return self.accepted[value]
