"""One webhook body taken apart into elements: the rows of the inbox, as received.

Meta batches up to 1,000 updates per body and draws several envelopes for the same event:
`entry[].changes[]{field,value}`, `entry[].{field,value}`, a bare `{field,value}`, an array of any of these,
`entry[].messaging[]` and `entry[].standby[]`. All lead to the same element with the same identity. What
cannot be understood is quarantined with a problem in plain words; its siblings come through.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from itertools import islice
from typing import Any, Final, NamedTuple

import orjson

from services.ingest.document import cleaned, decoded, read

MAX_ELEMENTS = 5_000  # per body; Meta documents batches of up to 1,000
UNKNOWN: Final = "unknown"
TEST_ACCOUNT: Final = "0"
"""`entry.id` of what the App Dashboard's test button sends (datasheet, §2.7 l)."""
COMMENT_FIELDS = frozenset({"comments", "live_comments"})
MESSAGING_FIELDS_BY_PART: Final[Mapping[str, str]] = {  # what a messaging event holds → the field it comes by
    "message": "messages",
    "message_edit": "message_edit",
    "reaction": "message_reactions",
    "postback": "messaging_postbacks",
    "read": "messaging_seen",
    "referral": "messaging_referral",
    "optin": "messaging_optins",
    "pass_thread_control": "messaging_handover",
    "take_thread_control": "messaging_handover",
    "request_thread_control": "messaging_handover",
    "app_roles": "messaging_handover",
    "policy_enforcement": "messaging_policy_enforcement",
    "response_feedback": "response_feedback",
}
MESSAGING_FIELDS = frozenset({*MESSAGING_FIELDS_BY_PART.values(), "message_echoes", "standby"})
FIELDS = COMMENT_FIELDS | MESSAGING_FIELDS | {"mentions", "story_insights"}

_IDENTIFIER = re.compile(r"[!-~]{1,512}")  # message ids have about 200 characters; four fit in a btree key
_STAMP = re.compile(r"[0-9]{1,18}")
_MILLISECONDS_FROM = 10**11  # entry.time is in seconds for changes, in milliseconds for messaging
_INSTAGRAM_OPENED = datetime(2010, 10, 6, tzinfo=UTC)
_CLOCKS_DIFFER_BY = timedelta(days=1)
_FAR_FUTURE = datetime(2100, 1, 1, tzinfo=UTC)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class ElementState(StrEnum):
    RECEIVED = "received"
    QUARANTINED = "quarantined"


@dataclass(frozen=True, slots=True)
class Element:
    """One event of a delivery, safe to store: no NUL, no lone surrogate, no number beyond 64 bits or NaN."""

    identity: str
    """The event's own, unique in its account: `comment:181…`, `message:<mid>` …, else `raw:<sha256>`."""
    account_instagram_id: str | None
    """`entry.id`; "0" for the dashboard's test button, None in a bare envelope."""
    field: str
    payload: dict[str, Any]
    """The event's value; in quarantine also `{"value": …}` around what was no object."""
    sent_at: datetime | None
    """When Meta sent it (not when it happened), UTC."""
    state: ElementState
    problem: str | None

    @property
    def key(self) -> tuple[str | None, str]:
        """What it is in the whole inbox: one mention may reach two accounts of ours."""
        return self.account_instagram_id, self.identity


class _Piece(NamedTuple):
    """An element as it stands in the document, before anything in it is trusted."""

    account: Any
    time: Any
    field: str
    value: Any
    problem: str | None = None


