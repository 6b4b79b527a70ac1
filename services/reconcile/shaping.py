"""A comment as Instagram lists it, made into the element that its webhook would have been.

It goes through the very code that takes webhooks apart, so that its identity cannot differ from the one that
a late webhook would bring.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from db.models import Account
from db.models.event import EventSource, EventState
from db.repositories.reconciling import OWN_MARK
from services.ingest.envelope import Element, split
from services.instagram.results import GraphComment
from services.reconcile.choosing import Target


@dataclass(frozen=True, slots=True)
class Seen:
    """One comment of a listing. `thread` is the top-level comment it answers; None when it is one."""

    comment: GraphComment
    thread: str | None
    own: bool

    @property
    def at(self) -> datetime | None:
        """When it was written."""
        return self.comment.timestamp


def seen(comment: GraphComment, account: Account, thread: str | None = None) -> list[Seen]:
    """A listed comment and the replies listed with it."""
    found = [Seen(comment, thread, _own(comment, account))]
    return found + [one for reply in comment.replies for one in seen(reply, account, comment.id)]


def anonymous(one: Seen) -> bool:
    """Whether Instagram does not tell who wrote it: then it may as well be our own reply."""
    return one.comment.author_id is None and not one.comment.author_name


def rows(account: Account, target: Target, missing: Iterable[Seen], now: datetime) -> list[dict[str, Any]]:
    """The rows of the inbox for comments that no webhook brought, in the order of their identities."""
    body = {
        "object": "instagram",
        "entry": [
            {
                "id": account.instagram_id,
                "time": int(one.at.timestamp()) if one.at else None,
                "changes": [{"field": "comments", "value": _value(one, target, account)}],
            }
            for one in missing
        ],
    }
    # Two writers of the same elements take their locks in the same order, as in the inbox.
    elements = sorted(split(json.dumps(body).encode(), now=now), key=lambda element: element.identity)
    return [_row(element) for element in elements]


def _own(comment: GraphComment, account: Account) -> bool:
    ids = {account.instagram_id, account.app_scoped_id, account.page_id} - {None}
    name = comment.author_name or ""
    return comment.author_id in ids or name.lower() == account.username.lower()


def _value(one: Seen, target: Target, account: Account) -> dict[str, Any]:
    comment = one.comment
    author = {"id": comment.author_id, "username": comment.author_name}
    if one.own:
        author[OWN_MARK] = comment.author_id or account.instagram_id
    media = {
        "id": target.media,
        "media_product_type": target.kind,
        "ad_id": target.ad_id,
        "original_media_id": target.original,
    }
    value = {
        "from": _told(author),
        "media": _told(media),
        "id": comment.id,
        "parent_id": comment.parent_id or one.thread,
        "text": comment.text,
    }
    return _told(value)


def _told(value: dict[str, Any]) -> dict[str, Any]:
    """Without what is not known: a webhook leaves it out as well."""
    return {name: member for name, member in value.items() if member is not None}


def _row(element: Element) -> dict[str, Any]:
    return {
        "identity": element.identity,
        "account_instagram_id": element.account_instagram_id,
        "field": element.field,
        "payload": element.payload,
        "sent_at": element.sent_at,
        "source": EventSource.RECONCILIATION,
        "state": EventState(element.state.value),
        "problem": element.problem,
    }
