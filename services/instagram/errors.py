"""What an answer of the Graph API means for us: the tables of the datasheet's §4.4 and §5.3.

Classification reads `code`, `error_subcode` and `is_transient`, never the HTTP status alone: every row of
Meta's own table is HTTP 400, and outages answer 500 with a proper envelope.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final
from urllib.parse import quote, quote_plus

from services.ingest.document import readable


class Trouble(StrEnum):
    """Classes of errors, each with one reaction."""

    TRANSIENT = "transient"  # read again; a write becomes ambiguous
    THROTTLED = "throttled"  # wait
    AUTH = "auth"  # stop the account's sending, tell the owner
    GONE = "gone"  # the comment was deleted or is out of reach
    REFUSED = "refused"  # permanent for this object
    POLICY = "policy"  # Meta holds the content or the account back: a human decides
    PERMISSION = "permission"  # the app may not: tell the owner
    AMBIGUOUS = "ambiguous"  # a write that may have happened: read back before anything else


class Remedy(StrEnum):
    """What the owner has to do about AUTH."""

    RECONNECT = "reconnect"  # connect the account again
    LOG_IN = "log_in"  # log in on Instagram and do what it asks there; then connect again if need be
    FIX_ROLE = "fix_role"  # get the role on the Page back, then connect again


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a code means for a call that reads, and for one that writes."""

    read: Trouble
    write: Trouble


def _both(trouble: Trouble) -> Meaning:
    return Meaning(trouble, trouble)


UNCLEAR: Final = Meaning(Trouble.TRANSIENT, Trouble.AMBIGUOUS)
"""Meta's own trouble: a write may have been executed all the same."""
_AUTH: Final = _both(Trouble.AUTH)
_GONE: Final = _both(Trouble.GONE)
_PERMISSION: Final = _both(Trouble.PERMISSION)
_POLICY: Final = _both(Trouble.POLICY)
_REFUSED: Final = _both(Trouble.REFUSED)
_THROTTLED: Final = _both(Trouble.THROTTLED)
_MAYBE_SENT: Final = Meaning(Trouble.REFUSED, Trouble.AMBIGUOUS)

CODES: Final[Mapping[int, Meaning]] = {
    -2: UNCLEAR,  # fetching a medium timed out
    -1: UNCLEAR,  # server error, with 2207001 and others
    1: UNCLEAR,  # unknown; with 1357046 the messages were all sent
    2: UNCLEAR,  # service unavailable; with 1545133 too
    3: _PERMISSION,  # capability
    4: _THROTTLED,  # application
    10: _PERMISSION,  # not granted, or removed
    17: _THROTTLED,  # user
    24: _REFUSED,  # the medium is missing
    25: _AUTH,  # the account is inactive, or restricted (2207050)
    32: _THROTTLED,  # Page
    100: _REFUSED,  # invalid parameter
    102: _AUTH,  # session
    190: _AUTH,  # token, whatever the subcode: see `Remedy`
    **dict.fromkeys(range(200, 300), _PERMISSION),  # with 2534041 the owner has switched messages off
    341: _THROTTLED,  # application
    368: _POLICY,  # blocked for a while
    506: _REFUSED,  # the same text again: this one never, another one at once
    551: _REFUSED,  # the person cannot be reached
    613: _THROTTLED,  # a limit of its own: 1996 uneven volume, 2534040 messages
    10900: _REFUSED,  # already replied to
    80001: _THROTTLED,  # business use case: Page
    80002: _THROTTLED,  # Instagram
    80006: _THROTTLED,  # Messenger
}

SUBCODES: Final[Mapping[tuple[int, int], Meaning]] = {  # where they differ from their code
    (1, 99): _PERMISSION,
    (4, 2207051): _POLICY,  # suspected to be spam
    (10, 1893063): _POLICY,  # may not send for a while
    (10, 2018108): _REFUSED,  # the person cannot receive messages
    (10, 2018278): _REFUSED,  # outside the 24-hour window
    (10, 2534022): _REFUSED,  # outside the 24-hour window
    (20, 1772107): _MAYBE_SENT,  # the comment was created, then the answer failed
    (100, 33): _GONE,
    (100, 2534013): _THROTTLED,  # the limit of private replies
    (100, 2534025): _MAYBE_SENT,  # no private reply possible: maybe because an earlier one landed
    (100, 2534029): _POLICY,  # may not send
    (200, 1545041): _REFUSED,  # the person cannot be reached, whatever the app may do
}

