"""Tokens that may less than everything."""

from __future__ import annotations

from typing import Any

import pytest

from tests.sandbox.instagram.player import POST, Player

BASIC = "instagram_business_basic"
COMMENTS = "instagram_business_manage_comments"
MESSAGES = "instagram_business_manage_messages"
PRIVATE = {"recipient": {"comment_id": "{comment}"}, "message": {"text": "Да"}}
MESSAGE = {"recipient": {"id": "{person}"}, "message": {"text": "Да"}}
TYPING = {"recipient": {"id": "{person}"}, "sender_action": "typing_on"}


@pytest.mark.parametrize(
    ("scope", "code", "method", "path", "body"),
    [
        (BASIC, 10, "GET", "/me", None),
        (BASIC, 10, "GET", "/me/media", None),
        (BASIC, 10, "GET", "/me/stories", None),
        (BASIC, 10, "GET", "/me/live_media", None),
        (BASIC, 10, "GET", f"/{POST}", None),
        (BASIC, 10, "GET", "/me/subscribed_apps", None),
        (BASIC, 10, "POST", "/me/subscribed_apps", {"subscribed_fields": "comments"}),
        (BASIC, 10, "DELETE", "/me/subscribed_apps", None),
        (BASIC, 10, "GET", "/refresh_access_token?grant_type=ig_refresh_token", None),
        (COMMENTS, 10, "GET", "/{comment}", None),
        (COMMENTS, 10, "GET", "/{comment}/replies", None),
        (COMMENTS, 10, "GET", f"/{POST}/comments", None),
        (COMMENTS, 10, "GET", "/me/tags", None),
        (COMMENTS, 10, "POST", f"/{POST}/comments", {"message": "Да"}),
        (COMMENTS, 10, "POST", f"/{POST}", {"comment_enabled": "false"}),
        (COMMENTS, 10, "POST", "/{comment}/replies", {"message": "Да"}),
        (COMMENTS, 10, "POST", "/{comment}", {"hide": "true"}),
        (COMMENTS, 10, "DELETE", "/{comment}", None),
        (COMMENTS, 10, "POST", "/me/mentions", {"media_id": "{mention}", "message": "Да"}),
        (COMMENTS, 10, "POST", "/me/messages", PRIVATE),
        (MESSAGES, 200, "POST", "/me/messages", MESSAGE),
        (MESSAGES, 200, "POST", "/me/messages", TYPING),
        (MESSAGES, 200, "GET", "/me/conversations", None),
        (MESSAGES, 200, "GET", "/{message}", None),
        (MESSAGES, 200, "GET", "/{person}", None),
    ],
)
async def test_what_a_scope_allows_is_refused_without_it(
    player: Player, scope: str, code: int, method: str, path: str, body: Any
) -> None:
    comment = await player.comment()
    person = (await player.get(f"/{comment}", fields="from")).json["from"]["id"]
    message = (await player.control("messages", {"username": "anna_k", "text": "?"}))["id"]
    mention = (await player.control("mentions", {"username": "b", "text": "!"}))["media_id"]

    def filled(told: Any) -> Any:
        match told:
            case str():
                return told.format(comment=comment, person=person, message=message, mention=mention)
            case dict():
                return {name: filled(value) for name, value in told.items()}
            case _:
                return told

    await player.control("token", {"scopes": sorted({BASIC, COMMENTS, MESSAGES} - {scope})})
    refused = await player.call(method, filled(path), json=filled(body))
    await player.control("token", {"scopes": [scope]})
    allowed = await player.call(method, filled(path), json=filled(body))

    assert (refused.status, refused.code) == (400, (code, None))
    assert allowed.status == 200, allowed