def split(body: bytes, *, now: datetime) -> list[Element]:
    """Take a body of any bytes apart; never raises.

    Of elements with the same identity in one account the first is kept. Of more than `MAX_ELEMENTS` the
    rest stays in one quarantined element with the text of the whole body, which can be replayed in parts
    without harm because known identities are dropped. `now` is aware; it bounds `sent_at`.
    """
    pieces = _pieces(read(body))
    elements: dict[tuple[str | None, str], Element] = {}
    for piece in islice(pieces, MAX_ELEMENTS):
        element = _element(piece, now)
        elements.setdefault(element.key, element)
    if next(pieces, None) is not None:
        problem = f"more than {MAX_ELEMENTS} elements in one body: the rest is only here"
        rest = _element(_Piece(None, None, UNKNOWN, decoded(body), problem), now)
        elements[rest.key] = rest
    return list(elements.values())


def identifier(value: object) -> str | None:
    """Give an id as text: a whole number, or at most 512 visible ASCII characters; else None."""
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value) if 0 <= value < 2**63 else None
    return value if isinstance(value, str) and _IDENTIFIER.fullmatch(value) else None


def moment(stamp: object, *, latest: datetime = _FAR_FUTURE) -> datetime | None:
    """Give a Unix time in seconds or milliseconds, number or digits, as UTC.

    None for anything else and for absurd times: before Instagram existed, or after `latest`.
    """
    if isinstance(stamp, str) and _STAMP.fullmatch(stamp):
        stamp = int(stamp)
    if not isinstance(stamp, int) or isinstance(stamp, bool) or stamp >= 2**63:
        return None
    seconds = stamp / 1000 if stamp > _MILLISECONDS_FROM else stamp
    if not _INSTAGRAM_OPENED.timestamp() <= seconds <= latest.timestamp():
        return None
    return _EPOCH + (
        timedelta(milliseconds=stamp) if stamp > _MILLISECONDS_FROM else timedelta(seconds=stamp)
    )


def messaging_part(payload: Mapping[str, Any]) -> str | None:
    """Give the name of what a messaging event holds: `message`, `reaction` …; None if nothing known."""
    return next((part for part in MESSAGING_FIELDS_BY_PART if part in payload), None)


def _pieces(document: Any) -> Iterator[_Piece]:
    for item in document if isinstance(document, list) else [document]:
        if not isinstance(item, dict) or "entry" not in item:
            yield from _of_entry(item)  # also the bare {field, value}: an entry without id and time
        elif isinstance(item["entry"], list):
            for entry in item["entry"]:
                yield from _of_entry(entry)
        else:
            yield _Piece(None, None, UNKNOWN, item, "entry is not a list")


def _of_entry(entry: Any) -> Iterator[_Piece]:
    if not isinstance(entry, dict):
        yield _Piece(None, None, UNKNOWN, entry, "not an object where an entry should be")
        return
    account, time = entry.get("id"), entry.get("time")
    empty = True
    for name, piece_of in (("changes", _of_change), ("messaging", _of_messaging), ("standby", _of_standby)):
        if name not in entry:
            continue
        empty = False
        if isinstance(entry[name], list):
            for item in entry[name]:
                yield piece_of(account, time, item)
        else:
            yield _Piece(account, time, UNKNOWN, entry, f"{name} is not a list")
    if "field" in entry or "value" in entry:
        yield _of_change(account, time, entry)
    elif "changed_fields" in entry:
        # The time belongs to the payload here: without values nothing else tells two such events apart.
        names = {"changed_fields": entry["changed_fields"], "time": time}
        problem = 'names of fields without values: switch on "Include Values" in the App Dashboard'
        yield _Piece(account, time, UNKNOWN, names, problem)
    elif empty:
        yield _Piece(account, time, UNKNOWN, entry, "an entry with nothing in it that is known")


def _of_change(account: Any, time: Any, item: Any) -> _Piece:
    if not isinstance(item, dict):
        return _Piece(account, time, UNKNOWN, item, "not an object where a change should be")
    field = item.get("field")
    if not isinstance(field, str) or field not in FIELDS:
        return _Piece(account, time, UNKNOWN, item, "a change of an unknown field")
    if not isinstance(item.get("value"), dict):
        return _Piece(account, time, field, item, "the value is not an object")
    return _Piece(account, time, field, item["value"])


