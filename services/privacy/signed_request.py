"""What Meta posts when a person takes access away or asks for erasure: `base64url(sig).base64url(json)`.

The signature is a raw HMAC-SHA256 over the *encoded* payload (datasheet, §6). Which secret signs differs
between the login flavours, so every configured one is tried.
"""

from __future__ import annotations

import binascii
import hmac
import re
from base64 import urlsafe_b64decode
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import orjson

from services.ingest.envelope import moment

ALGORITHM = "HMAC-SHA256"
LONGEST = 4096  # characters; a real one has about 200
CLOCKS = timedelta(minutes=10)
"""How far Meta's clock may be ahead of ours."""
REPEATED = timedelta(hours=36)
"""How long after its end a request is still taken: Meta repeats what was not answered for 36 hours.

A replayed one asks for the same person's erasure once more, and for nothing else.
"""

_PARTS = re.compile(r"([A-Za-z0-9_-]{43})\.([A-Za-z0-9_-]+)", re.ASCII)  # 32 bytes without padding
_ID = re.compile(r"[0-9]{1,32}", re.ASCII)


class SignedRequestInvalid(Exception):
    """The signed_request was not made by Meta for this app, or is too old."""

    def __init__(self) -> None:
        super().__init__(self.__doc__)


@dataclass(frozen=True, slots=True)
class SignedRequest:
    """Whom it is about: a person by app-scoped id, or a Page that removed the app. One of them is given."""

    user_id: str | None
    profile_id: str | None = None
    issued_at: datetime | None = None


def parse(value: str, secrets: Sequence[bytes], *, now: datetime) -> SignedRequest:
    """Verify and read the form's `signed_request`; `now` is aware.

    Nothing of the payload is looked at before the signature fits. Raises SignedRequestInvalid, and nothing
    else whatever the value is.
    """
    parts = _PARTS.fullmatch(value) if len(value) <= LONGEST else None
    if parts is None:
        raise SignedRequestInvalid
    signature, payload = parts.groups()
    if not _fits(_decoded(signature), payload.encode(), secrets):
        raise SignedRequestInvalid
    return _read(_decoded(payload), now)


def _fits(signature: bytes, payload: bytes, secrets: Sequence[bytes]) -> bool:
    """Every secret is tried whatever the others gave; an empty one never fits: anyone can sign with it."""
    fits = [
        hmac.compare_digest(hmac.digest(secret, payload, "sha256"), signature) for secret in secrets if secret
    ]
    return any(fits)


def _decoded(part: str) -> bytes:
    try:
        return urlsafe_b64decode(part + "=" * (-len(part) % 4))
    except binascii.Error:
        raise SignedRequestInvalid from None


def _read(payload: bytes, now: datetime) -> SignedRequest:
    try:
        given = orjson.loads(payload)
    except orjson.JSONDecodeError:
        raise SignedRequestInvalid from None
    if not isinstance(given, dict) or given.get("algorithm") != ALGORITHM:
        raise SignedRequestInvalid
    issued_at, expires = _time(given, "issued_at"), _time(given, "expires")
    last = expires or issued_at
    if (issued_at is not None and issued_at > now + CLOCKS) or (last is not None and last + REPEATED < now):
        raise SignedRequestInvalid
    user_id, profile_id = _id(given, "user_id"), _id(given, "profile_id")
    if user_id is None and profile_id is None:
        raise SignedRequestInvalid
    return SignedRequest(user_id, profile_id, issued_at)


def _time(given: dict[str, Any], name: str) -> datetime | None:
    """A Unix time; None where there is none, or 0 for “never”."""
    value = given.get(name)
    if value is None or (value == 0 and not isinstance(value, bool)):
        return None
    at = moment(value)
    if at is None:
        raise SignedRequestInvalid
    return at


def _id(given: dict[str, Any], name: str) -> str | None:
    """An id, string or number; None where there is none, or 0: a Page comes with `user_id` 0."""
    value = given.get(name)
    if value is None or isinstance(value, bool):
        return None
    text = str(value) if isinstance(value, int | str) else ""
    if not _ID.fullmatch(text):
        raise SignedRequestInvalid
    return text if text.strip("0") else None
