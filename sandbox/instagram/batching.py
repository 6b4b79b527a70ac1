"""Events of webhooks, and how one or a thousand of them make a body."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from itertools import groupby
from typing import Any, assert_never

from sandbox.instagram.switches import Envelope, Switches


class Form(StrEnum):
    """Where in a body an event stands."""

    CHANGE = "change"  # entry[].changes[]{field,value}, or what the switch for the envelope makes of it
    MESSAGING = "messaging"  # entry[].messaging[]
    STANDBY = "standby"  # entry[].standby[]
    ENTRY = "entry"  # members of the entry itself
    RAW = "raw"  # the whole body


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One thing told; `about` is the id of the comment or message, `field` what one subscribes to."""

    about: str
    field: str
    value: Any
    account_id: str
    form: Form = Form.CHANGE
    in_seconds: bool = False  # entry.time of forms other than changes is in milliseconds otherwise


def compose(events: Sequence[Event], switches: Switches, at: datetime) -> Any:
    """The body that tells `events`, in their order; `at` is when it is sent.

    A bare envelope around several becomes a list of bare ones. An event of the form RAW stands alone.
    """
    if any(event.form is Form.RAW for event in events):
        (alone,) = events
        return alone.value
    if switches.envelope is Envelope.BARE and all(event.form is Form.CHANGE for event in events):
        bare = [_change(event) for event in events]
        return bare if len(bare) > 1 else bare[0]
    entries = list(_entries(events, switches, at))
    if switches.envelope is Envelope.ARRAY:
        return [{"entry": [entry], "object": "instagram"} for entry in entries]
    return {"entry": entries, "object": "instagram"}


def milliseconds(moment: datetime) -> int:
    return int(moment.timestamp() * 1000)


def _entries(events: Sequence[Event], switches: Switches, at: datetime) -> Iterator[dict[str, Any]]:
    size = 1 if switches.envelope is Envelope.FLAT else switches.entry_size
    for (account_id, form, in_seconds), alike in groupby(events, key=_kind):
        head = {"id": account_id, "time": int(at.timestamp()) if in_seconds else milliseconds(at)}
        some = list(alike)
        match form:
            case Form.CHANGE if switches.envelope is Envelope.FLAT:
                yield from ({**head, **_change(event)} for event in some)
            case Form.CHANGE:
                for first in range(0, len(some), size):
                    yield {**head, "changes": [_change(one) for one in some[first : first + size]]}
            case Form.MESSAGING | Form.STANDBY:
                for first in range(0, len(some), size):
                    yield {**head, form.value: [one.value for one in some[first : first + size]]}
            case Form.ENTRY:
                yield from ({**head, **event.value} for event in some)
            case Form.RAW:
                raise ValueError(form)
            case _:
                assert_never(form)


def _kind(event: Event) -> tuple[str, Form, bool]:
    return event.account_id, event.form, event.in_seconds or event.form in {Form.CHANGE, Form.ENTRY}


def _change(event: Event) -> dict[str, Any]:
    return {"value": event.value, "field": event.field}