def _of_messaging(account: Any, time: Any, item: Any) -> _Piece:
    part = messaging_part(item) if isinstance(item, dict) else None
    if part is None:
        return _Piece(account, time, UNKNOWN, item, "a messaging event with nothing in it that is known")
    return _Piece(account, time, MESSAGING_FIELDS_BY_PART[part], item)


def _of_standby(account: Any, time: Any, item: Any) -> _Piece:
    piece = _of_messaging(account, time, item)
    return piece if piece.problem else piece._replace(field="standby")


def _element(piece: _Piece, now: datetime) -> Element:
    value, flaw = cleaned(piece.value)
    payload = value if isinstance(value, dict) else {"value": value}
    account = identifier(piece.account)
    # The test button sends whatever field it likes, in whatever shape: it is told apart by its account.
    test = account == TEST_ACCOUNT
    problem = flaw or (None if test else piece.problem)
    if problem is None and account is None and piece.account is not None:
        problem = "entry.id is not an id"
    identity = None
    if problem is None:
        identity = _test(piece) if test else _identity(piece.field, payload, account)
    if problem is None and identity is None:
        problem = f"{piece.field}: an id that tells this event from others is missing or not an id"
    return Element(
        identity=identity or _fingerprint(piece.field, payload, account),
        account_instagram_id=account,
        field=piece.field,
        payload=payload,
        sent_at=moment(piece.time, latest=now + _CLOCKS_DIFFER_BY),
        state=ElementState.RECEIVED if problem is None else ElementState.QUARANTINED,
        problem=problem,
    )


def _test(piece: _Piece) -> str:
    """Every press of the test button is an event of its own, although it always sends the same comment."""
    return f"test:{piece.field}:{identifier(piece.time)}"


def _identity(field: str, payload: dict[str, Any], account: str | None) -> str | None:
    """Give the identity of a sound element; None when an id it needs is missing."""
    if field in COMMENT_FIELDS:  # one identity for both: a live comment may come by either
        return _joined("comment", payload.get("id") or payload.get("comment_id"))
    if field == "mentions":
        return _joined("mention", payload.get("media_id"), payload.get("comment_id") or "caption")
    if field in MESSAGING_FIELDS:
        identity = _messaging_identity(field, payload, account)
        return f"standby:{identity}" if identity and field == "standby" else identity
    return _fingerprint(field, payload, account)


def _messaging_identity(field: str, payload: dict[str, Any], account: str | None) -> str | None:
    part = messaging_part(payload)
    inside = payload[part] if part else None
    if not isinstance(inside, dict):
        return None
    sender = payload.get("sender")
    sender_id = sender.get("id") if isinstance(sender, dict) else None
    mid, at = inside.get("mid"), payload.get("timestamp")
    match part:
        case "message" if inside.get("is_deleted"):  # carries the mid of the message it takes back
            return _joined("deletion", mid)
        case "message" if inside.get("is_echo") or field == "message_echoes":
            return _joined("echo", mid)  # apart from `message`: two own accounts may write to each other
        case "message" | "postback" | "read":
            return _joined(part, mid)
        case "message_edit":
            return _joined("edit", mid, inside.get("num_edit"))
        case "reaction":
            return _joined("reaction", mid, sender_id, inside.get("action"), at)
        case "referral":
            return _joined("referral", sender_id, at)
        case _:
            return _fingerprint(field, payload, account)


def _joined(kind: str, *ids: object) -> str | None:
    known = [text for text in map(identifier, ids) if text is not None]
    return ":".join([kind, *known]) if len(known) == len(ids) else None


def _fingerprint(field: str, payload: dict[str, Any], account: str | None) -> str:
    canonical = orjson.dumps([account, field, payload], option=orjson.OPT_SORT_KEYS)
    return f"raw:{hashlib.sha256(canonical).hexdigest()}"
