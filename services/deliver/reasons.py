"""Single codes of Instagram that say more than their class, and why a delivery failed (datasheet, §5.3)."""

from __future__ import annotations

from typing import Final

from services.deliver.channel import WINDOW_CLOSED
from services.instagram.errors import GraphError, Trouble

DUPLICATE: Final = "duplicate"
_REASONS: Final = {
    (10, 2534022): WINDOW_CLOSED,
    (10, 2018278): WINDOW_CLOSED,
    (100, 2534024): WINDOW_CLOSED,  # reported for private replies after seven days
}
_ALREADY_REPLIED: Final = 10900
_DUPLICATE_POST: Final = 506
_CUSTOM_LIMIT: Final = 613
_NO_PRIVATE_REPLY: Final = (100, 2534025)
_CONVERSING: Final = frozenset({"conversations", "conversation"})


def reason(error: GraphError) -> str:
    """Why it failed, in a word that the card's catalogue has."""
    if error.code == _DUPLICATE_POST:
        return DUPLICATE
    return _REASONS.get((error.code or 0, error.subcode or 0), error.trouble.value)


def answered_already(error: GraphError) -> bool:
    """The customer has a reply."""
    return error.code == _ALREADY_REPLIED


def perhaps_there(error: GraphError) -> bool:
    """Refused because of a reply, or of words, that an earlier request of ours may have left there."""
    return error.code in {_ALREADY_REPLIED, _DUPLICATE_POST}


def crowded(error: GraphError) -> bool:
    """Conversations may be read twice a second (§5.1): a limit that concerns nothing else."""
    return error.code == _CUSTOM_LIMIT and error.operation in _CONVERSING


def no_private_reply(error: str | None) -> bool:
    """Whether `delivery.error` says that the comment allows none: maybe because an earlier one landed."""
    code, subcode = _NO_PRIVATE_REPLY
    return f" {code}/{subcode}" in (error or "")


def not_allowed(operation: str) -> GraphError:
    """The same as a refusal for good."""
    return GraphError(Trouble.REFUSED, operation, *_NO_PRIVATE_REPLY)
