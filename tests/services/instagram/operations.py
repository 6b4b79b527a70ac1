"""Every operation of the client, called with something that tells where it came from."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Any

from services.instagram.access import Access
from services.instagram.client import InstagramClient
from services.instagram.connecting import OAuthApp

TOKEN = "IGAAcanary-of-the-token%2B0123456789"
SECRET = "canary/of+the secret"
CODE = "canary+of/the=code"
ACCOUNT = "17841400000000001"
PAGE = "1900000000000001"
ACCESS = Access(TOKEN, ACCOUNT, PAGE)

Call = Callable[[InstagramClient], Coroutine[Any, Any, Any]]


def app(client: InstagramClient) -> OAuthApp:
    """An app whose codes are exchanged where `client` calls."""
    exchange = f"{client._root}/oauth/access_token"
    return OAuthApp("100000000000001", SECRET, "https://shop.example/back", "", exchange)


READS: dict[str, Call] = {
    "comment": lambda client: client.comment(ACCESS, "1"),
    "replies": lambda client: client.replies(ACCESS, "1"),
    "replies_page": lambda client: client.replies_page(ACCESS, "1"),
    "comments_page": lambda client: client.comments_page(ACCESS, "1"),
    "post": lambda client: client.post(ACCESS, "1"),
    "posts_page": lambda client: client.posts_page(ACCESS),
    "mentioned_comment": lambda client: client.mentioned_comment(ACCESS, "1"),
    "mentioned_media": lambda client: client.mentioned_media(ACCESS, "1"),
    "message_by_id": lambda client: client.message_by_id(ACCESS, "1"),
    "conversation": lambda client: client.conversation(ACCESS, "1"),
    "person": lambda client: client.person(ACCESS, "1"),
    "subscriptions": lambda client: client.subscriptions(ACCESS),
}
WRITES: dict[str, Call] = {
    "reply": lambda client: client.reply(ACCESS, "1", "Да"),
    "set_hidden": lambda client: client.set_hidden(ACCESS, "1", hidden=True),
    "delete": lambda client: client.delete(ACCESS, "1"),
    "private_reply": lambda client: client.private_reply(ACCESS, "1", "Да"),
    "message": lambda client: client.message(ACCESS, "1", "Да"),
    "answer_mention": lambda client: client.answer_mention(ACCESS, "1", "2", "Да"),
    "subscribe": lambda client: client.subscribe(ACCESS, ["comments"]),
    "unsubscribe": lambda client: client.unsubscribe(ACCESS),
}
CONNECTING: dict[str, Call] = {  # of no account, and repeated by whoever waits for them
    "profile": lambda client: client.profile(TOKEN),
    "exchange_code": lambda client: client.exchange_code(app(client), f"{CODE}#_"),
    "long_lived": lambda client: client.long_lived(app(client), TOKEN),
    "refresh": lambda client: client.refresh(TOKEN),
}
OPERATIONS = READS | WRITES | CONNECTING