_FLAT: Final[Mapping[int, Meaning]] = {
    429: _THROTTLED,
    500: UNCLEAR,
    502: UNCLEAR,
    503: UNCLEAR,
    504: UNCLEAR,
}
"""The flat error's code is an HTTP status (datasheet, §4.1)."""

_REMEDIES: Final[Mapping[tuple[int, int | None], Remedy]] = {  # all others: connect again
    (25, None): Remedy.LOG_IN,  # with any subcode
    (190, 459): Remedy.LOG_IN,  # a checkpoint to pass
    (190, 464): Remedy.LOG_IN,  # an unconfirmed user
    (190, 492): Remedy.FIX_ROLE,
}

_NO_SUCH_METHOD = "Unsupported request - method type"
"""What every call answers (code 100) for a dead token, or an account without a role (datasheet, §1)."""

HIDDEN = "[hidden]"
LONGEST = 300  # characters of what Graph says that are kept
_TELLTALE = re.compile(r"https?://\S+|\b(?:IG[A-Z]{2}|EAA)[\w-]{8,}")
"""Addresses, and what looks like a token of Meta's although we did not send it like this."""


@dataclass(eq=False)
class GraphError(Exception):
    """Instagram refused or did not answer a call. Carries no token and no address."""

    trouble: Trouble
    operation: str
    code: int | None = None
    subcode: int | None = None
    says: str = ""
    retry_after: float | None = None
    """Seconds Instagram asks to wait, from its usage headers; None when it states none."""

    def __str__(self) -> str:
        numbers = f" {self.code}/{self.subcode}" if self.code is not None else ""
        return f"{self.operation}: {self.trouble}{numbers} {self.says}".strip()

    @property
    def remedy(self) -> Remedy | None:
        """What the owner has to do; None unless it is AUTH."""
        if self.trouble is not Trouble.AUTH:
            return None
        code = self.code or 0
        return _REMEDIES.get((code, self.subcode)) or _REMEDIES.get((code, None)) or Remedy.RECONNECT


def classify(
    operation: str,
    body: dict[str, Any],
    *,
    write: bool,
    secrets: Collection[str] = (),
    retry_after: float | None = None,
) -> GraphError:
    """The error of an envelope `{"error": {…}}`, or of the token exchange's flat one.

    Graph repeats a token that it cannot read: `secrets` are hidden in what it says.
    """
    error = body.get("error")
    flat = not isinstance(error, dict)
    if not isinstance(error, dict):
        error = {"code": body.get("code"), "message": body.get("error_message") or ""}
    code, subcode = _number(error.get("code")), _number(error.get("error_subcode"))
    message = str(error.get("message") or "")
    meaning = _FLAT.get(code or 0) if flat else None
    meaning = meaning or _meaning(code, subcode, message, transient=error.get("is_transient") is True)
    return GraphError(
        trouble=meaning.write if write else meaning.read,
        operation=operation,
        code=code,
        subcode=subcode,
        says=readable(_without(message, secrets))[:LONGEST],
        retry_after=retry_after,
    )


def _meaning(code: int | None, subcode: int | None, message: str, *, transient: bool) -> Meaning:
    if code is None:
        return UNCLEAR
    special = SUBCODES.get((code, subcode or 0))
    if special is not None:
        return special
    if code == 100 and message.startswith(_NO_SUCH_METHOD):
        return _AUTH
    known = CODES.get(code, _REFUSED)
    return UNCLEAR if transient and known is _REFUSED else known


def _without(message: str, secrets: Collection[str]) -> str:
    """Hide secrets as they are and as they stand in addresses; the longest first, as one may hold another."""
    encoded = (encode(each, safe) for each in secrets for encode in (quote, quote_plus) for safe in ("", "/"))
    shapes = {*secrets, *encoded}
    for shape in sorted(shapes - {""}, key=len, reverse=True):
        message = message.replace(shape, HIDDEN)
    return _TELLTALE.sub(HIDDEN, message)


def _number(value: object) -> int | None:
    try:
        return int(str(value))
    except ValueError:
        return None
