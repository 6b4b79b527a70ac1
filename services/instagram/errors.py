"""What an answer of the Graph API means for us: the table of the datasheet's §5.3.

Classification reads `code`, `error_subcode` and `is_transient`, never the HTTP status alone: every row of
Meta's own table is HTTP 400, and outages answer 500 with a proper envelope.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any


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


HIDDEN = "[hidden]"

_AUTH = {102, 190}
_THROTTLED = {4, 17, 32, 341, 613, 80001, 80002, 80006}
_PERMISSION = {3, 10}
_POLICY = {368}
_SERVER = {-1, -2, 1, 2}  # Meta's own trouble: a write may have been executed all the same

# (code, subcode) that differ from their code's class
_BY_SUBCODE: dict[tuple[int, int], Trouble] = {
    (1, 99): Trouble.PERMISSION,
    (4, 2207051): Trouble.POLICY,
    (10, 2534022): Trouble.REFUSED,  # outside the 24-hour window
    (10, 2018278): Trouble.REFUSED,
    (10, 2018108): Trouble.REFUSED,
    (10, 1893063): Trouble.POLICY,
    (20, 1772107): Trouble.AMBIGUOUS,  # the comment was created, then the answer failed
    (25, 2207050): Trouble.AUTH,
    (100, 33): Trouble.GONE,
    (100, 2534013): Trouble.THROTTLED,
    (100, 2534025): Trouble.AMBIGUOUS,  # may mean that an earlier private reply landed
    (100, 2534029): Trouble.POLICY,
    (200, 1545041): Trouble.REFUSED,  # the person cannot be reached, whatever the app may do
}


@dataclass(eq=False)
class GraphError(Exception):
    """Instagram refused or did not answer a call. Carries no token and no address."""

    trouble: Trouble
    operation: str
    code: int | None = None
    subcode: int | None = None
    says: str = ""
    retry_after: float | None = None
    """Seconds Instagram asks to wait, from its usage headers."""

    def __str__(self) -> str:
        numbers = f" {self.code}/{self.subcode}" if self.code is not None else ""
        return f"{self.operation}: {self.trouble}{numbers} {self.says}".strip()


def classify(
    operation: str, body: dict[str, Any], *, write: bool, secret: str, retry_after: float | None = None
) -> GraphError:
    """The error of an envelope `{"error": {…}}`; Graph repeats a token that it cannot read: `secret`."""
    error = body.get("error")
    error = error if isinstance(error, dict) else {}
    code, subcode = _number(error.get("code")), _number(error.get("error_subcode"))
    return GraphError(
        trouble=_trouble(code, subcode, transient=error.get("is_transient") is True, write=write),
        operation=operation,
        code=code,
        subcode=subcode,
        says=str(error.get("message", "")).replace(secret, HIDDEN)[:300],
        retry_after=retry_after,
    )


def _trouble(code: int | None, subcode: int | None, *, transient: bool, write: bool) -> Trouble:
    unclear = Trouble.AMBIGUOUS if write else Trouble.TRANSIENT
    if code is None:
        return unclear
    special = _BY_SUBCODE.get((code, subcode or 0))
    if special is not None:
        return special if write or special is not Trouble.AMBIGUOUS else Trouble.REFUSED
    if code in _AUTH:
        return Trouble.AUTH
    if code in _THROTTLED:
        return Trouble.THROTTLED
    if code in _PERMISSION or 200 <= code <= 299:
        return Trouble.PERMISSION
    if code in _POLICY:
        return Trouble.POLICY
    if code in _SERVER or transient:
        return unclear
    return Trouble.REFUSED


def _number(value: object) -> int | None:
    try:
        return int(str(value))
    except ValueError:
        return None
